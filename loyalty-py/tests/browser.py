"""A headless Chromium that pages are looked at in; tests are skipped where there is none."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
import tempfile
import warnings
from pathlib import Path
from typing import Any

import pytest

#: A page is ours and the browser has no network: it needs no sandbox, and nothing of its own in the background.
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--enable-logging=stderr",
)  # fmt: skip
#: How a page is told that its reader likes it dark.
DARK = ("--force-dark-mode", "--blink-settings=preferredColorScheme=0")
#: What is asked of a page in a frame of a given width.
ASKED = """
const frame = document.querySelector("iframe"), inside = frame.contentDocument;
const style = (of) => getComputedStyle(inside.querySelector(of));
const numbers = [...inside.querySelectorAll("[data-value]")].map(
  (one) => [one.dataset.name, one.dataset.value, one.textContent]);
const answer = {
  numbers, width: inside.documentElement.scrollWidth, height: inside.documentElement.scrollHeight,
  text: style("body").color, back: style("body").backgroundColor, soft: style("header p").color,
  tile: style(".tile").backgroundColor, small: style(".tile .note").color,
  headings: [...inside.querySelectorAll("h1, h2")].map((one) => one.textContent),
  over: [...inside.querySelectorAll("main *")].filter((one) =>
    one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).display !== "inline"
    && !one.closest(".scroll") && !one.closest("svg") && one.clientWidth > 0).map((one) => one.outerHTML.slice(0, 80)),
};
document.body.innerHTML = "<pre id=answer></pre>";
document.querySelector("pre").textContent = JSON.stringify(answer);
"""


def chromium() -> str:
    """The browser."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if (found := shutil.which(name)) is not None:
            return found
    pytest.skip("no Chromium is installed: scripts/install-tools gets Debian's chromium")


def run(page: Path, *flags: str) -> tuple[str, list[str]]:
    """What the browser prints, and what it says in its console.

    A browser that a signal ends is started anew, twice at most, and that is said: now and then it dies at its
    start, whatever the page.
    """
    for _ in range(3):
        done = started(page, *flags)
        if done.returncode >= 0:
            break
        warnings.warn(f"the browser was ended by the signal {-done.returncode}", stacklevel=2)
    assert done.returncode == 0, (done.returncode, done.stderr)
    return done.stdout, [line for line in done.stderr.splitlines() if ":CONSOLE" in line]


def started(page: Path, *flags: str) -> subprocess.CompletedProcess[str]:
    """The browser, once it has ended."""
    with tempfile.TemporaryDirectory() as profile:
        command = [chromium(), *FLAGS, f"--user-data-dir={profile}", *flags, page.as_uri()]
        return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def look(
    folder: Path, page: str, *flags: str, width: int = 1160
) -> tuple[dict[str, Any], list[str]]:
    """What a page of a width shows, and what the console says."""
    around = folder / "around.html"
    frame = f'<iframe style="width:{width}px;height:900px;border:0" srcdoc="{html.escape(page)}"></iframe>'
    script = f"<script>onload = () => {{ {ASKED} }}</script>"
    around.write_text(
        f'<!doctype html><meta charset="utf-8"><body>{frame}{script}', encoding="utf-8"
    )
    printed, console = run(around, "--dump-dom", *flags)
    found = re.search(r'<pre id="answer">(.*?)</pre>', printed, re.DOTALL)
    assert found is not None, printed[-2000:]
    return json.loads(html.unescape(found[1])), console
