"""A class at the projector: a room of four letters, its rounds and answers."""

from typing import Any

from ui.live import drawing


def room(payload: dict[str, Any], *, key: str, height: int) -> None:
    """Mount the teacher's side of a room; it talks to the server by itself (ui/rooms/route.py).

    title, about, kept   what is said before a room is open
    offers      networks that can be asked about: [{"source", "name", "setting"}]
    questions   what can be asked of one: [{"name", "label"}]
    """
    drawing.show("room/room", payload, key=key, height=height)
