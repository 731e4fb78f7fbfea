"""What the page What helps has besides the settings of a run: over how many seeds, and which remedy
is looked at."""

from __future__ import annotations

from rnn_core.remedies import REMEDIES
from rnn_core.remedies.trials import MOST_SEEDS
from rnn_core.settings import CHANGED, Choice, Number, Setting

BEST = "best"

SEEDS = Number(
    owner="what_helps",
    name="trial_seeds",
    label="seeds",
    default=3,
    low=1,
    high=MOST_SEEDS,
    step=1,
    linked=CHANGED,
    help="Each remedy is trained from so many seeds, the one of the run and those after it.",
)
LOOKED_AT = Choice(
    owner="what_helps",
    name="remedy",
    label="remedy",
    words={BEST: "the one that helped most"} | {n: r.label for n, r in REMEDIES.items()},
    default=BEST,
    linked=CHANGED,
    help="Which one is drawn beside the run as it is.",
)

SETTINGS: tuple[Setting, ...] = (SEEDS, LOOKED_AT)
