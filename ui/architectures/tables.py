"""The table of the page, as HTML: every cell at one step, and what it costs."""

from __future__ import annotations

import html
from collections.abc import Callable

from rnn_core.studies.architectures import Compared, Comparison
from ui.architectures import words
from ui.look.typeset import typeset


def cells(comparison: Comparison, step: int, say: Callable[[str], str] = str) -> str:
    """Every cell at `step`; `say` chooses between words in two depths."""
    head = "".join(
        f'<th scope="col" title="{html.escape(say(tip))}">{typeset(say(name))}</th>'
        for name, tip in words.columns(comparison, step)
    )
    rows = "".join(_row(cell, step, say) for cell in comparison.cells)
    return (
        f'<div class="unroll-cells" data-step="{step}" tabindex="0" role="region" '
        f'aria-label="Every cell at step {step}"><table><thead><tr><th scope="col">cell</th>{head}'
        f"</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _row(cell: Compared, step: int, say: Callable[[str], str]) -> str:
    own = words.setting(cell)
    border = {"": "solid", "dot": "dotted"}.get(cell.about.dash, "dashed")
    cells = "".join(
        f"<td{' class=here' if n == 0 else ''}>{typeset(say(value))}</td>"
        for n, value in enumerate(words.row(cell, step))
    )
    return (
        f'<tr data-cell="{cell.cell}"><th scope="row">'
        f'<i style="border-color:{cell.about.colour};border-top-style:{border}"></i>'
        f"{typeset(cell.about.label)}"
        + (f"<small>{typeset(own)}</small>" if own else "")
        + f"</th>{cells}</tr>"
    )
