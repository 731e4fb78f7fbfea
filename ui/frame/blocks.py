"""Blocks that every page has: what a link got wrong, a chart with its sentence, the downloads."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable

import streamlit as st

from rnn_core.config import RNNConfig
from ui import live
from ui.controls import network, share, store, wording
from ui.export import harmless
from ui.frame import explained
from ui.look.typeset import captioned, lettered
from ui.pages import PAGES

SIDE_HEIGHT = 300


def link_notes() -> None:
    """What had to be changed in the link that opened this session, until something is moved; and
    what the link hides is hidden. On every page, before anything is said."""
    share.hide()
    wording.remember()
    # A box that is always there: where it goes, what is below moves up, and the browser draws for a
    # moment what stood there before, after what is new.
    box = st.container()
    if store.notes():
        box.warning(
            "This link had values that had to be changed:\n\n"
            + "\n".join(f"- {note}" for note in store.notes()),
            icon=":material/link_off:",
        )


def where_next() -> None:
    """The page's last line: links to other pages, which the browser completes with the settings on
    screen (static/live/page/onward.js)."""
    paths = {page.name: page.path or "./" for page in PAGES}
    links = "".join(
        f'<a href="{paths[onward.to]}" data-onward="{html.escape(onward.changes)}" '
        f'data-without="{" ".join(onward.without)}">'
        f"{lettered(onward.says)}</a>"
        for onward in store.page().onward
    )
    # On a phone the header has no room for the button that does the same.
    around = '<a href="#tour" class="around">Show me around</a>'
    st.html(
        f'<nav class="unroll-onward" aria-label="Where next"><b>Where next</b>{links}{around}</nav>'
    )


def glossary(words: str) -> None:
    """What is behind the page, at its end, and every term: set once it is opened. A browser takes
    as long to set the formulas as for all the rest of a page."""

    @live.fragment
    def unfold() -> None:
        book = st.expander(
            "Words, formulas and sources",
            icon=":material/menu_book:",
            key="glossary",
            on_change="rerun",
        )
        if book.open:
            book.markdown(words)
            book.html(explained.table())

    unfold()


def sequences_left_out(config: RNNConfig, asked: int, cells: Iterable[str] = ()) -> None:
    """A sentence where the server computes fewer than the `asked` sequences."""
    if note := network.fit_note(config, asked, cells):
        st.caption(note)


def explain(
    key: str,
    figure: dict,
    title: str,
    caption: str,
    *,
    height: int = SIDE_HEIGHT,
    step_axis: str | None = None,
    chooses: dict | None = None,
    more: str = "",
) -> None:
    """A chart that follows the leading ones, with the sentence that says what it shows.

    `more` is for those who cannot see it.
    """
    title, caption = wording.say(title), wording.say(caption)
    live.chart(
        wording.drawn(figure),
        key=key,
        height=height,
        title=captioned(title),
        caption=captioned(caption),
        alt=f"{title}. {caption} {wording.say(more)}".strip(),
        step_axis=step_axis,
        chooses=chooses,
    )


def downloads(
    name: str,
    csv: Callable[[], str],
    script: Callable[[], str],
    *,
    data: str = "Curves as CSV",
    program: str = "Experiment as Python",
):
    """Two buttons, which make their files when they are pressed; returns their row."""
    row = st.container(horizontal=True, gap="small")
    row.download_button(
        data,
        lambda: harmless(csv()),
        file_name=f"{name}.csv",
        mime="text/csv",
        icon=":material/table:",
        on_click="ignore",
    )
    row.download_button(
        program,
        script,
        file_name=f"{name}.py",
        mime="text/x-python",
        icon=":material/code:",
        on_click="ignore",
    )
    return row
