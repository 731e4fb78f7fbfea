"""What the page answers while a control moves."""

from __future__ import annotations

from ui.claims import experiment, stage


def address() -> str:
    """The page's settings as a link."""
    return experiment.address()


def first_screen() -> None:
    """The claim, what came of it, the chart and the numbers."""
    stage.set_stamp()
    stage.claim()
    stage.chart()
