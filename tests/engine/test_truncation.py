"""Truncated BPTT is autograd's with detach(); and what clipping a network's gradient changes."""

import math

import numpy as np
import pytest

from rnn_core.cells import CELLS
from rnn_core.config import RNNConfig
from rnn_core.flow.flow import gradient_flow
from rnn_core.flow.losses import directions, targets
from rnn_core.pytorch.functions import PARAMETERS, functions, value_of
from rnn_core.studies.truncation import (
    MOST_SWEEPS,
    _last_windows,
    chosen_windows,
    truncated_gradient,
    truncation,
)
from rnn_core.studies.whole_gradient import by_threshold, clipped, clipped_flow, whole_gradient

T = 11
SMALL = {"seq_len": T, "hidden_size": 5, "batch_size": 3, "input_size": 2, "output_size": 2}


def detached(flow, window):
    """∂L/∂θ by PyTorch, with h = h.detach() every `window` steps, counted back from the end."""
    import torch

    c, p = flow.config, flow.params
    step, phis = c.cell_used.torch_step, functions(c.activation_used, stable=True)
    weights = {
        name: torch.tensor(np.array(value), dtype=torch.float64, requires_grad=True)
        for name in PARAMETERS
        if (value := value_of(p, name)) is not None
    }
    H = c.hidden_size
    state = torch.zeros(c.batch_size, c.cell_used.states * H, dtype=torch.float64)
    if flow.trace.start is not None:
        state = torch.tensor(flow.trace.start)
    states = []
    for t, x_t in enumerate(torch.tensor(flow.trace.x)):
        if (c.seq_len - t) % window == 0:
            state = state.detach()
        state, _ = step(weights, p, phis, x_t, state)
        states.append(state)
    steps = 1 if c.loss_at == "last" else c.seq_len
    loss = 0.0
    if c.loss_kind == "direction":
        for k, v in enumerate(torch.tensor(np.array(directions(c, steps)))):
            loss = loss + (v * states[-1 - k][:, :H]).sum()
    else:
        W_y, b_y = torch.tensor(np.array(p.W_y)), torch.tensor(np.array(p.b_y))
        for k, target in enumerate(torch.tensor(targets(c, steps))):
            loss = loss + 0.5 * ((states[-1 - k][:, :H] @ W_y.T + b_y - target) ** 2).sum()
    loss.backward()
    return {
        name: np.zeros(w.shape) if w.grad is None else w.grad.numpy()
        for name, w in weights.items()
        if name in flow.gradients
    }


def flat(parts, names):
    return np.concatenate([parts[name].ravel() for name in names])


@pytest.mark.parametrize("begins", [{}, {"start_scale": 1.0, "bias_scale": 0.5}], ids=str)
@pytest.mark.parametrize("loss_at", ["last", "every"])
@pytest.mark.parametrize("cell", CELLS)
def test_every_window_is_autograds_with_detach(cell, loss_at, begins):
    kind = "squared_error" if cell in ("vanilla", "gru", "lru") else "direction"
    config = RNNConfig(cell=cell, loss_at=loss_at, loss_kind=kind, gain=1.2, **SMALL, **begins)
    flow = gradient_flow(config)
    found = truncation(flow)
    assert found.windows.tolist() == list(range(1, T + 1)) and found.every_window
    full = detached(flow, T)
    for k in (1, 2, 3, 4, 7, T - 1, T):
        cut = detached(flow, k)
        for names, cosine, ratio in (
            (tuple(full), found.cosine_all, found.log10_ratio_all),
            (
                tuple(n for n in full if n in CELLS[cell].recurrent),
                found.cosine_recurrent,
                found.log10_ratio_recurrent,
            ),
        ):
            a, b = flat(cut, names), flat(full, names)
            lengths = np.linalg.norm(a), np.linalg.norm(b)
            assert cosine[k - 1] == pytest.approx(a @ b / lengths[0] / lengths[1], abs=1e-9)
            assert ratio[k - 1] == pytest.approx(math.log10(lengths[0] / lengths[1]), abs=1e-9)
    assert found.cosine_all[-1] == pytest.approx(1.0) and abs(found.log10_ratio_all[-1]) < 1e-12


@pytest.mark.parametrize("cell", CELLS)
def test_the_sum_of_the_last_terms_is_what_a_cut_sweep_finds(cell):
    """Two ways to one gradient: adding terms up, and a sweep that stops at the cut."""
    flow = gradient_flow(RNNConfig(cell=cell, **SMALL))
    for k, added in enumerate(_last_windows(flow), start=1):
        swept = truncated_gradient(flow, k)
        assert list(added.parts) != [] and set(added.parts) == set(swept.parts)
        for name, part in added.parts.items():
            scale = 2.0 ** (added.exponent - swept.exponent)
            assert part * scale == pytest.approx(swept.parts[name], rel=1e-9, abs=1e-12)


