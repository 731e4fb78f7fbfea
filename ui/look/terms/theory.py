"""What theory says, by the names of its laws; and the numbers of a computer."""

from __future__ import annotations

from rnn_core.laws import critical_gain, lstm_shortcut, mean_field, norm_bound, realised_bound
from rnn_core.laws.at_rest import rest_at_start
from rnn_core.numbers.spoken import number
from ui.look.terms.term import Term


def _bound(flow) -> str:
    if flow.config.cell_used.no_norm_bound:
        return "none for this cell"
    most = flow.spectral_norm
    return f"σ_max is {number(most)}; over {flow.config.seq_len - 1} steps to that power"


def _critical(flow) -> str:
    if critical_gain.LAW.missing(flow.config):
        return "none that this law knows of this cell and start"
    return f"{number(rest_at_start(flow.config).critical)}, in a cell at rest"


TERMS = (
    Term(
        name="norm_bound",
        title="norm bound",
        signs=("norm bound",),
        meaning="The most that can be left after k steps, if each step stretched by all that it "
        "can: always true, seldom close.",
        formula="‖∂h_T/∂h_{T−k}‖ ≤ (σ_max · max φ′)^k",
        source=norm_bound.LAW.source,
        now=_bound,
    ),
    Term(
        name="realised_bound",
        title="realised bound",
        signs=("realised bound",),
        meaning="The same with the steps of this very run: never looser, and still only a bound.",
        formula="∏ σ_max(J_t)",
        source=realised_bound.LAW.source,
    ),
    Term(
        name="mean_field",
        title="mean field",
        signs=("mean field, given the input", "mean field"),
        meaning="What a network of very many units would do, in which each feels only the average "
        "of all the others.",
        formula="‖δ_{T−k}‖² ≈ ∏ χ_t ‖δ_T‖², χ_t = σ_w² E[φ′²]",
        source=mean_field.LAW.source,
    ),
    Term(
        name="mean_field_letters",
        title="q, χ and E",
        signs=("χ", "q", "ζ", "E"),
        meaning="Letters of the mean field: q is the average square of what goes into a unit, χ "
        "the factor of a squared gradient in one step, E an average over units.",
        formula="χ_t = σ_w² E[φ′(√q_t ζ)²]",
        source=mean_field.LAW.source,
    ),
    Term(
        name="lstm_shortcut",
        title="LSTM shortcut",
        signs=("LSTM shortcut", "∏", "Π"),
        meaning="The product of the forget gates alone, often taken for the whole gradient.",
        formula="∏ f_t",
        source=lstm_shortcut.LAW.source,
    ),
    Term(
        name="critical_gain",
        title="critical gain",
        signs=("critical gain, at rest", "critical gain", "Critical gain"),
        meaning="The scale of the recurrent weights from which on a cell at rest grows: below it "
        "what moves there dies away.",
        formula="ρ(J at h = 0, no input) = 1",
        source=critical_gain.LAW.source,
        now=_critical,
    ),
    Term(
        name="first_order",
        title="to first order",
        signs=("to first order",),
        meaning="For changes so small that twice the change has twice the effect.",
        source="Taylor",
    ),
    Term(
        name="sensitive",
        title="sensitivity, κ",
        signs=("κ", "Sensitive", "sensitive"),
        meaning="A random change of 1 % in each recurrent weight moves what the last loss sees by "
        "its own size or more.",
        formula="sensitive: κ / 100 ≥ 1",
        source="Zucchet, Orvieto 2024",
    ),
    Term(
        name="float32",
        title="float32, float64",
        signs=("float32", "float64", "single precision", "NaN"),
        meaning="How computers keep numbers: float32 with some 7 digits from 10⁻³⁸ to 10³⁸, "
        "float64 with 16 from 10⁻³⁰⁸ to 10³⁰⁸. Beyond is “inf”, and what is made of it “NaN”.",
        formula="1.2·10⁻⁷ and 2.2·10⁻¹⁶ of a number is its last digit",
        source="IEEE 754",
    ),
    Term(
        name="log",
        title="ln, log₁₀, exp",
        signs=("ln", "log₁₀", "exp"),
        meaning="The power that gives a number, of e or of 10: it turns factors into sums, and a "
        "steady decay into a straight line.",
        source="any textbook of calculus",
    ),
    Term(
        name="random",
        title="u, a random direction",
        signs=("u", "v"),
        meaning="A vector in some direction, here one drawn at random.",
        source="as in Benettin et al. 1980",
    ),
)
