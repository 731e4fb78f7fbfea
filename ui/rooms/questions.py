"""What can be asked: one entry a question, of a network's gradient on its way back or of a claim.

Everything here is about plain values, as JSON carries them. `asked` is what everybody sees of a
round, `truth` what is shown once it is revealed.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass

from rnn_core.claims.claim import ANSWERS
from rnn_core.config import RNNConfig
from rnn_core.flow.reading import Reading
from rnn_core.flow.verdict import EXPLODED, FADED, GROWN, VANISHED, VERDICTS
from rnn_core.numbers import spoken
from rnn_core.registry import complete
from ui.gradient_flow import quiz_words
from ui.gradient_flow.words import whose
from ui.rooms.checked import Refused, one_of, short

# Decades of a slider; what lies beyond is answered by one of its ends.
LOW, HIGH = -12, 12
_BIN = 0.5  # decades of a bar
_NEAR = 1.0  # decades that a number may be off
_BARS = 40  # of a histogram over the steps, at the most

Value = str | int | float | None


@dataclass(frozen=True)
class Bar:
    """Where a bar of the histogram stands on the chart: from `low` to `high` on `axis`, "x" or "y".
    `low` is None for what has no place there, "never"."""

    label: str
    low: float | None
    high: float | None


@dataclass(frozen=True, kw_only=True)
class Question:
    """A kind of question.

    hint: how it is counted. axis: along which the answers stand. control(T): what the phone shows
    to answer with. bars(T): the bars of the histogram. bar(value, T): in which of them an answer
    stands. read(value, T): an answer as it was sent, checked. said(value): an answer in words.
    points(value, truth, T): 0 to 100. right(value, truth, T).
    """

    name: str
    label: str
    hint: str
    axis: str
    control: Callable[[int], dict]
    bars: Callable[[int], list[Bar]]
    bar: Callable[[Value, int], int]
    read: Callable[[object, int], Value]
    said: Callable[[Value], str]
    points: Callable[[Value, Value, int], int]
    right: Callable[[Value, Value, int], bool]

    def __post_init__(self) -> None:
        complete(self)


@dataclass(frozen=True, kw_only=True)
class OfNetwork(Question):
    """One about a network. asks(config): the question. truth(reading): the right answer. decades:
    of the upright axis before anything is known, the same for every network, since an axis that
    fits the curve would tell it."""

    asks: Callable[[RNNConfig], str]
    truth: Callable[[Reading], Value]
    decades: tuple[float, float]


def _number(value: object, what: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise Refused(f"The answer must be {what}, got {short(value)}.")
    return float(value)


# -- a word

_SHARES = {
    "vanishing": "less than a thousandth arrives",
    "fading": "less than a tenth",
    "flowing": "between, and slowly",
    "growing": "more than ten times as much",
    "exploding": "more than a thousand times",
}
# Of the words on the axis; the outer two have no end.
_EDGES = (-6, VANISHED, FADED, GROWN, EXPLODED, 6)


def _asks_word(config: RNNConfig) -> str:
    return (
        f"Going back from step {config.seq_len:,} to step 1, what does {whose(config)} do: vanish, "
        "fade, flow, grow or explode?"
    )


def _words(_steps: int) -> dict:
    choices = [
        {"value": name, "label": word.they.capitalize(), "hint": _SHARES[name]}
        for name, word in VERDICTS.items()
    ]
    return {"kind": "choices", "choices": choices}


def _word_bars(_steps: int) -> list[Bar]:
    edges = itertools.pairwise(_EDGES)
    return [
        Bar(word.they, low, high)
        for word, (low, high) in zip(VERDICTS.values(), edges, strict=True)
    ]


def _word_points(value: Value, truth: Value, _steps: int) -> int:
    if value == truth:
        return 100
    ways = [VERDICTS[str(word)].way for word in (value, truth)]
    return 50 if ways[0] == ways[1] else 0


WORD = OfNetwork(
    name="verdict",
    label="vanish, fade, flow, grow or explode",
    hint="100 points for the word, 50 for the right direction.",
    axis="y",
    decades=(_EDGES[0], _EDGES[-1]),
    asks=_asks_word,
    control=_words,
    bars=_word_bars,
    bar=lambda value, _steps: list(VERDICTS).index(str(value)),
    truth=lambda reading: reading.verdict,
    read=lambda value, _steps: one_of("answer", value, VERDICTS),
    said=lambda value: VERDICTS[str(value)].they,
    points=_word_points,
    right=lambda value, truth, _steps: value == truth,
)


# -- a step


def _width(steps: int) -> int:
    """Of a bar, in steps."""
    return next(w for w in (1, 2, 5, 10, 20, 25, 50) if steps / w <= _BARS)


def _step_bars(steps: int) -> list[Bar]:
    width = _width(steps)
    found = [Bar("never", None, None)]
    for first in range(1, steps + 1, width):
        last = min(first + width - 1, steps)
        label = f"step {first}" if first == last else f"steps {first} to {last}"
        found.append(Bar(label, first - 0.5, last + 0.5))
    return found


def _read_step(value: object, steps: int) -> Value:
    if value is None:
        return None
    step = _number(value, f"a step from 1 to {steps:,}, or null for never")
    if step != int(step) or not 1 <= step <= steps:
        raise Refused(f"The step must be from 1 to {steps:,}, or null for never; got {step:g}.")
    return int(step)


def _off(value: Value, truth: Value) -> int | None:
    return None if value is None or truth is None else abs(int(value) - int(truth))


def _step_points(value: Value, truth: Value, steps: int) -> int:
    off = _off(value, truth)
    if off is None:
        return 100 if value == truth else 0
    return spoken.whole(100 * max(0.0, 1 - off / (steps / 4)))


def _step_right(value: Value, truth: Value, steps: int) -> bool:
    off = _off(value, truth)
    return value == truth if off is None else off <= max(1, round(steps / 20))


def _true_step(reading: Reading) -> Value:
    return quiz_words.score(reading, quiz_words.Guess(reading.verdict, None)).step


STEP = OfNetwork(
    name="step",
    label="the step at which 1 % is left",
    hint="100 points for the step, none for a quarter of the sequence off.",
    axis="x",
    decades=(-8, 8),
    asks=lambda config: (
        f"Going back from step {config.seq_len:,}: at which step is {whose(config)} first down to "
        f"1 % of what step {config.seq_len:,} gets?"
    ),
    control=lambda steps: {"kind": "step", "low": 1, "high": steps, "never": "never"},
    bars=_step_bars,
    bar=lambda value, steps: 0 if value is None else 1 + (int(value) - 1) // _width(steps),
    truth=_true_step,
    read=_read_step,
    said=lambda value: "never" if value is None else f"step {value:,}",
    points=_step_points,
    right=_step_right,
)


# -- a number


def _share_bars(_steps: int) -> list[Bar]:
    count = round((HIGH - LOW) / _BIN)
    lows = [LOW + _BIN * i for i in range(count)]
    return [Bar(f"10^{low:g} to 10^{low + _BIN:g}", low, low + _BIN) for low in lows]


def _read_share(value: object, _steps: int) -> Value:
    decades = _number(value, f"a log₁₀ from {LOW} to {HIGH}")
    if not LOW <= decades <= HIGH:
        raise Refused(f"The log₁₀ must be from {LOW} to {HIGH}, got {decades:g}.")
    return round(decades, 2)


def _clamped(value: Value) -> float:
    return min(max(float(value or 0), LOW), HIGH)


def _share_bar(value: Value, _steps: int) -> int:
    return min(int((_clamped(value) - LOW) / _BIN), round((HIGH - LOW) / _BIN) - 1)


def _share_said(value: Value) -> str:
    """In words; an end of the slider stands for what lies beyond it."""
    decades = float(value or 0)
    said = f"{spoken.from_log10(decades, 2)} times as much"
    return said + {LOW: ", or less", HIGH: ", or more"}.get(decades, "")


def _share_off(value: Value, truth: Value) -> float:
    return abs(_clamped(value) - _clamped(truth))


SHARE = OfNetwork(
    name="share",
    label="how much step 1 gets, on a log slider",
    hint="100 points for the number, none for four powers of ten off.",
    axis="y",
    decades=(LOW, HIGH),
    asks=lambda config: (
        f"What step {config.seq_len:,} gets is 1. How much of {whose(config)} arrives at step 1?"
    ),
    control=lambda _steps: {"kind": "log", "low": LOW, "high": HIGH, "step": 0.1},
    bars=_share_bars,
    bar=_share_bar,
    # JSON has no infinity: exactly 0 is the low end.
    truth=lambda reading: max(float(reading.reach.log10_ratio), -1e4),
    read=_read_share,
    said=_share_said,
    points=lambda value, truth, _steps: spoken.whole(
        100 * max(0, 1 - _share_off(value, truth) / 4)
    ),
    right=lambda value, truth, _steps: _share_off(value, truth) <= _NEAR,
)

# -- a claim


def _claim_bars(_steps: int) -> list[Bar]:
    """A third of the chart each, from below: a claim has no place on an axis."""
    return [
        Bar(word.lower(), i / len(ANSWERS), (i + 1) / len(ANSWERS))
        for i, word in enumerate(ANSWERS.values())
    ]


CLAIM = Question(
    name="claim",
    label="true, false, or it depends",
    hint="100 points for the word.",
    axis="y",
    control=lambda _steps: {
        "kind": "choices",
        "choices": [{"value": name, "label": word, "hint": ""} for name, word in ANSWERS.items()],
    },
    bars=_claim_bars,
    bar=lambda value, _steps: list(ANSWERS).index(str(value)),
    read=lambda value, _steps: one_of("answer", value, ANSWERS),
    said=lambda value: ANSWERS[str(value)].lower(),
    points=lambda value, truth, _steps: 100 if value == truth else 0,
    right=lambda value, truth, _steps: value == truth,
)

QUESTIONS: dict[str, Question] = {one.name: one for one in (WORD, STEP, SHARE, CLAIM)}
OF_NETWORKS = [one for one in QUESTIONS.values() if isinstance(one, OfNetwork)]


def read_kind(value: object) -> OfNetwork:
    """A question about a network, by its name."""
    known = {one.name: one for one in OF_NETWORKS}
    return known[one_of("question", value, known)]
