"""Cells: one step forward beside one step backward, and all that the app needs to know of one.

Axes, for every module of this package: T time, B batch, I input, H hidden, G gates, S state. S is
H, except for the LSTM: its state is h and c side by side, (B, 2H), since c is the road that its
gradient takes, and a Jacobian of h alone would miss it. Arrays over time are time-major, (T, B, H).
A cell is two functions:

    step(params, phi, x, s) -> s_next, cache       (B, I), (B, S) -> (B, S)
    vjp(params, phi, cache, ds) -> ds_prev, grads  (B, S) -> (B, S); grads per sequence, by name

`ds` is ∂L/∂s_next and `ds_prev` is ∂L/∂s through this one step: the transposed Jacobian applied
to ds. The Jacobian of any cell is therefore `vjp` of the identity. The gradient of a matrix comes
as the two factors of its outer product, (B, rows) and (B, columns); that of a vector as (B, n).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np

from rnn_core.cells.families import FAMILIES
from rnn_core.cells.knob import Knob
from rnn_core.cells.tape import Trace
from rnn_core.cells.written import Written
from rnn_core.network.activations import ACTIVATIONS, Activation
from rnn_core.network.parameters import Parameters
from rnn_core.numbers.logdomain import log10_norm
from rnn_core.numbers.said import Said
from rnn_core.registry import complete
from rnn_core.settings import Number

DASHES = ("", "dot", "dash", "dashdot", "longdash")  # of Plotly; "" is a solid line


class Run(Protocol):
    """What a cell may look at to speak of a run of its own: a `GradientFlow`."""

    @property
    def config(self) -> Any: ...

    @property
    def params(self) -> Parameters: ...

    @property
    def trace(self) -> Any: ...

    @property
    def sweep(self) -> Any: ...

    @property
    def gates(self) -> dict[str, np.ndarray]: ...  # (T, B, H) by name

    @property
    def eigenvalues(self) -> np.ndarray: ...  # (S,) of `matrix`

    @property
    def saturated(self) -> np.ndarray | None: ...  # (T,) share of units with |φ'| < 0.1

    @property
    def log10_preactivations(self) -> np.ndarray: ...  # (T, B)


@dataclass(frozen=True, kw_only=True)
class Gate:
    """A block of rows in W_h, W_x and the biases: H of them, or what `rows` makes of H.

    activation: what its sum goes through, a name of ACTIVATIONS; "" is the cell's φ, and None a
    function of its own that has no flat end, as exp has none. title, job: what it is called and
    what it does, of a gate that the page Architectures draws.
    """

    name: str
    activation: str | None = "sigmoid"
    title: str = ""
    job: str = ""
    rows: Callable[[int], int] = lambda H: H

    def __post_init__(self) -> None:
        complete(self)
        if self.activation and self.activation not in ACTIVATIONS:
            names = ", ".join(ACTIVATIONS)
            raise ValueError(f"activation must be one of {names} or '', got {self.activation!r}")


@dataclass(frozen=True, kw_only=True)
class Kept:
    """What says how much of the state a step keeps: a gate, or what a gate leaves of 1.

    letter: its name in a formula; title, job: as in `Gate`; of: the state that it keeps a share of;
    share: its values (T, B, H), from those of the gates, or of fewer parts of the state than units:
    `by` is the word for one. alone: the parts do not mix by it, so that it says by itself what a
    step would leave of a gradient. opened_by: the cell's setting that decides
    how much it keeps at the start, if there is one: a bias.
    """

    letter: str
    title: str
    job: str
    of: str
    share: Callable[[dict[str, np.ndarray]], np.ndarray]
    by: str = "unit"
    alone: bool = True
    opened_by: Number | None = None

    def __post_init__(self) -> None:
        complete(self)


@dataclass(frozen=True, kw_only=True)
class Helps:
    """Why one would change to a cell where the gradient vanishes: what it does to it, and the law
    that this leans on."""

    says: Said
    law: Said

    def __post_init__(self) -> None:
        complete(self)


PHI = (Gate(name="h", activation=""),)  # the one block of a cell without gates


def matrix_terms(run: Run) -> np.ndarray:
    """log₁₀ of the size of each step's term of ∂L/∂W_h (T, B): ‖d_t‖·‖h_{t-1}‖."""
    trace, d = run.trace, run.log10_preactivations
    exponent = 0 if trace.exponent is None else trace.exponent[:-1]
    terms = np.full_like(d, -np.inf)
    if trace.start is not None:
        terms[0] = d[0] + log10_norm(trace.start[:, : trace.h.shape[2]])
    terms[1:] = d[1:] + log10_norm(trace.h[:-1], exponent)
    return terms


