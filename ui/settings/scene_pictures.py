"""The small pictures of a page's scenes, as its folder keeps them: drawn beforehand.

`make pictures` draws them (deploy/draw_scenes.py): some take seconds of training, and none may cost
the first page anything. tests/screen/test_scene_pictures.py holds them to what the engine gives.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

_UI = Path(__file__).resolve().parents[1]


def kept(page: str) -> Path:
    """The file of a page's pictures: {name of the scene: SVG}."""
    return _UI / page / "miniatures.json"


@cache
def of(page: str) -> dict[str, str]:
    """The pictures of a page by the scene's name; {} where it has none."""
    file = kept(page)
    return json.loads(file.read_text()) if file.exists() else {}
