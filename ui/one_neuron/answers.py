"""What the page answers while a setting moves: the same drawings as on the page, by group.

The training is what the reader has done in this session: no answer knows it.
"""

from __future__ import annotations

from ui import live
from ui.controls import store
from ui.frame import lesson
from ui.one_neuron import explaining, stage, tables, unit


def address() -> str:
    """The page's settings as a link."""
    return store.query(unit.LINKED)


def set_stamp() -> None:
    """Of everything that the charts are drawn from."""
    live.set_stamp([store.get(name) for name in unit.LINKED])


def first_screen() -> None:
    """The verdict and the diagram, the four outputs, and the closed form."""
    set_stamp()
    lesson.show("one_neuron")
    p = unit.on_screen()
    stage.show(p)
    outputs()
    explaining.powers()
    explaining.power_curve(p)


def outputs() -> None:
    """Of the four strings of the task."""
    live.words("outputs", tables.outputs(unit.over_examples(), store.get("bits")))


def terms() -> None:
    """One term per step of the gradient."""
    set_stamp()
    p = unit.on_screen()
    for chart in explaining.TERMS:
        chart(p)
