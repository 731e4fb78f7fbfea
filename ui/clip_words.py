"""Telling about clipping and truncation: titles, sentences and tables, from the results."""

from __future__ import annotations

import math

import numpy as np

from rnn_core.config import RNNConfig
from rnn_core.flow.flow import GradientFlow
from rnn_core.numbers.clipping import cosine
from rnn_core.numbers.logdomain import LOG10_MAX, LOG10_MAX_FLOAT32
from rnn_core.studies.cliff import B_RANGE, W_RANGE, Descent
from rnn_core.studies.truncation import Truncation
from rnn_core.studies.whole_gradient import ByThreshold, Clipped
from ui.neuron_words import exact, number
from ui.style import count, from_log10, percent

NAMES = {"none": "no clipping", "norm": "clipped by norm", "value": "clipped by value"}
VALLEY = 1e-3  # a loss below it is at the bottom
STEEP = 1.0  # away from the wall the surface is nowhere steeper
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


def headline(paths: dict[str, Descent]) -> str:
    """How long the largest step was with and without, where the wall was hit, how it ended."""
    free, kept = paths["none"], paths["norm"]
    return f"{_free(free)} {_kept(kept, free)}".strip()


def aside(paths: dict[str, Descent], steps: int) -> str:
    """A third line: the descent clipped by value, if there is one, or why there is a wall."""
    return by_value(paths["value"]) if "value" in paths else why(paths, steps)


def _free(path: Descent) -> str:
    if not path.updates:
        return _nothing(path)
    n = path.largest_step
    norm, step = float(path.norm[n - 1]), float(path.step_length[n - 1])
    if path.ended == "left":
        text = f"Without clipping, update {n}"
        if norm > STEEP:
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
    text += f", ‖g‖ = {number(norm)}, the wall)" if norm > STEEP else f", ‖g‖ = {number(norm)})"
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
    if path.updates >= at and path.clipped[at - 1] and np.isclose(path.norm[at - 1],
                                                               free.norm[at - 1]):  # fmt: skip
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
    return f"{math.degrees(math.acos(cos)):.0f}°"


def why(paths: dict[str, Descent], steps: int) -> str:
    """Why there is a wall, from the weight at which the path without clipping is steepest."""
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
    if growth <= 1:
        return f"{text}. No wall there: w is not above 4."
    if free.norm.max() <= STEEP:
        return f"{text}. Still a slope, not a wall: ‖g‖ is {number(float(free.norm[n]))} at most."
    return f"{text}. That is the wall."


