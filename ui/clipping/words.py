"""Telling about clipping and truncation: titles, sentences and tables, from the results."""

from __future__ import annotations

import math

import numpy as np

from rnn_core.numbers.clipping import cosine
from rnn_core.numbers.spoken import count, exact, fixed, from_log10, number
from rnn_core.studies.cliff import B_RANGE, BESIDE, W_RANGE, Descent, jump, on_the_wall

NAMES = {"none": "no clipping", "norm": "clipped by norm", "value": "clipped by value"}
VALLEY = 1e-3  # a loss below it is at the bottom
ROUNDING = 1e-12  # of a cosine
ENOUGH = 0.99  # a cosine that one would call the same direction


# -- the cliff


def title(paths: dict[str, Descent]) -> str:
    """What became of the two descents, in a few words."""
    free, kept = paths["none"].ended == "left", paths["norm"].ended == "left"
    hits = int(paths["norm"].clipped[:-1].sum())
    if free and kept:
        return "Both are thrown off"
    if free:
        return "Thrown off; clipped, it stays"
    if kept:
        return "Only the clipped one leaves"
    if not hits:
        return "Nothing to clip"
    if hits == paths["norm"].updates:
        return "Clipped at every update"
    return "Both stay"


def facts(paths: dict[str, Descent]) -> list[tuple[str, str, str]]:
    """The numbers beside the title: (name, value, what it means)."""
    free, kept = paths["none"], paths["norm"]
    hits = int(kept.clipped[:-1].sum())
    return [
        ("longest step without clipping", _longest(free), "learning rate · ‖g‖"),
        ("with it", _longest(kept), "the same, clipped by norm"),
        ("updates clipped", f"{hits} of {kept.updates}", "those that clipping by norm shortens"),
        ("last loss without", number(free.loss[-1]), "where the path without clipping ends"),
        ("with it", number(kept.loss[-1]), "where the path clipped by norm ends"),
    ]


def _longest(path: Descent) -> str:
    return number(float(path.step_length[:-1].max())) if path.updates else "–"


def headline(paths: dict[str, Descent], steps: int) -> str:
    """How long the largest step was with and without, where the wall was hit, how it ended."""
    free, kept = paths["none"], paths["norm"]
    return f"{_free(free, steps)} {_kept(kept, free)}".strip()


def aside(paths: dict[str, Descent], steps: int) -> str:
    """A third line: the descent clipped by value, if there is one, or why there is a wall."""
    return by_value(paths["value"]) if "value" in paths else why(paths, steps)


def _free(path: Descent, steps: int) -> str:
    if not path.updates:
        return _nothing(path)
    n = path.largest_step
    norm, step = float(path.norm[n - 1]), float(path.step_length[n - 1])
    if path.ended == "left":
        text = f"Without clipping, update {n}"
        if on_the_wall(float(path.w[n - 1]), float(path.b[n - 1]), steps):
            text += f" hits the wall: ‖g‖ = {number(norm)} is a step of {number(step)}"
        else:
            text += f" takes its longest step, {number(step)}"
        after = f"update {path.updates}" if n != path.updates else "it"
        text += f", and {after} leaves the window for w = {number(float(path.w[-1]))}, "
        text += f"b = {number(float(path.b[-1]))}"
        if path.norm[-1] == 0:
            text += ", where the gradient is 0: no way back"
        return text + "."
    text = f"Without clipping the longest step is {number(step)} (update {n}"
    wall = on_the_wall(float(path.w[n - 1]), float(path.b[n - 1]), steps)
    text += f", ‖g‖ = {number(norm)}{', at the wall' if wall else ''})"
    return f"{text}; L goes from {number(path.loss[0])} to {number(path.loss[-1])}."


def _of(hits: int, updates: int) -> str:
    return f"{hits} of {count(updates, 'update')} {'is' if hits == 1 else 'are'}"


def _nothing(path: Descent) -> str:
    if path.ended == "still":
        return "At this start the gradient is exactly 0: no update moves w or b."
    return "The start is outside the window."


def _kept(path: Descent, free: Descent) -> str:
    if not path.updates:
        return ""
    hits = int(path.clipped[:-1].sum())
    limit = exact(path.limit)
    if not hits:
        return f"No gradient is longer than the threshold {limit}: both paths are the same."
    step = float(path.step_length[:-1].max())
    text = f"With the threshold {limit} the longest step is {number(step)}"
    at = free.largest_step
    if (
        path.updates >= at
        and path.clipped[at - 1]
        and np.isclose(path.norm[at - 1], free.norm[at - 1])
    ):
        text += f", update {at} is ×{number(float(path.factor[at - 1]), 2)}"
    if hits == path.updates:
        text += ", every update is clipped"
    else:
        text += f", {_of(hits, path.updates)} clipped"
    if path.ended == "left":
        return f"{text}, and update {path.updates} leaves the window all the same."
    text += f", and L ends at {number(path.loss[-1])}"
    return f"{text}{_bottom(path)}."


def _bottom(path: Descent) -> str:
    return ", in the valley" if path.loss[-1] < VALLEY else ""


