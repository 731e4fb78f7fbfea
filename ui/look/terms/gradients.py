"""What travels back."""

from __future__ import annotations

from rnn_core.numbers.spoken import factor, from_log10, steps
from ui.look.terms.term import Term

_BPTT = "Rumelhart, Hinton, Williams 1986; Werbos 1990"
_DEPENDENCE = "Bengio, Simard, Frasconi 1994"

TERMS = (
    Term(
        name="gradient",
        title="gradient",
        signs=("gradient", "gradients"),
        meaning="How much, and which way, the loss would change with a small change of something: "
        "training moves every weight against its own.",
        formula="∂L/∂h_t for the state at step t",
        source=_BPTT,
    ),
    Term(
        name="delta",
        title="δ_t, the gradient at step t",
        signs=("δ", "∂L", "∂L_T", "∂L_t"),
        meaning="How much the loss would change with a small change of the state at step t: what "
        "arrives there on the way back.",
        formula="δ_t = ∂L/∂h_t = ∂L_t/∂h_t + J_{t+1}ᵀ δ_{t+1}",
        source=_BPTT,
        now=lambda flow: (
            f"‖δ_1‖ is {from_log10(float(flow.reading.curve[0]))}, ‖δ_T‖ "
            f"{from_log10(float(flow.reading.curve[-1]))} (median)"
        ),
    ),
    Term(
        name="norm",
        title="norm, ‖·‖",
        signs=("‖", "norm", "norms"),
        meaning="The length of an arrow with many entries: how large a gradient is, whatever its "
        "direction.",
        formula="‖v‖ = √(v_1² + … + v_n²)",
        source="Euclid’s length; ‖·‖₂ in textbooks",
    ),
    Term(
        name="loss",
        title="loss, L",
        signs=("L", "L_T", "loss", "losses"),
        meaning="One number that says how wrong the network is; training makes it smaller.",
        formula="L = L_1 + … + L_T, where every step has one",
        source=_BPTT,
    ),
    Term(
        name="factor",
        title="factor per step back",
        signs=("per step back", "each step keeps", "each step back makes it"),
        meaning="What one more step back multiplies the gradient by, on average: below 1 it "
        "shrinks, above 1 it grows.",
        formula="exp of the slope of ln‖δ_t‖ against the lag, by least squares",
        source=_DEPENDENCE,
        now=lambda flow: factor(flow.factor) if flow.reading.rated else "none: it ends at 0",
    ),
    Term(
        name="half_life",
        title="half-life",
        signs=("half-life", "half is lost after", "doubled after", "doubles in"),
        meaning="After so many steps half of the gradient is lost, or twice as much there.",
        formula="ln 2 / |ln factor|",
        source="as in radioactive decay",
        now=lambda flow: f"{steps(flow.half_life)} steps" if flow.reading.rated else "none",
    ),
    Term(
        name="horizon",
        title="horizon",
        signs=("horizon", "1/1000 is left after"),
        meaning="So many steps back less than a thousandth of the gradient is left: further back "
        "the loss teaches next to nothing.",
        formula="the least k with ‖δ_{T−k}‖ < ‖δ_T‖ / 1000",
        source=_DEPENDENCE,
        now=lambda flow: (
            f"{flow.horizon} steps"
            if flow.horizon is not None
            else f"beyond this sequence of {flow.config.seq_len} steps"
        ),
    ),
    Term(
        name="reach",
        title="what is left at step 1",
        signs=("left at step 1", "step 1 gets", "‖δ_1‖ / ‖δ_T‖"),
        meaning="The gradient at the first step, of what it is at the last: the verdict is on it.",
        formula="‖δ_1‖ / ‖δ_T‖",
        source=_DEPENDENCE,
        now=lambda flow: from_log10(flow.log10_ratio),
    ),
    Term(
        name="decades",
        title="decades",
        signs=("decade", "decades"),
        meaning="Factors of ten: three decades below is a thousandth.",
        formula="log₁₀ of a ratio",
        source="as on logarithmic paper",
        now=lambda flow: (
            f"step 1 is {abs(flow.log10_ratio):.1f} decades "
            f"{'below' if flow.log10_ratio < 0 else 'above'} step T"
        ),
    ),
    Term(
        name="direct",
        title="direct part",
        signs=("direct part", "straight from the loss", "straight from each step’s own loss"),
        meaning="What a step gets from its own loss, before anything comes back from later steps.",
        formula="∂L_t/∂h_t",
        source=_BPTT,
    ),
    Term(
        name="lag",
        title="lag, k",
        signs=("lag", "lags", "k"),
        meaning="How many steps lie between a loss and the state that it is to teach.",
        formula="k = T − t",
        source=_DEPENDENCE,
        now=lambda flow: f"up to {flow.config.seq_len - 1} here",
    ),
    Term(
        name="median",
        title="median",
        signs=("median",),
        meaning="The one in the middle: half of the sequences lie above it, half below. A mean "
        "would be the work of a few large ones.",
        source="any textbook of statistics",
        now=lambda flow: f"of {flow.config.batch_size} sequences",
    ),
    Term(
        name="step",
        title="step, t and T",
        signs=("t", "T"),
        meaning="The network reads one input after another: t counts them, T is how many there "
        "are.",
        source="unrolled in time, as in Elman 1990",
        now=lambda flow: f"T is {flow.config.seq_len}",
    ),
)
