"""gradient_flow: a config in, everything its gradient did on the way back out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from rnn_core.cells.tape import Overflow, Trace
from rnn_core.config import RNNConfig
from rnn_core.flow import measure
from rnn_core.flow.forward import forward
from rnn_core.flow.given import given_inputs, given_parameters, given_state
from rnn_core.flow.losses import Direct, direct_gradient
from rnn_core.flow.reading import Rate, Reach, Reading
from rnn_core.flow.sweep import Sweep, sweep
from rnn_core.flow.verdict import VERDICTS, cause
from rnn_core.limits import TEACHING_NUMBERS, TEACHING_ROWS
from rnn_core.network.parameters import Parameters
from rnn_core.numbers.logdomain import LOG10_MAX_FLOAT32, log10_norm
from rnn_core.start import (
    first_state,
    inputs,
    parameters,
    recurrent_norm,
    state_eigenvalues,
)


@dataclass(frozen=True, eq=False)
class Teaching:
    """Who teaches whom: log₁₀ ‖∂L_j/∂h_i‖ / ‖∂L_j/∂h_j‖ of one sequence, NaN for i > j."""

    log10: np.ndarray  # (J, T)
    steps: np.ndarray  # (J,) the steps j of the losses, from 1
    sequence: int


@dataclass(frozen=True, eq=False)
class GradientFlow:
    """The result of one experiment; steps t are counted from 1 in words, from 0 in arrays.

    What costs time and is not on the first chart is computed when it is first asked for.
    """

    config: RNNConfig
    params: Parameters
    trace: Trace
    direct: Direct
    sweep: Sweep

    # -- norms over time

    @cached_property
    def log10_norms(self) -> np.ndarray:
        """log₁₀ ‖∂L/∂h_t‖ (T, B): total, by step and sequence; -inf where exactly 0."""
        return log10_norm(self.sweep.delta, self.sweep.exponent)

    @cached_property
    def log10_direct(self) -> np.ndarray:
        """log₁₀ ‖∂L_t/∂h_t‖ (T, B): the direct part alone; -inf at a step without a loss."""
        missing = self.config.seq_len - len(self.direct.value)
        exponent = 0 if self.direct.exponent is None else self.direct.exponent
        norms = log10_norm(self.direct.value, exponent)
        return np.concatenate([np.full((missing, norms.shape[1]), -np.inf), norms])

    @property
    def last_alone(self) -> GradientFlow:
        """The same run with the loss of the last step only: the long-range part of the gradient.

        It is this very result where there is no other loss.
        """
        return self if self.config.loss_at == "last" else self._last_alone

    @cached_property
    def _last_alone(self) -> GradientFlow:
        exponent = None if self.direct.exponent is None else self.direct.exponent[-1:]
        direct = Direct(self.direct.value[-1:], exponent)
        config = replace(self.config, loss_at="last")
        return replace(self, config=config, direct=direct, sweep=sweep(self.trace.tape, direct))

    @property
    def log10_last(self) -> np.ndarray:
        """log₁₀ ‖∂L_T/∂h_t‖ (T, B): what the loss of the last step alone sends back."""
        return self.last_alone.log10_norms

    @cached_property
    def spread(self) -> measure.Spread:
        """Median and 10–90 % band of `log10_norms` over the sequences."""
        return measure.spread(self.log10_norms)

    @cached_property
    def log10_preactivations(self) -> np.ndarray:
        """log₁₀ ‖∂L/∂(W_h h_{t-1} + b_h)‖ (T, B), over all gates; ‖δ_t‖ for a cell without W_h.

        For the vanilla cell that is ‖φ'(z_t) ⊙ δ_t‖.
        """
        d = self.trace.tape.preactivations(self.sweep.delta)
        return log10_norm(np.ascontiguousarray(d), self.sweep.exponent)

    @cached_property
    def log10_step(self) -> np.ndarray:
        """log₁₀ ‖J_tᵀ δ_t‖ / ‖δ_t‖ (T, B): what one step back does; NaN where δ_t is 0.

        Row 0 is NaN: before step 1 there is nothing to go back to.
        """
        step = np.full_like(self.log10_norms, np.nan)
        with np.errstate(invalid="ignore"):
            if len(self.direct.value) == 1:
                step[1:] = self.log10_norms[:-1] - self.log10_norms[1:]
                return step
            # δ_{t-1} also holds its own direct term, so the product is formed again.
            tape, delta = self.trace.tape, self.sweep.delta
            for t in range(1, len(step)):
                e = self.sweep.exponent[t].copy()
                back = tape.carry_scaled(t, delta[t], e)
                step[t] = log10_norm(np.ascontiguousarray(back), e) - self.log10_norms[t]
        return step

    @property
    def two_factors(self) -> bool:
        """Whether J_t is diag(φ') W_h and nothing else, so that each has its own factor."""
        return self.config.cell_used.two_factors

    @cached_property
    def log10_activation(self) -> np.ndarray:
        """log₁₀ ‖φ'(z_t) ⊙ δ_t‖ / ‖δ_t‖ (T, B): what φ' takes at step t; NaN where δ_t is 0.

        For cells with `two_factors`, like `log10_recurrence`.
        """
        with np.errstate(invalid="ignore"):
            return self.log10_preactivations - self.log10_norms

    @cached_property
    def log10_recurrence(self) -> np.ndarray:
        """log₁₀ ‖W_hᵀ g‖ / ‖g‖ (T, B) with g = φ'(z_t) ⊙ δ_t; NaN where g is 0.

        Row 0 is NaN: before step 1 there is nothing to go back to.
        """
        with np.errstate(invalid="ignore"):
            return self.log10_step - self.log10_activation

    # -- reading: of the long-range part, what the last loss alone sends back. With a loss at every
    # step the total stays up by the losses nearby, and says nothing of what travels.

    @cached_property
    def total(self) -> Reading:
        """The median curve of all losses together, read."""
        return Reading(self.spread.median)

    @property
    def reading(self) -> Reading:
        """The median curve of the last loss alone, read: what the verdict is on."""
        return self.last_alone.total

    @property
    def rate(self) -> Rate:
        """Factor per step back, and half-life or doubling time."""
        return self.reading.rate

    @property
    def reach(self) -> Reach:
        """What arrives at step 1, and the horizon."""
        return self.reading.reach

    @property
    def slope(self) -> float:
        """Decades per step back: least-squares slope of the median curve; NaN if exactly 0."""
        return self.reading.slope

    @property
    def factor(self) -> float:
        """By how much one step back multiplies the norm: 10^slope."""
        return self.rate.factor

    @property
    def half_life(self) -> float:
        """Steps for the norm to halve (or double)."""
        return self.rate.half_life

    @property
    def horizon(self) -> int | None:
        """Lag at which the median norm is first below 1/1000 of the last step's; None: never."""
        return self.reach.horizon

    @property
    def log10_ratio(self) -> float:
        """log₁₀ ‖δ_1‖/‖δ_T‖ of the median curve; -inf where δ_1 is exactly 0."""
        return self.reach.log10_ratio

    @property
    def verdict(self) -> str:
        """The name of one of the five words of VERDICTS, from the computed gradient."""
        return self.reading.verdict

    @property
    def zero_until(self) -> int | None:
        """The step (from 1) at and before which the median gradient is exactly 0, or None."""
        return self.reading.zero_until

    @cached_property
    def reasons(self) -> measure.Reasons:
        """By how much φ' and W_h each multiply the norm in one step, in the typical sequence.

        For cells with `two_factors`; `step_factor` is that of any cell.
        """
        alone = self.last_alone
        b = alone.typical_sequence
        return measure.Reasons(
            activation=_geometric_mean(alone.log10_activation[1:, b]),
            recurrence=_geometric_mean(alone.log10_recurrence[1:, b]),
        )

    @cached_property
    def step_factor(self) -> float:
        """By how much J_tᵀ multiplies the norm in one step, on (geometric) average, in the
        typical sequence."""
        alone = self.last_alone
        return _geometric_mean(alone.log10_step[1:, alone.typical_sequence])

    @property
    def cause(self) -> str:
        """Why it does so: "activation", "recurrence", "balance" or "zero"; "cell" where J_t has
        more than these two factors."""
        if self.two_factors:
            return cause(self.verdict, self.log10_ratio, self.reasons)
        if self.log10_ratio == -np.inf:
            return "zero"
        return "cell" if VERDICTS[self.verdict].way else "balance"

    @property
    def typical_sequence(self) -> int:
        """Index of the sequence whose curve of the last loss alone stays nearest the median."""
        return self.last_alone._nearest_the_median

    @cached_property
    def _nearest_the_median(self) -> int:
        with np.errstate(invalid="ignore"):
            distance = np.abs(self.log10_norms - self.spread.median[:, None])
        return int(np.nan_to_num(distance, nan=0.0, posinf=1e6).sum(axis=0).argmin())

    # -- forward

    @property
    def inputs(self) -> np.ndarray:
        """x_t (T, B, I)."""
        return self.trace.x

    @property
    def hidden(self) -> np.ndarray:
        """h_t (T, B, H)."""
        return self.trace.hidden

    @property
    def dphi(self) -> np.ndarray | None:
        """φ'(z_t) (T, B, H); None for gated cells, which have several."""
        return self.trace.dphi

    @property
    def gates(self) -> dict[str, np.ndarray]:
        """The values of the gates (T, B, H) by name; none for a cell without."""
        return self.trace.gates or {}

    @cached_property
    def at_rest(self) -> bool:
        """Whether h is exactly 0 from before step 1 to the last, in every sequence: a fixed point.

        ∂L/∂W_h is exactly 0 there, and the gradient that of the linearisation at 0, which is not
        that of any run that leaves it.
        """
        start = self.trace.start
        return not self.hidden.any() and (start is None or not start.any())

    @property
    def overflow(self) -> Overflow | None:
        """Where the forward pass left float64's range, or None."""
        return self.trace.overflow

    @cached_property
    def float32_overflow(self) -> int | None:
        """The first step (from 1) at which max|h| passes float32's 3.4e38, or None."""
        beyond = self.log10_largest > LOG10_MAX_FLOAT32
        return int(beyond.argmax()) + 1 if beyond.any() else None

    @cached_property
    def log10_largest(self) -> np.ndarray:
        """log₁₀ of the largest |h_t| over units and sequences (T,)."""
        size = np.abs(self.trace.h).max(axis=2)
        with np.errstate(divide="ignore"):
            log10 = np.log10(size)
        if self.trace.exponent is not None:
            log10 = log10 + self.trace.exponent * np.log10(2.0)
        return log10.max(axis=1)

    @cached_property
    def saturated(self) -> np.ndarray | None:
        """Share of units with |φ'(z_t)| < 0.1 at each step (T,); None for gated cells."""
        if self.trace.dphi is None:
            return None
        return (self.trace.dphi < measure.SATURATED_BELOW).mean(axis=(1, 2))

    @cached_property
    def mean_dphi(self) -> np.ndarray | None:
        """Mean of φ'(z_t) over units and sequences at each step (T,); None for gated cells."""
        if self.trace.dphi is None:
            return None
        return self.trace.dphi.mean(axis=(1, 2))

    # -- parameters

    @cached_property
    def shares(self) -> np.ndarray:
        """Each step's share of ∂L/∂W_h (T,): ‖term_t‖ / Σ‖term_s‖, the mean over sequences.

        ∂L/∂W_h = Σ_t d_t h_{t-1}ᵀ with d_t = ∂L/∂(W_h h_{t-1} + b_h), for the vanilla cell
        φ'(z_t) ⊙ δ_t; a term's norm is ‖d_t‖·‖h_{t-1}‖. The first is 0 if h_0 is. Sequences whose
        every term is 0 do not count; all 0 if there is no other. A cell without W_h has terms of
        its own: for the linear recurrent unit those of ∂L/∂λ, δ_t* ⊙ h_{t-1} on pairs of units.
        """
        shares = measure.shares(self.config.cell_used.terms(self))
        alive = shares.any(axis=0)
        return shares[:, alive].mean(axis=1) if alive.any() else np.zeros(len(shares))

    @cached_property
    def gradients(self) -> dict[str, np.ndarray]:
        """∂L/∂W_h and its like by name, summed over time and sequences, as plain float64."""
        with np.errstate(over="ignore", invalid="ignore"):
            delta = np.ldexp(self.sweep.delta, self.sweep.exponent[..., None])
            return self.trace.tape.gradients(delta)

    # -- the matrix

    @cached_property
    def matrix(self) -> np.ndarray:
        """The matrix that carries the state if φ' is 1 (S, S): keep·1 + α·W_h, W_h as a rule.

        Where there is no such matrix (gates, layer norm): the Jacobian of the last step, of the
        typical sequence.
        """
        carries = self.config.cell_used.matrix
        if carries is None:
            return self.jacobian(self.config.seq_len, self.typical_sequence)
        return carries(self.params)

    @property
    def matrix_is_jacobian(self) -> bool:
        """Whether `matrix` is the Jacobian of the last step."""
        return self.config.cell_used.matrix is None

    @cached_property
    def eigenvalues(self) -> np.ndarray:
        """Eigenvalues of `matrix` (S,), largest modulus first."""
        if self.config.cell_used.additive:
            values = state_eigenvalues(self.config, self.params)
        else:
            values = np.linalg.eigvals(self.matrix).astype(complex)
        return values[np.argsort(-np.abs(values), kind="stable")]

    @property
    def spectral_radius(self) -> float:
        """ρ = max |λ| of `matrix`."""
        return float(abs(self.eigenvalues[0]))

    @cached_property
    def spectral_norm(self) -> float:
        """σ_max of `matrix`, its largest singular value."""
        if self.two_factors:
            return recurrent_norm(self.config, self.params)
        return float(np.linalg.norm(self.matrix, 2))

    def jacobian(self, t: int, sequence: int) -> np.ndarray:
        """J_t = ∂s_t/∂s_{t-1} (S, S) at step t (from 1); vanilla: diag(φ'(z_t)) W_h."""
        return self.trace.tape.jacobian(t - 1, sequence)

    def jacobians(self, sequence: int) -> np.ndarray:
        """Every J_t of a sequence (T, S, S); row 0 is J_1."""
        return np.stack([self.trace.tape.jacobian(t, sequence) for t in range(self.config.seq_len)])

    @cached_property
    def teaching(self) -> Teaching:
        """The loss_j → h_i matrix of the typical sequence, as if a loss sat at every step j.

        Up to TEACHING_ROWS losses, evenly spaced, the last step among them.
        """
        T, b = self.config.seq_len, self.typical_sequence
        rows = np.unique(np.linspace(T, 1, min(T, TEACHING_ROWS)).round().astype(int))
        direct = direct_gradient(self.config, self.params, self.trace, steps=T).value[:, b]
        log10 = np.empty((T, len(rows)))
        at_once = max(1, TEACHING_NUMBERS // direct.size)
        for first in range(0, len(rows), at_once):
            # One row per loss, stacked as a batch: row r starts when the sweep reaches its step.
            stack = rows[first : first + at_once]
            enter = np.zeros((T, len(stack), direct.shape[1]))
            enter[stack - 1, np.arange(len(stack))] = direct[stack - 1]
            swept = sweep(self.trace.tape.only(b, len(stack)), Direct(enter))
            norms = log10_norm(np.ascontiguousarray(swept.delta), swept.exponent)
            log10[:, first : first + at_once] = norms
        with np.errstate(invalid="ignore"):
            log10 = (log10 - log10[rows - 1, np.arange(len(rows))]).T
        log10[np.arange(T)[None, :] > (rows - 1)[:, None]] = np.nan
        return Teaching(log10=log10, steps=rows, sequence=b)

    @property
    def nbytes(self) -> int:
        """Memory held by the arrays over time, for a cache that counts bytes."""
        arrays = [self.trace.h, self.sweep.delta, self.direct.value]
        if self.trace.dphi is not None:
            arrays.append(self.trace.dphi)
        if self.config.loss_at == "every":
            arrays.append(self.sweep.delta)  # that of the last loss alone
        held = sum(array.nbytes for array in arrays)
        # The other tapes hold a dozen arrays of the size of the state.
        return held if self.config.cell_used.additive else held + 12 * self.trace.h.nbytes


def _geometric_mean(log10: np.ndarray) -> float:
    """Of the finite values; 0 where there are none."""
    finite = log10[np.isfinite(log10)]
    return float(10.0 ** finite.mean()) if finite.size else 0.0


def gradient_flow(
    config: RNNConfig,
    *,
    params: Parameters | None = None,
    x: np.ndarray | None = None,
    h0: np.ndarray | None = None,
) -> GradientFlow:
    """Unroll the network of `config`, sweep the gradient back, and report what it did.

    params, x (T, B, I), h0 (B, S): weights, inputs and the state before step 1, instead of those
    that the config draws, of its sizes; everything that is derived is then theirs. Raises
    ValueError for another shape, and for entries that are not finite.
    """
    params = parameters(config) if params is None else given_parameters(config, params)
    x = inputs(config) if x is None else given_inputs(config, x)
    start = first_state(config) if h0 is None else given_state(config, h0)
    there = back = None
    if config.cell_used.additive:
        # One allocation instead of three: freed in one piece, it stays with the process, and the
        # next run need not have every page handed out anew (a third of a small run's time).
        work = np.empty((3, config.seq_len, config.batch_size, config.hidden_size))
        there, back = work[:2], work[2]
    trace = forward(config, params, x, there, start)
    direct = direct_gradient(config, params, trace)
    return GradientFlow(config, params, trace, direct, sweep(trace.tape, direct, back))
