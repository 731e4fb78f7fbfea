"""The row above a page: a button for each scene, the link's place, and the scene on screen in words
under them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st

from ui.controls import store
from ui.settings import scene as scenes_of
from ui.settings.every import SETTINGS


def start():
    """The row, with nothing in it yet."""
    return st.container(horizontal=True, gap="small", vertical_alignment="center", key="scenes")


def buttons(place, kind: str, labels: dict[str, str], play: Callable[[str], None], **more) -> None:
    """A button for each name, which plays it; `kind` sets their keys apart."""
    for name, label in labels.items():
        place.button(label, key=f"{kind}_{name}", on_click=play, args=(name,), **more)


def link_place(row):
    """The place of the link, which takes what is left of the row."""
    with row:
        return st.container(width="stretch")


def says(label: str, look: str) -> None:
    """What to look at in the scene on screen."""
    st.caption(f"**{label}.** {look}")


def of_views(
    kind: str,
    scenes: dict[str, scenes_of.Scene],
    otherwise: str,
    *,
    apart_from: str,
    verdict: Callable[[Mapping], str],
):
    """The whole row of a page whose scenes set settings of its own. Returns the place of the link,
    and what writes under the row what to look at: for the fragment that runs when a setting moves.

    A scene is on screen until one of them changes, `apart_from` aside. While one alone has changed,
    the page says what that has crossed, by the `verdict` on settings by key; then `otherwise`.
    """

    def play(name: str) -> None:
        store.put(**scenes[name].changes)
        st.session_state[f"{kind}_played"] = name

    row = start()
    buttons(row, kind, {name: scene.label for name, scene in scenes.items()}, play)
    link, under = link_place(row), st.container()

    def look() -> None:
        scene = scenes.get(st.session_state.get(f"{kind}_played"))
        if scene is None:
            under.caption(otherwise)
            return
        values = {key: store.get(key) for key in scene.changes}
        values[apart_from] = scene.changes[apart_from]
        left = scenes_of.left([scene], values, SETTINGS)
        with under:
            if values == scene.changes:
                says(scene.label, scene.look)
            elif left is not None:
                was, now = verdict(scene.changes), verdict(values)
                crossed = f"“{now}”, as there" if was == now else f"“{was}” there, “{now}” here"
                says(f"One setting from “{scene.label}”", f"{left.said}: {crossed}.")
            else:
                st.caption(otherwise)

    return link, look
