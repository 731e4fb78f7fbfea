"""What the page "Training" says, every sentence from the numbers recorded."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from rnn_core.network.starts import STARTS
from rnn_core.numbers import spoken
from rnn_core.numbers.said import Said, alike, everyday_numbers, told_log10
from rnn_core.numbers.spoken import count, from_log10, percent, plain, share_of, whole
from rnn_core.training.config import TrainConfig
from rnn_core.training.history import Record
from rnn_core.training.kept import KEPT
from rnn_core.training.settings import CLIPPED_AT, RUN_SETTINGS
from rnn_core.training.trainer import NonFinite, Prediction
from ui.look.colours import KIND_COLOURS, LINE

READY, QUEUED, RUNNING = "ready", "queued", "running"
STATES = {
    READY: "Ready",
    QUEUED: "Waiting for its turn",
    RUNNING: "Training",
    "paused": "Paused",
    "finished": "Finished",
    "stopped": "Stopped",
}
_SETTINGS = {setting.name: setting for setting in RUN_SETTINGS}


@dataclass(frozen=True, eq=False)
class Shown:
    """A run as it is drawn: `place` 0 is the one on screen, 1 the one beside it, then the kept."""

    name: str
    config: TrainConfig
    record: Record
    place: int = 0
    event: NonFinite | None = None
    solved_step: int | None = None


# -- state and progress


def progress(state: str, steps: int, budget: int, rate: float | None, left: float | None) -> str:
    """How far the run is: "812 of 2,000 updates · 1,520 per second · 1 s left"."""
    parts = [f"{steps:,} of {count(budget, 'update')}"]
    if state == RUNNING and rate:
        parts.append(f"{plain(rate, 2) if rate < 10 else f'{whole(rate):,}'} per second")
        if left is not None:
            parts.append(f"{duration(left)} left")
    return " · ".join(parts)


def duration(seconds: float) -> str:
    """3 s, 2 min, 1 h 5 min."""
    if seconds < 1:
        return "under 1 s"
    if seconds < 99.5:
        return f"{whole(seconds)} s"
    minutes = whole(seconds / 60)
    if minutes < 60:
        return f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60} min"


def fields(names: Iterable[str]) -> str:
    """Settings by the words that a list has for them, each once."""
    return ", ".join(dict.fromkeys(_SETTINGS[name].called for name in names))


def value_of(config: TrainConfig, field: str) -> str:
    """A setting as a few words: "H 64", "LSTM", "no clipping"."""
    value = getattr(config, field)
    if field == "length":  # its unit is its task's
        return f"{value} {config.task_used.length_label.split(' (')[0]}"
    return _SETTINGS[field].in_words(value)


def difference(config: TrainConfig, other: TrainConfig, most: int = 3) -> str:
    """What `config` has that `other` has not, in a few words; "" if nothing."""
    names = [n for n in config.__dataclass_fields__ if getattr(config, n) != getattr(other, n)]
    if "task" in names:
        names = [n for n in names if n not in ("text",)]
    idle = set(CLIPPED_AT.values()) - {CLIPPED_AT.get(config.clip)}
    names = [name for name in names if name not in idle]
    said = [value_of(config, name) for name in names]
    return ", ".join(said[:most]) + (" …" if len(said) > most else "")


def run_name(config: TrainConfig) -> str:
    """What a run is, in a few words: "adding 30, vanilla RNN, Adam 0.003"."""
    optimiser = value_of(config, "optimizer")
    return (
        f"{config.task_used.label} {config.length}, {config.cell_used.label}, "
        f"{optimiser} {config.learning_rate:g}, {value_of(config, 'clip')}"
    )


def setup(config: TrainConfig) -> Said:
    """What will be trained, in one sentence."""
    cell, T = config.cell_used, config.problem.seq_len
    network = config.network()
    inside = [network.activation_used if cell.activation is None else "", network.init_used]
    if "gain" in cell.hears:
        inside = [word.replace("_", " ") for word in inside if word]
        start = f" ({', '.join(inside)}, W_h scale {config.gain:g})"
    else:
        start = ""
    if STARTS[network.start_used].decides:
        start += f", weights start as in {STARTS[network.start_used].label}"
    limit = {
        "none": "no clipping",
        "norm": f"clipped by norm at {config.max_norm:g}",
        "value": f"clipped by value at {config.clip_value:g}",
        "tensor": f"each tensor clipped at {config.max_norm:g}",
        "unit": f"each unit clipped at {config.clip_value:g} of its weights",
    }
    back = f"back {config.truncation} steps at most" if config.truncation else f"back {T} steps"
    more = ", short sequences first" if config.curriculum else ""
    if config.omega:
        kept = f", updates that also keep the gradient alive, weight {config.omega:g}"
        more += Said(f", Ω {config.omega:g}", plain=kept)
    if config.keep_matrix in KEPT:
        matrix = KEPT[config.keep_matrix]
        more += Said(f", {matrix.said}", plain=f", {matrix.plain}")
    return everyday_numbers(
        f"{cell.label}, {count(config.hidden_size, 'unit')}{start}; "
        f"{value_of(config, 'optimizer')} at {config.learning_rate:g}, "
        f"{count(config.batch_size, 'sequence')} per update, {limit[config.clip]}, {back}"
        + more
        + "."
    )


# -- sentences under the charts


def number(value: float) -> str:
    """Three digits, powers of ten where they are shorter; ∞ and – where it is not finite."""
    return spoken.number(value) if math.isfinite(value) else plain(value)


def _last(values: np.ndarray) -> float:
    """The last one that was measured and is finite, or NaN."""
    found = values[np.isfinite(values)]
    return float(found[-1]) if found.size else math.nan


def loss_caption(run: Shown) -> Said:
    """What the loss is, beside the best without memory."""
    return everyday_numbers(_loss(run))


def _loss(run: Shown) -> str:
    task, record = run.config.problem, run.record
    best = f"without memory the best possible is {number(task.baseline)}"
    if task.baseline_accuracy is not None:
        best += f", {percent(task.baseline_accuracy)} right"
    if not len(record):
        aim = (
            f"validation loss {number(task.solved_at)}"
            if task.solved_by == "loss"
            else f"{percent(task.solved_at)} of the validation answers right"
        )
        return f"{best[0].upper()}{best[1:]}. It counts as solved at {aim}."
    at = int(record.step[-1])
    trained = float(record.loss[-1])
    now = [f"training loss {number(trained) if math.isfinite(trained) else 'not finite'}"]
    held = _last(record.val_loss)
    if math.isfinite(held):
        right = _last(record.val_accuracy)
        said = f", {percent(right)} right" if math.isfinite(right) else ""
        now.append(f"validation {number(held)}{said}")
    solved = f" Solved at update {run.solved_step:,}." if run.solved_step else ""
    return f"Update {at:,}: {', '.join(now)}; {best}.{solved}"


def norms_caption(run: Shown) -> Said:
    """How long the gradient is, and how often and how far it was shortened."""
    return everyday_numbers(_norms(run))


def _norms(run: Shown) -> str:
    record, config = run.record, run.config
    if not len(record):
        limit = {
            "norm": f"A gradient longer than {number(config.max_norm)} will be shortened to it.",
            "value": f"Entries beyond ±{number(config.clip_value)} will be cut off.",
            "tensor": "The gradient of each tensor will be shortened to {number(config.max_norm)}.",
            "unit": "The gradient of each unit will be shortened to "
            f"{number(config.clip_value)} of the norm of its weights.",
            "none": "Gradients will be applied as they are.",
        }
        return limit[config.clip]
    largest = (
        f"The largest norm was {number(record.largest_norm)}, "
        f"at update {record.largest_norm_step:,}."
    )
    if not math.isfinite(record.largest_norm) or record.largest_norm_step == 0:
        largest = ""
    if not record.clipped_steps:
        none = "No update was clipped" if config.clip != "none" else "No clipping"
        return f"{none}: norm {number(_last(record.norm_before))} now. {largest}".strip()
    share = record.clipped_steps / record.steps
    rate = f"Clipped in {record.clipped_steps:,} of {count(record.steps, 'update')}"
    said = f"{rate} ({percent(share)})"
    kept = record.factor[record.clipped & np.isfinite(record.factor)]
    if kept.size:
        said += f", to ×{number(float(kept.mean()))} on average"
        turned = record.cosine[record.clipped & np.isfinite(record.cosine)]
        if turned.size and turned.min() < 0.9995:
            same = f", cosine {plain(float(turned.mean()), 2)}"
            said += " and turned" + Said(same, plain="")
    return (alike(said) + f". {largest}").stripped


def states_title(run: Shown) -> Said:
    """Above the map of updates and steps."""
    return Said(
        "‖∂L/∂h_t‖ over training and time, relative to the loss end",
        plain="How much of the gradient is left at each step, over the training",
    )


def curve_title(update: int | None) -> Said:
    """Above one row of that map, with HTML's own indices."""
    at = "of one update" if update is None else f"at update {update:,}"
    return Said(f"‖∂L/∂h<sub>t</sub>‖ {at}", plain=f"The gradient {at}")


