"""Training: what the doctor says and advises, and the captions, beside the record."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from hypothesis import strategies as st

from rnn_core.doctor.doctor import Diagnosis, read
from rnn_core.numbers.said import PLAIN, at
from rnn_core.training.config import TrainConfig
from rnn_core.training.history import Record
from rnn_core.training.optimisers import OPTIMISERS
from rnn_core.training.trainer import NonFinite, Trainer
from rnn_core.training.update import learned, starting_parameters
from tests.hunt.numbers import COUNT, PERCENT, N, is_share, whole
from tests.hunt.of_plain_words import NAMES, SHARE, SIGNS, amount
from tests.hunt.reading import find, number, plain
from tests.tools.trained import recorded
from ui.training import reading, words
from ui.training.words import Shown

# What no rate, no clipping and no optimiser can change.
OF_UPDATES = {"learning_rate", "clip", "max_norm", "clip_value", "optimizer", "momentum", "steps"}


@dataclass(frozen=True, eq=False)
class Run:
    """A run as its page has it."""

    config: TrainConfig
    record: Record = field(repr=False)  # thousands of numbers: what is said names those that count
    event: NonFinite | None = None
    solved: int | None = None

    @property
    def diagnosis(self) -> Diagnosis:
        return read(self.config, self.record, self.event, self.solved)

    @property
    def text(self) -> str:
        found = self.diagnosis
        advice = " ".join(one.text for one in found.advice)
        return f"{found.title} {' '.join(found.evidence)} {advice}".strip()

    @property
    def below(self) -> str:
        """What stands beside the buttons."""
        found = self.diagnosis
        if found.advice:
            return found.advice[0].text
        return reading.NO_ADVICE[found.tone]

    @property
    def shown(self) -> Shown:
        return Shown("a run", self.config, self.record, 0, self.event, self.solved)


# -- runs worth reading


_SMALL = {"hidden_size": (1, 8), "batch_size": (1, 8), "steps": (10, 40)}


@st.composite
def configs(draw: st.DrawFn) -> TrainConfig:
    """A small run of any kind that is made in a moment."""
    values: dict[str, Any] = {
        "task": draw(st.sampled_from(["first_bit", "adding", "parity", "copy", "temporal_order"])),
        "precision": draw(st.sampled_from(["float64", "float32"])),
        "activation": draw(st.sampled_from(["tanh", "relu", "linear", "sigmoid"])),
        "cell": draw(st.sampled_from(["vanilla", "vanilla", "irnn", "gru", "lstm", "lru"])),
        "init": draw(st.sampled_from(["orthogonal", "gaussian", "identity"])),
        "optimizer": draw(st.sampled_from(list(OPTIMISERS))),
        "clip": draw(st.sampled_from(["none", "norm", "value"])),
        "learning_rate": draw(st.sampled_from([1e-5, 1e-3, 0.01, 0.3, 3.0, 10.0])),
        "max_norm": draw(st.sampled_from([0.001, 1.0, 30.0])),
        "gain": draw(st.sampled_from([0.0, 0.5, 1.0, 3.0, 5.0])),
        "truncation": draw(st.sampled_from([0, 0, 1, 5])),
        "momentum": draw(st.sampled_from([0.0, 0.9, 0.99])),
        "length": draw(st.integers(10, 30) | st.just(400)),
        "seed": draw(st.integers(0, 99)),
    }
    values |= {name: draw(st.integers(*limits)) for name, limits in _SMALL.items()}
    return TrainConfig(**values)


@st.composite
def runs(draw: st.DrawFn) -> Run:
    """A run that was made, for some updates; or a record of several hundred, of any shape."""
    config = draw(configs())
    if draw(st.booleans()):
        return trained(config)
    if config.length > 100:
        config = replace(config, length=20)
    n = draw(st.integers(1, 900))
    base = config.problem.baseline
    ends = st.sampled_from([0.01, 0.3, 0.74, 0.97, 1.0, 1.05, 1.3, 3.0, 20.0])
    scatter, noise = draw(st.sampled_from([0.0, 0.02, 0.2, 0.6])), draw(st.integers(0, 99))
    start, middle, end = (draw(ends) for _ in range(3))
    course = np.interp(np.arange(n), [0, n / 2, n], [start, middle, end])
    random = np.random.default_rng(noise).standard_normal((2, n))
    loss = base * course * np.maximum(1 + scatter * random[0], 0.05)
    norm = 10.0 ** draw(st.integers(-4, 6)) * np.exp(0.2 * random[1])
    limit = config.max_norm if config.clip == "norm" else math.inf
    clipped = norm > limit
    accuracy = config.problem.baseline_accuracy
    checked = {"val_loss": base * end * draw(st.sampled_from([0.8, 1.0, 1.1]))}
    if accuracy is not None:
        checked["val_accuracy"] = min(accuracy * draw(st.sampled_from([0.9, 1.0, 1.3])), 1.0)
    T = config.problem.seq_len
    states = np.linspace(draw(st.sampled_from([-9.0, -2.0, 0.0, 5.0])), 0.0, T)
    record = recorded(
        loss,
        config,
        states=states,
        norm_before=norm,
        norm_after=np.minimum(norm, limit),
        clipped=clipped,
        factor=np.minimum(limit / norm, 1.0),
        saturated=draw(st.sampled_from([0.1, 0.5, 0.9, 0.995])),
        **checked,
    )
    return Run(config, replace(record, largest_norm_step=int(norm.argmax()) + 1))


def trained(config: TrainConfig, updates: int = 12) -> Run:
    """So many updates of a run, fewer where it breaks or is solved."""
    trainer = Trainer(config)
    for _ in range(updates):
        if not trainer.step():
            break
    return Run(config, trainer.history.read(), trainer.event, trainer.solved_step)


# -- relations


def an_empty_list(run: Run) -> Iterator[str]:
    """An empty list of advice never reads as health where the run is not well."""
    found, base = run.diagnosis, run.config.problem.baseline
    loss = run.record.loss[np.isfinite(run.record.loss)]
    ill = found.tone == "bad" or (len(loss) and np.median(loss[-32:]) > 1.1 * base)
    if ill and not found.advice and re.search(r"[Nn]othing to change now", run.below):
        yield f"“{run.below}” under “{found.title}”, loss {loss[-3:]} of {base}"
    if found.tone == "good" and "Learning" in found.title and len(loss):
        if np.median(loss[-32:]) > 1.2 * base:
            yield f"“{found.title}” at {np.median(loss[-32:])} of {base}"
    if run.event is not None and found.tone != "bad":
        yield f"“{found.title}” of a run that broke"


def the_advice(run: Run) -> Iterator[str]:
    """Advice changes something, keeps what it says of the weights, and fits the break."""
    found = run.diagnosis
    for one in found.advice:
        after = replace(run.config, **one.changes)
        if after == run.config:
            yield f"“{one.label}” changes nothing"
        if got := find(rf"an update then moves the weights by {N} at most", one.text):
            moves = after.learning_rate * after.max_norm
            if after.optimizer == "momentum":
                moves /= 1 - after.momentum
            if OPTIMISERS[after.optimizer].scale_free or not number(got[0]).is_number(moves, 1e-2):
                yield f"“{one.text}”: {moves}, by {after.optimizer}"
        if "no single update can throw" in one.text:
            moves, size = after.learning_rate * after.max_norm, _size(after)
            if not OPTIMISERS[after.optimizer].scale_free and moves > 0.5 * size:
                yield f"“{one.text}”: one moves θ by {moves}, ‖θ‖ = {size}"
    broke = run.event
    if broke is None or broke.step != 1 or broke.tensor in learned(run.config):
        return
    for one in found.advice:
        if set(one.changes) <= OF_UPDATES:
            yield f"“{one.label}” for a break before the first update"
    if found.advice and not any(_runs(replace(run.config, **one.changes)) for one in found.advice):
        yield f"none of {[one.label for one in found.advice]} gets further than update 1"


def _size(config: TrainConfig) -> float:
    params = starting_parameters(config)
    return math.sqrt(sum(float(np.square(getattr(params, n)).sum()) for n in learned(config)))


def _runs(config: TrainConfig) -> bool:
    after = trained(config, 1)
    return after.event is None or after.event.step > 1


def the_evidence(run: Run) -> Iterator[str]:
    """Each number the doctor gives, worked out of the record."""
    record, text, config = run.record, run.text, run.config
    if re.search(
        r"\b1 (updates|steps|records|sequences)\b|\bwere 1 |\bwas (?!1 )\d+ updates", text
    ):
        yield f"a plural of one: {text}"
    if ("No update was clipped" in text) and record.clipped_steps:
        yield f"no update was clipped, and {record.clipped_steps} were"
    if got := find(rf"Of all updates {PERCENT} were clipped", text):
        if not is_share(got[0], record.clipped_steps / record.steps):
            yield f"{got[0]} clipped of {record.clipped_steps} / {record.steps}"
    if got := find(rf"There (?:was|were) {COUNT} updates? before it", text):
        if whole(got[0]) != run.event.step - 1:
            yield f"{got[0]} updates before the one at {run.event.step}"
    if got := find(rf"the largest gradient norm was {N}, at update {COUNT}", text):
        if not number(got[0]).is_number(record.largest_norm, 1e-3):
            yield f"{got} beside {record.largest_norm}"
    if got := find(rf"The loss is {N} \(median of the last (?:record|(\d+) records)\)", text):
        loss = record.loss[np.isfinite(record.loss)][-int(got[1] or 1) :]
        if not number(got[0]).is_number(float(np.median(loss)), 1e-2):
            yield f"{got} beside {np.median(loss)}"
    if got := find(rf"the mean loss (fell|rose) from {N} \(first half\) to {N}", text):
        if (number(got[1]).low - number(got[2]).high > 1e-3) and got[0] == "rose":
            yield f"{got}"
        if (number(got[2]).low - number(got[1]).high > 1e-3) and got[0] == "fell":
            yield f"{got}"
    if got := find(rf"σ_max of W_h.*? was {N} and is {N}: .*?hardly moved", text):
        if abs(number(got[0]).low - number(got[1]).low) > 0.05:
            yield f"hardly moved from {got[0]} to {got[1]}"
    if "guessing" in run.diagnosis.title and "little better" not in run.diagnosis.title:
        if (far := _above_guessing(run)) > 5:
            yield f"“{run.diagnosis.title}”, {far:.1f} standard errors above guessing"
    if "NaN before the first update" in text and run.event.step != 1:
        yield f"{text} at update {run.event.step}"
    if "without memory" in text and not math.isfinite(config.problem.baseline):
        yield text


def _above_guessing(run: Run) -> float:
    """Of the last validation, in standard errors of its own counting."""
    task = run.config.problem
    share = task.baseline_accuracy
    known = run.record.val_accuracy[np.isfinite(run.record.val_accuracy)]
    if share is None or not len(known) or task.checks is not None:
        return 0.0
    error = math.sqrt(share * (1 - share) / (256 * task.scored_steps))
    return float(known[-1] - share) / error


def the_captions(run: Run) -> Iterator[str]:
    """Under the charts: counts and sizes of the record."""
    record, config = run.record, run.config
    if not len(record):
        return
    norms = plain(words.norms_caption(run.shown))
    if got := find(rf"Clipped in {COUNT} of {COUNT} updates? \({PERCENT}\)", norms):
        if (whole(got[0]), whole(got[1])) != (record.clipped_steps, record.steps):
            yield f"{norms} beside {record.clipped_steps} / {record.steps}"
        if not is_share(got[2], record.clipped_steps / record.steps):
            yield f"{norms} beside {record.clipped_steps} / {record.steps}"
    elif record.clipped_steps:
        yield f"{norms}, and {record.clipped_steps} were"
    if got := find(rf"The largest norm was {N}, at update {COUNT}", norms):
        if not number(got[0]).is_number(record.largest_norm, 1e-3):
            yield f"{norms} beside {record.largest_norm}"
    if "turned, cosine" in norms and config.clip == "norm":
        yield f"clipping by norm turns nothing: {norms}"
    loss = plain(words.loss_caption(run.shown))
    if got := find(rf"Update {COUNT}: training loss {N}", loss):
        if whole(got[0]) != record.step[-1] or not number(got[1]).is_number(float(record.loss[-1])):
            yield f"{loss} beside {record.step[-1]}, {record.loss[-1]}"
    states = plain(words.states_caption(record))
    if got := find(rf"Update {COUNT}: step 1 gets ×{N} of the gradient at step {COUNT}", states):
        at, *got = got
        last = record.state_norms[record.state_steps == whole(at)][0].astype(float)
        there = last[~np.isnan(last)]
        # Two digits, or those of a power.
        off = float(there[0] - there[-1])
        if whole(got[1]) != len(there) or not number(got[0], 2).means(off, 1e-3):
            yield f"{states} beside {there[0] - there[-1]}"


def in_plain_words(run: Run) -> Iterator[str]:
    """Nothing wants an explanation that is not in it, and a share is the one of the other words."""
    found, shown = run.diagnosis, run.shown
    states = words.states_caption(run.record)
    told = [
        *(found.title, *found.evidence),
        *(text for one in found.advice for text in (one.text, one.label)),
        *(words.loss_caption(shown), words.norms_caption(shown), words.setup(run.config)),
        *(states, words.states_title(shown), words.spectrum_title(), words.curve_title(None)),
        *(
            words.spectrum_caption(shown),
            words.curve_caption(run.record, words.row_of(run.record, None)),
        ),
    ]
    for text in told:
        if got := SIGNS.search(NAMES.sub("", at(text, PLAIN))):
            yield f"“{got[0]}” in plain words: {at(text, PLAIN)}"
    mine = find(rf"step 1 gets {SHARE} (?:of |times )the gradient at step", at(states, PLAIN))
    its = find(rf"step 1 gets ×{N} of the gradient at step", plain(states))
    if (mine is None) != (its is None):
        yield f"“{at(states, PLAIN)}” beside “{states}”"
    elif mine is not None:
        left, ratio = amount(mine[0]), number(its[0], 2)
        if left.low > ratio.high + 1e-5 or ratio.low > left.high + 1e-5:
            yield f"“{at(states, PLAIN)}” beside “{states}”"


RELATIONS = (an_empty_list, the_advice, the_evidence, the_captions, in_plain_words)