def by_value(path: Descent) -> str:
    if not path.updates:
        return ""
    hits = int(path.clipped[:-1].sum())
    if not hits:
        return "By value nothing is clipped."
    worst = min(_kept_direction(path, n) for n in np.flatnonzero(path.clipped[:-1]))
    end = (
        f"update {path.updates} leaves the window"
        if path.ended == "left"
        else f"L ends at {number(path.loss[-1])}{_bottom(path)}"
    )
    return (
        f"By value {_of(hits, path.updates)} clipped and turned by up to {_degrees(worst)}; {end}."
    )


def _kept_direction(path: Descent, n: int) -> float:
    """Cosine between what an update takes and the raw gradient."""
    return cosine(path.step[n], np.array([path.dw[n], path.db[n]]))


def _degrees(cos: float) -> str:
    return f"{fixed(math.degrees(math.acos(cos)), 0)}°"


def why(paths: dict[str, Descent], steps: int) -> str:
    """Whether there is a wall where the path without clipping is steepest, and why."""
    free = paths["none"]
    if not free.updates:
        return ""
    n = int(free.norm[: free.updates].argmax())
    w = float(free.w[n])
    growth = w / 4.0
    many = from_log10(steps * math.log10(growth)) if growth > 0 else "0"
    text = f"Steepest before update {n + 1}, at w = {number(w)}: beside b = −w/2 each step "
    text += (
        f"multiplies a distance by up to w/4 = {number(growth)}, {count(steps, 'step')} by {many}"
    )
    across = jump(w, steps)
    moved = f"from {number(across.low, 2)} to {number(across.high, 2)} within {2 * BESIDE:g} in b"
    if not across.wall:
        return f"{text}. Across that line h_T goes {moved}: a slope, no wall."
    text += f". Across that line h_T jumps {moved}: that is the wall"
    if not on_the_wall(w, float(free.b[n]), steps):
        text += f", {number(abs(float(free.b[n]) + w / 2.0), 2)} in b beside the path"
    return f"{text}."


def summary(paths: dict[str, Descent], steps: int, target: float) -> str:
    """The picture in one sentence, for those who cannot see it."""
    return (
        f"The loss (h_T − {exact(target)})² of one sigmoid unit after {count(steps, 'step')}, "
        f"over w from {W_RANGE[0]:g} to {W_RANGE[1]:g} and b from {number(B_RANGE[0])} to "
        f"{B_RANGE[1]:g}, with {count(len(paths), 'path')} of gradient descent. "
        f"{title(paths)}. {headline(paths, steps)} {aside(paths, steps)}"
    )


def end(path: Descent) -> str:
    """How a path ended, beside its numbers."""
    if path.ended == "left":
        return f"left the window at update {path.updates}"
    if path.ended == "still":
        return f"gradient 0 after {count(path.updates, 'update')}"
    return f"after {count(path.updates, 'update')}"


# -- vectors


def reach(ways: dict[str, np.ndarray], limit: float) -> float:
    """How far the picture of the vectors goes: a raw one far beyond the threshold is cut off.

    It would leave nothing of the others to see.
    """
    length = float(np.linalg.norm(ways["none"]))
    return max(1.75 * limit, min(1.15 * length, 4.0 * limit))


def vector_rows(ways: dict[str, np.ndarray]) -> list[tuple[str, ...]]:
    """One row per vector: name, length, angle, cosine with the raw one."""
    raw = ways["none"]
    names = {"none": "raw gradient", "norm": "by norm", "value": "by value"}
    rows = []
    for kind, v in ways.items():
        length = float(np.linalg.norm(v))
        angle = f"{_signed(math.degrees(math.atan2(v[1], v[0])))}°" if length else "–"
        same = cosine(raw, v)
        rows.append((names[kind], number(length), angle, cosine_text(same)))
    return rows


def _signed(degrees: float) -> str:
    return fixed(degrees, 1)


def cosine_text(value: float) -> str:
    """Three decimals; 1.000 is said of what keeps its direction, and of nothing else."""
    if math.isnan(value):
        return "–"
    said, missing = fixed(value, 3), 1.0 - value
    return said if said != "1.000" or missing < ROUNDING else f"1 − {number(missing, 1)}"


def vectors(ways: dict[str, np.ndarray], limit: float) -> str:
    """What each way did to this vector."""
    raw, norm, value = ways["none"], ways["norm"], ways["value"]
    length = float(np.linalg.norm(raw))
    if length == 0:
        return "This gradient is 0: there is nothing to clip."
    by_norm = length > limit
    by_value = float(np.abs(raw).max()) > limit
    if not by_norm and not by_value:
        return f"Length {number(length)}: inside circle and square, so both leave it as it is."
    text = f"By norm it keeps its direction and is {number(float(np.linalg.norm(norm)))} long"
    text += f" (×{number(float(np.linalg.norm(norm)) / length, 2)})" if by_norm else ""
    if np.abs(raw).max() > reach(ways, limit):
        text = f"The raw one, {number(length)} long, ends outside the picture. {text}"
    if not by_value:
        return f"{text}; by value nothing is done, since no entry is larger than {exact(limit)}."
    same = cosine(raw, value)
    kept = number(float(np.linalg.norm(value)))
    turned = math.degrees(math.acos(same))
    if 1.0 - same < ROUNDING:
        return f"{text}; by value it is {kept} long, and here keeps its direction, too."
    if turned < 0.05:
        return f"{text}; by value it is {kept} long, turned by less than 0.1°."
    turn = f"turned by {fixed(turned, 1)}° (cosine {cosine_text(same)})"
    return f"{text}; by value it is {kept} long and {turn}."