@dataclass(frozen=True, kw_only=True)
class Cell:
    """A recurrent cell: everything that any part of the app needs to know of it.

    label, short, formula (LaTeX), source, family (of FAMILIES), colour (#rrggbb) and dash: its
    names, its place among the others and its line. The
    colours of the usual six stay apart for the common kinds of colour blindness.

    What it computes
    blocks: its gates, in PyTorch's order. states: S is states·H, written `state`. step, vjp: see
    above. torch_step: the same as PyTorch would write it, see rnn_core/pytorch/functions.py.
    unroll: a fast path forward, (params, x, phi, work, start) -> Trace, or None. has_slope: the
    last entry of a step's cache is φ'(z_t). gate_values: the gates (B, H) by name, from a step's
    cache.
    additive: h_t = keep·h_{t-1} + α·φ(z_t), so that J_t = keep·1 + α·diag(φ'(z_t)) W_h; there are
    fast paths of forward, sweep and training for this form. two_factors: the same with keep 0 and
    α 1: J_t is diag(φ'(z_t)) W_h and nothing else.
    diagonal: J_t has nothing beside its diagonal. by_input: that diagonal a_t (B, H), from a step's
    cache, where the state has no say in it: h_t = a_t ⊙ h_{t-1} + c_t with a_t and c_t from x_t
    alone, for which there is a fast path.

    How it begins
    activation, init: the choice that the cell makes by itself, or None where the config's counts;
    init "" means that it has no W_h to initialise. linear_layers: its weights are linear layers of
    x_t, which a framework starts as such; it has no recurrent one. begin: arrays and
    numbers of Parameters that do not begin like everyone's, by name, from anything with the fields
    of RNNConfig. learned: the parameters that training changes. recurrent: those of them that stand
    for the recurrence, and `shared` their letter. settings: the fields of RNNConfig that only this
    cell and its like know; told: their values in words.
    memory: its knob, what makes it remember longer; None leaves it to what keeps its state, or else
    to its first setting, see rnn_core/studies/longer_memory.py.
    spread_by: that setting of its own which, above 0, draws the biases of gates unit by unit;
    spread: those that then have no say.

    What it costs
    parameters(H, I): numbers to learn between x_t, s_{t-1} and s_t, one bias for each gate.
    multiply_adds(H, I): products of a step, see rnn_core/studies/architectures.py. work(H, B): how
    long a step takes, in multiply-adds.

    What theory knows
    matrix(params): what carries the state if φ' is 1, (S, S), and matrix_name its letters; None
    where each step has its own. eigenvalues(params): of J_t, where that is one normal matrix.
    no_norm_bound, no_spectral_radius: why these laws do not apply, or "". by_matrix_alone: nothing
    but W_h and φ' carries the state, so that an orthogonal W_h only turns it. candidate: the gate
    whose block of W_h stands for the recurrence. kept: what says how much of the state stays, and
    `shown` the other gates that are drawn with it. direct_path: the second half of the state goes
    from step to step by `kept` alone. road: what the state is multiplied by on its way straight to
    the next one, beside whatever else it goes through; "" where there is no such way, or where
    `kept` says it. terms(run): log₁₀ sizes (T, B) of the terms of the gradient
    of `recurrent`. relative(params, gradients): the derivatives by the logarithm of each number
    that `recurrent` stands for, where these are not its entries; `entry` is the word for one.

    What is said of it
    why(run, step): what its step does to the gradient, given the number in words, both in plain
    words too; not asked of a
    cell with two_factors, of which the page says more. why_zero(run): why a gradient is exactly 0
    where the common reasons are wrong, or "". acts: what acts on the gradient if φ' is 1. remedies:
    changes of its own settings to be tried where the gradient vanishes or explodes. in_range: those
    that keep the numbers of an overflowing run in range, as a sentence, a label and the settings.
    helps: why one would change to it, or None.

    In PyTorch
    torch_module: the cell of torch.nn with the same parameters, or "". written: the cell in an
    exported program. helpers: functions that step, vjp and begin call, for an exported program.
    """

    label: str
    short: str
    formula: str
    source: str
    family: str
    colour: str
    dash: str = ""

    step: Callable[[Parameters, Activation, np.ndarray, np.ndarray], tuple[np.ndarray, Any]]
    vjp: Callable[[Parameters, Activation, Any, np.ndarray], tuple[np.ndarray, dict[str, Any]]]
    torch_step: Callable[..., tuple[Any, dict[str, Any]]]
    blocks: tuple[Gate, ...] = PHI
    states: int = 1
    state: str = "h"
    unroll: Callable[..., Trace] | None = None
    has_slope: bool = False
    gate_values: Callable[[tuple[Any, ...]], dict[str, np.ndarray]] | None = None
    additive: bool = False
    two_factors: bool = False
    diagonal: bool = False
    by_input: Callable[[tuple[Any, ...]], np.ndarray] | None = None

    activation: str | None = None
    init: str | None = None
    linear_layers: bool = False
    begin: Callable[[Any], dict[str, Any]] | None = None
    learned: tuple[str, ...] = ("W_h", "W_x", "b_h", "b_x")
    recurrent: tuple[str, ...] = ("W_h",)
    shared: str = "W_h"
    settings: tuple[Number, ...] = ()
    told: Callable[[Any], str] | None = None
    memory: Knob | None = None
    spread_by: Number | None = None
    spread: tuple[Number, ...] = ()

    parameters: Callable[[int, int], int]
    multiply_adds: Callable[[int, int], int]
    work: Callable[[int, int], int]

    matrix: Callable[[Parameters], np.ndarray] | None = None
    matrix_name: Callable[[Parameters], str] | None = None
    eigenvalues: Callable[[Parameters], np.ndarray] | None = None
    no_norm_bound: str = ""
    no_spectral_radius: str = ""
    by_matrix_alone: bool = False
    candidate: str = ""
    kept: Kept | None = None
    shown: tuple[str, ...] = ()
    direct_path: bool = False
    road: str = ""
    terms: Callable[[Run], np.ndarray] = matrix_terms
    relative: Callable[[Parameters, dict[str, np.ndarray]], np.ndarray] | None = None
    entry: str = ""

    why: Callable[[Run, Said], Said] | None = None
    why_zero: Callable[[Run], str] | None = None
    acts: str = "only W_h acts"
    remedies: tuple[tuple[str, dict[str, Any]], ...] = ()
    in_range: tuple[tuple[str, str, dict[str, Any]], ...] = ()
    helps: Helps | None = None

    torch_module: str = ""
    written: Written
    helpers: tuple[Callable[..., Any], ...] = ()

    one_hop = False  # attention alone carries nothing from step to step
    line_width = 2.75  # pixels, among other architectures

    def __post_init__(self) -> None:
        complete(self)
        for field, wrong, must in _faults(self):
            if wrong:
                raise ValueError(f"{field} of {self.label} {must}, got {getattr(self, field)!r}")

    @cached_property
    def gates(self) -> tuple[str, ...]:
        """The names of the blocks; "h" alone for a cell without gates."""
        return tuple(block.name for block in self.blocks)

    def rows(self, H: int) -> tuple[int, ...]:
        """How many rows each block has in W_x and the biases."""
        return tuple(block.rows(H) for block in self.blocks)

    @cached_property
    def hears(self) -> frozenset[str]:
        """Which of the settings that not every architecture knows it takes notice of, besides its
        own: activation, init, start, added_bias, gain, scale_sets, bias_scale, start_scale."""
        heard = {"start_scale"}
        if self.activation is None:
            heard.add("activation")
        if "b_h" in self.learned:
            heard.add("bias_scale")
        if self.init is None:
            heard.add("init")
        if self.init is None or self.linear_layers:  # else it begins in a way of its own
            heard.add("start")
            if self.kept is not None and self.kept.opened_by is not None:
                heard.add("added_bias")
        return frozenset(heard | ({"gain", "scale_sets"} if self.init != "" else set()))

    @property
    def straight(self) -> str:
        """What stands on the way straight from one state to the next, or ""."""
        if self.kept is None:
            return self.road
        name = self.kept.title.removesuffix(self.kept.letter).strip()
        return Said(self.kept.letter, plain="kept share" if name == "share" else name)

    @property
    def the(self) -> str:
        """Its label in a sentence."""
        return f"the {self.label}"

    def seconds(self, H: int, B: int, T: int, losses: int) -> float:
        """About how long a curve takes (measured on one core of 2022)."""
        return 1e-4 + 1.3e-10 * T * self.work(H, B)

    def gate(self, name: str) -> Gate:
        return next(block for block in self.blocks if block.name == name)