@pytest.mark.parametrize(("gain", "kind"), [(1e-3, "noise"), (3.0, "impulse")])
def test_gradients_far_outside_float64_are_compared(gain, kind):
    config = RNNConfig(
        activation="linear",
        init="orthogonal",
        gain=gain,
        seq_len=400,
        hidden_size=4,
        batch_size=2,
        input=kind,
    )
    flow = gradient_flow(config)
    found = truncation(flow)
    assert found.finite and np.isfinite(found.log10_norm)
    assert np.isfinite(found.cosine_all).all() and np.isfinite(found.log10_ratio_all).all()
    if gain < 1:  # the last step is all there is
        assert found.cosine_all == pytest.approx(1.0, abs=1e-5)
    else:
        # The first step's term is gain^399 times the last one's, and has no part in a window.
        assert found.log10_norm == pytest.approx(399 * math.log10(gain), abs=4)
        assert found.log10_ratio_all[0] < 0 and found.cosine_all[-1] == pytest.approx(1.0)
    for k in (1, 40, 399):
        swept = truncated_gradient(flow, k)
        assert swept.log10_norm - found.log10_norm == pytest.approx(
            found.log10_ratio_all[k - 1], abs=1e-8
        )


def test_windows_of_long_sequences_are_spaced():
    assert chosen_windows(MOST_SWEEPS).tolist() == list(range(1, MOST_SWEEPS + 1))
    long = chosen_windows(1000)
    assert long[0] == 1 and long[-1] == 1000 and len(long) <= MOST_SWEEPS
    assert (np.diff(long) > 0).all()


def test_the_smallest_window_that_is_enough():
    found = truncation(gradient_flow(RNNConfig(seq_len=30, hidden_size=16, batch_size=4)))
    k = found.enough(0.99)
    assert (found.cosine_all[k - 1 :] >= 0.99).all()
    assert k == 1 or found.cosine_all[k - 2] < 0.99
    assert found.enough(-1.0) == 1
    assert found.at(k) == k - 1


def test_an_overflow_is_said_and_not_compared():
    config = RNNConfig(activation="linear", gain=10.0, seq_len=500, hidden_size=4, batch_size=2)
    flow = gradient_flow(config)
    assert flow.overflow is not None
    assert not truncation(flow).finite
    assert clipped(flow, whole_gradient(flow), 1.0) is None


# -- clipping a network's gradient


@pytest.mark.parametrize("loss_at", ["last", "every"])
@pytest.mark.parametrize("cell", CELLS)
def test_clipping_by_norm_is_torchs(cell, loss_at):
    import torch

    flow = gradient_flow(RNNConfig(cell=cell, loss_at=loss_at, **SMALL))
    whole = whole_gradient(flow)
    limit = whole.norm / 3
    theirs = [
        torch.nn.Parameter(torch.zeros(g.shape, dtype=torch.float64))
        for g in flow.gradients.values()
    ]
    for p, g in zip(theirs, flow.gradients.values(), strict=True):
        p.grad = torch.tensor(g)
    total = torch.nn.utils.clip_grad_norm_(theirs, limit)
    assert whole.norm == pytest.approx(float(total), rel=1e-12)
    after = clipped_flow(flow, whole, limit)
    for p, g in zip(theirs, after.gradients.values(), strict=True):
        assert g == pytest.approx(p.grad.numpy(), rel=1e-9, abs=1e-14)


@pytest.mark.parametrize("limit", [1e-4, 0.1, 1e4])
@pytest.mark.parametrize("cell", CELLS)
def test_clipping_leaves_every_share_and_moves_every_norm_alike(cell, limit):
    flow = gradient_flow(RNNConfig(cell=cell, **SMALL))
    whole = whole_gradient(flow)
    found = clipped(flow, whole, limit)
    assert found.shares_after is not found.shares_before
    assert found.shares_after == pytest.approx(found.shares_before, abs=1e-12)
    moved = found.log10_delta_after - found.log10_delta_before
    expected = min(0.0, math.log10(limit / (whole.norm + 1e-6)))  # PyTorch's rule
    assert moved == pytest.approx(expected, abs=1e-5)
    assert found.log10_after == pytest.approx(whole.log10_norm + expected, abs=1e-5)
    assert found.clipped == (whole.norm > limit)


def test_a_gradient_beyond_float64_is_clipped_all_the_same():
    config = RNNConfig(
        activation="linear",
        gain=10.0,
        seq_len=400,
        hidden_size=4,
        batch_size=2,
        input="zeros",
        loss_at="every",
    )
    flow = gradient_flow(config)
    whole = whole_gradient(flow)
    assert whole.norm == math.inf and whole.log10_norm > 308
    found = clipped(flow, whole, 1.0)
    assert found.log10_after == pytest.approx(0.0, abs=1e-9)


def test_thresholds_keep_the_direction_by_norm_only():
    whole = whole_gradient(gradient_flow(RNNConfig(**SMALL)))
    center = whole.log10_norm
    found = by_threshold(whole, center - 4, center + 1, 41)
    assert found.norm_cosine == pytest.approx(1.0, abs=1e-12)
    assert found.value_cosine[0] < 0.95 and found.value_cosine[-1] == pytest.approx(1.0)
    assert found.log10_norm_length == pytest.approx(
        np.minimum(found.log10_limits, center), abs=1e-3
    )
    assert (np.diff(found.log10_value_length) >= -1e-12).all()
