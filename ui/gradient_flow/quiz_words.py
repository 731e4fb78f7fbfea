"""Predict, then reveal: the question, the score of an answer, and both in words."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from rnn_core.cells import CELLS
from rnn_core.config import RNNConfig
from rnn_core.flow.measure import horizon
from rnn_core.flow.reading import Reading
from rnn_core.flow.verdict import FAST, GROWN, VERDICTS
from rnn_core.network.activations import ACTIVATIONS
from rnn_core.network.initialisations import INITIALISATIONS
from rnn_core.network.inputs import INPUTS
from rnn_core.network_settings import BIAS_SCALE, INPUT_SIZE, START, START_SCALE
from rnn_core.numbers import spoken
from rnn_core.numbers.said import Said, alike, joined
from rnn_core.numbers.spoken import count, from_log10, steps
from ui.gradient_flow.words import whose

THRESHOLD = -2.0  # log₁₀ of 1 %
_TRIES = 24  # settings that are drawn until one does what is wanted


@dataclass(frozen=True)
class Guess:
    """What the reader expects; step is None for "never"."""

    kind: str
    step: int | None


@dataclass(frozen=True)
class Score:
    """A guess beside what was computed."""

    guess: Guess
    kind: str
    step: int | None  # the first one, going back, at which the gradient is below 1 %
    seq_len: int
    log10_ratio: float  # of step 1 to the last one
    half_life: float  # steps to halve or to double
    log10_least: float  # the smallest on the way, relative to the last one
    all_zero: bool

    @property
    def tolerance(self) -> int:
        """Steps that a right answer may be off: one, or a twentieth of the sequence."""
        return max(1, round(self.seq_len / 20))

    @property
    def off(self) -> int | None:
        """Steps between the answer and the truth; None if one of them is "never"."""
        if self.guess.step is None or self.step is None:
            return None
        return abs(self.guess.step - self.step)

    @property
    def kind_right(self) -> bool:
        return self.guess.kind == self.kind

    @property
    def step_right(self) -> bool:
        if self.guess.step is None or self.step is None:
            return self.guess.step == self.step
        return self.off <= self.tolerance


@dataclass(frozen=True)
class Tally:
    """The answers of a session."""

    asked: int = 0
    kinds: int = 0
    steps: int = 0

    def plus(self, score: Score) -> Tally:
        return Tally(self.asked + 1, self.kinds + score.kind_right, self.steps + score.step_right)


def score(reading: Reading, guess: Guess) -> Score:
    """`guess` against what was read from the curve that the verdict is on."""
    curve, T = reading.curve, len(reading.curve)
    all_zero = bool(np.isneginf(curve[-1]))
    lag = None if all_zero else horizon(curve, THRESHOLD)
    return Score(
        guess=guess,
        kind=reading.verdict,
        step=None if lag is None else T - lag,
        seq_len=T,
        log10_ratio=reading.reach.log10_ratio,
        half_life=reading.rate.half_life,
        log10_least=-math.inf if all_zero else float((curve - curve[-1]).min()),
        all_zero=all_zero,
    )


def problem(kind: str | None, step: int | None, never: bool, seq_len: int) -> str:
    """What keeps an answer from being one, or ""."""
    if kind is None:
        return "Choose first whether it will vanish, fade, flow, grow or explode."
    if step is None and not never:
        return f"Name a step from 1 to {seq_len:,}, or say never."
    if step is not None and never:
        return f"Either step {step:,} or never: take one of them back."
    if step is not None and not 1 <= step <= seq_len:
        return f"The step must be from 1 to {seq_len:,}; you said {step:,}."
    return ""


# -- in words


def question(config: RNNConfig) -> Said:
    """The settings that the answer must come from."""
    cell = CELLS[config.cell]
    said = [cell.label]
    if "activation" in cell.hears:
        said.append(ACTIVATIONS[config.activation].label)
    if "init" in cell.hears and "init" not in config.decided:
        start = INITIALISATIONS[config.init].label
        said.append(Said(f"W_h: {start}", plain=f"weights: {start.partition(' · ')[0]}"))
    if "gain" in cell.hears:
        named = alike("W_h scale")
        if config.scale_sets != "gain":
            named = Said("spectral radius ρ", plain="largest eigenvalue of the weights")
        said.append(named + f" {config.gain:g}")
    where = "the last step" if config.loss_at == "last" else "every step"
    said += [
        count(config.seq_len, "step"),
        count(config.hidden_size, "unit"),
        f"input: {INPUTS[config.input].label}, scale {config.input_scale:g}",
        f"loss at {where}",
    ]
    # Whoever predicts must know what else begins otherwise than usual.
    for setting in (START, INPUT_SIZE, START_SCALE, BIAS_SCALE):
        value = getattr(config, setting.name)
        if value != setting.default and (setting is INPUT_SIZE or setting.name in cell.hears):
            said.append(setting.in_words(value))
    return joined(said, " · ")


def asks(config: RNNConfig) -> Said:
    T, quarter = config.seq_len, steps(FAST * config.seq_len)
    return alike(
        f"Going back from step {T:,}, how much of {whose(config)} arrives at step 1? Less than a "
        "thousandth (vanish) or a tenth (fade), more than ten (grow) or a thousand times as much "
        f"(explode), or between, and slowly, taking {quarter} steps or more to halve or double "
        "(flow)? And at which step is it first down to 1 %?"
    )


def about_kind(s: Score) -> Said:
    """Whether the word was right, with its number."""
    if s.all_zero:
        fact = alike("the gradient is exactly 0 at every step")
    else:
        gets = f"what step {s.seq_len:,} gets"
        fact = Said(
            f"step 1 gets {from_log10(s.log10_ratio)} times {gets}",
            plain=f"step 1 gets {spoken.share_of(s.log10_ratio, gets)}",
        )
        if VERDICTS[s.kind].way and abs(s.log10_ratio) <= GROWN:
            fact += f", and it takes {steps(s.half_life)} steps to halve or double"
    if s.kind_right:
        return f"Right, it {VERDICTS[s.kind].it}: " + fact + "."
    said = VERDICTS[s.guess.kind].they
    return f"You said it would {said}, but it {VERDICTS[s.kind].it}: " + fact + "."


def about_step(s: Score) -> Said:
    """How near the step is."""
    guess = s.guess.step
    if s.step is None:
        if s.all_zero:
            why = alike("the last step itself gets none, so there is nothing to be 1 % of")
        else:
            why = Said(
                f"the least on the way is {from_log10(s.log10_least)} of the last step’s",
                plain="the least on the way is "
                + spoken.share_of(s.log10_least, "the last step’s"),
            )
        if guess is None:
            return "Right, it is never down to 1 %: " + why + "."
        return f"You said step {guess:,}, but it is never down to 1 %: " + why + "."
    back = count(s.seq_len - s.step, "step")
    truth = f"it is first down to 1 % at step {s.step:,} of {s.seq_len:,}, {back} before the last"
    if guess is None:
        return alike(f"You said never, but {truth}.")
    if s.off == 0:
        return alike(f"Exactly right: {truth}.")
    near = f"{count(s.off, 'step')} off"
    if s.step_right:
        return alike(
            f"Right within {count(s.tolerance, 'step')}: you said step {guess:,}, {truth} ({near})."
        )
    return alike(
        f"You said step {guess:,}, but {truth}: {near}, where {s.tolerance} would count as right."
    )


def tally(t: Tally) -> Said:
    if not t.asked:
        return alike("No answer yet.")
    verdicts, steps = count(t.asked, "verdict"), count(t.asked, "step")
    return alike(f"Right so far: {t.kinds} of {verdicts}, {t.steps} of {steps}.")


def title(s: Score) -> Said:
    """The answer in one word."""
    right = s.kind_right + s.step_right
    return alike(f"{VERDICTS[s.kind].title}: {('neither', 'one', 'both')[right]} right")


# -- the next question


def drawn(seed: int, number: int, verdict_of: Callable[[RNNConfig], str]) -> RNNConfig:
    """The `number`-th random setting of `seed`, the same one every time.

    The verdicts are wanted equally often: settings are drawn until one has it.
    """
    rng = np.random.default_rng((seed, number))
    wanted = list(VERDICTS)[rng.integers(len(VERDICTS))]
    found = _one(rng, seed)
    for _ in range(_TRIES):
        if verdict_of(found) == wanted:
            break
        found = _one(rng, seed)
    return found


def _one(rng: np.random.Generator, seed: int) -> RNNConfig:
    def pick(values):
        return values[rng.integers(len(values))]

    return RNNConfig(
        cell=pick(("vanilla", "vanilla", "vanilla", "residual", "gru", "lstm")),
        activation=pick(("tanh", "tanh", "relu", "sigmoid")),
        init=pick(tuple(INITIALISATIONS)),
        gain=round(float(rng.uniform(0.5, 2.6)), 2),
        seq_len=int(pick((20, 30, 40, 60, 80, 100))),
        input_scale=float(pick((0.05, 0.1, 0.3, 1.0, 2.0))),
        seed=seed,
    )


def scene_order(seed: int, names: tuple[str, ...]) -> tuple[str, ...]:
    """The scenes in an order that gives nothing away, the same one for a seed."""
    order = np.random.default_rng(seed).permutation(len(names))
    return tuple(names[i] for i in order)
