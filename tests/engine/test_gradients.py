"""Every gradient against PyTorch autograd, finite differences and the plain cell."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_core import CHOICES, RNNConfig, gradient_flow, inputs, parameters
from rnn_core.cells import CELLS
from rnn_core.cells.cell import state_jacobian
from rnn_core.cells.stepwise import unroll_stepwise
from rnn_core.flow.losses import direct_gradient, directions, targets
from rnn_core.network.activations import ACTIVATIONS
from rnn_core.pytorch.reference import autograd, compare
from rnn_core.start import first_state

configs = st.builds(
    RNNConfig,
    hidden_size=st.integers(1, 24),
    input_size=st.integers(1, 4),
    output_size=st.integers(1, 3),
    seq_len=st.integers(2, 40),
    batch_size=st.integers(1, 6),
    activation=st.sampled_from(CHOICES["activation"]),
    init=st.sampled_from(CHOICES["init"]),
    start=st.sampled_from(CHOICES["start"]),
    gain=st.just(0.0) | st.floats(1e-3, 4),  # less, and the plain peers underflow at once
    scale_sets=st.sampled_from(CHOICES["scale_sets"]),
    input=st.sampled_from(CHOICES["input"]),
    input_scale=st.just(0.0) | st.floats(1e-6, 5),
    start_scale=st.just(0.0) | st.floats(1e-3, 3),
    bias_scale=st.just(0.0) | st.floats(1e-3, 3),
    loss_at=st.sampled_from(CHOICES["loss_at"]),
    loss_kind=st.sampled_from(CHOICES["loss_kind"]),
    seed=st.integers(0, 2**32 - 1),
)


def test_the_exact_reference_is_exact_in_saturation():
    """Autograd of expm1 cancels like 1 - h²: these were the cases that showed it."""
    deep = {"gain": 1.0, "input_scale": 5.0, "init": "identity", "hidden_size": 1}
    for config in (
        RNNConfig(input="constant", seq_len=6, batch_size=2, **deep),
        RNNConfig(seq_len=10, batch_size=2, seed=63, cell="gru", **{**deep, "gain": 3.0}),
        RNNConfig(input="constant", input_scale=20.0, seq_len=5, batch_size=2, hidden_size=4),
    ):
        assert compare(gradient_flow(config), stable=True).delta < 1e-12


@given(config=configs)
@settings(max_examples=150)
def test_every_delta_and_every_parameter_gradient_equals_autograd(config):
    found = compare(gradient_flow(config), stable=True)
    assert found.compared > 0
    assert found.delta < 1e-9
    for name, difference in found.gradients.items():
        assert difference < 1e-9, name


@pytest.mark.parametrize("loss_at", CHOICES["loss_at"])
@pytest.mark.parametrize("loss_kind", CHOICES["loss_kind"])
@pytest.mark.parametrize("activation", CHOICES["activation"])
@pytest.mark.parametrize("init", CHOICES["init"])
def test_the_whole_product_against_autograd(activation, init, loss_kind, loss_at):
    config = RNNConfig(
        activation=activation,
        init=init,
        loss_kind=loss_kind,
        loss_at=loss_at,
        seq_len=25,
        batch_size=3,
        hidden_size=12,
    )
    found = compare(gradient_flow(config), stable=True)
    assert found.delta < 1e-10
    assert found.compared == found.total
    assert max(found.gradients.values()) < 1e-10


def total_loss(config, params, x):
    """L of each sequence, by the plain cell and nothing of the sweep."""
    cell, phi = config.cell_used, ACTIVATIONS[config.activation_used]
    h = unroll_stepwise(cell, params, x, phi, first_state(config)).h
    steps = 1 if config.loss_at == "last" else config.seq_len
    h = h[-steps:]
    if config.loss_kind == "direction":
        return (h * directions(config, steps)[::-1]).sum(axis=(0, 2))
    y = h @ params.W_y.T + params.b_y
    return 0.5 * ((y - targets(config, steps)[::-1]) ** 2).sum(axis=(0, 2))


@pytest.mark.parametrize("from_0", [True, False], ids=["from 0", "h_0 and biases"])
@pytest.mark.parametrize("loss_at", CHOICES["loss_at"])
@pytest.mark.parametrize("loss_kind", CHOICES["loss_kind"])
@pytest.mark.parametrize(
    ("cell", "activation"),
    [("vanilla", a) for a in ACTIVATIONS] + [(cell, "tanh") for cell in CELLS if cell != "vanilla"],
)
def test_parameter_gradients_against_central_differences(
    cell, activation, loss_kind, loss_at, from_0
):
    config = RNNConfig(
        cell=cell,
        activation=activation,
        loss_kind=loss_kind,
        loss_at=loss_at,
        hidden_size=5,
        input_size=2,
        seq_len=8,
        batch_size=3,
        gain=0.9,
        start_scale=0.0 if from_0 else 0.7,
        bias_scale=0.0 if from_0 else 0.4,
        seed=11,
    )
    flow = gradient_flow(config)
    x = inputs(config)
    rng = np.random.default_rng(0)
    for name, gradient in flow.gradients.items():
        direction = rng.standard_normal(gradient.shape)
        step = 1e-6
        losses = []
        for sign in (1, -1):
            changed = dict(vars(flow.params))
            start = 0.0 if changed[name] is None else changed[name]
            changed[name] = start + sign * step * direction
            losses.append(total_loss(config, type(flow.params)(**changed), x).sum())
        numeric = (losses[0] - losses[1]) / (2 * step)
        assert numeric == pytest.approx((gradient * direction).sum(), rel=1e-6, abs=1e-8), name


@given(config=configs)
@settings(max_examples=60)
def test_the_fast_path_equals_the_plain_cell(config):
    flow = gradient_flow(config)
    phi = ACTIVATIONS[config.activation]
    start = first_state(config)
    tape = unroll_stepwise(CELLS["vanilla"], flow.params, inputs(config), phi, start).tape
    h, delta = tape.states, np.zeros_like(tape.states)
    K = len(flow.direct.value)
    for t in range(config.seq_len - 1, -1, -1):
        if t >= config.seq_len - K:
            delta[t] += flow.direct.value[t - config.seq_len + K]
        if t:
            delta[t - 1] = tape.cell.vjp(tape.params, phi, tape.caches[t], delta[t])[0]
    grads = tape.gradients(delta)
    ours = np.ldexp(flow.sweep.delta, flow.sweep.exponent[..., None])
    scale = np.abs(h).max()
    assert np.allclose(flow.hidden, h, rtol=1e-9, atol=1e-12 * scale)
    assert np.allclose(ours, delta, rtol=1e-7, atol=1e-10 * np.abs(delta).max())
    for name, total in grads.items():
        size = np.abs(total).max()
        assert np.allclose(flow.gradients[name], total, rtol=1e-7, atol=1e-9 * size)


def test_the_jacobian_is_diag_dphi_times_W_h_and_not_its_transpose():
    config = RNNConfig(hidden_size=6, seq_len=5, batch_size=2, init="gaussian")
    flow = gradient_flow(config)
    t, b = 4, 1
    before = flow.hidden[t - 2, b]
    x_t = flow.trace.x[t - 1, b]
    J = flow.jacobian(t, b)
    phi = ACTIVATIONS["tanh"]
    assert np.allclose(J, state_jacobian(CELLS["vanilla"], flow.params, phi, x_t, before))
    step = 1e-6
    for j in range(6):
        nudge = np.eye(6)[j] * step
        up, _ = CELLS["vanilla"].step(flow.params, phi, x_t[None], (before + nudge)[None])
        down, _ = CELLS["vanilla"].step(flow.params, phi, x_t[None], (before - nudge)[None])
        assert np.allclose((up - down)[0] / (2 * step), J[:, j], atol=1e-8)


def test_parameters_load_into_torch_unchanged():
    torch = pytest.importorskip("torch")
    config = RNNConfig(hidden_size=8, input_size=3, seq_len=12, batch_size=4)
    flow = gradient_flow(config)
    p = parameters(config)
    rnn = torch.nn.RNN(3, 8).double()
    with torch.no_grad():
        rnn.weight_hh_l0.copy_(torch.tensor(p.W_h))
        rnn.weight_ih_l0.copy_(torch.tensor(np.array(p.W_x)))
        rnn.bias_hh_l0.zero_()
        rnn.bias_ih_l0.copy_(torch.tensor(np.array(p.b_h)))
        out, _ = rnn(torch.tensor(flow.trace.x))
    assert np.allclose(out.numpy(), flow.hidden, atol=1e-14)


def test_the_loss_to_state_matrix_is_autograd_of_each_loss():
    torch = pytest.importorskip("torch")
    config = RNNConfig(hidden_size=7, seq_len=12, batch_size=3, loss_at="every", gain=0.8)
    flow = gradient_flow(config)
    teaching = flow.teaching
    b = teaching.sequence
    v = directions(config, 12)[::-1][:, b]
    W_h, W_x = torch.tensor(flow.params.W_h), torch.tensor(np.array(flow.params.W_x))
    for row, j in enumerate(teaching.steps):
        h = torch.zeros(7, dtype=torch.float64)
        states = []
        for x_t in torch.tensor(flow.trace.x[:j, b]):
            h = torch.tanh(W_h @ h + W_x @ x_t)
            h.requires_grad_() if not states else h.retain_grad()
            states.append(h)
        (torch.tensor(v[j - 1].copy()) @ states[-1]).backward()
        norms = np.array([np.linalg.norm(s.grad.numpy()) for s in states])
        assert np.allclose(teaching.log10[row, :j], np.log10(norms / norms[-1]), atol=1e-9)
        assert np.isnan(teaching.log10[row, j:]).all()


def test_direct_and_last_parts_add_up():
    config = RNNConfig(loss_at="every", seq_len=30, gain=0.6)
    flow = gradient_flow(config)
    assert np.allclose(flow.log10_direct, 0.0, atol=1e-12)
    # At the last step total, direct and last-loss part are the same vector.
    assert np.array_equal(flow.log10_norms[-1], flow.log10_direct[-1])
    assert np.array_equal(flow.log10_last[-1], flow.log10_norms[-1])
    alone = gradient_flow(RNNConfig(loss_at="last", seq_len=30, gain=0.6))
    assert np.allclose(flow.log10_last, alone.log10_norms, atol=1e-12)
    assert np.isneginf(alone.log10_direct[:-1]).all()


def test_autograd_sees_the_state_we_see():
    flow = gradient_flow(RNNConfig(seq_len=20, batch_size=2))
    assert np.allclose(autograd(flow).hidden, flow.hidden, atol=1e-14)


def test_direct_terms_are_unit_vectors_and_squared_errors_are_not():
    config = RNNConfig(loss_at="every", loss_kind="squared_error", seq_len=6)
    flow = gradient_flow(config)
    direct = direct_gradient(config, flow.params, flow.trace)
    y = flow.hidden @ flow.params.W_y.T
    expected = (y - targets(config, 6)[::-1]) @ flow.params.W_y
    assert np.allclose(direct.value, expected)
