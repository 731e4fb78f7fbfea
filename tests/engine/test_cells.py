"""Every cell: against PyTorch autograd and PyTorch's own cells, finite differences, and itself."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_core import CHOICES, RNNConfig, gradient_flow, inputs, parameters, sweep
from rnn_core.cells import CELLS, cost
from rnn_core.cells.cell import Cell, Gate, state_jacobian
from rnn_core.cells.lru import eigenvalues_of
from rnn_core.cells.lstm import lstm_paths
from rnn_core.cells.stepwise import unroll_stepwise
from rnn_core.cells.written import Written
from rnn_core.flow.forward import forward
from rnn_core.flow.losses import Direct, directions
from rnn_core.jacobians.product import jacobian_product
from rnn_core.laws import LAWS
from rnn_core.network.activations import ACTIVATIONS
from rnn_core.numbers import spoken
from rnn_core.pytorch.reference import compare
from rnn_core.pytorch.weights import from_torch, to_torch
from rnn_core.studies.prediction import predict
from ui.gradient_flow import captions, check_words, figures, river, words

SHAPES = [
    {"hidden_size": 12, "input_size": 3, "batch_size": 4, "seq_len": 25},
    {"hidden_size": 1, "input_size": 1, "batch_size": 1, "seq_len": 2},
    {"hidden_size": 7, "input_size": 2, "batch_size": 3, "seq_len": 60, "gain": 1.5},
]


def worst(found):
    return max([found.delta, *found.gradients.values()])


@pytest.mark.parametrize("loss_kind", CHOICES["loss_kind"])
@pytest.mark.parametrize("loss_at", CHOICES["loss_at"])
@pytest.mark.parametrize("shape", SHAPES, ids=lambda s: f"H{s['hidden_size']}T{s['seq_len']}")
@pytest.mark.parametrize("cell", CELLS)
def test_every_gradient_and_every_step_equal_autograd(cell, shape, loss_at, loss_kind):
    config = RNNConfig(cell=cell, loss_at=loss_at, loss_kind=loss_kind, init="gaussian", **shape)
    found = compare(gradient_flow(config), stable=True)
    assert found.compared == found.total
    assert worst(found) < 1e-10


@given(
    cell=st.sampled_from(list(CELLS)),
    activation=st.sampled_from(CHOICES["activation"]),
    init=st.sampled_from(CHOICES["init"]),
    gain=st.floats(1e-2, 3),
    alpha=st.floats(0, 1),
    gate_bias=st.floats(-10, 10),
    ends=st.tuples(st.floats(0.05, 0.9999), st.floats(0.05, 0.9999)),
    # With one unit a loss may cancel what comes back, and all its digits; a layer norm of two units
    # is ±1 whatever comes in.
    H=st.integers(3, 9),
    T=st.integers(2, 30),
    input_scale=st.floats(0, 5),
    begins=st.tuples(st.just(0.0) | st.floats(0, 3), st.just(0.0) | st.floats(0, 3)),
    seed=st.integers(0, 2**32 - 1),
)
@settings(max_examples=120)
def test_any_setting_of_any_cell_equals_autograd(
    cell, activation, init, gain, alpha, gate_bias, ends, H, T, input_scale, begins, seed
):
    config = RNNConfig(
        cell=cell,
        activation=activation,
        init=init,
        gain=gain,
        alpha=alpha,
        forget_bias=gate_bias,
        update_bias=gate_bias,
        lambda_low=ends[0],
        lambda_high=ends[1],
        hidden_size=H,
        seq_len=T,
        batch_size=2,
        input_scale=input_scale,
        start_scale=begins[0],
        bias_scale=begins[1],
        loss_at="every",
        seed=seed,
    )
    found = compare(gradient_flow(config), stable=True)
    assert worst(found) < 1e-8 or found.compared == 0


@pytest.mark.parametrize("from_0", [True, False], ids=["from 0", "from h_0"])
@pytest.mark.parametrize("cell", CELLS)
def test_the_fast_path_equals_the_cells_own_step_and_vjp(cell, from_0):
    config = RNNConfig(cell=cell, hidden_size=9, seq_len=70, batch_size=3, loss_at="every")
    params, x = parameters(config), inputs(config)
    rng = np.random.default_rng(3)
    params = replace(
        params,
        b_h=params.b_h + rng.standard_normal(params.b_h.shape),
        b_x=rng.standard_normal(params.b_h.shape),
    )
    phi = ACTIVATIONS[config.activation_used]
    start = None if from_0 else rng.standard_normal((3, 9 * CELLS[cell].states))
    fast = forward(config, params, x, start=start)
    plain = unroll_stepwise(CELLS[cell], params, x, phi, start)
    assert np.allclose(fast.h, plain.h, rtol=1e-12, atol=1e-13 * np.abs(plain.h).max())
    direct = Direct(directions(config, config.seq_len)[::-1])
    swept, plainly = sweep(fast.tape, direct), sweep(plain.tape, direct)
    assert np.array_equal(swept.exponent, plainly.exponent)
    assert np.allclose(swept.delta, plainly.delta, rtol=1e-10, atol=1e-12)
    theirs = plain.tape.gradients(plainly.delta)
    for name, grad in fast.tape.gradients(swept.delta).items():
        size = np.abs(theirs[name]).max()
        assert np.allclose(grad, theirs[name], rtol=1e-9, atol=1e-11 * size), name
    ours = fast.tape.preactivations(swept.delta)
    norms = np.linalg.norm(plain.tape.preactivations(plainly.delta), axis=-1)
    assert np.allclose(np.linalg.norm(ours, axis=-1), norms, rtol=1e-10)
    one, copies = fast.tape.only(1, 2), Direct(np.repeat(direct.value[:, 1:2], 2, axis=1))
    alone = sweep(one, copies)
    whole = np.ldexp(swept.delta[:, 1], swept.exponent[:, 1, None])
    for copy in range(2):
        again = np.ldexp(alone.delta[:, copy], alone.exponent[:, copy, None])
        assert np.allclose(again, whole, rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("cell", CELLS)
def test_the_state_jacobian_is_the_derivative_of_a_step(cell):
    config = RNNConfig(cell=cell, hidden_size=5, input_size=2, gain=1.3, seq_len=4, batch_size=2)
    params, phi = parameters(config), ACTIVATIONS[config.activation_used]
    own = CELLS[cell]
    rng = np.random.default_rng(0)
    x, s = rng.standard_normal(2), rng.standard_normal(5 * own.states)
    J = state_jacobian(own, params, phi, x, s)
    assert J.shape == (5 * own.states,) * 2
    h = 1e-6
    for j in range(len(s)):
        step = np.zeros(len(s))
        step[j] = h
        up, down = (own.step(params, phi, x[None], (s + k * step)[None])[0][0] for k in (1, -1))
        assert np.allclose(J[:, j], (up - down) / (2 * h), rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("cell", CELLS)
def test_the_jacobians_of_a_run_carry_its_gradient(cell):
    flow = gradient_flow(RNNConfig(cell=cell, hidden_size=6, seq_len=20, batch_size=3))
    delta = np.zeros(flow.sweep.delta.shape[2])
    delta[:6] = flow.direct.value[-1, 1]
    J = flow.jacobians(1)
    assert np.array_equal(J[7], flow.jacobian(8, 1))
    for t in range(19, 0, -1):
        delta = J[t].T @ delta
    expected = np.ldexp(flow.sweep.delta[0, 1], flow.sweep.exponent[0, 1])
    assert np.allclose(delta, expected, rtol=1e-10, atol=1e-14 * np.linalg.norm(expected))


def test_every_cell_says_what_it_is():
    for name, cell in CELLS.items():
        assert cell.label and cell.formula and cell.source, name
        assert {s.name for s in cell.settings} <= set(vars(RNNConfig())), name
    assert {"vanilla", "irnn", "residual", "layer_norm", "gru", "lstm", "lru"} <= set(CELLS)
    for field in ("label", "short", "colour"):
        assert len({getattr(cell, field) for cell in CELLS.values()}) == len(CELLS), field


@pytest.mark.parametrize(
    ("cell", "wrong", "named"),
    [
        ("gru", {"label": ""}, "label"),
        ("gru", {"torch_step": None}, "torch_step"),
        ("gru", {"colour": "purple"}, "colour"),
        ("gru", {"dash": "wavy"}, "dash"),
        ("gru", {"blocks": ()}, "blocks"),
        ("gru", {"blocks": (Gate(name="z"), Gate(name="z"))}, "blocks"),
        ("gru", {"gate_values": None}, "gate_values"),
        ("gru", {"settings": ("alpha",)}, "settings"),
        ("gru", {"activation": "tan"}, "activation"),
        ("gru", {"candidate": "g"}, "candidate"),
        ("gru", {"shown": ("n",)}, "shown"),
        ("gru", {"kept": None}, "kept"),
        ("gru", {"no_norm_bound": ""}, "no_norm_bound"),
        ("gru", {"no_spectral_radius": ""}, "no_spectral_radius"),
        ("gru", {"why": None}, "why"),
        ("gru", {"two_factors": True}, "two_factors"),
        ("lstm", {"state": "h"}, "state"),
        ("lstm", {"told": None}, "told"),
        ("lru", {"matrix_name": None}, "matrix_name"),
        ("lru", {"recurrent": ("W_h",)}, "recurrent"),
    ],
    ids=lambda v: next(iter(v)) if isinstance(v, dict) else None,
)
def test_a_cell_that_lacks_something_is_refused_by_the_name_of_the_field(cell, wrong, named):
    with pytest.raises(ValueError, match=rf"\b{named}\b"):
        replace(CELLS[cell], **wrong)


def test_a_gate_without_an_activation_that_there_is_is_refused():
    with pytest.raises(ValueError, match="activation"):
        Gate(name="z", activation="sigmoidal")


@pytest.mark.parametrize("cell", [name for name, cell in CELLS.items() if cell.gate_values])
def test_the_gates_are_the_same_step_by_step_as_on_the_fast_path(cell):
    config = RNNConfig(cell=cell, hidden_size=5, seq_len=9, batch_size=2, input_scale=3.0)
    params, x = parameters(config), inputs(config)
    plain = unroll_stepwise(CELLS[cell], params, x, ACTIVATIONS[config.activation_used])
    fast = forward(config, params, x)
    assert tuple(plain.gates) == tuple(fast.gates)
    assert set(CELLS[cell].gates) <= set(fast.gates)
    for name, gate in plain.gates.items():
        assert np.allclose(gate, fast.gates[name], rtol=1e-12, atol=1e-14), name


# -- PyTorch's own cells


@pytest.mark.parametrize("cell", ["vanilla", "irnn", "gru", "lstm"])
def test_weights_go_to_pytorch_and_back_unchanged_and_compute_the_same(cell):
    import torch

    config = RNNConfig(cell=cell, hidden_size=6, input_size=3, batch_size=4, seq_len=9)
    rng = np.random.default_rng(1)
    params = parameters(config)
    params = replace(
        params, b_h=rng.standard_normal(params.b_h.shape), b_x=rng.standard_normal(params.b_h.shape)
    )
    module = to_torch(cell, params)
    again = from_torch(module, params.W_y, params.b_y)
    for name in ("W_h", "W_x", "b_h", "b_x"):
        assert np.array_equal(getattr(again, name), getattr(params, name)), name
    x = inputs(config)
    trace = forward(config, again, x)
    state = None
    for t, x_t in enumerate(torch.tensor(x)):
        state = module(x_t, state)
        h = state[0] if cell == "lstm" else state
        assert np.allclose(trace.h[t], h.detach().numpy(), rtol=1e-12, atol=1e-14)
        if cell == "lstm":
            assert np.allclose(trace.c[t], state[1].detach().numpy(), rtol=1e-12, atol=1e-14)


def test_a_trained_module_of_pytorch_loads():
    import torch

    torch.manual_seed(0)
    module = torch.nn.GRUCell(2, 5)
    params = from_torch(module, np.zeros((1, 5)), np.zeros(1))
    assert params.W_h.dtype == np.float32
    x = np.random.default_rng(0).standard_normal((6, 3, 2)).astype(np.float32)
    trace = forward(RNNConfig(cell="gru", hidden_size=5, input_size=2), params, x)
    h = None
    for x_t in torch.tensor(x):
        h = module(x_t, h)
    assert trace.h.dtype == np.float32
    assert np.allclose(trace.h[-1], h.detach().numpy(), atol=1e-6)


@pytest.mark.parametrize(
    ("cell", "activation", "named"),
    [("leaky", "tanh", "leaky"), ("vanilla", "sigmoid", "sigmoid"), ("lstm", "relu", "relu")],
)
def test_what_pytorch_does_not_have_is_refused_by_name(cell, activation, named):
    params = parameters(RNNConfig(cell=cell, hidden_size=3))
    with pytest.raises(ValueError, match=named):
        to_torch(cell, params, activation)


def test_modules_that_do_not_fit_are_refused_by_name():
    import torch

    with pytest.raises(ValueError, match="Linear"):
        from_torch(torch.nn.Linear(2, 2), np.zeros((1, 2)), np.zeros(1))
    assert not from_torch(torch.nn.GRUCell(2, 2, bias=False)).b_h.any()


# -- what each cell is for


def test_an_irnn_is_a_vanilla_relu_network_that_starts_as_the_identity():
    shape = {"hidden_size": 8, "seq_len": 30, "gain": 0.9}
    irnn = gradient_flow(RNNConfig(cell="irnn", activation="sigmoid", init="sparse", **shape))
    same = gradient_flow(RNNConfig(activation="relu", init="identity", **shape))
    assert np.array_equal(irnn.log10_norms, same.log10_norms)


def test_residual_and_leaky_at_their_ends_are_closed_forms():
    still = gradient_flow(RNNConfig(cell="residual", alpha=0.0, seq_len=500))
    assert np.allclose(still.log10_norms, 0.0, atol=1e-12)
    vanilla = gradient_flow(RNNConfig(seq_len=40))
    leaky = gradient_flow(RNNConfig(cell="leaky", alpha=1.0, seq_len=40))
    assert np.allclose(leaky.log10_norms, vanilla.log10_norms, atol=1e-12)
    # Without W_h a leaky unit forgets (1 - α) per step, at any depth.
    alone = gradient_flow(RNNConfig(cell="leaky", alpha=0.7, gain=0.0, seq_len=1000))
    assert np.allclose(alone.log10_norms[0], 999 * np.log10(1 - 0.7), atol=1e-9)


def test_layer_norm_takes_the_scale_of_w_h_away_where_there_is_no_input():
    runs = [
        gradient_flow(RNNConfig(cell="layer_norm", gain=gain, input="impulse", seq_len=20))
        for gain in (1.0, 3.0)
    ]
    assert np.allclose(runs[0].hidden[3:], runs[1].hidden[3:], atol=1e-3)


def test_an_open_lstm_hands_its_gradient_on_and_a_closed_one_does_not():
    opened = gradient_flow(RNNConfig(cell="lstm", forget_bias=8.0, init="small", seq_len=200))
    closed = gradient_flow(RNNConfig(cell="lstm", forget_bias=-4.0, init="small", seq_len=200))
    assert opened.verdict == "flowing" and closed.verdict == "vanishing"


def test_the_paths_of_an_lstm_are_its_forget_gates_and_the_rest():
    flow = gradient_flow(RNNConfig(cell="lstm", hidden_size=4, seq_len=10, batch_size=2))
    J = flow.jacobian(6, 1)
    direct, rest = lstm_paths(J)
    assert np.array_equal(direct + rest, J)
    assert np.allclose(np.diag(direct)[4:], flow.gates["f"][5, 1], rtol=1e-12)
    assert (direct[:4] == 0).all() and (direct[:, :4] == 0).all()
    # c_t sees c_{t-1} through the forget gates alone: nothing of that block is in the rest.
    assert np.allclose(rest[4:, 4:], 0.0, atol=1e-15)


@given(
    H=st.integers(1, 12),
    ends=st.tuples(st.floats(0.05, 0.999), st.floats(0.05, 0.999)),
    seed=st.integers(0, 1000),
)
def test_a_linear_recurrent_unit_has_the_eigenvalues_it_was_asked_for(H, ends, seed):
    config = RNNConfig(
        cell="lru", hidden_size=H, lambda_low=ends[0], lambda_high=ends[1], seed=seed
    )
    params = parameters(config)
    half = eigenvalues_of(params)
    pairs = np.concatenate([half, half[: H // 2].conj()])
    assert np.allclose(np.sort(np.abs(pairs)), np.sort(np.abs(np.linalg.eigvals(params.W_h))))
    assert np.abs(half).min() >= min(ends) - 1e-9 and np.abs(half).max() <= max(ends) + 1e-9
    # Its Jacobian is W_h at every step, whatever the input.
    flow = gradient_flow(replace(config, seq_len=4, batch_size=1))
    assert np.allclose(flow.jacobian(3, 0), params.W_h, atol=1e-12)


def test_extreme_gates_give_numbers_and_no_warning():
    for cell in ("lstm", "gru"):
        for scale, gain in ((100.0, 10.0), (0.0, 0.0), (100.0, 0.0)):
            config = RNNConfig(cell=cell, gain=gain, input_scale=scale, init="gaussian", seq_len=40)
            flow = gradient_flow(config)
            assert not np.isnan(flow.log10_norms).any()
            assert all(np.isfinite(gate).all() for gate in flow.gates.values())


def test_a_residual_relu_network_that_overflows_goes_on_in_the_log_domain():
    config = RNNConfig(
        cell="residual",
        activation="relu",
        init="gaussian",
        alpha=1.0,
        gain=3.0,
        seq_len=1000,
        hidden_size=16,
        batch_size=2,
    )
    flow = gradient_flow(config)
    assert flow.overflow is not None
    assert np.isfinite(flow.log10_norms).all()
    before = flow.overflow.step - 2
    short = gradient_flow(replace(config, seq_len=before))
    assert np.allclose(flow.dphi[:before], short.dphi)


def test_single_precision_runs_in_single_precision():
    config = RNNConfig(hidden_size=16, seq_len=50, batch_size=4)
    for cell in ("vanilla", "lstm", "gru"):
        own = replace(config, cell=cell)
        params = parameters(own)
        small = replace(
            params,
            **{k: v.astype(np.float32) for k, v in vars(params).items() if hasattr(v, "astype")},
        )
        direct = Direct(directions(own, 1))
        x = inputs(own)
        exact = sweep(forward(own, params, x).tape, direct)
        found = sweep(
            forward(own, small, x.astype(np.float32)).tape,
            Direct(direct.value.astype(np.float32)),
        )
        assert found.delta.dtype == np.float32
        a, b = (np.ldexp(s.delta.astype(float), s.exponent[..., None]) for s in (exact, found))
        scale = np.linalg.norm(a, axis=-1, keepdims=True)
        assert (np.abs(a - b) / scale).max() < 1e-3, cell


def test_additive_is_the_list_of_cells_with_that_step():
    additive = {n for n, c in CELLS.items() if c.step is CELLS["vanilla"].step}
    assert additive == {n for n, c in CELLS.items() if c.additive}
    assert additive == {"vanilla", "irnn", "residual", "leaky"}


def test_a_new_cell_is_one_entry(monkeypatch):
    """A cell that nothing knows but CELLS runs through the engine, the pictures and the words."""

    def step(params, phi, x, h):
        z = h @ params.W_h.T + x @ params.W_x.T
        value = phi.phi(z, np.empty_like(z))
        slope = phi.dphi(z, value, np.empty_like(z))
        return 0.5 * h - value, (x, h, slope)

    def vjp(params, phi, cache, dh):
        x, h, slope = cache
        dz = -slope * dh
        return 0.5 * dh + dz @ params.W_h, {"W_h": (dz, h), "W_x": (dz, x), "b_h": dz}

    new = Cell(
        label="new cell",
        short="new",
        formula="h",
        source="here",
        family="additive",
        colour="#123456",
        step=step,
        vjp=vjp,
        torch_step=lambda w, p, f, x, h: (h, {}),
        parameters=cost.numbers(1),
        multiply_adds=cost.products(1),
        work=cost.passes(3),
        no_norm_bound="No bound.",
        no_spectral_radius="No radius.",
        why=lambda run, said: f"In the new cell {said}.",
        written=Written(cell=lambda config, activation, phi: ("", "nn.Identity()")),
    )
    monkeypatch.setitem(CELLS, "new", new)
    monkeypatch.setitem(CHOICES, "cell", (*CHOICES["cell"], "new"))
    flow = gradient_flow(RNNConfig(cell="new", hidden_size=6, seq_len=12, batch_size=3))
    assert np.isfinite(flow.log10_norms).all()
    assert flow.shares.sum() == pytest.approx(1.0)
    assert "In the new cell on average" in words.why(flow)
    laws = [predict(flow, name) for name in LAWS]
    assert [law.name for law in laws if not law.missing] == ["realised_bound", "lyapunov"]
    assert figures.gradient_norms(flow, laws)["data"]
    assert river.river(flow, None)["walk"]["step"].shape == (12,)
    assert jacobian_product(flow).memory.log10_norm[0] == 0.0


# -- what is said about them


def test_why_is_true_of_the_cell():
    def why(**settings):
        return words.why(gradient_flow(RNNConfig(seq_len=20, hidden_size=8, **settings)))

    off = why(cell="layer_norm", activation="relu", input="zeros")
    assert "W_h is 0" not in off and "a ReLU that is off" in off
    one = words.why(gradient_flow(RNNConfig(cell="layer_norm", hidden_size=1)))
    assert "single unit" in one
    assert "W_h is 0" in why(gain=0.0)
    assert "as in a vanilla RNN" in why(cell="leaky", alpha=1.0)
    assert "α is 0" in why(cell="residual", alpha=0.0)
    for cell, letter in (("lstm", "f"), ("gru", "z")):
        flow = gradient_flow(RNNConfig(cell=cell))
        assert f"{letter} = {spoken.plain(float(flow.gates[letter].mean()), 2)}" in words.why(flow)
        assert spoken.from_log10(np.log10(flow.step_factor)) in captions.gate_caption(flow)


def test_a_linear_unit_is_not_the_only_thing_that_acts():
    for cell in ("residual", "leaky", "layer_norm"):
        flow = gradient_flow(RNNConfig(cell=cell, activation="linear", seq_len=10, hidden_size=4))
        assert "only W_h" not in captions.derivative_caption(flow)
    flow = gradient_flow(RNNConfig(activation="linear", seq_len=10, hidden_size=4))
    assert "only W_h acts" in captions.derivative_caption(flow)


def test_the_check_says_why_pytorch_cannot_follow():
    faded = RNNConfig(cell="irnn", gain=0.3, input="impulse", seq_len=1000, hidden_size=16)
    found = compare(gradient_flow(faded))
    assert found.underflow_step is not None
    assert "too small for PyTorch" in check_words.comparison((found, found))
    chaos = gradient_flow(RNNConfig(init="gaussian", gain=3.0, seq_len=200, input_scale=0.05))
    usual, exact = compare(chaos), compare(chaos, stable=True)
    assert usual.hidden > 1e-6
    assert "amplifies rounding" in check_words.comparison((usual, exact))
