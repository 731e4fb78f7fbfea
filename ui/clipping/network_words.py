"""What clipping and truncation do to a real network, in words."""

from __future__ import annotations

import math

import numpy as np

from rnn_core.config import RNNConfig
from rnn_core.flow.flow import GradientFlow
from rnn_core.numbers.logdomain import LOG10_MAX_NORM, LOG10_MAX_NORM_FLOAT32
from rnn_core.numbers.said import NOTHING, Said, alike, told, told_log10
from rnn_core.numbers.spoken import count, exact, fixed, from_log10, percent, share_of
from rnn_core.studies.truncation import Truncation
from rnn_core.studies.whole_gradient import ByThreshold, Clipped
from ui.clipping.words import ENOUGH, cosine_text, direction

# -- a real network


def recurrent(config: RNNConfig) -> Said:
    """What stands for the recurrence: W_h, or λ of a cell without it."""
    return Said(config.cell_used.shared, plain="recurrent weights")


def _learned(config: RNNConfig) -> Said:
    """The gradient of that."""
    return Said(f"∂L/∂{config.cell_used.shared}", plain="what the recurrent weights learn")


def no_gradient(flow: GradientFlow) -> Said:
    """Why there is nothing to clip."""
    at = f" at step {flow.overflow.step}" if flow.overflow else ""
    return Said(
        f"The forward pass leaves float64{at}: the gradient of the parameters is no finite number, "
        "and clipping makes NaN of it. Lower the W_h scale.",
        plain=f"The state leaves the range of a computer’s numbers{at}: the gradient is no finite "
        "number, and clipping cannot mend that. Lower the W_h scale.",
    )


_WHOLE = Said("‖∂L/∂θ‖ is ", plain="The length of the whole gradient is ")


def thresholds(found: Clipped, at: ByThreshold | None) -> Said:
    """Both ways at the threshold of the slider, for all parameters at once."""
    if found.log10_before == -math.inf:
        return alike("Every gradient is exactly 0: there is nothing to clip.")
    limit = exact(found.limit)
    value_length = float(at.log10_value_length[0])
    same = float(at.value_cosine[0])
    touched = value_length < found.log10_before - 1e-9
    text = _WHOLE + told_log10(found.log10_before)
    if not found.clipped and not touched:
        return text + f", below the threshold {limit}: neither way does anything."
    if found.clipped:
        # The 1e-6 that PyTorch adds to the norm shows where the norm is not much more.
        exact_limit = abs(found.log10_after - math.log10(found.limit)) < 1e-3
        after = alike(limit) if exact_limit else told_log10(found.log10_after)
        text += ". By norm it becomes " + after
        text += Said(", cosine 1.000", plain=" and the direction stays")
    else:
        text += ": by norm nothing is clipped"
    if touched:
        text += "; by value, at the same number, " + told_log10(value_length)
        text += Said(", cosine ", plain=", turned by ") + direction(same)
    else:
        text += "; by value nothing, since no single entry is that large"
    return text + "." + beyond(found)


def beyond(found: Clipped) -> Said:
    """What a plain implementation makes of a gradient of this size."""
    if found.log10_before <= LOG10_MAX_NORM_FLOAT32:
        return NOTHING
    formats, most = "float32", LOG10_MAX_NORM_FLOAT32
    if found.log10_before > LOG10_MAX_NORM:
        formats, most = "float64", LOG10_MAX_NORM
    return " So much for numbers of any size, as here. " + Said(
        f"In plain {formats} the squares in ‖g‖ overflow from {from_log10(most)} on: PyTorch’s "
        "norm is ∞, and clipping by norm makes 0 of the gradient, or NaN, and keeps no direction.",
        plain=f"In {formats.removeprefix('float')}-bit numbers such a length is too large to be "
        "computed, and clipping by norm makes 0 of the gradient, or no number.",
    )


def what_changed(found: Clipped, flow: GradientFlow) -> list[tuple[str, str, str]]:
    """What clipping by norm changes and what not: (quantity, before, after)."""
    old = found.old
    share = [float(s[:old].sum()) for s in (found.shares_before, found.shares_after)]
    first = [
        d[0] - d[-1] if np.isfinite(d[-1]) else math.nan
        for d in (found.log10_delta_before, found.log10_delta_after)
    ]
    oldest = "step 1" if old == 1 else f"steps 1–{old}"
    return [
        (
            Said("‖∂L/∂θ‖, all parameters", plain="length of the whole gradient"),
            told_log10(found.log10_before),
            told_log10(found.log10_after),
        ),
        (
            Said(
                f"{oldest}: share of ∂L/∂{recurrent(flow.config)}",
                plain=f"{oldest}: share of what is learned",
            ),
            percent(share[0]),
            percent(share[1]),
        ),
        (
            Said("‖∂L/∂h_1‖ / ‖∂L/∂h_T‖", plain="step 1’s gradient, the last step’s being 1"),
            told_log10(first[0]),
            told_log10(first[1]),
        ),
    ]


