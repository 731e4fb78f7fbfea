"""Cells whose state is a matrix: its sides, and what each step multiplies it by."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_core import RNNConfig, gradient_flow
from rnn_core.cells import CELLS
from rnn_core.cells.matrix_state import as_matrix, sides
from rnn_core.pytorch.reference import compare


@given(H=st.integers(1, 256))
def test_the_sides_are_as_near_to_a_square_as_the_number_of_entries_allows(H):
    V, K = sides(H)
    assert V * K == H and K >= V
    assert not any(H % k == 0 for k in range(V + 1, K))


def test_the_sides_of_some():
    assert [sides(H) for H in (1, 7, 32, 64)] == [(1, 1), (1, 7), (4, 8), (8, 8)]


def on_each_row(flow, t, b, V, K):
    """M (K, K) of S_next = S M + …, and whether J is nothing but M on each row of S."""
    J = flow.jacobian(t, b)
    M = J[:K, :K].T
    assert np.array_equal(J, np.kron(np.eye(V), M.T))
    return M


@pytest.mark.parametrize("H", [12, 7])
@settings(deadline=None, max_examples=15)
@given(
    reach=st.floats(0.0, 2.0),
    start=st.floats(1e-3, 1.0),
    scale=st.floats(0.1, 5.0),
    seed=st.integers(0, 99),
)
def test_the_gated_delta_rule_keeps_alpha_and_along_its_key_alpha_one_minus_beta(
    H, reach, start, scale, seed
):
    """J is symmetric, σ_max(J) = α for β from 0 to 2, and so the product of the α is a bound."""
    flow = gradient_flow(
        RNNConfig(
            cell="gated_delta",
            beta_reach=reach,
            delta_start=start,
            input_scale=scale,
            seq_len=12,
            seed=seed,
            hidden_size=H,
            batch_size=2,
        )
    )
    V, K = sides(H)
    gates = flow.gates
    for t in (2, 12):
        M = on_each_row(flow, t, 1, V, K)
        k, alpha, beta = (gates[name][t - 1, 1] for name in ("k", "α", "β"))
        assert np.allclose(M, M.T, atol=1e-15)
        assert np.linalg.norm(M, 2) == pytest.approx(alpha[0], rel=1e-12)
        assert np.allclose(M @ k, alpha * (1.0 - beta * (k @ k)) * k, rtol=1e-12, atol=1e-15)
        share = CELLS["gated_delta"].kept.share(gates)[t - 1, 1]
        assert np.allclose(share, np.linalg.norm(M, axis=1), rtol=1e-12, atol=1e-15)
    bound = np.cumsum(np.log10(gates["α"][::-1, :, 0]), axis=0)[::-1]
    assert np.all(flow.log10_norms[:-1] <= flow.log10_norms[-1] + bound[1:] + 1e-12)


def test_what_is_written_with_strength_one_is_read_with_the_same_key():
    """β = 1 and α = 1: whatever S held, S k = v afterwards. That is the delta rule."""
    step = CELLS["gated_delta"].step
    flow = gradient_flow(RNNConfig(cell="gated_delta", hidden_size=12, input_size=3, batch_size=4))
    p = flow.params
    b_h = p.b_h.copy()
    b_h[-2:] = -60.0, 60.0  # softplus is 0, σ is 1
    p = replace(p, b_h=b_h)
    rng = np.random.default_rng(0)
    h, cache = step(p, None, rng.standard_normal((4, 3)), rng.standard_normal((4, 12)))
    k, v = cache[2], cache[3]
    assert np.allclose((as_matrix(h) * k[:, None, :]).sum(axis=2), v, atol=1e-3)  # ‖k‖ is 1 to 10⁻⁴


@pytest.mark.parametrize("H", [12, 7])
def test_rwkv7_multiplies_by_decay_less_what_it_removes(H):
    V, K = sides(H)
    flow = gradient_flow(
        RNNConfig(cell="rwkv7", hidden_size=H, seq_len=12, batch_size=2, input_scale=2.0)
    )
    gates = flow.gates
    assert np.all((gates["w"] > 0.545) & (gates["w"] < 1.0))
    for t in (2, 12):
        M = on_each_row(flow, t, 1, V, K)
        w, a, key = (gates[name][t - 1, 1] for name in ("w", "a", "k"))
        assert np.allclose(M, np.diag(w) - np.outer(key, a * key), rtol=1e-12, atol=1e-15)
        share = CELLS["rwkv7"].kept.share(gates)[t - 1, 1]
        assert np.allclose(share, np.linalg.norm(M, axis=1), rtol=1e-12, atol=1e-15)


def test_rwkv7_as_the_paper_starts_it_keeps_what_random_gates_lose():
    """200 steps, H = 64: biases of 0 leave 10⁻²⁶ or so, the paper's a quarter. The product of the
    σ_max is far above: no two steps lose along the same direction."""
    config = RNNConfig(cell="rwkv7", hidden_size=64, seq_len=200, input_scale=1.0, batch_size=3)
    flow = gradient_flow(config)
    assert -2.0 < flow.log10_ratio < 0.0
    p = flow.params
    flow = gradient_flow(config, params=replace(p, b_h=np.zeros_like(p.b_h)))
    assert -28.0 < flow.log10_ratio < -24.0
    config = replace(config, hidden_size=16, input_size=16)
    p = gradient_flow(config).params
    flow = gradient_flow(config, params=replace(p, b_h=np.zeros_like(p.b_h)))
    bound = np.log10(np.linalg.norm(flow.jacobians(0)[1:], 2, axis=(1, 2))).sum()
    assert -36.0 < flow.log10_norms[0, 0] < bound - 8.0


@pytest.mark.parametrize(
    ("cell", "own"),
    [
        ("gated_delta", {"beta_reach": 2.0, "delta_start": 0.1}),
        ("gated_delta", {"beta_reach": 0.0}),
        ("rwkv7", {"decay_bias": 6.0}),
        ("rwkv7", {"decay_bias": -10.0}),
    ],
    ids=str,
)
def test_the_ends_of_each_setting_equal_autograd(cell, own):
    config = RNNConfig(
        cell=cell,
        hidden_size=6,
        input_size=2,
        batch_size=2,
        seq_len=15,
        start_scale=1.0,
        loss_at="every",
        **own,
    )
    found = compare(gradient_flow(config), stable=True)
    assert found.compared == found.total
    assert max([found.delta, found.hidden, *found.gradients.values()]) < 1e-10
