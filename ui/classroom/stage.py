"""The teacher's side of a room, drawn by one component, which talks to the room by itself."""

from __future__ import annotations

from dataclasses import asdict

from ui import live
from ui.classroom import words
from ui.rooms import asking, questions

HEIGHT = 560


def show() -> None:
    """What can be asked, and of which networks; the rest happens in the browser."""
    offers = [asdict(offer) for offer in asking.offers()]
    kinds = [{"name": one.name, "label": one.label} for one in questions.OF_NETWORKS]
    says = {"title": words.TITLE, "about": words.ABOUT, "kept": words.KEPT}
    live.set_stamp(offers, kinds)
    live.room(says | {"offers": offers, "questions": kinds}, key="room", height=HEIGHT)
