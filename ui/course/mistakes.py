"""Mistakes: each an experiment with a switch, and its cost as it is measured now."""

from __future__ import annotations

from html import escape

import streamlit as st

from rnn_core.studies.mistakes import MISTAKES
from rnn_core.studies.mistakes.mistake import Measured, Mistake
from ui import live, run
from ui.look.typeset import typeset
from ui.pages import PAGES

INTRODUCTION = (
    "Each of these stands in somebody’s code. Switch a mistake on and off: the same experiment is "
    "run with it and without."
)
_TITLES = {page.name: page for page in PAGES}


def show() -> None:
    """Every mistake."""
    st.html(f'<div class="unroll-asked"><p>{INTRODUCTION}</p></div>')
    for name, mistake in MISTAKES.items():
        live.fragment(_one)(name, mistake)


def _one(name: str, mistake: Mistake) -> None:
    """One, in a box of its own."""
    with st.container(border=True, key=f"mistake_{name}"):
        st.header(mistake.label)
        st.markdown(mistake.story)
        on = st.toggle("with the mistake", True, key=f"with_{name}")
        wrong, right = run.mistake(name, True), run.mistake(name, False)
        code = f'<pre class="unroll-code">{escape(mistake.wrong if on else mistake.right)}</pre>'
        numbers = _numbers(wrong if on else right, mistaken=on)
        st.html(code + numbers + _cost(mistake, wrong, right))


def _numbers(found: tuple[Measured, ...], *, mistaken: bool) -> str:
    cells = "".join(
        f"<div><dt>{typeset(one.label)}</dt><dd>{escape(one.said)}</dd></div>" for one in found
    )
    return f'<dl class="unroll-measured" data-mistaken="{int(mistaken)}">{cells}</dl>'


def _cost(mistake: Mistake, wrong: tuple[Measured, ...], right: tuple[Measured, ...]) -> str:
    page = _TITLES[mistake.page]
    to = f"./{page.path}?{mistake.settings}"
    return (
        f'<p class="unroll-cost"><b>What it costs:</b> {typeset(mistake.cost(wrong, right))} '
        f'<a href="{escape(to)}">See it on “{escape(page.title)}”</a></p>'
    )
