"""One run in the terminal: `python -m rnn_core --cell lstm --gain 1.2 --seq-len 100`.

The options are the fields of RNNConfig. It needs NumPy and nothing else.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import sys
from dataclasses import asdict, fields
from typing import NoReturn

import numpy as np

from rnn_core import CHOICES, LIMITS, GradientFlow, RNNConfig, __version__, gradient_flow
from rnn_core.terminal import fitting, report


class OneLineParser(argparse.ArgumentParser):
    """Says what is wrong in one line, without the usage of twenty options before it."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}\n")


def parser() -> argparse.ArgumentParser:
    p = OneLineParser(
        prog="python -m rnn_core",
        description="Unroll a network, sweep its gradient back in time, and show what it did.",
        epilog="With --json, NaN is null, and an infinity is a string, 'inf' or '-inf': a gradient "
        "of exactly 0 has '-inf' as its log10.",
    )
    for field in fields(RNNConfig):
        name = "--" + field.name.replace("_", "-")
        if field.name in LIMITS:
            low, high = LIMITS[field.name]
            p.add_argument(
                name,
                type=number,
                metavar="N",
                default=field.default,
                help=f"from {low:.10g} to {high:.10g} (%(default)s)",
            )
        else:
            p.add_argument(
                name,
                metavar="NAME",
                default=field.default,
                help=f"{', '.join(CHOICES[field.name])} (%(default)s)",
            )
    p.add_argument("--json", action="store_true", help="config, numbers and curve as JSON")
    p.add_argument("--version", action="version", version=f"rnn_core {__version__}")
    return p


def number(text: str) -> int | float | str:
    """As Python reads it; what is no number stays text, for RNNConfig to refuse by name."""
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            pass
    return text


def as_json(flow: GradientFlow) -> str:
    """Everything `report` says and the curve, as strict JSON; `parser` says what is not finite."""
    s, over = flow.spread, flow.overflow
    state = f"dL/d{flow.config.cell_used.state}_t"
    names = ("verdict", "cause", "factor", "half_life", "horizon", "log10_ratio")
    last = [strict(v) for v in flow.reading.curve.tolist()]
    whole = {
        "rnn_core": __version__,
        "numpy": np.__version__,
        "config": asdict(flow.config),
        **{name: strict(getattr(flow, name)) for name in names},
        "zero_until": flow.zero_until,
        "total_log10_ratio": strict(flow.total.reach.log10_ratio),
        "at_rest": flow.at_rest,
        "overflow_step": None if over is None else over.step,
        "log10_last": {
            "what": f"log10 of the norm of {state} of the last loss alone: all above but the total",
            "median": last,
        },
        "log10_norms": {
            "what": f"log10 of the norm of {state} of all losses over the sequences, from t = 1",
            **{n: [strict(v) for v in getattr(s, n).tolist()] for n in ("median", "low", "high")},
        },
    }
    return json.dumps(whole, indent=1, allow_nan=False, ensure_ascii=True)


def strict(value: object) -> object:
    """`value` as JSON can say it."""
    if not isinstance(value, float) or math.isfinite(value):
        return value
    return None if math.isnan(value) else str(value)


def main(arguments: list[str] | None = None) -> None:
    """Run, print, and exit: 0, or 2 for a value that RNNConfig refuses."""
    p = parser()
    asked = vars(p.parse_args(arguments))
    wants_json = asked.pop("json")
    try:
        config = RNNConfig(**asked)
    except (ValueError, TypeError) as error:
        p.error(str(error))
    flow = gradient_flow(config)
    text = as_json(flow) if wants_json else report(flow)
    try:
        print(fitting(text, sys.stdout.encoding or "ascii"), flush=True)
    except BrokenPipeError:
        # `| head`: nobody reads on, and Python would complain once more at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
