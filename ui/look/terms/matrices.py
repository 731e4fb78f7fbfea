"""What a step does to vectors: sizes of a matrix, and of a product of many."""

from __future__ import annotations

import math

from rnn_core.numbers.spoken import plain, signed
from ui.look.terms.term import Term

_PASCANU = "Pascanu, Mikolov, Bengio 2013"
_SAXE = "Saxe, McClelland, Ganguli 2013"
_LYAPUNOV = "Benettin et al. 1980; Engelken, Wolf, Abbott 2023"


def _log_rho(flow) -> str:
    radius = flow.spectral_radius
    return f"ρ is {plain(radius, 3)}" + (f", ln ρ {signed(math.log(radius))}" if radius > 0 else "")


TERMS = (
    Term(
        name="jacobian",
        title="Jacobian, J_t",
        signs=("J", "Jacobian", "Jacobians"),
        meaning="What one step does to a small change of the state; on the way back the gradient "
        "is multiplied by it, turned over.",
        formula="J_t = ∂h_t/∂h_{t−1}; for a vanilla RNN diag(φ′(z_t)) W_h",
        source=_PASCANU,
        now=lambda flow: (
            f"one step multiplies the gradient by {plain(flow.step_factor, 3)} on average"
        ),
    ),
    Term(
        name="partial",
        title="∂, a derivative",
        signs=("∂", "∂h", "∂s", "ᵀ"),
        meaning="How much one thing changes with a small change of another.",
        formula="∂h_t/∂h_1: of the state at step t with the state at step 1",
        source="any textbook of calculus",
    ),
    Term(
        name="eigenvalue",
        title="eigenvalue, λ",
        signs=("λ", "eigenvalue", "eigenvalues", "diag(λ)", "μ"),
        meaning="A matrix multiplies a vector in one of its own directions by this number, again "
        "and again: outside the circle it grows, inside it shrinks.",
        formula="W_h v = λ v",
        source=_SAXE,
        now=lambda flow: f"the largest is {plain(flow.spectral_radius, 3)}",
    ),
    Term(
        name="rho",
        title="spectral radius, ρ",
        signs=("ρ", "spectral radius"),
        meaning="The largest of the eigenvalues’ sizes: by this the weights alone multiply a "
        "vector per step, in the long run.",
        formula="ρ = max|λ| of W_h; after k steps ρ^k",
        source="Hochreiter 1991; " + _PASCANU,
        now=_log_rho,
    ),
    Term(
        name="sigma_max",
        title="spectral norm, σ_max",
        signs=("σ_max", "spectral norm"),
        meaning="The most that a matrix can stretch any vector in one step.",
        formula="σ_max = max ‖W_h v‖ / ‖v‖",
        source=_PASCANU,
        now=lambda flow: plain(flow.spectral_norm, 3),
    ),
    Term(
        name="singular_values",
        title="singular values, σ_i",
        signs=("σ", "singular values", "Singular values"),
        meaning="How much a matrix stretches each of its best directions, the largest first. In "
        "a formula of gates σ is the sigmoid curve.",
        formula="σ_i of J_T ⋯ J_{T−k+1}",
        source=_SAXE,
    ),
    Term(
        name="normal",
        title="normal, and far from it",
        signs=("far from normal", "not normal", "normal matrix", "non-normal"),
        meaning="The directions of a normal matrix stand at right angles, and then ρ and σ_max "
        "agree. Far from normal, vectors may grow for many steps although ρ < 1.",
        formula="W_h W_hᵀ = W_hᵀ W_h",
        source="Trefethen, Embree 2005",
        now=lambda flow: (
            f"ρ {plain(flow.spectral_radius, 3)}, σ_max {plain(flow.spectral_norm, 3)}"
        ),
    ),
    Term(
        name="orthogonal",
        title="orthogonal",
        signs=("orthogonal", "Orthogonal"),
        meaning="Such a matrix only turns: it makes no vector longer or shorter.",
        formula="QᵀQ = 1",
        source=_SAXE,
    ),
    Term(
        name="unit_circle",
        title="unit circle",
        signs=("unit circle", "the circle"),
        meaning="The border of size 1: eigenvalues outside it grow from step to step.",
        formula="|λ| = 1",
        source=_PASCANU,
    ),
    Term(
        name="lambda_max",
        title="Lyapunov exponent, λ_max",
        signs=("λ_max", "Lyapunov exponent", "long-run rate"),
        meaning="How fast small changes grow or shrink per step in the long run, along this very "
        "run: above 0 they grow.",
        formula="λ_max = ln of the growth per step; ln ρ is the same for W_h alone",
        source=_LYAPUNOV,
    ),
    Term(
        name="chaos",
        title="chaos",
        signs=("chaos",),
        meaning="Two states that are hardly apart go apart at a steady rate, and yet stay within "
        "bounds: small changes decide all that follows.",
        formula="λ_max > 0",
        source="Sompolinsky, Crisanti, Sommers 1988",
    ),
    Term(
        name="attractors",
        title="attractors",
        signs=("attractors", "attractor"),
        meaning="Places to which the state comes back from nearby: which one, tells where it "
        "began.",
        source="Strogatz, Nonlinear Dynamics and Chaos",
    ),
    Term(
        name="fixed_point",
        title="fixed point, linearisation",
        signs=("fixed point", "linearisation"),
        meaning="A state that stays as it is. The linearisation is what a very small push would "
        "feel there.",
        formula="h = φ(W_h h)",
        source="Strogatz, Nonlinear Dynamics and Chaos",
    ),
)
