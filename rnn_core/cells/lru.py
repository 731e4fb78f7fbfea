"""The linear recurrent unit: a diagonal linear recurrence."""

# ν, θ and γ are None for other cells only, and an exported program can do without an assert:
# mypy: no-strict-optional

from __future__ import annotations

from typing import Any

import numpy as np

from rnn_core.cells.cell import Cell, Helps, Run
from rnn_core.cells.cost import OVERHEAD
from rnn_core.cells.knob import Knob
from rnn_core.cells.written import Written
from rnn_core.network.activations import Activation
from rnn_core.network.inputs import INPUTS
from rnn_core.network.parameters import Parameters
from rnn_core.network.streams import STREAM_WEIGHTS, stream
from rnn_core.numbers.logdomain import log10_norm
from rnn_core.numbers.said import Said
from rnn_core.numbers.spoken import percent
from rnn_core.settings import Number

# |λ| below 1: at 1 the linear recurrent unit's input gain √(1-|λ|²) is 0.
LAMBDA_LOW = Number(
    name="lambda_low",
    label="|λ| from",
    brief="|λ|",
    default=0.9,
    low=0.5,
    high=0.999,
    legal=(0.01, 0.9999),
    step=0.001,
    digits=3,
    help="One end of the range from which |λ| of the linear recurrent unit is drawn.",
)
LAMBDA_HIGH = Number(
    name="lambda_high",
    label="|λ| to",
    brief="|λ|",
    default=0.999,
    low=0.5,
    high=0.9999,
    high_of_run=0.999,  # it remembers a thousand steps, and no task is longer
    legal=(0.01, 0.9999),
    step=0.0001,
    digits=4,
    help="The other end of the range of |λ|.",
)


def eigenvalues_of(params: Parameters) -> np.ndarray:
    """λ = exp(-exp(ν) + iθ) (⌈H/2⌉,): one of each pair; the last of an odd H has no partner."""
    return np.exp(-np.exp(params.nu) + 1j * params.theta)


def as_pairs(h: np.ndarray) -> np.ndarray:
    """(B, H) -> (B, ⌈H/2⌉): the real parts come first, then the imaginary ones."""
    pairs = h.shape[1] - h.shape[1] // 2
    s = h[:, :pairs].astype(complex)
    s[:, : h.shape[1] - pairs] += 1j * h[:, pairs:]
    return s


