"""A recording as text: what `unroll doctor` prints."""

from __future__ import annotations

import math
import textwrap
from typing import TYPE_CHECKING

from rnn_core.numbers.spoken import count, factor, number
from rnn_core.recording.layer_reading import LayerReading

if TYPE_CHECKING:
    from rnn_core.recording.findings import Finding, Run

WIDTH = 80
AS_ABOVE = "What to change is written above: the same code."


def sentence(one: LayerReading) -> str:
    """What one layer's gradient does, in one sentence."""
    if one.verdict == "broken":
        return "not finite: see below."
    if one.verdict == "silent":
        return "the gradient is exactly 0 at every step."
    if one.verdict == "still":
        return "the loss sits at the first step that it goes through: nothing travels."
    far = f"horizon {count(one.horizon, 'step')} of {one.length}"
    if one.reading.reach.horizon is None:
        far = f"above 1/1000 through all {count(len(one.curve), 'step')}"
    rate = one.reading.rate.factor
    each = f"{factor(rate)} per step back, " if math.isfinite(rate) else ""
    return f"{one.verdict}: {each}{far}."


def proof(one: LayerReading) -> str:
    """The badge."""
    if one.verdict == "broken":
        return "not proved: it holds a number that is not finite"
    if math.isnan(one.check):
        return "not proved: no weight of it has a gradient"
    return f"proved: Σ_t of its terms is {number(one.check, 2)} from PyTorch’s own gradient"


def state(one: LayerReading) -> str:
    """Where the gradient goes at the first step."""
    if not one.about.get("state_given"):
        return "begins from zeros"
    if one.about.get("state_attached"):
        return "begins from a state that the gradient flows on to"
    return "begins from a state without a graph: the gradient ends there"


def told(run: Run, name: str, seen: list[Finding]) -> str:
    """Layers, then findings with evidence and code."""
    steps = run.steps
    head = f"{name}: {count(len(steps), 'record')}"
    if not steps:
        return f"{head}; nothing recorded yet.\n"
    lines = [f"{head}, the latest of update {steps[-1]:,}", ""]
    for one in run.readings():
        lines += [
            one.title,
            *textwrap.wrap(sentence(one), WIDTH, initial_indent="  ", subsequent_indent="  "),
            f"  {proof(one)}",
        ]
        if one.kind != "state":
            lines.append(f"  {state(one)}")
    lines.append("")
    if not seen:
        lines.append("Nothing is wrong that this record shows.")
    given: set[str] = set()  # code that one layer was told, and that says the same of the next
    for finding in seen:
        lines.append(f"{finding.title}")
        for text in finding.evidence:
            lines += textwrap.wrap(text, WIDTH, initial_indent="  ", subsequent_indent="  ")
        for remedy in finding.remedies:
            if remedy.code in given:
                lines.append(f"  > {AS_ABOVE}")
                continue
            given.add(remedy.code)
            lines += textwrap.wrap(
                remedy.text, WIDTH, initial_indent="  > ", subsequent_indent="    "
            )
            lines += [f"      {line}" for line in remedy.code.splitlines()]
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"
