"""Telling about clipping and truncation: titles, sentences and tables, from the results."""

from __future__ import annotations

import math

import numpy as np

from rnn_core.numbers.clipping import cosine
from rnn_core.numbers.said import NOTHING, Said, alike, joined, told, told_log10
from rnn_core.numbers.spoken import count, exact, fixed, number, share_of
from rnn_core.studies.cliff import B_RANGE, BESIDE, W_RANGE, Descent, jump, on_the_wall

NAMES = {"none": "no clipping", "norm": "clipped by norm", "value": "clipped by value"}
LOSS = Said("L", plain="the loss")
VALLEY = 1e-3  # a loss below it is at the bottom
ROUNDING = 1e-12  # of a cosine
ENOUGH = 0.99  # a cosine that one would call the same direction


# -- the cliff


def title(paths: dict[str, Descent]) -> Said:
    """What became of the two descents, in a few words."""
    return alike(_title(paths))


def _title(paths: dict[str, Descent]) -> str:
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
    step = Said("learning rate · ‖g‖", plain="learning rate times the gradient’s length")
    return [
        ("longest step without clipping", _longest(free), step),
        ("with it", _longest(kept), "the same, clipped by norm"),
        ("updates clipped", f"{hits} of {kept.updates}", "those that clipping by norm shortens"),
        ("last loss without", told(free.loss[-1]), "where the path without clipping ends"),
        ("with it", told(kept.loss[-1]), "where the path clipped by norm ends"),
    ]


def _longest(path: Descent) -> Said:
    return told(float(path.step_length[:-1].max())) if path.updates else alike("no step")


def headline(paths: dict[str, Descent], steps: int) -> Said:
    """How long the largest step was with and without, where the wall was hit, how it ended."""
    free, kept = paths["none"], paths["norm"]
    return joined([_free(free, steps), _kept(kept, free)])


def aside(paths: dict[str, Descent], steps: int) -> Said:
    """A third line: the descent clipped by value, if there is one, or why there is a wall."""
    return by_value(paths["value"]) if "value" in paths else why(paths, steps)


def _free(path: Descent, steps: int) -> Said:
    if not path.updates:
        return _nothing(path)
    n = path.largest_step
    norm, step = told(float(path.norm[n - 1])), told(float(path.step_length[n - 1]))
    wall = on_the_wall(float(path.w[n - 1]), float(path.b[n - 1]), steps)
    if path.ended == "left":
        text = f"Without clipping, update {n}"
        if wall:
            text += " hits the wall: " + Said("‖g‖ = ", plain="a gradient of ") + norm
            text += Said(" is", plain=" makes") + " a step of " + step
        else:
            text += " takes its longest step, " + step
        after = f"update {path.updates}" if n != path.updates else "it"
        where = f"for w = {number(float(path.w[-1]))}, b = {number(float(path.b[-1]))}"
        text += f", and {after} leaves the window" + Said(f" {where}", plain="")
        if path.norm[-1] == 0:
            text += ", where the gradient is 0: no way back"
        return text + "."
    at = ", at the wall" if wall else ""
    text = "Without clipping the longest step is " + step + f" (update {n}"
    text += Said(f", ‖g‖ = {norm}{at})", plain=f"{at})") + "; " + LOSS + " goes from "
    return text + told(path.loss[0]) + " to " + told(path.loss[-1]) + "."


def _of(hits: int, updates: int) -> str:
    return f"{hits} of {count(updates, 'update')} {'is' if hits == 1 else 'are'}"


def _nothing(path: Descent) -> Said:
    if path.ended == "still":
        return alike("At this start the gradient is exactly 0: no update moves w or b.")
    return alike("The start is outside the window.")


def _kept(path: Descent, free: Descent) -> Said:
    if not path.updates:
        return NOTHING
    hits = int(path.clipped[:-1].sum())
    limit = exact(path.limit)
    if not hits:
        return alike(f"No gradient is longer than the threshold {limit}: both paths are the same.")
    step = float(path.step_length[:-1].max())
    text = f"With the threshold {limit} the longest step is " + told(step)
    at = free.largest_step
    if (
        path.updates >= at
        and path.clipped[at - 1]
        and np.isclose(path.norm[at - 1], free.norm[at - 1])
    ):
        factor = float(path.factor[at - 1])
        text += f", update {at} is " + Said(
            f"×{number(factor, 2)}", plain=f"cut to {share_of(math.log10(factor), 'its length')}"
        )
    if hits == path.updates:
        text += ", every update is clipped"
    else:
        text += f", {_of(hits, path.updates)} clipped"
    if path.ended == "left":
        return text + f", and update {path.updates} leaves the window all the same."
    return text + ", and " + LOSS + " ends at " + told(path.loss[-1]) + f"{_bottom(path)}."


def _bottom(path: Descent) -> str:
    return ", in the valley" if path.loss[-1] < VALLEY else ""


def by_value(path: Descent) -> Said:
    """What became of the descent clipped by value."""
    if not path.updates:
        return NOTHING
    hits = int(path.clipped[:-1].sum())
    if not hits:
        return alike("By value nothing is clipped.")
    worst = min(_kept_direction(path, n) for n in np.flatnonzero(path.clipped[:-1]))
    text = f"By value {_of(hits, path.updates)} clipped and turned by up to {_degrees(worst)}; "
    if path.ended == "left":
        return alike(f"{text}update {path.updates} leaves the window.")
    return text + LOSS + " ends at " + told(path.loss[-1]) + f"{_bottom(path)}."


def _kept_direction(path: Descent, n: int) -> float:
    """Cosine between what an update takes and the raw gradient."""
    return cosine(path.step[n], np.array([path.dw[n], path.db[n]]))