def spectrum_title() -> Said:
    """Above what the recurrence has become."""
    return Said(
        "ρ, σ<sub>max</sub> and saturation", plain="What the recurrent weights do, and flat units"
    )


def row_of(record: Record, update: int | None) -> int | None:
    """The row of the training × time matrix nearest to `update`; the latest with None."""
    usable = np.flatnonzero(np.isfinite(record.state_norms).any(axis=1))
    if not usable.size:
        return None
    if update is None:
        return int(usable[-1])
    return int(usable[np.abs(record.state_steps[usable] - update).argmin()])


def end_of(norms: np.ndarray) -> int:
    """Index of the loss end in a row of log₁₀ norms: the last step the sequence has."""
    there = np.flatnonzero(~np.isnan(norms))
    return int(there[-1]) if there.size else 0


def reach(norms: np.ndarray) -> float:
    """log₁₀ of step 1's gradient relative to the loss end's; NaN where that says nothing."""
    first, last = float(norms[0]), float(norms[end_of(norms)])
    return first - last if math.isfinite(last) else math.nan


def states_caption(record: Record) -> Said:
    """How much reaches step 1: at the first update, and now."""
    last = row_of(record, None)
    if last is None:
        return alike("Every column will be one update: blue is gone, grey flows, orange explodes.")
    first = row_of(record, 0)
    text = f"Update {int(record.state_steps[last]):,}: " + _reaches(record.state_norms[last])
    if first != last:
        before = reach(record.state_norms[first])
        if not math.isnan(before):
            was = Said(f"×{_ratio(before)}", plain=share_of(before, "it"))
            text += f"; at update {int(record.state_steps[first]):,} it was " + was
    return text + "."


