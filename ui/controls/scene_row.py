"""The row above a page: a button for each scene, the link's place, and the scene on screen in words
under them."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from ui.controls import store


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


def of_views(kind: str, scenes: dict, otherwise: str, *, apart_from: str):
    """The whole row of a page whose scenes set settings of its own. Returns the place of the link,
    and what writes under the row what to look at: for the fragment that runs when a setting moves.

    A scene is on screen until one of them changes, `apart_from` aside; then the page says
    `otherwise`.
    """

    def play(name: str) -> None:
        store.put(**scenes[name].changes)
        st.session_state[f"{kind}_played"] = name

    row = start()
    buttons(row, kind, {name: scene.label for name, scene in scenes.items()}, play)
    link, under = link_place(row), st.container()

    def look() -> None:
        scene = scenes.get(st.session_state.get(f"{kind}_played"))
        with under:
            if scene and all(
                store.get(k) == v for k, v in scene.changes.items() if k != apart_from
            ):
                says(scene.label, scene.look)
            else:
                st.caption(otherwise)

    return link, look
