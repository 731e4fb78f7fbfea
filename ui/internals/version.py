"""Which Streamlit this app is for. Nothing here may need more of it than any version has."""

from __future__ import annotations

import sys

import streamlit as st

# From the first to before the second, as pyproject.toml has it; each minor version has moved names.
FROM, BEFORE = (1, 67), (1, 68)


def wrong(version: str | None = None) -> str:
    """One sentence on a Streamlit that is too old or too new for this app; "" where it fits."""
    version = str(getattr(st, "__version__", "")) if version is None else version
    numbers = version.split(".")[:2]
    if not all(number.isdigit() for number in numbers) or len(numbers) < 2:
        return ""  # built from a checkout: the names that it lacks are done without
    found = tuple(map(int, numbers))
    if FROM <= found < BEFORE:
        return ""
    return (
        f"Unroll needs Streamlit {_said(FROM)} or newer and older than {_said(BEFORE)}, and this "
        f"is {version}, too {'old' if found < FROM else 'new'}: pip install -r requirements.txt"
    )


def tell(sentence: str) -> None:
    """Say so in the log and on the page."""
    print(sentence, file=sys.stderr, flush=True)
    st.error(sentence)


def _said(version: tuple[int, int]) -> str:
    return ".".join(map(str, version))