def shares(found: Clipped, flow: GradientFlow) -> Said:
    """The point of it: the length has changed, the shares have not."""
    learned = _learned(flow.config)
    if not found.shares_before.any():
        nothing = " is exactly 0: no length and no share can change."
        return Said("Every term of ", plain="Every step’s part in ") + learned + nothing
    old = found.old
    before, after = (float(s[:old].sum()) for s in (found.shares_before, found.shares_after))
    apart = float(np.abs(found.shares_after - found.shares_before).max())
    oldest = "Step 1 brings" if old == 1 else f"Steps 1 to {old} bring"
    text = f"{oldest} {percent(before)} of " + learned + " before clipping"
    if not found.clipped:
        return text + (
            "; at this threshold nothing is clipped. Lower it, and only the length changes."
        )
    text += f" and {percent(after)} after it, while the length goes from "
    text += told_log10(found.log10_before) + " to " + told_log10(found.log10_after)
    size = alike("exactly 0") if apart == 0 else told(apart, 1)
    text += ". Largest difference of any step’s share: " + size
    return text + ". Clipping brings nothing back."


# -- truncated backpropagation

_NEARLY = f"{fixed(math.degrees(math.acos(ENOUGH)), 1)}°"


def truncation_title() -> Said:
    """Above the windows."""
    return Said(
        "What is left of ∂L/∂θ if it goes back k steps only",
        plain="What is left of the gradient if it goes back so many steps only",
    )


def truncated(found: Truncation, k: int, T: int) -> Said:
    """One window read out, and from which window on the direction is as good as whole."""
    if not found.finite:
        return Said(
            "The forward pass leaves float64 on the way: there is no full gradient to compare "
            "with.",
            plain="The state leaves the range of a computer’s numbers: there is no full gradient "
            "to compare with.",
        )
    if found.log10_norm == -math.inf:
        return alike("The full gradient is exactly 0: no window can be compared with it.")
    i = found.at(min(k, T))
    k = int(found.windows[i])
    same, ratio = float(found.cosine_all[i]), float(found.log10_ratio_all[i])
    window = Said(f"k = {k}", plain=f"A window of {count(k, 'step')}")
    if k == T:
        text = window + " is the whole sequence: the full gradient, "
        text += Said("‖∂L/∂θ‖ = ", plain="whose length is ") + told_log10(found.log10_norm)
    elif math.isnan(same):
        text = window + " keeps nothing: the gradient of those steps is exactly 0"
    else:
        text = window + Said(
            f" of {T} points along the full gradient with cosine {cosine_text(same)}, at "
            f"{from_log10(ratio)} of its length",
            plain=f", of {T}, gives {share_of(ratio, 'the full gradient’s length')}, turned by "
            f"{direction(same).plain}",
        )
    need = found.enough(ENOUGH)
    if need == T and (found.cosine_all[:-1] >= ENOUGH).any():
        # A gradient that turns in a circle may come by the direction of the whole one.
        text += ". Shorter windows do come " + Said(
            f"to a cosine of {ENOUGH}", plain=f"within {_NEARLY} of its direction"
        )
        text += ", but longer ones lose it again"
    elif need == T:
        text += ". No shorter window " + Said(
            f"keeps a cosine of {ENOUGH}", plain=f"stays within {_NEARLY} of its direction"
        )
    elif need is not None:
        steps = f"{percent(need / T)} of the sequence"
        text += Said(
            f". From k = {need} on ({steps}) the cosine is at least {ENOUGH}",
            plain=f". From {count(need, 'step')} on ({steps}) it stays within {_NEARLY} of the "
            "full direction",
        )
    if not found.every_window:
        text += f". Shown for {len(found.windows)} of the {T} windows, each with a sweep of its own"
    return text + "."


def truncation_head() -> tuple[str, ...]:
    """Over the columns of `truncation_rows`."""
    return (
        "",
        Said("cosine", plain="turned by"),
        Said("length ratio", plain="length, the full one being 1"),
    )


def truncation_rows(found: Truncation, k: int, of: str) -> list[tuple[str, str, str]]:
    """The window k in numbers: (of what, cosine, ratio of lengths)."""
    i = found.at(k)
    return [
        (name, direction(float(cosines[i])), told_log10(float(ratios[i])))
        for name, cosines, ratios in (
            ("all parameters", found.cosine_all, found.log10_ratio_all),
            (of, found.cosine_recurrent, found.log10_ratio_recurrent),
        )
    ]


def too_large(config: RNNConfig) -> Said:
    """Why the windows are not compared."""
    every = ", or a loss at the last step only" if config.loss_at == "every" else ""
    return alike(
        f"Comparing every window would take long for {count(config.seq_len, 'step')} of "
        f"{count(config.batch_size, 'sequence')} with {count(config.hidden_size, 'unit')}: take "
        f"fewer steps or units{every}."
    )
