"""What of a recording is on screen: which one, which layer, which update, which step."""

from __future__ import annotations

from rnn_core.settings import CHANGED, Choice, Flag, Number, Setting, Text, Words
from ui.settings.shelf import SHELF

NOWHERE = "none"  # no step is selected

RECORDING = Choice(
    owner="your_model",
    name="recording",
    label="recording",
    words=Words(SHELF, lambda offered: offered.label),
    default="forgets",
    linked=CHANGED,
    help="Two that come along, and those of the folder that UNROLL_RUNS names.",
)
# As a reading names it: encoder/0, encoder/1_reverse.
LAYER = Text(
    owner="your_model",
    name="recorded_layer",
    label="layer",
    pattern=r"[^\x00-\x1f]{0,200}",
    rule="the name of a layer, such as encoder/0 or encoder/1_reverse",
    linked=CHANGED,
    help="Each layer and direction that was recorded, the lowest first.",
)
UPDATE = Number(
    owner="your_model",
    name="recorded_update",
    label="update shown",
    low=0,
    high=10**9,
    step=1,
    default=0,  # the latest, whichever that is
    linked=CHANGED,
    help="Go back to any recorded update; at the right end it is the latest.",
)
STEP = Text(
    owner="your_model",
    name="recorded_step",
    label="step",
    pattern=rf"{NOWHERE}|[1-9][0-9]{{0,6}}",
    rule=f"{NOWHERE} or a step, counted from 1",
    default=NOWHERE,
    linked=CHANGED,
)
TOGETHER = Flag(
    owner="your_model",
    name="recorded_together",
    label="all losses together",
    linked=CHANGED,
    help="Draw all that arrives at a state, where something arrives at every step, instead of what "
    "the last step’s arrival alone sends back.",
)

SETTINGS: tuple[Setting, ...] = (RECORDING, LAYER, UPDATE, STEP, TOGETHER)
