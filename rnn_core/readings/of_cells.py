"""What can be read from a comparison of cells: each cell's reach and verdict, by its name."""

from __future__ import annotations

import math

from rnn_core.flow.verdict import VERDICTS
from rnn_core.network_settings import NETWORK_SETTINGS
from rnn_core.readings.named import WORD, Named, Readings, by_name, of_settings, tenfold
from rnn_core.studies.architectures import ARCHITECTURES, Comparison

ABSENT = "absent"  # the verdict on a cell that is not compared


def _reach(name: str) -> Named:
    label = ARCHITECTURES[name].label
    return Named(
        name=f"log10_reach_{name}",
        label=f"what reaches step 1 in the {label}",
        what=f"log₁₀ ‖δ_1‖/‖δ_T‖ of the {label}, the median over the seeds; none if not compared",
        say=tenfold,
        read=lambda found: found[name].ratio[0] if name in found.names else math.nan,
    )


def _verdict(name: str) -> Named:
    label = ARCHITECTURES[name].label
    return Named(
        name=f"verdict_{name}",
        label=f"the verdict on the {label}",
        what=f"what the gradient of the {label} does, in a word; {ABSENT} if not compared",
        kind=WORD,
        words=(*VERDICTS, ABSENT),
        read=lambda found: found[name].verdict if name in found.names else ABSENT,
    )


NAMES: dict[str, Named] = by_name(
    [_reach(name) for name in ARCHITECTURES],
    [_verdict(name) for name in ARCHITECTURES],
    (
        Named(
            name="cells_compared",
            label="the cells compared",
            what="how many cells are compared",
            read=lambda found: len(found.names),
        ),
    ),
    of_settings(NETWORK_SETTINGS, lambda found, setting: getattr(found.config, setting.name)),
)


def readings(found: Comparison) -> Readings:
    """What can be read from a comparison."""
    return Readings(NAMES, found)