def _faults(cell: Cell) -> list[tuple[str, bool, str]]:
    """Field, whether it is wrong, and what it must be: fields that do not fit each other."""
    own = set(cell.gates)
    explained = cell.additive or cell.eigenvalues is not None
    return [
        ("family", cell.family not in FAMILIES, f"must be one of {', '.join(FAMILIES)}"),
        ("colour", not re.fullmatch("#[0-9a-f]{6}", cell.colour), "must be #rrggbb"),
        ("dash", cell.dash not in DASHES, f"must be one of {', '.join(DASHES[1:])} or ''"),
        ("blocks", not 0 < len(cell.blocks) == len(own), "must be Gates of different names"),
        ("states", cell.states < 1, "must be 1 or more"),
        ("state", (cell.states > 1) != (cell.state != "h"), "must be written out beyond h"),
        (
            "activation",
            cell.activation is not None and cell.activation not in ACTIVATIONS,
            "must be None or a name of ACTIVATIONS",
        ),
        (
            "gate_values",
            len(own) > 1 and cell.gate_values is None,
            "must give the values of its gates",
        ),
        (
            "settings",
            not all(isinstance(s, Number) and s.name for s in cell.settings),
            "must be Numbers with a name",
        ),
        ("told", bool(cell.settings) != (cell.told is not None), "must put its settings in words"),
        ("by_input", cell.by_input is not None and not cell.diagonal, "needs diagonal"),
        ("diagonal", cell.diagonal and cell.states > 1, "must have a state of h alone"),
        (
            "spread",
            bool(cell.spread) != (cell.spread_by is not None)
            or not set(cell.spread) <= set(cell.settings),
            "must be settings of its own, and only beside spread_by",
        ),
        ("two_factors", cell.two_factors and not cell.additive, "needs additive"),
        ("linear_layers", cell.linear_layers and cell.init != "", "needs init ''"),
        ("recurrent", not set(cell.recurrent) <= set(cell.learned), "must be learned too"),
        (
            "matrix_name",
            (cell.matrix is None) != (cell.matrix_name is None),
            "must name the matrix, and only a matrix",
        ),
        (
            "no_spectral_radius",
            bool(cell.no_spectral_radius) == explained,
            "must say why, unless additive or eigenvalues let the law apply",
        ),
        (
            "no_norm_bound",
            bool(cell.no_norm_bound) == explained,
            "must say why, unless additive or eigenvalues let the law apply",
        ),
        ("candidate", bool(cell.candidate) and cell.candidate not in own, "must be a gate"),
        (
            "shown",
            any(name not in own or not cell.gate(name).job for name in cell.shown),
            "must be gates that say their job",
        ),
        ("kept", cell.kept is None and (bool(cell.shown) or cell.direct_path), "must be there"),
        (
            "entry",
            bool(cell.entry) != (cell.relative is not None),
            "must name one of the numbers that `relative` is by",
        ),
        ("why", not cell.two_factors and cell.why is None, "must say what its step does"),
    ]


def summed(grad: np.ndarray | tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    """A parameter's gradient, summed over the batch."""
    return grad[0].T @ grad[1] if isinstance(grad, tuple) else grad.sum(axis=0)


def value_and_slope(activation: Activation, z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """φ(z) and φ'(z)."""
    value = activation.phi(z, np.empty_like(z))
    return value, activation.dphi(z, value, np.empty_like(z))


def input_drive(params: Parameters, x: np.ndarray) -> np.ndarray:
    """W_x x + b_x (B, G·H)."""
    drive = x @ params.W_x.T
    return drive if params.b_x is None else drive + params.b_x


def state_jacobian(
    cell: Cell, params: Parameters, phi: Activation, x: np.ndarray, s: np.ndarray
) -> np.ndarray:
    """J = ∂s_next/∂s (S, S) of one sequence, J[i, j] = ∂s_next[i]/∂s[j]; x (I,), s (S,).

    For the vanilla cell it is diag(φ'(z)) W_h, not its transpose.
    """
    _, cache = cell.step(params, phi, x[None], s[None])
    # One cached sequence serves every row of the identity.
    jacobian, _ = cell.vjp(params, phi, cache, np.eye(s.shape[-1]))
    return jacobian
