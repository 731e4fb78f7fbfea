"""Every start draws what its framework does: torch's own modules, Keras's and Flax's documents."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_core import RNNConfig, gradient_flow, parameters
from rnn_core.cells import CELLS
from rnn_core.network.starts import STARTS
from rnn_core.numbers.logdomain import log10_norm
from rnn_core.pytorch.weights import from_torch
from rnn_core.start import drawn, recurrent_eigenvalues, recurrent_norm
from rnn_core.training.config import TrainConfig
from rnn_core.training.trainer import Trainer
from rnn_core.training.update import starting_parameters

OF_TORCH = {"vanilla": torch.nn.RNN, "gru": torch.nn.GRU, "lstm": torch.nn.LSTM}
NAMES = {"W_h": "weight_hh_l0", "W_x": "weight_ih_l0", "b_h": "bias_hh_l0", "b_x": "bias_ih_l0"}
H, I, DRAWS = 16, 3, 60


def of(cell, start, seed=0, **more):
    return parameters(
        RNNConfig(cell=cell, start=start, seed=seed, **{"hidden_size": H, "input_size": I, **more})
    )


def pooled(cell, start, name, draws=DRAWS, **more):
    return np.concatenate([getattr(of(cell, start, n, **more), name).ravel() for n in range(draws)])


def kolmogorov_smirnov(a, b):
    """√(nm/(n+m)) · sup|F_a - F_b|: above 1.95 once in a thousand pairs of one distribution."""
    both = np.sort(np.concatenate([a, b]))
    apart = np.searchsorted(np.sort(a), both, "right") / len(a)
    apart -= np.searchsorted(np.sort(b), both, "right") / len(b)
    return np.sqrt(len(a) * len(b) / (len(a) + len(b))) * np.abs(apart).max()


@pytest.mark.parametrize("cell", OF_TORCH)
def test_a_start_as_pytorch_has_the_distribution_of_torch_modules(cell):
    torch.manual_seed(5)
    modules = [OF_TORCH[cell](I, H) for _ in range(DRAWS)]
    for ours, theirs in NAMES.items():
        real = np.concatenate([getattr(m, theirs).detach().numpy().ravel() for m in modules])
        mine = pooled(cell, "pytorch", ours)
        assert mine.shape == real.shape
        assert kolmogorov_smirnov(mine, real) < 1.95, ours
        assert kolmogorov_smirnov(1.4 * mine, real) > 1.95, ours  # it can tell
    shapes = {ours: getattr(modules[0], theirs).shape for ours, theirs in NAMES.items()}
    own = of(cell, "pytorch")
    assert {name: getattr(own, name).shape for name in NAMES} == shapes


@pytest.mark.parametrize("cell", ["min_gru", "min_lstm"])
def test_a_layer_of_the_input_alone_starts_as_a_torch_linear(cell):
    torch.manual_seed(5)
    rows = len(of(cell, "pytorch").b_h)
    modules = [torch.nn.Linear(I, rows) for _ in range(DRAWS)]
    for ours, theirs in (("W_x", "weight"), ("b_h", "bias")):
        real = np.concatenate([getattr(m, theirs).detach().numpy().ravel() for m in modules])
        assert kolmogorov_smirnov(pooled(cell, "pytorch", ours), real) < 1.95, ours
    assert of(cell, "pytorch").b_x is None


@pytest.mark.parametrize(
    ("cell", "T", "sizes", "known"),
    [
        ("vanilla", 200, (20, 10), (-63.0, -39.0)),
        ("lstm", 100, (64, 1), (-21.0, -19.0)),
        ("gru", 100, (64, 1), (-21.0, -19.0)),
    ],
)
def test_the_gradient_of_a_layer_is_that_of_the_layer_that_pytorch_ships(cell, T, sizes, known):
    """nn.RNN(10, 20) over 200 steps 10⁻³⁹ to 10⁻⁵⁹ over five draws, nn.LSTM(1, 64) over 100 about
    10⁻²⁰·², nn.GRU 10⁻¹⁹·⁵."""
    H, I = sizes
    config = RNNConfig(
        cell=cell,
        start="pytorch",
        seq_len=T,
        hidden_size=H,
        input_size=I,
        batch_size=2,
        input_scale=1.0,
    )
    torch.manual_seed(5)
    real, mine = [], []
    for seed in range(24):
        one = replace(config, seed=seed)
        mine.append(gradient_flow(one).log10_ratio)
        module = from_torch(OF_TORCH[cell](I, H))
        real.append(gradient_flow(one, params=module).log10_ratio)
    assert known[0] < np.median(mine) < known[1] and known[0] < np.median(real) < known[1]
    assert kolmogorov_smirnov(np.array(mine), np.array(real)) < 1.95


def test_a_min_gru_of_linear_layers_keeps_seven_tenths_a_step():
    config = RNNConfig(cell="min_gru", start="pytorch", input_scale=1.0)
    flows = [gradient_flow(replace(config, seed=n)) for n in range(5)]
    assert np.median([flow.factor for flow in flows]) == pytest.approx(0.70, abs=0.02)
    assert np.median([flow.log10_ratio for flow in flows]) == pytest.approx(-9.1, abs=0.5)


@pytest.mark.parametrize("cell", ["vanilla", "layer_norm", "gru", "lstm"])
def test_keras_draws_all_gates_at_once(cell):
    """orthogonal and glorot_uniform of kernels (H, G·H) and (I, G·H), of which ours are transposes;
    zeros, but for unit_forget_bias."""
    params, gates = of(cell, "keras"), len(CELLS[cell].gates)
    assert params.W_h.shape == (gates * H, H)
    assert np.allclose(params.W_h.T @ params.W_h, np.eye(H), atol=1e-12)
    limit = np.sqrt(6.0 / (I + gates * H))
    even = np.random.default_rng(0).uniform(-limit, limit, 5000)
    assert kolmogorov_smirnov(pooled(cell, "keras", "W_x"), even) < 1.95
    ones = np.zeros(gates * H)
    if cell == "lstm":
        ones[H : 2 * H] = 1.0
    assert np.array_equal(params.b_h, ones) and params.b_x is None


@pytest.mark.parametrize("cell", ["vanilla", "gru", "lstm"])
def test_flax_draws_each_gate_by_itself(cell):
    """orthogonal() and lecun_normal(), whose normal is cut off at two standard deviations."""
    params, gates = of(cell, "flax"), len(CELLS[cell].gates)
    for block in np.split(params.W_h, gates):
        assert np.allclose(block.T @ block, np.eye(H), atol=1e-12)
    entries = pooled(cell, "flax", "W_x")
    z = np.random.default_rng(0).standard_normal(20_000)
    cut = z[np.abs(z) < 2.0]
    assert kolmogorov_smirnov(entries, cut / cut.std() / np.sqrt(I)) < 1.95
    assert np.abs(entries).max() < 2.0 / 0.8796 / np.sqrt(I)
    assert not params.b_h.any() and params.b_x is None


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("sizes", [(16, 3), (16, 20), (5, 1)])
def test_the_variances_are_those_of_what_is_drawn(start, sizes):
    H, I = sizes
    own, more = STARTS[start], {"hidden_size": H, "input_size": I, "draws": 200}
    W_x = pooled("vanilla", start, "W_x", **more)
    assert W_x.var() == pytest.approx(own.input_variance(I, H, H), rel=0.1)
    gates = 4
    W_x = pooled("lstm", start, "W_x", **more)
    assert W_x.var() == pytest.approx(own.input_variance(I, H, gates * H), rel=0.1)
    b_h = pooled("vanilla", start, "b_h", **more)
    assert b_h.var() == pytest.approx(own.bias_variance(H), rel=0.1)


@pytest.mark.parametrize("cell", CELLS)
def test_only_a_cell_without_a_start_of_its_own_takes_notice(cell):
    ours = of(cell, "ours")
    for start in ("pytorch", "keras", "flax"):
        framework = of(cell, start)
        same = all(np.array_equal(getattr(framework, n), getattr(ours, n)) for n in ("W_x", "b_h"))
        assert same == ("start" not in CELLS[cell].hears)


@given(
    cell=st.sampled_from(sorted(CELLS)),
    start=st.sampled_from(sorted(STARTS)),
    gain=st.floats(0.1, 3.0),
    by=st.sampled_from(("gain", "radius")),
    size=st.integers(1, 9),
    seed=st.integers(0, 1000),
)
@settings(max_examples=60, deadline=None)
def test_the_scale_multiplies_what_is_drawn_and_what_is_known_of_it_holds(
    cell, start, gain, by, size, seed
):
    config = RNNConfig(
        cell=cell, start=start, gain=gain, scale_sets=by, hidden_size=size, input_size=2, seed=seed
    )
    params = parameters(config)
    assert drawn(config, replace(params, W_y=params.W_y.copy()))
    if CELLS[cell].init == "":
        return
    if by == "gain":
        one = parameters(replace(config, gain=1.0))
        assert np.allclose(params.W_h, gain * one.W_h)
        assert np.array_equal(params.W_x, one.W_x) and np.array_equal(params.b_h, one.b_h)
    else:
        for block in np.split(params.W_h, len(CELLS[cell].gates)):
            assert np.abs(np.linalg.eigvals(block)).max() == pytest.approx(gain, rel=1e-6)
    if len(CELLS[cell].gates) == 1:
        assert recurrent_norm(config, params) == pytest.approx(np.linalg.norm(params.W_h, 2))
        own = np.abs(np.linalg.eigvals(params.W_h)).max()
        assert np.abs(recurrent_eigenvalues(config, params)).max() == pytest.approx(own)


def test_another_second_bias_is_not_the_one_drawn():
    config = RNNConfig(start="pytorch", hidden_size=H)
    params = parameters(config)
    assert drawn(config, params) and not drawn(config, replace(params, b_x=None))
    assert not drawn(replace(config, start="ours", init="uniform"), params)


@pytest.mark.parametrize("cell", ["vanilla", "lstm", "min_gru"])
def test_a_run_starts_with_the_weights_of_its_start_and_both_engines_train_it(cell):
    run = TrainConfig(
        cell=cell, start="pytorch", input_gain=0.5, hidden_size=6, batch_size=3, length=6, steps=3
    )
    begun, own = starting_parameters(run), parameters(run.network())
    assert np.array_equal(begun.W_x, 0.5 * own.W_x)
    assert np.array_equal(begun.W_h, own.W_h) and np.array_equal(begun.b_h, own.b_h)
    assert begun.b_x is own.b_x is None or np.array_equal(begun.b_x, own.b_x)
    norms = []
    for engine in ("numpy", "torch"):
        trainer = Trainer(replace(run, engine=engine))
        while trainer.step():
            pass
        norms.append(trainer.history.read().norm_before)
    assert len(norms[0]) == 3 and np.allclose(*norms, rtol=1e-8)


def test_a_change_is_put_in_settings_that_have_a_say():
    config = RNNConfig(cell="gru", start="pytorch", update_bias=3.0)
    assert config.decided == {"init": "uniform", "update_bias": 0.0}
    assert config.freed({"gain": 2.0}) == {"gain": 2.0}
    assert config.freed({"init": "uniform"}) == {}
    assert config.freed({"init": "orthogonal"}) == {"init": "orthogonal", "start": "ours"}
    assert config.freed({"update_bias": 4.0}) == {"added_bias": 4.0}
    changes = {"cell": "lstm", "forget_bias": 3.0, "omega": 0.0}
    assert config.freed(changes) == {"cell": "lstm", "omega": 0.0, "added_bias": 3.0}
    both = {"init": "orthogonal", "update_bias": 4.0}
    assert config.freed(both) == both | {"start": "ours"}
    keras = RNNConfig(start="keras")
    assert keras.freed({"cell": "lstm", "forget_bias": 1.0}) == {"cell": "lstm"}
    assert keras.freed({"cell": "lstm", "forget_bias": 4.0}) == {"cell": "lstm", "added_bias": 3.0}
    assert RNNConfig(cell="gru").freed({"update_bias": 4.0}) == {"update_bias": 4.0}
    chrono = RNNConfig(cell="lstm", chrono=50)
    assert chrono.freed({"forget_bias": 4.0}) == {"forget_bias": 4.0, "chrono": 0}
    assert replace(chrono, start="flax").freed({"forget_bias": 4.0}) == {
        "chrono": 0,
        "added_bias": 4.0,
    }


@given(
    cell=st.sampled_from([name for name, cell in CELLS.items() if "added_bias" in cell.hears]),
    start=st.sampled_from(sorted(STARTS)),
    chrono=st.sampled_from((0, 40)),
    added=st.floats(-4.0, 8.0),
    wanted=st.floats(-2.0, 4.0),
)
@settings(max_examples=40, deadline=None)
def test_after_a_freed_change_the_gate_begins_where_it_should(cell, start, chrono, added, wanted):
    config = RNNConfig(
        cell=cell, start=start, chrono=chrono, added_bias=added, hidden_size=256, seed=3
    )
    name = CELLS[cell].kept.opened_by.name
    after = replace(config, **config.freed({name: wanted}))
    wanted_b = parameters(RNNConfig(cell=cell, hidden_size=256, **{name: wanted})).b_h
    # PyTorch's own are drawn around it: 1/√I in a linear layer, else 1/√H.
    reach = 0.0
    if after.start_used == "pytorch":
        reach = 1.0 if CELLS[cell].linear_layers else 1 / 16
    assert np.abs(parameters(after).b_h - wanted_b).max() <= reach + 1e-12


# -- biases of the gates, unit by unit


@pytest.mark.parametrize(("cell", "gate", "opposite"), [("lstm", 1, 0), ("gru", 1, None)])
def test_chrono_biases_are_logarithms_of_even_times(cell, gate, opposite):
    """b_f = ln U(1, T-1), b_i = -b_f: Tallec and Ollivier 2018."""
    T, gates = 100, len(CELLS[cell].gates)
    found = [np.split(of(cell, "ours", n, chrono=T).b_h, gates) for n in range(DRAWS)]
    times = np.exp(np.concatenate([blocks[gate] for blocks in found]))
    even = np.random.default_rng(0).uniform(1.0, T - 1.0, 5000)
    assert kolmogorov_smirnov(times, even) < 1.95
    for blocks in found:
        for n, block in enumerate(blocks):
            expected = {gate: blocks[gate], opposite: -blocks[gate]}.get(n, np.zeros(H))
            assert np.array_equal(block, expected)


@pytest.mark.parametrize("cell", ["lstm", "gru"])
def test_chrono_leaves_the_gates_own_sliders_no_say(cell):
    name = CELLS[cell].kept.opened_by.name
    for start in STARTS:
        one = of(cell, start, chrono=30)
        other = of(cell, start, chrono=30, input_bias=2.0, added_bias=1.0, **{name: 5.0})
        assert np.array_equal(one.b_h, other.b_h)
    for short in (1, 2):
        assert not of(cell, "ours", chrono=short, **{name: 5.0}).b_h.any()


def test_the_input_gate_has_a_bias_of_its_own():
    b_h = of("lstm", "ours", input_bias=-3.0).b_h
    assert np.array_equal(b_h, np.repeat([-3.0, 1.0, 0.0, 0.0], H))
    assert np.array_equal(of("lstm", "flax", input_bias=-3.0).b_h[:H], np.full(H, -3.0))


@pytest.mark.parametrize(
    ("more", "decades"),
    [
        ({}, -20.2),
        ({"added_bias": 1.0}, -7.5),
        ({"added_bias": 2.0}, -1.9),
        ({"chrono": 100}, -3.05),
    ],
    ids=str,
)
def test_what_the_gate_of_nn_lstm_decides(more, decades):
    """nn.LSTM(1, 64) over 100 steps, ‖∂L/∂h_1‖ without c: 10⁻²⁰·² as it is, 10⁻⁷·⁵ with a forget
    bias of 1, 10⁻¹·⁹ with 1 in both biases, 10⁻³·⁰⁵ with chrono biases."""
    config = RNNConfig(
        cell="lstm", start="pytorch", seq_len=100, batch_size=4, input_scale=1.0, **more
    )
    found = []
    for seed in range(7):
        sweep = gradient_flow(replace(config, seed=seed)).sweep
        norms = log10_norm(sweep.delta[..., :64].copy(), sweep.exponent)
        found.append(np.median(norms[0] - norms[-1]))
    assert np.median(found) == pytest.approx(decades, abs=0.8)
