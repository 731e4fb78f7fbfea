"""What the page says of a recording: computed from it, and every name of a stranger's file short.

A text of here is plain; whoever sets it as HTML escapes it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from rnn_core.flow.verdict import VERDICTS
from rnn_core.numbers.said import Said, alike, everyday_numbers, joined, told, told_log10
from rnn_core.numbers.spoken import count, factor, kept, number, percent, share_of
from rnn_core.recording.layer_reading import LayerReading
from rnn_core.recording.told import state
from rnn_core.settings import short

LEARNED = "what the recurrent weights learn"
RATE = Said("per step back", plain="a step back")
HORIZON = Said("horizon", plain="steps to 1/1000")
LONGEST = 60  # letters of a name
# What a layer does that is none of the five words.
OTHERS = {"broken": "Not finite", "silent": "Exactly 0", "still": "Nothing travels"}


def cut(text: str) -> str:
    """A name of a file as it may stand on a page: one line, not too long."""
    text = "".join(c if c.isprintable() else " " for c in text)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def title(one: LayerReading) -> str:
    """encoder (LSTM), layer 1, second direction."""
    return cut(one.title)


def word(one: LayerReading) -> str:
    """The verdict as a title."""
    return VERDICTS[one.verdict].title if one.verdict in VERDICTS else OTHERS[one.verdict]


def kind(one: LayerReading) -> str:
    """The class of its colour."""
    return "exploding" if one.verdict == "broken" else one.verdict


def stack_title(shown: Sequence[LayerReading], all_of: int) -> Said:
    """Above the picture."""
    part = "" if len(shown) == all_of else f", {len(shown)} of {all_of} layers"
    return alike(f"Depth × time: from the loss down, and back through time{part}")


def stack_summary(shown: Sequence[LayerReading]) -> Said:
    """The picture for those who cannot see it."""
    return alike("; ".join(f"{title(one)}: {word(one).lower()}" for one in shown) + ".")


def no_such_layer(asked: str, one: LayerReading) -> Said:
    """What a link names that the file has not."""
    return alike(f"This recording has no layer “{short(asked)}”; {title(one)} is shown.")


def whose(one: LayerReading, together: bool = False) -> str:
    """Which gradient is drawn."""
    if one.last_alone and not together:
        return "the gradient of what arrives at the last step alone"
    return "the gradient of all that arrives" if one.last_alone else "the gradient"


def facts(one: LayerReading) -> list[tuple[str, str, str]]:
    """(name, value, what it means), for the line beside the verdict."""
    if one.verdict not in VERDICTS:
        return [("steps", f"{one.length:,}", "The length T of the longest sequence.")]
    rate, far = one.reading.rate, one.reading.reach
    found = [
        (
            Said(
                "per step back",
                plain="each step keeps" if rate.factor < 1 else "each step back makes it",
            ),
            Said(factor(rate.factor), plain=_step(rate.factor)),
            "What one step back multiplies the norm by, least squares on the median.",
        ),
        (
            "at the far end",
            told_log10(far.log10_ratio),
            "What arrives there, relative to the loss end; the median over the sequences.",
        ),
        (
            HORIZON,
            f"{one.horizon:,} of {one.length:,}",
            "Steps back until the norm is first below 1/1000 of the loss end’s.",
        ),
    ]
    if not math.isnan(one.share_of_last):
        n = min(5, one.length)
        found.append(
            (
                f"in the last {n}",
                percent(one.share_of_last),
                Said("Of the norms of the terms of ∂L/∂W_h", plain=f"Of {LEARNED}")
                + f", the share of {n} steps at the loss end.",
            )
        )
    return found


def _step(rate: float) -> str:
    """What a step back keeps or makes, in plain words."""
    if not math.isfinite(rate) or rate < 1:
        return percent(rate)
    return share_of(math.log10(rate), "as large")


def headline(one: LayerReading, together: bool) -> Said:
    """What the gradient of the layer does, whose it is, and in which update."""
    return alike(_headline(one, together))


def _headline(one: LayerReading, together: bool) -> str:
    where = f"In update {one.step:,}, {title(one)}"
    n = count(one.norms.shape[1], "sequence")
    if one.verdict == "broken":
        return f"{where}: a number is not finite. {_broken(one)}"
    if one.verdict == "silent":
        return f"{where}: the gradient is exactly 0 at every step."
    if one.verdict == "still":
        return (
            f"{where}: all that arrives does so at the first step that the layer goes through, so "
            "nothing travels back through time."
        )
    far = one.reading.reach
    if far.horizon is None:
        reach = f"it stays above 1/1000 through all {count(len(one.curve), 'step')}"
    else:
        reach = (
            f"after {count(far.horizon, 'step')} less than 1/1000 is left, and the sequence has "
            f"{one.length:,}"
        )
    said = f"{where}: the gradient {VERDICTS[one.verdict].it}; {reach} (median of {n})."
    if one.last_alone:
        said += " That is of what the last step’s arrival alone sends back"
        said += "; drawn is all that arrives, together." if together else "."
    return said


def _broken(one: LayerReading) -> str:
    """Where the first number that is not finite stands."""
    told = one.broken
    if told is None:
        return "The norms of its gradient are beyond what its numbers hold."
    place = f" at step {told['t']:,} of {one.length:,}" if told["t"] else ""
    which = f", in sequence {told['sequence']:,} of the batch" if told["sequence"] else ""
    way = "on the way forward" if told["way"] == "forward" else "on the way back"
    return f"The first is {cut(told['what'])}{place}{which}, {way}."


def why(one: LayerReading) -> Said:
    """What the badge of the self-check means, and where the gradient goes at the first step."""
    if one.verdict == "broken":
        text = "What is not finite adds up to nothing."
    elif math.isnan(one.check):
        text = "No weight of it has a gradient to compare with."
    else:
        text = "That near the terms of the steps add up to PyTorch’s own gradient, relatively."
    return alike(text if one.kind == "state" else f"{text} The layer {state(one)}.")


def norms_title(one: LayerReading) -> Said:
    """Above the main chart."""
    return Said("Gradient norm at every step, ‖∂L/∂h_t‖", plain="The gradient at every step")


def norms_caption(one: LayerReading, together: bool) -> Said:
    """What is drawn, and how far it goes apart."""
    return alike(_norms(one, together))


def _norms(one: LayerReading, together: bool) -> str:
    n = one.norms.shape[1]
    if not one.finite:
        return f"Update {one.step:,}: what is not finite is not drawn."
    said = f"Update {one.step:,}: {whose(one, together)}, median of {count(n, 'sequence')}"
    said += " and their 10–90 % band." if n > 1 else "."
    end = "step 1" if one.direction else f"step {one.length:,}"
    arrivals = _arrivals(one)
    if arrivals == 1:
        said += f" It arrives from above at one step alone, nearest {end}."
    elif arrivals:
        said += f" Something arrives from above at {arrivals:,} of {one.length:,} steps."
    return said


def _arrivals(one: LayerReading) -> int:
    if one.direct is None:
        return 0
    return int((np.isfinite(one.direct).any(axis=1)).sum())


def summary(one: LayerReading, together: bool) -> Said:
    """The chart for those who cannot see it."""
    return joined([headline(one, together), norms_caption(one, together)])


def map_title(one: LayerReading) -> Said:
    """Above the map of updates and steps."""
    return alike("Through the training: each step relative to the loss end")


def map_caption(curves: list[LayerReading], drawn: np.ndarray, all_of: int) -> Said:
    """From the first to the last, by verdict and horizon."""
    first, last = curves[0], curves[-1]
    said = f"{count(len(curves), 'record')} of {all_of:,}, from the first update below "
    said += "(a click goes there): "
    said += "; ".join(f"{word(one).lower()} in update {one.step:,}" for one in (first, last))
    if first.verdict in VERDICTS and last.verdict in VERDICTS:
        far = f"{first.horizon:,} and {last.horizon:,} steps"
        said += Said(f", with a horizon of {far}", plain=f", reaching {far} back")
    gaps = "" if np.isfinite(drawn).all() else " Gaps: exactly 0 there, or not finite."
    return alike(said) + f".{gaps}"


def shares_title(one: LayerReading) -> Said:
    """Above the shares."""
    return Said(
        "Each step’s share of ∂L/∂W_h and ∂L/∂W_x", plain="Each step’s share of what is learned"
    )


def shares_caption(one: LayerReading, shared: np.ndarray) -> Said:
    """Where half of it comes from."""
    if not shared.any():
        return alike("Nothing to share out: the terms are 0, or not finite.")
    order = np.sort(shared)[::-1]
    half = int(np.searchsorted(np.cumsum(order), 0.5 * order.sum())) + 1
    return Said("Half of the norms of the terms of ∂L/∂W_h", plain=f"Half of {LEARNED}") + (
        f" is in {count(half, 'step')} of {one.length:,}; "
        f"the largest share, {percent(float(shared.max()))}, has step "
        f"{int(shared.argmax()) + 1:,} (mean over the sequences)."
    )


def gates_title(one: LayerReading) -> Said:
    """Above the gates."""
    if one.gates.mean:
        return alike("Gates: mean over the units, and the share at an end")
    return Said("Saturated units", plain="Units that are flat")


def gates_caption(one: LayerReading) -> Said:
    """What each gate is on average, and how many of its units are at an end."""
    return everyday_numbers(_gates(one))


def _gates(one: LayerReading) -> str:
    parts = []
    for name, mean in one.gates.mean.items():
        seen = mean[np.isfinite(mean)].astype(float)
        if not seen.size:
            continue
        said = f"{cut(name)} {number(float(seen.mean()), 2)}"
        for what, by_step in (("shut", one.gates.shut), ("open", one.gates.open)):
            share = by_step.get(name)
            share = share[np.isfinite(share)].astype(float) if share is not None else np.zeros(0)
            if share.size and share.mean() >= 0.01:
                said += f", {percent(float(share.mean()))} {what}"
        parts.append(said)
    if parts:
        ends = "A unit is shut below 0.05 and open above 0.95, in size."
        return f"Means over steps and units: {'; '.join(parts)}. {ends}"
    share = one.gates.saturated
    seen = share[np.isfinite(share)].astype(float) if share is not None else np.zeros(0)
    if not seen.size:
        return Said(
            "This cell has no gates, and its saturation was not recorded.",
            plain="This cell has no gates, and which of its units are flat was not recorded.",
        )
    flat = Said("have |φ′| < 0.1", plain="are flat")
    return f"{percent(float(seen.mean()))} of the units " + flat + ", on average over the steps."


def loss_title() -> Said:
    """Above loss and norm."""
    return alike("Loss and gradient norm of every update")


def loss_caption(loss: np.ndarray, norm: np.ndarray) -> Said:
    """What the training told of itself."""
    return everyday_numbers(_loss(loss, norm))


def _loss(loss: np.ndarray, norm: np.ndarray) -> str:
    known = loss[np.isfinite(loss)]
    if not known.size:
        said = "No finite loss was told"
    else:
        said = f"Loss {number(float(known[0]))} at first, {number(float(known[-1]))} at last"
    norms = norm[np.isfinite(norm)]
    if norms.size:
        said += f"; gradient norm before clipping {number(float(np.median(norms)))} (median)"
    gone = int(np.isinf(loss).sum() + (np.isnan(loss) & ~np.isnan(norm)).sum())
    lost = f" {count(gone, 'loss')} not finite." if gone else ""
    return f"{said}.{lost}"


def rate_and_horizon(one: LayerReading) -> tuple[str, str]:
    """Per step back, and horizon of length; a dash where there is none."""
    if one.verdict not in VERDICTS:
        return "–", "–"
    rate = one.reading.rate.factor
    return Said(factor(rate), plain=kept(rate, "it")), f"{one.horizon:,} of {one.length:,}"


def badge(one: LayerReading) -> str:
    """The class of the badge."""
    return "proved" if one.proved else "open"


def check(one: LayerReading) -> Said:
    """The self-check, briefly."""
    return "proved to " + told(one.check, 1) if one.proved else alike("not proved")
