"""The page's tables, as HTML: the four examples, powers of w, difference quotients."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from rnn_core.numbers.spoken import number
from rnn_core.studies.one_neuron import Pass
from ui.one_neuron import figures, nodes


def outputs(passes: Iterable[Pass], bits: str) -> str:
    """What the unit makes of the four examples; the one that is `bits` stands out."""
    rows = "".join(
        f"<tr{' class=here' if p.bits == bits else ''}>"
        f"<td>{p.bits} → {p.target:.0f}</td><td class=number>{number(p.y)}</td>"
        f"<td>{'right' if p.right else '<span class=missed>wrong</span>'}</td></tr>"
        for p in passes
    )
    return (
        '<table class="unroll-outputs"><tr><th>example</th><th class=number>output y</th><td></td>'
        f"</tr>{rows}</table>"
    )


def powers(w: float, lag: int, say: Callable[[str], str]) -> str:
    """The reader's power, and those worth knowing by heart."""
    rows = "".join(
        "<tr>" + "".join(f"<td>{cell}</td>" for value in row if (cell := say(value))) + "</tr>"
        for row in figures.power_rows(w, lag)
    )
    head = "".join(f"<th>{name}</th>" for each in figures.POWER_COLUMNS if (name := say(each)))
    return f'<table class="unroll-powers"><tr>{head}</tr>{rows}</table>'


def differences(rows: Iterable) -> str:
    """The gradient of each weight beside its difference quotient."""
    body = "".join(
        f"<tr><td>{nodes.maths('∂L/∂' + row.weight)}</td><td>{number(row.gradient, 9)}</td>"
        f"<td>{number(row.measured, 9)}</td><td>{number(row.relative, 3)}</td></tr>"
        for row in rows
    )
    names = (
        "",
        "backpropagation",
        "(<i>L</i>(<i>w</i>+ε) − <i>L</i>(<i>w</i>−ε)) / 2ε",
        "relative difference",
    )
    head = "".join(f"<th>{name}</th>" if name else "<td></td>" for name in names)
    return (
        '<div class="unroll-differences"><table class="differences">'
        f"<tr>{head}</tr>{body}</table></div>"
    )