def _degrees(cos: float) -> str:
    return f"{fixed(math.degrees(math.acos(cos)), 0)}°"


def why(paths: dict[str, Descent], steps: int) -> Said:
    """Whether there is a wall where the path without clipping is steepest, and why."""
    free = paths["none"]
    if not free.updates:
        return NOTHING
    n = int(free.norm[: free.updates].argmax())
    w = float(free.w[n])
    growth = w / 4.0
    many = told_log10(steps * math.log10(growth)) if growth > 0 else alike("0")
    text = f"Steepest before update {n + 1}, at w = " + told(w)
    text += ": beside b = −w/2 each step multiplies a distance by up to "
    text += Said("w/4 = ", plain="") + told(growth) + f", {count(steps, 'step')} by " + many
    across = jump(w, steps)
    text += ". Across that line " + Said("h_T", plain="the last state")
    moved = f" from {number(across.low, 2)} to {number(across.high, 2)} within {2 * BESIDE:g} in b"
    if not across.wall:
        return text + f" goes{moved}: a slope, no wall."
    text += f" jumps{moved}: that is the wall"
    if not on_the_wall(w, float(free.b[n]), steps):
        text += f", {number(abs(float(free.b[n]) + w / 2.0), 2)} in b beside the path"
    return text + "."


def summary(paths: dict[str, Descent], steps: int, target: float) -> Said:
    """The picture in one sentence, for those who cannot see it."""
    loss = Said(
        f"The loss (h_T − {exact(target)})² of one sigmoid unit after {count(steps, 'step')}, ",
        plain=f"The loss of one sigmoid unit that should end at {exact(target)} after "
        f"{count(steps, 'step')}, ",
    )
    text = (
        loss + f"over w from {W_RANGE[0]:g} to {W_RANGE[1]:g} and b from {number(B_RANGE[0])} to "
        f"{B_RANGE[1]:g}, with {count(len(paths), 'path')} of gradient descent."
    )
    return joined([text, title(paths) + ".", headline(paths, steps), aside(paths, steps)])


def end(path: Descent) -> Said:
    """How a path ended, beside its numbers."""
    updates = count(path.updates, "update")
    if path.ended == "left":
        return alike(f"left the window at update {path.updates}")
    return alike(f"gradient 0 after {updates}" if path.ended == "still" else f"after {updates}")


# -- vectors


def reach(ways: dict[str, np.ndarray], limit: float) -> float:
    """How far the picture of the vectors goes: a raw one far beyond the threshold is cut off.

    It would leave nothing of the others to see.
    """
    length = float(np.linalg.norm(ways["none"]))
    return max(1.75 * limit, min(1.15 * length, 4.0 * limit))


def vector_head() -> tuple[str, ...]:
    """Over the columns of `vector_rows`."""
    return "", "length", "angle", Said("cosine with the raw one", plain="turned by")


def vector_rows(ways: dict[str, np.ndarray]) -> list[tuple[str, ...]]:
    """One row per vector: name, length, angle, cosine with the raw one."""
    raw = ways["none"]
    names = {"none": "raw gradient", "norm": "by norm", "value": "by value"}
    rows = []
    for kind, v in ways.items():
        length = float(np.linalg.norm(v))
        angle = f"{_signed(math.degrees(math.atan2(v[1], v[0])))}°" if length else "–"
        same = cosine(raw, v)
        rows.append((names[kind], told(length), angle, direction(same)))
    return rows


def _signed(degrees: float) -> str:
    return fixed(degrees, 1)


def direction(value: float) -> Said:
    """A cosine, in plain words the angle."""
    if math.isnan(value):
        return alike("–")
    turned = math.degrees(math.acos(value))
    if 1.0 - value < ROUNDING:
        angle = "0°"
    else:
        angle = "under 0.1°" if turned < 0.05 else f"{fixed(turned, 1)}°"
    return Said(cosine_text(value), plain=angle)


def cosine_text(value: float) -> str:
    """Three decimals; 1.000 is said of what keeps its direction, and of nothing else."""
    if math.isnan(value):
        return "–"
    said, missing = fixed(value, 3), 1.0 - value
    return said if said != "1.000" or missing < ROUNDING else f"1 − {number(missing, 1)}"


def vectors(ways: dict[str, np.ndarray], limit: float) -> Said:
    """What each way did to this vector."""
    raw, norm, value = ways["none"], ways["norm"], ways["value"]
    length = float(np.linalg.norm(raw))
    if length == 0:
        return alike("This gradient is 0: there is nothing to clip.")
    by_norm = length > limit
    by_value = float(np.abs(raw).max()) > limit
    if not by_norm and not by_value:
        return "Length " + told(length) + ": inside circle and square, so both leave it as it is."
    after = float(np.linalg.norm(norm))
    text = "By norm it keeps its direction and is " + told(after) + " long"
    if by_norm:
        left = share_of(math.log10(after / length), "the raw one’s length")
        text += Said(f" (×{number(after / length, 2)})", plain=f" ({left})")
    if np.abs(raw).max() > reach(ways, limit):
        text = "The raw one, " + told(length) + " long, ends outside the picture. " + text
    if not by_value:
        return text + (f"; by value nothing is done, since no entry is larger than {exact(limit)}.")
    same = cosine(raw, value)
    turned = math.degrees(math.acos(same))
    text += "; by value it is " + told(float(np.linalg.norm(value))) + " long"
    if 1.0 - same < ROUNDING:
        return text + ", and here keeps its direction, too."
    if turned < 0.05:
        return text + ", turned by less than 0.1°."
    text += f" and turned by {fixed(turned, 1)}°"
    return text + Said(f" (cosine {cosine_text(same)}).", plain=".")
