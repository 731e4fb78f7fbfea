"""The layers of a recording, one above the other: the gradient of each as a river through time."""

from collections.abc import Sequence
from typing import Any

from ui.live import drawing

# Pixels of a row where there are up to so many; and of title, axis and line of numbers.
_PITCHES = ((2, 68), (8, 46))
_LEAST = 38
_AROUND = 84


def stack(
    payload: dict[str, Any],
    *,
    key: str,
    settings: Sequence[str],
) -> None:
    """Draw a row for each layer and direction, the one nearest the loss first.

    A click on a row chooses it and a step, keys do the same: they move the page's `settings`, of
    the layer (a row's path) and of the step (from 1; nothing for none). Width and colour are
    functions of r_t = log₁₀ ‖∂L/∂h_t‖ relative to one number, as in `live.river`; step t stands
    where a chart with its margins has it.

    Fields of `payload`

    rows        each a dict of the following; n ≤ T steps are drawn
        path        its name as a setting
        title, word, kind, far
                    its name; its verdict, and the class of its colour; what arrives at the far end
        label       the row in a sentence
        length      T
        direction   0: it flows from the last step to the first; 1: the other way
        steps       (n,) the steps drawn, from 1
        log10       (n,) r_t; -inf where exactly 0, nan where there is none
        log10_abs   (n,) log₁₀ ‖∂L/∂h_t‖
        arrived     (n,) the same as log10 of what arrives from above, or None
        broken      the step of the first number that is not finite, or None
    chosen      path of the row that is looked at
    selected    the selected step, or None
    title, summary
                above the rows; and for screen readers
    """
    rows = len(payload["rows"])
    pitch = next((pitch for most, pitch in _PITCHES if rows <= most), _LEAST)
    drawing.show(
        "stack/stack",
        payload | {"pitch": pitch, "settings": list(settings)},
        key=key,
        height=_AROUND + rows * pitch,
    )
