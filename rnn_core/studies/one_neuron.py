"""One hidden unit, unrolled over a string of bits: every number of its forward and backward pass.

    z_t = w_in x_t + w_h h_{t-1}     h_t = φ(z_t)     h_0 = 0     t = 1 … T
    y = w_out h_T                    L = ½ (y - target)²          target = the first bit

and back, one multiplication at a time, in the order in which backpropagation through time goes:

    ∂L/∂y = y - target               ∂L/∂w_out = ∂L/∂y · h_T
    δ_T = ∂L/∂h_T = w_out · ∂L/∂y    δ_{t-1} = w_h · ∂L/∂z_t
    ∂L/∂z_t = δ_t · φ'(z_t)
    ∂L/∂w_in = Σ_t ∂L/∂z_t · x_t     ∂L/∂w_h = Σ_t ∂L/∂z_t · h_{t-1}

Everything is a scalar, so this file may be read beside a pencil. The term of step T is the
short-term dependency, that of step 1 the long-term one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np

from rnn_core.limits import MOST_BITS, MOST_UPDATES
from rnn_core.network.activations import ACTIVATIONS

EXAMPLES = ("101", "001", "000", "111")  # first-bit memory: 101→1, 001→0, 000→0, 111→1
WEIGHTS = ("w_in", "w_h", "w_out")
TOLERANCE = 0.5  # an output nearer than this to its target is right: it rounds to it
# Central differences err by step² and by rounding / step: the cube root of eps balances the two.
DIFFERENCE_STEP = float(np.finfo(float).eps ** (1 / 3))


@dataclass(frozen=True, kw_only=True)
class Neuron:
    """One hidden unit: its three weights and its activation.

    Raises ValueError naming the field, its limit and the value.
    """

    w_in: float = 0.8
    w_h: float = 0.5
    w_out: float = 1.0
    activation: str = "tanh"

    def __post_init__(self) -> None:
        for field in WEIGHTS:
            value = float(getattr(self, field))
            if not math.isfinite(value):
                raise ValueError(f"{field} must be a finite number, got {value!r}")
            object.__setattr__(self, field, value)
        if self.activation not in ACTIVATIONS:
            names = ", ".join(ACTIVATIONS)
            raise ValueError(f"activation must be one of {names}, got {self.activation!r}")

    @property
    def weights(self) -> tuple[float, float, float]:
        """(w_in, w_h, w_out)."""
        return self.w_in, self.w_h, self.w_out


@dataclass(frozen=True, eq=False)
class Pass:
    """Every number of one pass, forward and back. Index 0 of an array is step 1."""

    neuron: Neuron
    bits: str
    x: np.ndarray  # (T,)
    z: np.ndarray  # (T,)
    h: np.ndarray  # (T,)
    dphi: np.ndarray  # (T,) φ'(z_t)
    y: float
    target: float
    loss: float
    dy: float  # ∂L/∂y
    delta: np.ndarray  # (T,) δ_t = ∂L/∂h_t
    dz: np.ndarray  # (T,) ∂L/∂z_t

    @property
    def steps(self) -> int:
        return len(self.x)

    @property
    def before(self) -> np.ndarray:
        """h_{t-1} (T,), which begins with h_0 = 0."""
        return np.concatenate([[0.0], self.h[:-1]])

    @cached_property
    def terms(self) -> dict[str, np.ndarray]:
        """∂L/∂w_in and ∂L/∂w_h as one term per step, each (T,)."""
        with np.errstate(over="ignore", invalid="ignore", under="ignore"):
            # + 0.0 makes a plain 0 of -0.0.
            return {"w_in": self.dz * self.x + 0.0, "w_h": self.dz * self.before + 0.0}

    @cached_property
    def gradients(self) -> dict[str, float]:
        """∂L/∂w_in, ∂L/∂w_h, ∂L/∂w_out."""
        with np.errstate(over="ignore", invalid="ignore"):
            summed = {name: float(terms.sum()) for name, terms in self.terms.items()}
            return {**summed, "w_out": float(self.dy * self.h[-1]) + 0.0}

    @cached_property
    def shares(self) -> dict[str, np.ndarray]:
        """Each term's share |term_t| / Σ|term_s| (T,); all 0 where every term is 0.

        Of the sizes, not of the sum: terms of opposite sign cancel in it.
        """
        found = {}
        for name, terms in self.terms.items():
            size = np.abs(terms)
            largest = size.max()
            # Divided first: the sum of several terms near float64's end would be inf.
            share = size / largest if largest > 0 else size
            found[name] = share / share.sum() if largest > 0 else share
        return found

    @property
    def factors(self) -> np.ndarray:
        """∂h_t/∂h_{t-1} = φ'(z_t) w_h (T,): what one step back multiplies the gradient by."""
        return self.dphi * self.neuron.w_h

    @property
    def right(self) -> bool:
        """Whether y rounds to the target. An output that has blown up is not right."""
        return abs(self.dy) < TOLERANCE