def _ratio(log10: float) -> str:
    return from_log10(log10, 2 if -3 < log10 < 4 else 3)


def _reaches(norms: np.ndarray) -> Said:
    end, ratio = end_of(norms) + 1, reach(norms)
    if math.isnan(ratio):
        return alike("the gradient is exactly 0 at the loss end")
    return Said(
        f"step 1 gets ×{_ratio(ratio)} of the gradient at step {end}",
        plain=f"step 1 gets {share_of(ratio, f'the gradient at step {end}')}",
    )


def curve_caption(record: Record, row: int | None) -> Said:
    """From where to where the gradient goes in one update."""
    if row is None:
        return alike(
            "The curve of one update over the steps of its sequences, from the first to the last."
        )
    norms = record.state_norms[row].astype(float)
    first, last = norms[0], norms[end_of(norms)]
    at = f" at step {end_of(norms) + 1} to "
    return "From " + told_log10(last) + at + told_log10(first) + " at step 1."


def spectrum_caption(run: Shown) -> Said:
    """What the recurrence is now, beside what it was."""
    record, cell = run.record, run.config.cell_used
    rho, sigma = _last(record.rho), _last(record.sigma)
    if "W_h" not in cell.learned and cell.eigenvalues is None:
        return Said(
            "This cell has no W_h, and no λ of its own: there is no ρ or σ_max to follow.",
            plain="This cell has no recurrent weights to follow.",
        )
    if not math.isfinite(rho):
        return Said(
            "ρ tells how W_h alone would act in the long run, σ_max the most it stretches.",
            plain="The largest eigenvalue tells how the recurrent weights alone would act in the "
            "long run; beside it is the most that they stretch in one step.",
        )
    block = " of the candidate block" if cell.candidate else ""
    what = "the diagonal λ" if cell.eigenvalues is not None else f"W_h{block}"
    text = Said(
        f"For {what}: ρ {plain(rho)}, σ_max {plain(sigma)}",
        plain=f"Of the recurrent weights{block} the largest eigenvalue is {plain(rho)}, the most "
        f"that they stretch in one step {plain(sigma)}",
    )
    flat = _last(record.saturated)
    if math.isfinite(flat):
        text += f"; {percent(flat)} of " + Said(
            "unit-steps saturated", plain="units are flat, over the steps"
        )
    moved = record.rho[np.isfinite(record.rho)]
    was = f" was {plain(float(moved[0]))}."
    return everyday_numbers(text + ". At the start " + Said("ρ", plain="the eigenvalue") + was)


def tone_colour(tone: str) -> str:
    """Of a diagnosis that is good, bad, or neither."""
    return {"good": LINE, "bad": KIND_COLOURS["exploding"]}.get(tone, "inherit")


def predictions_caption(p: Prediction | None) -> Said:
    """How many of the shown sequences are right."""
    return everyday_numbers(_predictions(p))


def _predictions(p: Prediction | None) -> str:
    if p is None:
        return ""
    if p.problem.loss == "squared_error":
        error = np.abs(p.y[-1, :, 0] - p.batch.target[-1, :, 0])
        lost = int((~np.isfinite(error)).sum())
        error = error[np.isfinite(error)]
        if not error.size:
            return "No output is a finite number."
        rest = f" {lost} more {'is' if lost == 1 else 'are'} no finite number." if lost else ""
        return (
            f"{count(error.size, 'validation sequence')}: off by {number(float(error.mean()))} "
            f"on average, {number(float(error.max()))} at most.{rest}"
        )
    scored = p.problem.scored_steps
    y = p.y[-scored:]
    if not np.isfinite(y).any():
        return "No output is a finite number."
    right = (y.argmax(axis=2) == p.batch.target[-scored:]) & np.isfinite(y).all(axis=2)
    return (
        f"{count(p.y.shape[1], 'validation sequence')}: {int(right.sum()):,} of "
        f"{count(right.size, 'answer')} right."
    )
