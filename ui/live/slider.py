"""A slider that moves the picture while it is being dragged; `st.slider` sends only on release."""

import functools
from collections.abc import Callable

import streamlit as st

from ui.live import assets, session, wire

_HEIGHT = 54  # pixels; static/live/slider.js has the same


@functools.lru_cache(maxsize=4)
def _component(_version: str):
    return st.components.v2.component(
        "unroll.slider", js=assets.loader("slider"), isolate_styles=False
    )


def slider(
    label: str,
    *,
    key: str,
    value: float,
    minimum: float,
    maximum: float,
    step: float,
    log: bool = False,
    unit: str = "",
    digits: int = 2,
    help: str = "",
    on_move: Callable[[float], None],
) -> None:
    """Show a slider standing at `value`; the state stays with the caller.

    `on_move(value)` is called, as a callback before the rerun, for every value the user chooses;
    whatever `value` the next run passes is where the slider stands, unless the user has moved on
    meanwhile.

    `log` spaces the track logarithmically (`minimum` > 0). Values lie on the grid ``minimum + i *
    step``; a value typed by hand may lie between, unless `minimum` and `step` are whole numbers.
    Mount it in the fragment of the chart it moves.
    """
    component_key = f"live_{key}"

    def move() -> None:
        move = session.told(component_key, "move")
        if move and session.receive(key, move):
            on_move(float(move["value"]))

    payload = {
        "key": key,
        "label": label,
        "minimum": minimum,
        "maximum": maximum,
        "step": step,
        "log": log,
        "unit": unit,
        "digits": digits,
        "help": help,
    }
    _component(assets.version())(
        key=component_key,
        data=wire.pack(payload, session.envelope() | {"value": value}),
        on_move_change=move,
        height=_HEIGHT,
    )
