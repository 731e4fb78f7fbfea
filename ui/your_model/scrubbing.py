"""Through the recorded updates."""

from __future__ import annotations

from ui import live
from ui.controls import store
from ui.settings.recording import UPDATE
from ui.your_model.looking import Looked


def updates(seen: Looked) -> None:
    """A slider over the updates; at its right end it goes on with the recording."""
    steps = seen.opened.steps
    last = steps[-1]

    def moved(value: float) -> None:
        store.put(**{UPDATE.key: _asked(round(value), last)})

    live.slider(
        f"{UPDATE.label}{' (latest)' if seen.latest else ''}",
        key=UPDATE.key,
        value=seen.one.step,
        minimum=min(steps[0], last - 1),
        maximum=max(last, 1),
        step=1,
        digits=0,
        help=UPDATE.help,
        on_move=moved,
    )


def along(rows: list[int], seen: Looked) -> dict:
    """What a click in a chart chooses whose y axis is the update: the nearest of these `rows`."""
    last = seen.opened.steps[-1]
    return {
        "axis": "y",
        "setting": UPDATE.key,
        "places": rows,
        "values": [_asked(step, last) for step in rows],
        "chosen": seen.one.step,
    }


def _asked(step: int, last: int) -> int:
    """The setting for an update: the last one is whichever is the latest."""
    return 0 if step >= last else max(step, 1)