def as_units(s: np.ndarray, H: int) -> np.ndarray:
    """The inverse of `as_pairs`."""
    return np.concatenate([s.real, s.imag[:, : H // 2]], axis=1)


def moduli(h: np.ndarray) -> np.ndarray:
    """Sizes of the pairs of units (…, H) -> (…, ⌈H/2⌉), of one unit if it has no partner."""
    return np.abs(as_pairs(h.reshape(-1, h.shape[-1]))).reshape(*h.shape[:-1], -1)


def lru_step(params: Parameters, phi: Activation, x: np.ndarray, h: np.ndarray):
    """h_next = λ ⊙ h + γ ⊙ W_x x, on pairs of real units as complex numbers; nothing else."""
    u = as_pairs(x @ params.W_x.T)
    s = as_pairs(h)
    rotated = eigenvalues_of(params) * s
    return as_units(rotated + params.gamma * u, h.shape[1]), (x, u, rotated)


def lru_vjp(params: Parameters, phi: Activation, cache, dh: np.ndarray):
    """dh_prev = λ* ⊙ dh: no W_h, no φ', the same in every step."""
    x, u, rotated = cache
    d = as_pairs(dh)
    turn = d.conj() * rotated
    grads = {
        "nu": -np.exp(params.nu) * turn.real,
        "theta": -turn.imag,
        "gamma": (d.conj() * u).real,
        "W_x": (as_units(params.gamma * d, dh.shape[1]), x),
    }
    # An unpaired unit has no phase.
    grads["theta"][:, dh.shape[1] // 2 :] = 0.0
    return as_units(eigenvalues_of(params).conj() * d, dh.shape[1]), grads


def lru_torch_step(w: Any, p: Any, f: Any, x: Any, h: Any) -> tuple[Any, dict[str, Any]]:
    """The same on tensors, see rnn_core/pytorch/functions.py."""
    torch = f.torch
    turning = h.shape[1] // 2
    pairs = h.shape[1] - turning

    def numbers(v: Any) -> Any:
        missing = torch.zeros(len(v), pairs - turning, dtype=v.dtype)
        return torch.complex(v[:, :pairs], torch.cat([v[:, pairs:], missing], dim=1))

    turns = torch.cat([torch.ones(turning), torch.zeros(pairs - turning)]).to(h.dtype)
    modulus, phase = torch.exp(-torch.exp(w["nu"])), w["theta"] * turns
    s = torch.polar(modulus, phase) * numbers(h) + w["gamma"] * numbers(x @ w["W_x"].T)
    return torch.cat([s.real, s.imag[:, :turning]], dim=1), {}


def begin_lru(config) -> dict[str, np.ndarray]:
    """W_h (H, H), the matrix that ν and θ stand for, and ν, θ and γ.

    λ is drawn evenly from the ring lambda_low ≤ |λ| ≤ lambda_high of the upper half plane, its
    partner being λ*; the last unit of an odd H has a phase of 0.
    """
    H = config.hidden_size
    turning = H // 2
    rng = stream(config.seed, STREAM_WEIGHTS)
    even = rng.uniform(size=H - turning)
    theta = np.pi * rng.uniform(size=H - turning)
    theta[turning:] = 0.0
    low, high = config.lambda_low**2, config.lambda_high**2
    modulus = np.sqrt(low + (high - low) * even)
    eigenvalues = modulus * np.exp(1j * theta)
    real, imag = np.diag(eigenvalues.real), np.diag(eigenvalues.imag)[:, :turning]
    return {
        "W_h": np.block([[real, -imag], [imag.T, real[:turning, :turning]]]),
        "nu": np.log(-np.log(modulus)),
        "theta": theta,
        "gamma": np.sqrt(1.0 - modulus**2),
    }


def eigenvalue_terms(run: Run) -> np.ndarray:
    """log₁₀ of the size of each step's term of ∂L/∂λ (T, B): δ_t* ⊙ h_{t-1} on pairs of units."""
    delta, exponent = run.sweep.delta, run.sweep.exponent
    terms = np.full(exponent.shape, -np.inf)
    if run.trace.start is not None:
        terms[0] = log10_norm(moduli(delta[0]) * moduli(run.trace.start), exponent[0])
    terms[1:] = log10_norm(moduli(delta[1:]) * moduli(run.trace.h[:-1]), exponent[1:])
    return terms


def by_modulus(params: Parameters, gradients: dict[str, np.ndarray]) -> np.ndarray:
    """∂L/∂ln|λ| (⌈H/2⌉,): ln|λ| = -exp(ν), and ν itself is no size of anything."""
    return gradients["nu"] / -np.exp(params.nu)


def long_memory(config: Any, modulus: float) -> dict[str, float]:
    """Root mean square of ‖∂L_T/∂θ‖ by parameter for one |λ|, one sequence and ‖∂L_T/∂h_T‖ = 1.

    Per pair of units h = λ h₋ + γ u with white u, E|u|² = 2σ², so with r = |λ|²

        E|λ ∂h_T/∂λ|² = γ² Σ_k k² r^k E|u|²       k = 1 … T-1;  γ² r(1+r)/(1-r)³ E|u|² at last
        E|∂h_T/∂γ|²   =    Σ_k r^k E|u|²           k = 0 … T-1

    Half of it lies along the gradient. γ² = 1-r, held still: ∂L/∂θ grows as √2/(1-r), ∂L/∂γ as
    1/√(1-r); ν takes -ln|λ| of what θ has, which flattens it. Nothing where the input is not white,
    the state begins elsewhere than at 0, or the gradient enters along the state itself, as that of
    a squared error does.
    """
    drawn = config.loss_kind == "direction" and not config.start_scale
    if not (INPUTS[config.input].white and drawn):
        return {}
    r, lags = modulus**2, np.arange(config.seq_len)
    kept = r**lags
    scale = config.input_scale
    by_angle = scale * float(np.sqrt((1.0 - r) * np.sum(lags**2 * kept)))
    return {
        "nu": -float(np.log(modulus)) * by_angle,
        "theta": by_angle,
        "gamma": scale * float(np.sqrt(kept.sum())),
        "W_x": scale * float(np.sqrt(config.input_size * (1.0 - r) * kept.sum())),
    }


MODULI = (0.5, 0.7, 0.9, 0.97, 0.99, 0.997, 0.999, 0.9997, 0.9999)


def _products(H: int, I: int) -> int:
    """W_x x; λ ⊙ h and γ ⊙ u: 4 + 2 for a pair, 2 for a unit without a partner."""
    return H * I + 6 * (H // 2) + 2 * (H % 2)


def _why(run: Run, step: Said) -> Said:
    low, high = (float(v(np.abs(run.eigenvalues))) for v in (np.min, np.max))
    return Said(
        f"J_t is the same in every step, whatever the input: |λ| runs from {low:.4g} to "
        f"{high:.4g}, and nothing saturates; {step}.",
        plain="Each unit keeps its own share of itself, the same at every step, whatever the "
        f"input: from {percent(low)} to {percent(high)}; {step.plain}.",
    )


_DRAWS = """\
rng = np.random.default_rng([SEED, {stream}])
turning = H // 2
even = rng.uniform(size=H - turning)
theta = np.pi * rng.uniform(size=H - turning)
theta[turning:] = 0.0
low, high = {low!r}**2, {high!r}**2
modulus = np.sqrt(low + (high - low) * even)"""

_CLASS = '''
class LinearRecurrentUnit(nn.Module):
    """h_t = lambda h_(t-1) + gamma W_x x_t on pairs of units, read as complex numbers.

    lambda = exp(-exp(nu) + i theta); the last unit of an odd H stands alone, and has no phase.
    """

    def __init__(self):
        super().__init__()
        self.weight_ih = nn.Parameter(torch.empty(H, I))
        self.turning, self.pairs = H // 2, H - H // 2
        for name in ("nu", "theta", "gamma"):
            setattr(self, name, nn.Parameter(torch.empty(self.pairs)))

    def complex(self, v):
        alone = v.new_zeros(len(v), self.pairs - self.turning)
        return torch.complex(v[:, : self.pairs], torch.cat([v[:, self.pairs :], alone], dim=1))

    def forward(self, x, h):
        turns = (torch.arange(self.pairs) < self.turning).to(x.dtype)
        eigenvalues = torch.polar(torch.exp(-torch.exp(self.nu)), self.theta * turns)
        s = eigenvalues * self.complex(h) + self.gamma * self.complex(x @ self.weight_ih.T)
        return torch.cat([s.real, s.imag[:, : self.turning]], dim=1)

'''

CELL = Cell(
    label="linear recurrent unit",
    short="LRU",
    formula=r"h_t = \lambda \odot h_{t-1} + \gamma \odot W_x x_t, \quad "
    r"\lambda = e^{-e^{\nu} + i\theta}",
    source="Orvieto et al. 2023",
    family="linear",
    colour="#2f8fe0",
    step=lru_step,
    vjp=lru_vjp,
    torch_step=lru_torch_step,
    activation="linear",
    init="",
    begin=begin_lru,
    learned=("W_x", "nu", "theta", "gamma"),
    recurrent=("nu", "theta"),
    shared="λ",
    settings=(LAMBDA_LOW, LAMBDA_HIGH),
    memory=Knob(
        settings=(LAMBDA_LOW, LAMBDA_HIGH),
        values=MODULI,
        near_one=True,
        plain="the share that a unit keeps",
        law=long_memory,
        source="Zucchet, Orvieto 2024",
    ),
    told=lambda config: f"|λ| {config.lambda_low:g} … {config.lambda_high:g}",
    parameters=lambda H, I: H * I + 2 * (H - H // 2) + H // 2,  # W_x, |λ| and γ; phases of pairs
    multiply_adds=_products,
    work=lambda H, B: 3 * (B * 20 * H + OVERHEAD),
    matrix=lambda params: params.W_h,
    matrix_name=lambda params: "diag(λ)",
    eigenvalues=eigenvalues_of,
    terms=eigenvalue_terms,
    relative=by_modulus,
    entry="|λ|",
    why=_why,
    acts="only λ acts",
    remedies=(("|λ| from 0.99 to 0.999", {"lambda_low": 0.99, "lambda_high": 0.999}),),
    helps=Helps(
        says=Said(
            "The recurrence is linear and diagonal: J_t = diag(λ), the same at every step, with "
            "|λ| below 1 and near it at the start.",
            plain="The recurrence is linear, a factor of its own for each unit, near 1 at the "
            "start.",
        ),
        law=Said(
            "‖J^k δ‖ goes as |λ|^k, exactly: no φ′ and no W_h.",
            plain="The gradient goes as a power of these factors, exactly.",
        ),
    ),
    road=Said("λ", plain="own rate"),
    written=Written(
        cell=lambda config, activation, phi: (_CLASS, "LinearRecurrentUnit()"),
        weights=lambda config: {
            "nu": "np.log(-np.log(modulus))",
            "theta": "theta",
            "gamma": "np.sqrt(1.0 - modulus**2)",
        },
        draws=lambda config: _DRAWS.format(
            stream=STREAM_WEIGHTS, low=config.lambda_low, high=config.lambda_high
        ),
    ),
    helpers=(eigenvalues_of, as_pairs, as_units),
)
