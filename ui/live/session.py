"""What the components share in a browser session: how far its moves have come, and what the page
was computed from."""

import hashlib
from typing import Any

import streamlit as st


def receive(key: str, move: dict[str, Any]) -> bool:
    """Note a move ``{"value", "seq", "final", "again"}`` of the slider `key`; return whether its
    value is news.

    The release of a slider repeats the value of its last move. Should the value have been set from
    elsewhere in between (a scene, say), the repetition must not undo it.
    """
    state = st.session_state
    state["_live_seq"] = max(int(move["seq"]), state.get("_live_seq", 0))
    received = state.setdefault("_live_received", {})
    repeated = bool(move.get("again")) and received.get(key) == move["value"]
    received[key] = move["value"]
    return not repeated


def told(component_key: str, name: str) -> dict[str, Any] | None:
    """What a component reports as `name`; for its callback.

    None where the reader has gone to another page meanwhile: Streamlit may then still call, with
    the component's state gone.
    """
    return (st.session_state.get(component_key) or {}).get(name)


def set_stamp(*state: object) -> None:
    """Say what everything drawn from here on is computed from; a hash of its repr is sent along."""
    short = hashlib.blake2b(repr(state).encode(), digest_size=6).hexdigest()
    st.session_state["_live_stamp"] = short


def envelope() -> dict[str, Any]:
    """What every payload carries: the newest move it knows of, and the settings it shows."""
    return {
        "seq": st.session_state.get("_live_seq", 0),
        "stamp": st.session_state.get("_live_stamp"),
    }
