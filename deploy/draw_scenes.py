"""Draw the small pictures on the buttons of scenes anew: make pictures, or

    python -m deploy.draw_scenes

A page that has scenes has a file ui/<name>/miniatures.py, whose `drawn` makes the picture of one
from the engine. They are kept beside it and shipped; this is run again when a scene changes.
"""

from __future__ import annotations

import json
from importlib import import_module
from importlib.util import find_spec

from ui.pages import PAGES
from ui.settings import scene_pictures


def pages() -> list[str]:
    """The pages that have such pictures."""
    rooms = [each.name for each in PAGES if find_spec(f"ui.{each.name}")]
    return [name for name in rooms if find_spec(f"ui.{name}.miniatures")]


def main() -> None:
    for page in pages():
        own = import_module(f"ui.{page}.miniatures")
        found = {name: own.drawn(name) for name in own.NAMES}
        lines = json.dumps(found, ensure_ascii=False, indent=1)
        scene_pictures.kept(page).write_text(lines + "\n")
        print(f"{page}: {len(found)} pictures, {len(lines) / 1000:.1f} kB")


if __name__ == "__main__":
    main()
