"""The gallery of docs/plots.md: every plot has a picture, and the picture is what is drawn today.

Fonts and edges differ between releases of matplotlib, so pictures are compared in tiles. ``LOYALTY_UPDATE_DOCS=1``
writes them anew; look at what changed.
"""

from __future__ import annotations

import os

import numpy as np
import pictures
import pytest
from PIL import Image

from loyalty import plotting

pytestmark = pytest.mark.skipif(
    not pictures.FOLDER.parent.is_dir(),
    reason="the documentation is not beside an installed package",
)

#: Tiles along each side.
TILES = (24, 16)
#: The mean difference of tiles that stands for the same picture, of 255. A serif font makes 0.9 at most; two
#: different pictures of the gallery differ by 2.8 or more.
DRIFT = 1.8
#: All pictures together, in bytes.
MOST = 600_000


def tiles(picture: Image.Image) -> np.ndarray:
    small = picture.convert("L").resize(TILES, Image.Resampling.BOX)
    return np.asarray(small, dtype=float)


@pytest.mark.parametrize("name", list(pictures.GALLERY))
def test_a_picture_is_what_is_drawn(name: str) -> None:
    if os.environ.get("LOYALTY_UPDATE_DOCS"):
        pictures.write(name)
    kept = Image.open(pictures.FOLDER / f"{name}.png")
    difference = np.abs(tiles(kept) - tiles(pictures.drawn(name))).mean()
    assert difference < DRIFT, f"{name}.png differs by {difference:.1f} of 255"


def test_the_gallery_is_whole_and_small() -> None:
    page = (pictures.FOLDER.parent / "plots.md").read_text("utf-8")
    files = sorted(pictures.FOLDER.glob("*.png"))
    assert [file.stem for file in files] == sorted(pictures.GALLERY)
    assert [file.name for file in files if f"(pictures/{file.name})" not in page] == []
    assert [name for name in plotting.__all__ if f"`{name}" not in page] == []
    assert sum(file.stat().st_size for file in files) < MOST
