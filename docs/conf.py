"""The documentation site: ``scripts/check-site`` builds it, offline and with warnings as errors.

The pages are those that can be read in the repository as they are; what only a site has (its sections,
links to files outside this folder, the reference from the docstrings) is made by ``_ext/``.
"""

from __future__ import annotations

import sys
from pathlib import Path

import loyalty

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

project = "loyalty"
author = "The loyalty developers"
project_copyright = "The loyalty developers, MIT or Apache-2.0"
version = release = loyalty.__version__

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx.ext.viewcode",
    "myst_nb",
    "sphinx_copybutton",
    "outward_links",
    "reference",
    "sections",
]
exclude_patterns = ["_build", "_ext", "**.ipynb_checkpoints"]
nitpicky = True
# Types in signatures and sections are words for people ("data frame", "array"); those of loyalty must exist.
nitpick_ignore_regex = [
    (r"py:(class|data|obj|exc)", r"(?!loyalty\.([A-Z]|plotting|datasets|sklearn)).*"),
    (r"py:.*", r"matplotlib\..*"),
]

# What is between single backticks in docstrings is an argument.
default_role = "literal"
autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
autodoc_preserve_defaults = True
toc_object_entries_show_parents = "hide"
python_maximum_signature_line_length = 88
napoleon_google_docstring = False
napoleon_use_ivar = False
napoleon_use_param = False
napoleon_use_rtype = False

myst_enable_extensions = ["colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 4
nb_execution_mode = "force"
nb_execution_raise_on_error = True
nb_execution_timeout = 120
nb_merge_streams = True

html_theme = "pydata_sphinx_theme"
html_title = f"loyalty {version}"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_favicon = "_static/favicon.svg"
# Pages that stand alone have no section to navigate.
html_sidebars = {"index": [], "plots": []}
html_show_sourcelink = False
html_copy_source = False
html_theme_options = {
    "logo": {"text": "loyalty"},
    "header_links_before_dropdown": 7,
    "navbar_align": "left",
    "show_toc_level": 2,
    "show_nav_level": 1,
    "navigation_depth": 3,
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": ["copyright"],
    "footer_end": ["theme-version"],
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
    "back_to_top_button": False,
}
copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True
