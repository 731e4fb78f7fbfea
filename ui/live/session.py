"""What the components share in a browser session: how far its moves have come, and what the page
was computed from."""

import math
import secrets
from typing import Any

import streamlit as st


def told(component_key: str, name: str) -> dict[str, Any] | None:
    """What a component reports as `name`; for its callback.

    None where the reader has gone to another page meanwhile (Streamlit may then still call, with
    the component's state gone), and where it is none of ours.
    """
    found = (st.session_state.get(component_key) or {}).get(name)
    return found if isinstance(found, dict) else None


def heard(count: object) -> bool:
    """Note how many of the reader's moves have come here; whether that is news."""
    if not isinstance(count, int) or count <= st.session_state.get("_live_told", 0):
        return False
    st.session_state["_live_told"] = count
    return True


def name() -> str:
    """Names this session, for a page that may find itself in another one after a reconnection."""
    return st.session_state.setdefault("_live_session", secrets.token_hex(4))


def mix() -> None:
    """Note that a move and something else came in one message.

    Streamlit then runs one fragment alone, whatever else was asked for.
    """
    st.session_state["_live_mixed"] = True


def mixed() -> bool:
    """Whether that has happened since the page ran."""
    return st.session_state.pop("_live_mixed", False)


def set_stamp(stamp: str) -> None:
    """Note what everything drawn from here on is computed from."""
    st.session_state["_live_stamp"] = stamp


def envelope() -> dict[str, Any]:
    """What every payload carries: how many moves it knows of, and the settings it shows."""
    return {
        "told": st.session_state.get("_live_told", 0),
        "stamp": st.session_state.get("_live_stamp"),
    }


def number(said: object) -> float | None:
    """What a browser says, as a finite number; None where it is none."""
    if isinstance(said, bool) or not isinstance(said, int | float):
        return None
    try:
        return float(said) if math.isfinite(said) else None
    except OverflowError:  # JSON has whole numbers of any length
        return None