def check_bits(bits: str) -> str:
    """`bits` itself, or a ValueError that says what is wrong with it."""
    if not bits or set(bits) - {"0", "1"} or len(bits) > MOST_BITS:
        raise ValueError(f"bits must be from 1 to {MOST_BITS} of the digits 0 and 1, got {bits!r}")
    return bits


def one_neuron(neuron: Neuron, bits: str) -> Pass:
    """Run `neuron` over `bits` and carry the gradient of its loss back to step 1."""
    check_bits(bits)
    w_in, w_h, w_out = neuron.weights
    activation = ACTIVATIONS[neuron.activation]
    T = len(bits)
    x = np.array([float(bit) for bit in bits])
    z, h, dphi, delta, dz = np.empty((5, T))
    # Weights that training has driven off may overflow: the caller looks at the loss.
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):
        state = 0.0
        for t in range(T):
            z[t] = w_in * x[t] + w_h * state
            now = slice(t, t + 1)
            activation.phi(z[now], h[now])
            activation.dphi(z[now], h[now], dphi[now])
            state = h[t]
        y = w_out * h[-1]
        target = x[0]
        dy = y - target
        loss = 0.5 * dy * dy

        delta[-1] = w_out * dy
        for t in range(T - 1, -1, -1):
            dz[t] = delta[t] * dphi[t]
            if t > 0:
                delta[t - 1] = w_h * dz[t]
    return Pass(
        neuron, bits, x, z, h, dphi, float(y), float(target), float(loss), float(dy), delta, dz
    )


# -- is it right?


@dataclass(frozen=True)
class Difference:
    """A weight's gradient beside the slope of the loss between w - step and w + step.

    error: how far `measured` is from the quotient with a step eight times as wide, which is what
    the method says of itself. kink: between the two some z_t crosses 0, where φ has no derivative
    (ReLU, leaky ReLU).
    """

    weight: str
    gradient: float
    measured: float
    step: float
    error: float
    kink: bool

    @property
    def relative(self) -> float:
        """|measured - gradient| / max(|measured|, |gradient|); 0 where both are 0."""
        largest = max(abs(self.measured), abs(self.gradient))
        return abs(self.measured - self.gradient) / largest if largest else 0.0

    @property
    def agrees(self) -> bool:
        """Whether the two differ by no more than the quotient itself errs."""
        largest = max(abs(self.measured), abs(self.gradient))
        return abs(self.measured - self.gradient) <= 1e-9 * largest + 4.0 * self.error


def finite_differences(found: Pass) -> list[Difference]:
    """(L(w + ε) - L(w - ε)) / 2ε for each weight, beside the gradient.

    Of six steps ε, each an eighth of the one before, the one whose quotient changes least is
    taken: too wide a step bends with the loss, too small a one rounds. The gradient has no say.
    """
    kinked = ACTIVATIONS[found.neuron.activation].kinked
    rows = []
    for name in WEIGHTS:
        value = getattr(found.neuron, name)
        quotients = []
        for k in range(6):
            step = DIFFERENCE_STEP * max(1.0, abs(value)) * 8.0 ** (1 - k)
            up, down = (
                one_neuron(replace(found.neuron, **{name: value + side * step}), found.bits)
                for side in (1.0, -1.0)
            )
            crosses = kinked and bool(((up.z > 0) != (down.z > 0)).any())
            quotients.append(((up.loss - down.loss) / (2.0 * step), step, crosses))
        changes = [(abs(after[0] - before[0]), *after) for before, after in pairwise(quotients)]
        error, measured, step, kink = min(changes, key=lambda change: change[0])
        rounding = float(np.finfo(float).eps) * (found.loss + 0.5 * found.target) / step
        rows.append(
            Difference(name, found.gradients[name], measured, step, max(error, rounding), kink)
        )
    return rows


