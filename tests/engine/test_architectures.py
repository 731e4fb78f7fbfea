"""Architectures: the curves, what cells cost, attention's one hop, and the LSTM's two paths."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_core import RNNConfig, gradient_flow, parameters
from rnn_core.cells import CELLS
from rnn_core.cells.lstm import lstm_paths as jacobian_paths
from rnn_core.flow import measure
from rnn_core.flow.losses import directions, targets
from rnn_core.numbers.logdomain import log10_norm
from rnn_core.start import inputs
from rnn_core.studies.architectures import (
    ATTENTION,
    NAMES,
    affordable,
    compare_cells,
    curve,
    multiply_adds,
    own_config,
    parameter_count,
)
from rnn_core.studies.attention import attention_flow, attention_parameters
from rnn_core.studies.lstm_paths import lstm_paths, split_paths

SMALL = RNNConfig(hidden_size=6, seq_len=9, batch_size=3, input_size=2, output_size=2)


# -- curves


@pytest.mark.parametrize("cell", CELLS)
def test_a_curve_is_the_median_of_the_cells_own_run(cell):
    config = replace(SMALL, gain=0.9, seed=3)
    flow = gradient_flow(replace(config, cell=cell))
    found = curve(config, cell)
    assert np.array_equal(found.log10_median, flow.spread.median)
    assert np.array_equal(found.log10_last, flow.reading.curve)


@pytest.mark.parametrize("cell", NAMES)
def test_what_a_cell_does_not_know_cannot_move_its_curve(cell):
    """own_config may set it to the default, and the result stays."""
    config = replace(
        SMALL,
        alpha=0.6,
        forget_bias=-2.0,
        lambda_low=0.5,
        lambda_high=0.7,
        activation="relu",
        init="gaussian",
        gain=1.7,
        scale_sets="radius",
    )
    own = own_config(config, cell)
    if cell != ATTENTION:
        as_given = gradient_flow(replace(config, cell=cell)).spread.median
        assert np.array_equal(curve(config, cell).log10_median, as_given)
    assert np.array_equal(curve(own, cell).log10_median, curve(config, cell).log10_median)
    assert own_config(own, cell) == own


def test_the_linear_recurrent_unit_and_attention_stay_where_the_scale_moves():
    for cell in ("lru", ATTENTION):
        assert own_config(replace(SMALL, gain=0.3), cell) == own_config(SMALL, cell)
    for cell in ("vanilla", "irnn", "residual", "leaky", "layer_norm", "gru", "lstm"):
        assert own_config(replace(SMALL, gain=0.3), cell) != own_config(SMALL, cell)


def test_median_and_band_are_over_the_seeds_medians():
    config = replace(SMALL, seed=11)
    found = compare_cells(config, ("gru", ATTENTION), 7)["gru"]
    by_seed = [
        np.quantile(
            gradient_flow(replace(config, cell="gru", seed=11 + n)).log10_norms, 0.5, axis=1
        )
        for n in range(7)
    ]
    low, middle, high = np.quantile(by_seed, [0.1, 0.5, 0.9], axis=0)
    assert np.allclose(found.spread.median, middle)
    assert np.allclose(found.spread.low, low) and np.allclose(found.spread.high, high)
    ratios = [m[0] - m[-1] for m in by_seed]
    assert np.allclose(found.ratio, np.quantile(ratios, [0.5, 0.1, 0.9]))
    assert found.horizon == measure.horizon(middle)
    assert found.factor == pytest.approx(10 ** measure.log10_slope(middle))


@pytest.mark.parametrize("cell", NAMES)
def test_with_a_loss_at_every_step_the_ratio_is_that_of_the_last_loss_alone(cell):
    last, every = (
        compare_cells(replace(SMALL, loss_at=at), (cell,), 2)[cell] for at in ("last", "every")
    )
    assert np.allclose(every.ratio, last.ratio, atol=1e-9)
    assert np.array_equal(every.spread.median, last.spread.median)
    assert np.array_equal(last.total, last.spread.median)
    assert not np.allclose(every.total, last.total, atol=0.01)


def test_seeds_go_on_after_the_last_one():
    found = compare_cells(replace(SMALL, seed=2**32 - 1), ("vanilla",), 2)["vanilla"]
    assert np.array_equal(
        found.medians[:, 1], curve(replace(SMALL, seed=0), "vanilla").log10_median
    )


def test_fewer_seeds_where_more_would_take_too_long():
    small, large = SMALL, RNNConfig(hidden_size=256, seq_len=1000, batch_size=32)
    assert affordable(small, tuple(NAMES), 20, 2.0) == 20
    assert 1 <= affordable(large, tuple(NAMES), 20, 2.0) < 5
    assert affordable(large, tuple(NAMES), 20, 1e-9) == 1
    found = compare_cells(small, ("vanilla",), 5, seconds=1e-9)
    assert (found.seeds, found.wanted) == (1, 5)
    assert found["vanilla"].medians.shape == (9, 1)


def test_an_overflow_is_reported_at_its_step():
    config = RNNConfig(gain=3.0, seq_len=1000, batch_size=2, hidden_size=8)
    found = compare_cells(config, ("irnn", "vanilla"), 1)
    flow = gradient_flow(replace(config, cell="irnn"))
    assert found["irnn"].overflow == flow.overflow.step
    assert found["vanilla"].overflow is None
    assert np.isfinite(found["irnn"].spread.median).all()


# -- costs


@pytest.mark.parametrize(
    ("cell", "module"),
    [("vanilla", torch.nn.RNNCell), ("gru", torch.nn.GRUCell), ("lstm", torch.nn.LSTMCell)],
)
@pytest.mark.parametrize(("H", "I"), [(1, 1), (7, 3), (64, 1)])
def test_parameters_are_pytorchs_with_one_bias_instead_of_two(cell, module, H, I):
    numel = sum(p.numel() for p in module(I, H).parameters())
    gates = len(CELLS[cell].gates)
    assert parameter_count(cell, H, I) == numel - gates * H
    assert parameter_count(cell, H, I) == gates * parameter_count("vanilla", H, I)
    without = module(I, H, bias=False)
    assert parameter_count(cell, H, I) - gates * H == sum(p.numel() for p in without.parameters())


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("H", [1, 6, 7])
def test_parameters_are_those_of_the_engines_arrays(cell, H):
    p = parameters(RNNConfig(cell=cell, hidden_size=H, input_size=3))
    arrays = {name: getattr(p, name) for name in CELLS[cell].learned if name != "b_x"}
    if "theta" in arrays:
        arrays["theta"] = arrays["theta"][: H // 2]  # an unpaired unit has no phase
    assert parameter_count(cell, H, 3) == sum(a.size for a in arrays.values())


def test_attentions_parameters_are_pytorchs_projections():
    layer = torch.nn.MultiheadAttention(16, 1, bias=False)
    assert parameter_count(ATTENTION, 16, 3) == layer.in_proj_weight.numel() + 16 * 3
    p = attention_parameters(RNNConfig(hidden_size=16, input_size=3))
    assert parameter_count(ATTENTION, 16, 3) == p.W_h.size + p.W_x.size


@pytest.mark.parametrize(
    ("cell", "one_unit", "two_units"),
    [
        ("vanilla", 2, 6),
        ("residual", 3, 8),  # and α·φ
        ("leaky", 4, 10),  # and (1-α)·h
        ("gru", 9, 24),  # r·n, (1-z)·n, z·h
        ("lstm", 11, 30),  # f·c, i·g, o·tanh c
        ("lru", 3, 8),  # λ·h and γ·u: of one unit real, of a pair complex
    ],
)
def test_multiply_adds_counted_by_hand(cell, one_unit, two_units):
    """One unit, one input; two units, one input."""
    assert multiply_adds(cell, 1, 1, 5) == one_unit
    assert multiply_adds(cell, 2, 1, 5) == two_units


def test_attentions_multiply_adds_grow_with_the_step_and_no_others_do():
    for cell in NAMES:
        early, late = (multiply_adds(cell, 8, 1, t) for t in (10, 11))
        assert late - early == (2 * 8 if cell == ATTENTION else 0)


def test_the_matrix_products_are_those_pytorch_counts():
    from torch.utils.flop_counter import FlopCounterMode

    H, I, B = 16, 3, 4
    with FlopCounterMode(display=False) as counter:
        torch.nn.RNNCell(I, H)(torch.zeros(B, I), torch.zeros(B, H))
    assert counter.get_total_flops() == 2 * B * multiply_adds("vanilla", H, I, 1)


# -- attention


def torch_attention(config):
    """The same layer and loss by PyTorch: h (K, B, H) and ∂L/∂e (T, B, H)."""
    p = attention_parameters(config)
    e = torch.tensor(inputs(config) @ p.W_x.T, requires_grad=True)
    W_q, W_k, W_v = torch.tensor(p.W_h).chunk(3)
    q, k, v = (torch.movedim(e @ W.T, 1, 0) for W in (W_q, W_k, W_v))  # (B, T, H)
    whole = torch.nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True)
    K = 1 if config.loss_at == "last" else config.seq_len
    h = torch.movedim(whole, 0, 1)[-K:]
    if config.loss_kind == "direction":
        loss = (torch.tensor(directions(config, K)[::-1].copy()) * h).sum()
    else:
        y = h @ torch.tensor(np.array(p.W_y)).T + torch.tensor(np.array(p.b_y))
        loss = 0.5 * ((y - torch.tensor(targets(config, K)[::-1].copy())) ** 2).sum()
    loss.backward()
    return h.detach().numpy(), e.grad.numpy()


@pytest.mark.parametrize("loss_at", ["last", "every"])
@pytest.mark.parametrize("loss_kind", ["direction", "squared_error"])
@pytest.mark.parametrize("shape", [(2, 1), (9, 6), (30, 16)])
def test_attentions_gradient_is_pytorchs(loss_at, loss_kind, shape):
    T, H = shape
    config = replace(
        SMALL, seq_len=T, hidden_size=H, loss_at=loss_at, loss_kind=loss_kind, input_scale=1.5
    )
    found = attention_flow(config)
    h, grad = torch_attention(config)
    assert np.allclose(found.outputs, h, rtol=1e-10, atol=1e-12)
    delta = found.delta * np.exp(found.log_scale)[..., None]
    assert np.allclose(delta, grad, rtol=1e-9, atol=1e-13 * np.abs(grad).max())
    norms = np.linalg.norm(grad, axis=2)
    known = norms > 1e-250
    assert np.allclose(10 ** found.log10_norms[known], norms[known], rtol=1e-9)


def test_attention_shares_one_gradient_out_whatever_the_lag():
    """With inputs of 0 all weights are 1/T, and every step gets exactly that."""
    config = RNNConfig(input="zeros", seq_len=40, batch_size=2)
    found = attention_flow(config)
    assert np.allclose(found.log_weights, -np.log(40))
    assert np.allclose(10**found.log10_norms, 1 / 40)


@given(scale=st.floats(0.01, 5.0), T=st.integers(2, 60))
@settings(max_examples=20)
def test_attentions_weights_share_out_one(scale, T):
    """They sum to 1, and the gradient that comes to a step is never far above its weight."""
    config = RNNConfig(input_scale=scale, seq_len=T, batch_size=2, hidden_size=4)
    found = attention_flow(config)
    assert np.allclose(np.exp(found.log_weights).sum(axis=0), 1.0)
    assert (found.log_weights <= 1e-12).all()


def test_attention_far_below_float64_is_still_a_number():
    config = RNNConfig(input_scale=60.0, seq_len=50, batch_size=4)
    norms = attention_flow(config).log10_norms
    assert np.isfinite(norms).all() and norms.min() < -400


# -- the LSTM's two paths


@pytest.mark.parametrize("changes", [{}, {"loss_at": "every"}, {"loss_kind": "squared_error"}])
def test_the_two_paths_add_up_to_the_gradient_of_the_last_loss(changes):
    config = replace(SMALL, cell="lstm", seq_len=40, gain=1.4, **changes)
    flow = gradient_flow(config)
    paths = split_paths(flow)
    whole = paths.rest.copy()
    whole[:, :, 6:] += np.ldexp(paths.direct, (paths.direct_exponent - paths.exponent)[..., None])
    assert np.allclose(log10_norm(whole, paths.exponent), flow.log10_last, rtol=0, atol=1e-12)


def test_the_direct_path_is_the_product_of_the_direct_jacobians():
    config = replace(SMALL, cell="lstm", seq_len=12, forget_bias=0.5)
    flow = gradient_flow(config)
    paths, H = split_paths(flow), 6
    for b in range(config.batch_size):
        delta = np.zeros(2 * H)
        delta[:H] = flow.direct.value[-1, b]
        # Through o ⊙ tanh'(c) into c, and one forget gate: the only way that starts in h.
        direct = flow.jacobian(12, b).T @ delta
        direct[:H] = 0.0
        for t in range(11, 0, -1):
            mine = np.ldexp(paths.direct[t - 1, b], paths.direct_exponent[t - 1, b])
            assert np.allclose(mine, direct[H:], rtol=1e-12, atol=0)
            direct = jacobian_paths(flow.jacobian(t, b))[0].T @ direct


def test_the_direct_path_goes_on_far_below_float64():
    config = replace(SMALL, cell="lstm", seq_len=600, forget_bias=-4.0, gain=0.5)
    flow = gradient_flow(config)
    paths = split_paths(flow)
    start = np.ldexp(paths.direct[-2], paths.direct_exponent[-2][:, None])
    suffix = np.cumsum(np.log10(flow.gates["f"][598:0:-1]), axis=0)[-1]  # (B, H)
    parts = np.log10(np.abs(start)) + suffix
    top = parts.max(axis=1, keepdims=True)
    expected = top[:, 0] + 0.5 * np.log10((100.0 ** (parts - top)).sum(axis=1))
    found = log10_norm(paths.direct[0], paths.direct_exponent[0])
    assert expected.max() < -900
    assert np.allclose(found, expected, rtol=0, atol=1e-9)


def test_without_W_h_all_of_it_comes_by_the_forget_gates():
    found = lstm_paths(replace(SMALL, gain=0.0, seq_len=20), 2)
    assert np.isneginf(found.rest[:-2]).all()
    assert np.allclose(found.direct[:-2], found.total[:-2], rtol=0, atol=1e-12)


def test_the_product_of_forget_gates_is_far_too_small():
    """Claim 6: forget bias 1, H = 8, T = 50, 20 seeds."""
    found = lstm_paths(RNNConfig(hidden_size=8, seq_len=50, batch_size=8), 20)
    assert -6 < np.median(found.off) < -3
    assert (found.off < 0).all()
    assert np.median(found.rest[0] - found.direct[0]) > 3


def test_a_high_forget_bias_with_a_small_W_h_makes_the_product_right():
    found = lstm_paths(replace(SMALL, forget_bias=6.0, gain=0.1, seq_len=40), 5)
    assert abs(np.median(found.off)) < 0.5


def test_two_steps_are_enough():
    found = lstm_paths(replace(SMALL, seq_len=2), 3)
    assert np.isfinite(found.total).all() and np.isfinite(found.direct[0]).all()
    assert np.isneginf(found.direct[1]).all()
