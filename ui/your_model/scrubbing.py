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
        store.put(**{UPDATE.key: 0 if value >= last else max(round(value), 1)})

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
