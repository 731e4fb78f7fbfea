"""Take the README's pictures anew, from the app itself: make pictures, or

    python -m deploy.take_pictures

They lie in examples/pictures; this is run again when the pages have changed.
"""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from tests.conftest import CHROMIUM_FLAGS, find_chromium
from tests.tools import ROOT
from tests.tools.server import served

FOLDER = ROOT / "examples" / "pictures"
COLOURS = 200  # of a picture: it travels with every checkout
QUIET = """() => document.querySelector(".stApp")?.dataset.testScriptState === "notRunning"
  && !document.querySelector("#unroll-early, [data-late], [data-testid=stSkeleton]")"""


def drawn(page: Page) -> None:
    """Wait until everything in the window is drawn."""
    page.wait_for_selector(".unroll-chart .js-plotly-plot .scatterlayer path", state="attached")
    page.wait_for_function(QUIET)


def trained(page: Page) -> None:
    """Play a scene to its end."""
    drawn(page)
    page.click(".st-key-scene_orthogonal button")
    page.get_by_text("Finished").first.wait_for()
    drawn(page)


@dataclass(frozen=True)
class Picture:
    """A file of FOLDER: the address it shows, its size, and what is done there first."""

    address: str
    until: Callable[[Page], None] = drawn
    width: int = 1280
    height: int = 720


PICTURES = {
    "river": Picture("", width=1366, height=768),
    "training": Picture("training", trained, height=900),
    "your_model": Picture("your_model", height=800),
}


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        served(Path(folder) / "log") as (_, port),
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(
            executable_path=find_chromium(), args=list(CHROMIUM_FLAGS)
        )
        for name, picture in PICTURES.items():
            page = browser.new_page(
                viewport={"width": picture.width, "height": picture.height},
                reduced_motion="reduce",
            )
            page.set_default_timeout(120_000)
            page.goto(f"http://127.0.0.1:{port}/{picture.address}")
            picture.until(page)
            page.mouse.move(0, 0)
            page.wait_for_timeout(1500)  # fonts, and what fades
            taken = Image.open(io.BytesIO(page.screenshot()))
            file = FOLDER / f"{name}.png"
            taken.convert("RGB").quantize(COLOURS).save(file, optimize=True)
            print(f"{file.name}: {file.stat().st_size / 1000:.0f} kB")
            page.close()
        browser.close()


if __name__ == "__main__":
    main()
