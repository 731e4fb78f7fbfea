"""The row above a page: a button with a picture for each scene, the link's place, and the scene on
screen in words over them."""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping
from typing import Protocol
from urllib.parse import quote

import streamlit as st

from ui.controls import store
from ui.controls.wording import say
from ui.look.typeset import typeset
from ui.settings import scene as scenes_of
from ui.settings import scene_pictures
from ui.settings.every import SETTINGS


class Entry(Protocol):
    """A scene of whatever kind."""

    @property
    def label(self) -> str:
        """What its button says."""


def start():
    """The row, with nothing in it yet."""
    return st.container(horizontal=True, gap="small", vertical_alignment="center", key="scenes")


def buttons(
    place, kind: str, scenes: Mapping[str, Entry], play: Callable[[str], None], **more
) -> None:
    """A button for each scene, which plays it by its name: those that one begins with, and after a
    mark those that surprise. `kind` sets their keys apart."""
    surprising = {name for name, scene in scenes.items() if getattr(scene, "surprise", False)}
    pictures = scene_pictures.of(store.page().name)
    for name in sorted(scenes, key=surprising.__contains__):
        if name in surprising and surprising != set(scenes):
            place.html('<span class="unroll-surprises">surprises</span>')
            surprising = set(scenes)  # the mark stands once
        label = scenes[name].label
        if name in pictures:
            # Their words say what they show: a reader of the page need not hear it twice.
            label = f"![](data:image/svg+xml,{quote(pictures[name])}) {label}"
        place.button(label, key=f"{kind}_{name}", on_click=play, args=(name,), **more)


def link_place(row):
    """The place of the link, which takes what is left of the row."""
    with row:
        return st.container(width="stretch")


def says(label: str, look: str) -> None:
    """What to look at in the scene on screen."""
    st.html(f'<p class="unroll-look"><b>{html.escape(label)}.</b> {typeset(look)}</p>')


def first_words(question: str, text: str) -> None:
    """What the page asks, and what to do first, where no scene is on screen; a phone has room for
    the first sentence of that."""
    first, dot, more = typeset(text).partition(". ")
    more = f'{dot}<span class="more">{more}</span>' if more else ""
    st.html(f'<p class="unroll-look"><strong>{typeset(question)}</strong> {first}{more}</p>')


def of_views(
    kind: str,
    scenes: dict[str, scenes_of.Scene],
    otherwise: tuple[str, str],
    *,
    apart_from: str,
    verdict: Callable[[Mapping], str],
):
    """The whole row of a page whose scenes set settings of its own. Returns the place of the link,
    and what writes over the row what to look at: for the fragment that runs when a setting moves.

    A scene is on screen until one of them changes, `apart_from` aside. While one alone has changed,
    the page says what that has crossed, by the `verdict` on settings by key; then `otherwise`,
    the page's question and what to do first.
    """

    def play(name: str) -> None:
        store.put(**scenes[name].changes)
        st.session_state[f"{kind}_played"] = name

    over = st.container()
    row = start()
    buttons(row, kind, scenes, play)
    link = link_place(row)

    def look() -> None:
        scene = scenes.get(st.session_state.get(f"{kind}_played"))
        if scene is None:
            with over:
                first_words(*otherwise)
            return
        values = {key: store.get(key) for key in scene.changes}
        values[apart_from] = scene.changes[apart_from]
        left = scenes_of.left([scene], values, SETTINGS)
        with over:
            if values == scene.changes:
                says(scene.label, scene.look)
            elif left is not None:
                was, now = say(verdict(scene.changes)), say(verdict(values))
                crossed = f"“{now}”, as there" if was == now else f"“{was}” there, “{now}” here"
                says(f"One setting from “{scene.label}”", f"{left.said}: {crossed}.")
            else:
                first_words(*otherwise)

    return link, look
