"""What clipping and truncation do to a real network, in words."""

from __future__ import annotations

import math

import numpy as np

from rnn_core.config import RNNConfig
from rnn_core.flow.flow import GradientFlow
from rnn_core.numbers.logdomain import LOG10_MAX_NORM, LOG10_MAX_NORM_FLOAT32
from rnn_core.numbers.spoken import count, exact, from_log10, number, percent
from rnn_core.studies.truncation import Truncation
from rnn_core.studies.whole_gradient import ByThreshold, Clipped
from ui.clipping.words import ENOUGH, cosine_text

# -- a real network


def recurrent(config: RNNConfig) -> str:
    """What stands for the recurrence: W_h, or λ of a cell without it."""
    return config.cell_used.shared


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
        # The 1e-6 that PyTorch adds to the norm shows where the norm is not much more.
        exact_limit = abs(found.log10_after - math.log10(found.limit)) < 1e-3
        after = limit if exact_limit else from_log10(found.log10_after)
        text = f"‖∂L/∂θ‖ is {norm}. By norm it becomes {after}, cosine 1.000"
    else:
        text = f"‖∂L/∂θ‖ is {norm}: by norm nothing is clipped"
    if touched:
        text += f"; by value, at the same number, {from_log10(value_length)}, "
        text += f"cosine {cosine_text(same)}"
    else:
        text += "; by value nothing, since no single entry is that large"
    return f"{text}.{beyond(found)}"


def beyond(found: Clipped) -> str:
    """What a plain implementation makes of a gradient of this size."""
    if found.log10_before <= LOG10_MAX_NORM_FLOAT32:
        return ""
    formats, most = "float32", LOG10_MAX_NORM_FLOAT32
    if found.log10_before > LOG10_MAX_NORM:
        formats, most = "float64", LOG10_MAX_NORM
    return (
        " So much for numbers of any size, as here. "
        f"In plain {formats} the squares in ‖g‖ overflow from {from_log10(most)} on: PyTorch’s "
        "norm is ∞, and clipping by norm makes 0 of the gradient, or NaN, and keeps no direction."
    )


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
        text = f"k = {k} of {T} points along the full gradient with cosine {cosine_text(same)}, at "
        text += f"{from_log10(ratio)} of its length"
    need = found.enough(ENOUGH)
    if need == T and (found.cosine_all[:-1] >= ENOUGH).any():
        # A gradient that turns in a circle may come by the direction of the whole one.
        text += f". Shorter windows do come to a cosine of {ENOUGH}, but longer ones lose it again"
    elif need == T:
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
        (
            "all parameters",
            cosine_text(float(found.cosine_all[i])),
            from_log10(float(found.log10_ratio_all[i])),
        ),
        (
            of,
            cosine_text(float(found.cosine_recurrent[i])),
            from_log10(float(found.log10_ratio_recurrent[i])),
        ),
    ]


def too_large(config: RNNConfig) -> str:
    every = ", or a loss at the last step only" if config.loss_at == "every" else ""
    return (
        f"Comparing every window would take long for {count(config.seq_len, 'step')} of "
        f"{count(config.batch_size, 'sequence')} with {count(config.hidden_size, 'unit')}: take "
        f"fewer steps or units{every}."
    )
