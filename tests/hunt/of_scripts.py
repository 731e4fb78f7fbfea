"""What is taken away, run as its reader would, prints what the page says."""

from __future__ import annotations

import contextlib
import io
import math
import warnings
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from tests.hunt import of_cells, of_clipping, of_gradient_flow, of_grid
from tests.hunt.curves import WORDS
from tests.hunt.numbers import Said
from tests.hunt.reading import Page, find, number
from ui import export
from ui.architectures import export as cells_export
from ui.clipping import experiment
from ui.clipping import export as clipping_export
from ui.controls import store
from ui.initialisation import export as grid_export


def printed(script: str) -> list[str]:
    """The lines that a program prints, a warning being an error."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out), warnings.catch_warnings():
        warnings.simplefilter("error")
        exec(compile(script, "taken_away.py", "exec"), {"__name__": "__main__"})
    return out.getvalue().splitlines()


def _off(said: Said, log10: float) -> bool:
    return not said.means(log10, 1e-4)


def of_one_network(page: Page) -> Iterator[str]:
    """Gradient flow: the numbers beside the verdict, and the verdict itself."""
    c, facts = of_gradient_flow.config(page), page.facts()
    ratio = number(next(v for k, v in facts.items() if k.startswith("‖δ_1‖")))
    if not c.cell_used.two_factors:
        lines = printed(cells_export.script(c, (c.cell,), [c.seed]))
        last = [float(line.split(",")[-1]) for line in lines if line.startswith(f"{c.cell},")]
        if _off(ratio, _ratio(last[0], last[-1])):
            yield f"the program ends at 10^{last[0] - last[-1]}, the page at {facts}"
        return
    lines = printed(export.script(c))
    found = {key: value for key, value in (_named(line) for line in lines) if key}
    if _off(ratio, float(found["log10 of first/last"])):
        yield f"the program ends at 10^{found['log10 of first/last']}, the page at {facts}"
    rate = facts["per step back"]
    if rate != "–" and not number(rate).is_number(float(found["factor per step back"]), 1e-4):
        yield f"the program's factor is {found['factor per step back']}, the page's {rate}"
    if found.get("verdict", page.heading().lower()) != WORDS[page.heading()]:
        yield f"the program says {found['verdict']}, the page {page.heading()}"


def _named(line: str) -> tuple[str, str]:
    """A line "name   value"; no name where it is a row of numbers."""
    got = find(r"^([a-z].*?)\s{1,}(\S+)(?: steps)?$", line)
    return (got[0].strip(), got[1]) if got else ("", "")


def _ratio(first: float, last: float) -> float:
    return -math.inf if first == -math.inf else first - last


def of_a_grid(page: Page) -> Iterator[str]:
    """Initialisations: every panel's end."""
    drawn = page.pieces["panels"]
    inits, activations = ([one["name"] for one in drawn[k]] for k in ("rows", "columns"))
    config = replace(
        of_gradient_flow.config(page), cell="vanilla", batch_size=page.values["panel_sequences"]
    )
    head, *lines = printed(grid_export.script(config, tuple(inits), tuple(activations)))
    columns = head.split(",")
    rows = [line.split(",") for line in lines if line[0].isdigit()]
    first, last = (dict(zip(columns, map(float, rows[n]), strict=True)) for n in (0, -1))
    for name, curve in zip(
        (f"{i}.{a}" for i in inits for a in activations),
        of_grid.curves(page).values(),
        strict=True,
    ):
        ratio = _ratio(first[name], last[name])
        if ratio != curve.ratio and not abs(ratio - curve.ratio) < 1e-4 + 1e-6 * abs(ratio):
            yield f"{name}: the program ends at 10^{ratio}, the panel at 10^{curve.ratio}"


def of_several_cells(page: Page) -> Iterator[str]:
    """Architectures: every row's ratio, where one seed makes it."""
    if page.values["seeds"] > 1:
        return
    names = tuple(of_cells.rows(page))
    config = replace(
        of_gradient_flow.config(page), cell="vanilla", batch_size=page.values["cell_sequences"]
    )
    lines = printed(cells_export.script(config, names, [config.seed]))
    for cell, row in of_cells.rows(page).items():
        last = [float(line.split(",")[-1]) for line in lines if line.startswith(f"{cell},")]
        if _off(number(row["ratio"]), _ratio(last[0], last[-1])):
            yield f"{cell}: the program ends at 10^{last[0] - last[-1]}, the table at {row}"


def of_the_cliff(page: Page) -> Iterator[str]:
    """Clipping: where both paths end."""
    drawn = of_clipping.descents(page)
    with store.given(page.values):
        paths, settings = experiment.descents(), experiment.settings()
    lines = [line.split() for line in printed(clipping_export.script(paths, settings))]
    for kind, path in drawn.items():
        own = [line for line in lines if line[0] == kind]
        w = np.asarray(path["w"], float)
        if len(own) != len(w) or abs(float(own[-1][2]) - w[-1]) > 1e-5 * max(1.0, abs(w[-1])):
            yield f"{kind}: the program ends with {own[-1]}, the picture at w = {w[-1]}"


RELATIONS = {
    "gradient_flow": (of_one_network,),
    "initialisation": (of_a_grid,),
    "architectures": (of_several_cells,),
    "clipping": (of_the_cliff,),
}