def summary(paths: dict[str, Descent], steps: int, target: float) -> str:
    """The picture in one sentence, for those who cannot see it."""
    return (
        f"The loss (h_T − {exact(target)})² of one sigmoid unit after {count(steps, 'step')}, "
        f"over w from {W_RANGE[0]:g} to {W_RANGE[1]:g} and b from {number(B_RANGE[0])} to "
        f"{B_RANGE[1]:g}, with {count(len(paths), 'path')} of gradient descent. "
        f"{title(paths)}. {headline(paths)} {aside(paths, steps)}"
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
        rows.append((names[kind], number(length), angle, _cosine(same)))
    return rows


def _signed(degrees: float) -> str:
    text = f"{degrees:.1f}"
    return "0.0" if text == "-0.0" else text.replace("-", "−")


def _cosine(value: float) -> str:
    return "–" if math.isnan(value) else f"{value:.3f}".replace("-", "−")


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
    if turned < 0.05:
        return f"{text}; by value it is {kept} long, and here keeps its direction, too."
    return (
        f"{text}; by value it is {kept} long and turned by {turned:.1f}° (cosine {_cosine(same)})."
    )


# -- a real network


def recurrent(config: RNNConfig) -> str:
    """What stands for the recurrence: W_h, or λ of a cell without it."""
    return "W_h" if config.cell_used.has_matrix else "λ"


def no_gradient(flow: GradientFlow) -> str:
    """Why there is nothing to clip."""
    at = f" at step {flow.overflow.step}" if flow.overflow else ""
    return (
        f"The forward pass leaves float64{at}: the gradient of the parameters is no finite number, "
        "and clipping makes NaN of it. Lower the W_h scale."
    )


def thresholds(found: Clipped, at: ByThreshold | None) -> str:
    """Both ways at the threshold of the slider, for all parameters at once."""
    if found.log10_before == -math.inf:
        return "Every gradient is exactly 0: there is nothing to clip."
    limit = exact(found.limit)
    norm = from_log10(found.log10_before)
    value_length = float(at.log10_value_length[0])
    same = float(at.value_cosine[0])
    touched = value_length < found.log10_before - 1e-9
    if not found.clipped and not touched:
        return f"‖∂L/∂θ‖ is {norm}, below the threshold {limit}: neither way does anything."
    if found.clipped:
        text = f"‖∂L/∂θ‖ is {norm}. By norm it becomes {limit}, cosine 1.000"
    else:
        text = f"‖∂L/∂θ‖ is {norm}: by norm nothing is clipped"
    if touched:
        text += (
            f"; by value, at the same number, {from_log10(value_length)}, cosine {_cosine(same)}"
        )
    else:
        text += "; by value nothing, since no single entry is that large"
    return f"{text}.{beyond(found)}"


def beyond(found: Clipped) -> str:
    """What a plain implementation makes of a gradient of this size."""
    if found.log10_before > LOG10_MAX:
        return " In float64 ‖g‖ overflows, and clipping makes 0 or NaN of it."
    if found.log10_before > LOG10_MAX_FLOAT32:
        return " In float32 ‖g‖ overflows, and clipping makes 0 or NaN of it."
    return ""


def what_changed(found: Clipped, flow: GradientFlow) -> list[tuple[str, str, str]]:
    """What clipping by norm changes and what not: (quantity, before, after)."""
    old = found.old
    share = [float(s[:old].sum()) for s in (found.shares_before, found.shares_after)]
    first = [
        d[0] - d[-1] if np.isfinite(d[-1]) else math.nan
        for d in (found.log10_delta_before, found.log10_delta_after)
    ]
    of = recurrent(flow.config)
    return [
        ("‖∂L/∂θ‖, all parameters", from_log10(found.log10_before), from_log10(found.log10_after)),
        (
            f"{'step 1' if old == 1 else f'steps 1–{old}'}: share of ∂L/∂{of}",
            percent(share[0]),
            percent(share[1]),
        ),
        ("‖∂L/∂h_1‖ / ‖∂L/∂h_T‖", from_log10(first[0]), from_log10(first[1])),
    ]


def shares(found: Clipped, flow: GradientFlow) -> str:
    """The point of it: the length has changed, the shares have not."""
    of = recurrent(flow.config)
    if not found.shares_before.any():
        return f"Every term of ∂L/∂{of} is exactly 0: no length and no share can change."
    old = found.old
    before, after = (float(s[:old].sum()) for s in (found.shares_before, found.shares_after))
    apart = float(np.abs(found.shares_after - found.shares_before).max())
    oldest = "Step 1 brings" if old == 1 else f"Steps 1 to {old} bring"
    text = f"{oldest} {percent(before)} of ∂L/∂{of} before clipping"
    if not found.clipped:
        return (
            f"{text}; at this threshold nothing is clipped. Lower it, and only the length changes."
        )
    text += f" and {percent(after)} after it, while the length goes from "
    text += f"{from_log10(found.log10_before)} to {from_log10(found.log10_after)}"
    size = "exactly 0" if apart == 0 else number(apart, 1)
    return f"{text}. Largest difference of any step’s share: {size}. Clipping brings nothing back."


# -- truncated backpropagation


def truncation_title() -> str:
    return "What is left of ∂L/∂θ if it goes back k steps only"


def truncated(found: Truncation, k: int, T: int) -> str:
    """One window read out, and from which window on the direction is as good as whole."""
    if not found.finite:
        return (
            "The forward pass leaves float64 on the way: there is no full gradient to compare with."
        )
    if found.log10_norm == -math.inf:
        return "The full gradient is exactly 0: no window can be compared with it."
    i = found.at(min(k, T))
    k = int(found.windows[i])
    same, ratio = float(found.cosine_all[i]), float(found.log10_ratio_all[i])
    if k == T:
        text = f"k = {T} is the whole sequence: the full gradient, ‖∂L/∂θ‖ = "
        text += from_log10(found.log10_norm)
    elif math.isnan(same):
        text = f"k = {k} keeps nothing: the gradient of those steps is exactly 0"
    else:
        text = f"k = {k} of {T} points along the full gradient with cosine {_cosine(same)}, at "
        text += f"{from_log10(ratio)} of its length"
    need = found.enough(ENOUGH)
    if need == T:
        text += f". No shorter window keeps a cosine of {ENOUGH}"
    elif need is not None:
        steps = f"{percent(need / T)} of the sequence"
        text += f". From k = {need} on ({steps}) the cosine is at least {ENOUGH}"
    if not found.every_window:
        text += f". Shown for {len(found.windows)} of the {T} windows, each with a sweep of its own"
    return text + "."


def truncation_rows(found: Truncation, k: int, of: str) -> list[tuple[str, str, str]]:
    """The window k in numbers: (of what, cosine, ratio of lengths)."""
    i = found.at(k)
    return [
        ("all parameters", _cosine(float(found.cosine_all[i])),
         from_log10(float(found.log10_ratio_all[i]))),
        (of, _cosine(float(found.cosine_recurrent[i])),
         from_log10(float(found.log10_ratio_recurrent[i]))),
    ]  # fmt: skip


def too_large(config: RNNConfig) -> str:
    every = ", or a loss at the last step only" if config.loss_at == "every" else ""
    return (
        f"Comparing every window would take long for {count(config.seq_len, 'step')} of "
        f"{count(config.batch_size, 'sequence')} with {count(config.hidden_size, 'unit')}: take "
        f"fewer steps or units{every}."
    )


GLOSSARY = r"""
$$
h_t = \sigma(w\,h_{t-1} + b) \qquad h_0 = \tfrac12 \qquad L = (h_T - \text{target})^2 \qquad
\frac{\partial L}{\partial w} = \sum_t \frac{\partial L}{\partial z_t}\, h_{t-1} \qquad
\frac{\partial L}{\partial b} = \sum_t \frac{\partial L}{\partial z_t}
$$

$$
\text{by norm:}\quad g \leftarrow g \cdot \min\!\Big(1, \frac{\text{threshold}}{\lVert g\rVert +
10^{-6}}\Big) \qquad \text{by value:}\quad g_i \leftarrow \min(\max(g_i, -\text{threshold}),
\text{threshold})
$$

- **The wall**: for $w > 4$ the unit has two stable states, and $b = -w/2$ decides between them.
  The paper draws $(\sigma(x_{50}) - 0.7)^2$ with $x_t = w\,\sigma(x_{t-1}) + b$, $x_0 = 0.5$; here
  the state itself starts at 0.5, which puts the wall on a straight line.
- **Clipping by norm** (`torch.nn.utils.clip_grad_norm_`) shortens the vector of *all* parameters'
  gradients; **by value** (`clip_grad_value_`) each entry for itself, which turns the vector.
- **Cosine**: 1 where two gradients point the same way, 0 where they are at right angles.
- **Share** of a step in $\partial L/\partial W_h$: the norm of its term over the sum of the norms
  of all terms.
- **Truncated BPTT**: the state is carried over the whole sequence, the gradient is cut every $k$
  steps (`h = h.detach()`), counted back from the end.
- **All parameters** are those of the cell ($W_h$, $W_x$, both biases, …), without the readout.

*Sources.* Pascanu, Mikolov, Bengio 2013 (the cliff, clipping by norm) · Mikolov 2012 (by value) ·
Williams, Peng 1990 (truncation)
"""
