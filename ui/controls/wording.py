"""The depth of words that the reader has chosen, for everything that is said on a page."""

from __future__ import annotations

from typing import Any

import streamlit as st

from rnn_core.numbers.said import FULL, Said, at
from ui.controls import store
from ui.look import terms

_DRAWN = "words_drawn"  # in the session: the depth that the whole page was last drawn in


def depth() -> str:
    """PLAIN or FULL."""
    return store.get("words")


def formulas() -> bool:
    """Whether letters and formulas may stand on the page."""
    return depth() == FULL


def say(text: str) -> str:
    """A text in that depth."""
    return at(text, depth())


def drawn(figure: Any) -> Any:
    """A figure with every name, title and note in that depth, and the term that a line's name
    holds beside it, for the legend; nothing else of it is copied."""
    if isinstance(figure, str):
        return say(figure) if isinstance(figure, Said) else figure
    if isinstance(figure, dict):
        found = {key: drawn(value) for key, value in figure.items()}
        name = found.get("name")
        if isinstance(name, str) and (term := terms.of(name)) is not None:
            found["meta"] = found.get("meta", {}) | {"term": term.name}
        return found
    if isinstance(figure, list) and any(isinstance(each, dict | Said) for each in figure):
        return [drawn(each) for each in figure]
    return figure


def remember() -> None:
    """Note what the whole page is being drawn in; early in every run of its script."""
    st.session_state[_DRAWN] = depth()


def changed() -> bool:
    """Whether the reader has turned to other words since the whole page was drawn."""
    return st.session_state.get(_DRAWN, depth()) != depth()