# -- learning


@dataclass(frozen=True, eq=False)
class History:
    """Weights and loss before the first update and after each of N.

    The loss is the mean over `strings`. ended: "right" (every output within 0.5 of its
    target), "still" (the gradient is exactly 0, so nothing will ever change), "not finite" (the
    update after the last record has no finite loss), or "limit" (the updates asked for are made).
    """

    activation: str
    strings: tuple[str, ...]
    weights: np.ndarray  # (N + 1, 3) w_in, w_h, w_out
    loss: np.ndarray  # (N + 1,)
    right: np.ndarray  # (N + 1,) outputs on the right side, of len(strings)
    ended: str

    @property
    def updates(self) -> int:
        return len(self.loss) - 1

    def neuron(self, update: int) -> Neuron:
        """The unit after `update` updates."""
        return Neuron(
            **dict(zip(WEIGHTS, self.weights[update], strict=True)), activation=self.activation
        )

    def then(self, more: History) -> History:
        """This history continued by one that starts where it ends."""
        longer: dict[str, Any] = {
            name: np.concatenate([getattr(self, name), getattr(more, name)[1:]])
            for name in ("weights", "loss", "right")
        }
        return replace(self, ended=more.ended, **longer)


def mean_gradient(neuron: Neuron, strings: Sequence[str]) -> tuple[float, int, dict[str, float]]:
    """Mean loss over `strings`, how many outputs are right, and the mean gradient."""
    passes = [one_neuron(neuron, bits) for bits in strings]
    mean = {name: sum(p.gradients[name] for p in passes) / len(passes) for name in WEIGHTS}
    return sum(p.loss for p in passes) / len(passes), sum(p.right for p in passes), mean


def update(neuron: Neuron, gradients: dict[str, float], learning_rate: float) -> Neuron | None:
    """w ← w - learning rate · ∂L/∂w for all three at once; None if one is no longer finite."""
    moved = {name: getattr(neuron, name) - learning_rate * gradients[name] for name in WEIGHTS}
    if not all(math.isfinite(value) for value in moved.values()):
        return None
    return Neuron(**{**asdict(neuron), **moved})


def train(
    neuron: Neuron,
    strings: Sequence[str],
    learning_rate: float,
    *,
    most: int = MOST_UPDATES,
    until_right: bool = True,
) -> History:
    """Gradient descent on the mean loss over `strings`, at most `most` updates.

    until_right: stop as soon as every output is within 0.5 of its target.
    """
    loss, right, gradients = mean_gradient(neuron, strings)
    records = [(neuron.weights, loss, right)]
    ended = "limit"
    for _ in range(most):
        if until_right and right == len(strings):
            ended = "right"
            break
        if not any(gradients.values()):
            ended = "still"
            break
        moved = update(neuron, gradients, learning_rate)
        if moved is not None:
            loss, right, gradients = mean_gradient(moved, strings)
        if moved is None or not math.isfinite(loss):
            ended = "not finite"
            break
        neuron = moved
        records.append((neuron.weights, loss, right))
    if until_right and ended == "limit" and right == len(strings):
        ended = "right"
    weights, losses, rights = zip(*records, strict=True)
    return History(
        activation=neuron.activation,
        strings=tuple(strings),
        weights=np.array(weights),
        loss=np.array(losses),
        right=np.array(rights),
        ended=ended,
    )


# -- the closed form


def log10_power(w: float, lag: int) -> float:
    """log₁₀ |w^lag|, to float64's last digits at any depth: ∂h_T/∂h_{T-lag} of h_t = w h_{t-1}.

    -inf where the power is 0. In extended precision: at -10457 one float64 rounding is 2e-12.
    """
    if lag == 0:
        return 0.0
    if w == 0.0:
        return -math.inf
    return float(lag * np.log10(np.abs(np.longdouble(w))))
