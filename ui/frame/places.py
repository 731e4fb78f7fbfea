"""Where the parts of a page stand: the sliders, what is above the picture, the other settings, the
picture. static/styles/places.css puts them there, on every width."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import streamlit as st

from ui import live


@dataclass(frozen=True)
class Places:
    """Containers, in the order of the Tab key: what one came to move is reached first.

    lesson: the words of a lesson, over everything, where there is one. sliders: those that lead;
    at the foot of a narrow screen. above: over the whole width, the scenes and what they show.
    settings: beside the picture; on a narrow screen a sheet, a tap away.
    """

    lesson: Any
    sliders: Any
    above: Any
    settings: Any
    picture: Any


def lay(*, scenes: bool = True) -> Places:
    """The places of a page, still empty. Without scenes there is nothing above but the link, and
    that stands over the sliders."""
    with st.container(key="lead"):
        places = Places(
            lesson=st.container(key="lesson"),
            sliders=st.container(gap="small", key="first_sliders"),
            above=st.container(gap="small", key="above" if scenes else "link_alone"),
            settings=st.container(gap="small", key="settings"),
            picture=st.container(gap="small", key="picture"),
        )
    with places.sliders:
        live.sheet()
    return places
