"""The frame around every page: title, logo, and the rules of style Streamlit has no option for."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from ui.frame import errors
from ui.internals import clicks, leaving, runs
from ui.server import waiting

_STATIC = Path(__file__).resolve().parents[2] / "static"

ABOUT = (
    "**Unroll** shows how gradients flow through unrolled recurrent networks. "
    "Every curve is computed from a real network at the settings on screen."
)


def enter() -> None:
    """The first line of every page: make sure that it stands inside app.py's frame.

    Links to pages that are the first requests after a start, one or a whole class, would run those
    pages' files alone, without title, style and navigation; then this starts the run again, in the
    frame.
    """
    from ui.live import session  # here: it imports NumPy, for which app.py prepares first

    session.mixed()  # this run brings everything
    if runs.outside_the_frame():
        runs.forget_the_old_kind_of_pages()
        st.rerun()


def rules(name: str) -> str:
    """The text of `static/styles/<name>.css`."""
    return (_STATIC / "styles" / f"{name}.css").read_text()


def turn_to(path: str, title: str) -> None:
    """Say which page comes now, by its path, and name it in the browser's tab; before it runs."""
    from ui.controls import store  # here: it imports NumPy, for which app.py prepares first

    st.set_page_config(page_title=f"{title} · Unroll")
    store.turn_to(path)


def style(name: str) -> None:
    """Send the rules of `static/styles/<name>.css`, which take no place on the page.

    They travel with the page and not by an address of their own: nothing is drawn without them
    first, and an edited sheet needs a reload, no new server.
    """
    st.html(_STATIC / "styles" / f"{name}.css")


def install() -> None:
    """Title, icon, logo and style; the first thing app.py does on every run."""
    errors.watch()
    clicks.finish_what_began()
    leaving.stay_on_the_page_that_was_clicked()
    runs.mark_framed()
    st.set_page_config(
        page_icon=str(_STATIC / "icon.svg"),
        layout="wide",
        # Without an item of ours Streamlit hides the menu, and the choice of theme with it.
        menu_items={"About": ABOUT},
    )
    st.logo(str(_STATIC / "logo.svg"), size="medium")
    style("frame")
    style("places")
    from ui.live.again import again  # here: it imports NumPy, for which app.py prepares first

    again()
    waiting.install()
