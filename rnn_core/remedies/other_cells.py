"""Another cell: one remedy for each that says what it helps."""

from __future__ import annotations

from rnn_core.cells import CELLS
from rnn_core.cells.cell import Cell
from rnn_core.numbers.said import Said
from rnn_core.remedies.in_pytorch import another_cell
from rnn_core.remedies.remedy import Remedy
from rnn_core.training.config import of_cell


def _swap(name: str, cell: Cell) -> Remedy:
    assert cell.helps is not None
    return Remedy(
        label=f"{cell.label} instead",
        says=cell.helps.says,
        law=cell.helps.law,
        source=cell.source,
        cost=Said(
            "The products of its step, see the column.",
            plain="That of its own step, see the column.",
        ),
        changes=lambda config: (
            {} if config.cell == name else {"cell": name, "omega": 0.0} | of_cell(cell)
        ),
        code=another_cell,
    )


SWAPS: dict[str, Remedy] = {
    f"cell_{name}": _swap(name, cell) for name, cell in CELLS.items() if cell.helps is not None
}
