"""What the training page has besides the settings of a run: its pace, and the run beside it."""

from __future__ import annotations

from rnn_core.settings import CHANGED, NEVER, Changes, Choice, Setting, Text
from rnn_core.training.settings import RUN_SETTINGS

SPEEDS = {"max": None, "300": 300.0, "100": 100.0, "30": 30.0, "10": 10.0, "2": 2.0}

# The settings of a run that the page moves, by field.
FIELDS: dict[str, Setting] = {s.name: s for s in RUN_SETTINGS if s.linked != NEVER}

SPEED = Choice(
    owner="training",
    name="speed",
    key="train_speed",
    label="speed",
    words={name: "as fast as it goes" if n is None else f"{n:g}/s" for name, n in SPEEDS.items()},
    default="300",
    help="Updates per second, where the server is fast enough. Slow, each one can be watched.",
)
# The run beside the one on screen: what it has otherwise.
VERSUS = Changes(
    owner="training",
    name="versus",
    key="train_versus",
    label="compared with",
    of={name: setting for name, setting in FIELDS.items() if not isinstance(setting, Text)},
    rule="none, or fields and values such as clip:none",
    linked=CHANGED,
)

SETTINGS: tuple[Setting, ...] = (SPEED, VERSUS)
