"""Weights, inputs and a first state that a caller brings: everything derived is then theirs."""

import gc
from dataclasses import replace

import numpy as np
import pytest
import torch

from rnn_core import RNNConfig, gradient_flow, inputs, parameters, start
from rnn_core.cells import CELLS
from rnn_core.cells.additive import additive_step
from rnn_core.jacobians.product import jacobian_product
from rnn_core.laws import LAWS
from rnn_core.pytorch.reference import compare
from rnn_core.pytorch.weights import from_torch
from rnn_core.studies.preactivation import pre_activations
from rnn_core.studies.prediction import forward_of, predict

SMALL = {"hidden_size": 6, "input_size": 2, "seq_len": 9, "batch_size": 3}
LAYERS = {"vanilla": "RNN", "gru": "GRU", "lstm": "LSTM"}


def moved(config, seed=0):
    """The config's weights, each learned array a little elsewhere."""
    params, rng = parameters(config), np.random.default_rng(seed)
    names = [name for name in config.cell_used.learned if getattr(params, name) is not None]
    return replace(
        params,
        **{
            name: value + 0.1 * rng.standard_normal(value.shape)
            for name in names
            if (value := getattr(params, name)) is not None
        },
    )


@pytest.mark.parametrize("loss_at", ["last", "every"])
@pytest.mark.parametrize("cell", CELLS)
def test_every_gradient_is_autograds_from_the_given_weights_inputs_and_state(cell, loss_at):
    config = RNNConfig(cell=cell, loss_at=loss_at, loss_kind="squared_error", **SMALL)
    rng = np.random.default_rng(1)
    h0 = rng.standard_normal((3, CELLS[cell].states * 6))
    x = rng.standard_normal((9, 3, 2))
    flow = gradient_flow(config, params=moved(config), x=x, h0=h0)
    assert np.array_equal(flow.inputs, x)
    found = compare(flow, stable=True)
    assert found.compared == found.total and found.delta < 1e-9 and found.hidden < 1e-12
    for name, difference in found.gradients.items():
        assert difference < 1e-9, name
    assert flow.shares[0] > 0  # h_0 is not 0, so step 1 has a term, too
    nudge = 1e-6 * np.eye(h0.shape[1])[0]
    ends = [
        gradient_flow(config, params=flow.params, x=x[:, :1].repeat(3, 1), h0=h0 + side * nudge)
        for side in (1, -1)
    ]
    column = (state(ends[0]) - state(ends[1])) / 2e-6
    middle = gradient_flow(config, params=flow.params, x=x[:, :1].repeat(3, 1), h0=h0)
    assert np.allclose(column, middle.jacobian(1, 0)[: len(column), 0], atol=1e-8)


def test_the_pre_activations_are_those_of_the_given_weights_and_state():
    config = RNNConfig(**SMALL)
    params = replace(moved(config), b_x=np.linspace(-1, 1, 6))
    flow = gradient_flow(config, params=params, h0=np.full((3, 6), 0.5))
    z, exponent = pre_activations(flow)
    assert exponent is None and np.allclose(np.tanh(z), flow.hidden, atol=1e-14)


def state(flow):
    """h_1 of the first sequence."""
    return flow.hidden[0, 0]


def test_whether_weights_are_the_configs_is_found_out_once(monkeypatch):
    """ρ, σ_max and each law ask; all weights are compared for the first of them only."""
    compared = []
    compare_all = start._as_drawn
    monkeypatch.setattr(start, "_as_drawn", lambda *two: compared.append(1) or compare_all(*two))
    for params, own in ((None, True), (moved(RNNConfig(**SMALL)), False)):
        flow = gradient_flow(RNNConfig(**SMALL), params=params)
        compared.clear()
        for name in LAWS:
            predict(flow, name)
        assert flow.spectral_radius > 0 and flow.spectral_norm > 0
        assert start.drawn(flow.config, flow.params) is own and compared == [1]
    # The same weights beside another config are another question.
    assert not start.drawn(RNNConfig(**SMALL, seed=8), gradient_flow(RNNConfig(**SMALL)).params)
    gc.collect()
    before = len(start._found_drawn)
    del flow, params
    gc.collect()
    assert len(start._found_drawn) < before


def test_what_the_config_draws_given_back_changes_nothing():
    config = RNNConfig(**SMALL)
    one = gradient_flow(config)
    zero = np.zeros((3, 6))
    two = gradient_flow(config, params=parameters(config), x=inputs(config), h0=zero)
    assert np.array_equal(one.log10_norms, two.log10_norms)
    assert np.array_equal(one.eigenvalues, two.eigenvalues)


@pytest.mark.parametrize("cell", LAYERS)
@pytest.mark.parametrize("bias", [True, False])
def test_a_layer_of_pytorch_loads_and_runs_as_it_does_there(cell, bias):
    torch.manual_seed(0)
    layer = getattr(torch.nn, LAYERS[cell])(2, 6, bias=bias)
    config = RNNConfig(cell=cell, **SMALL)
    x = inputs(config)
    flow = gradient_flow(config, params=from_torch(layer), x=x)
    out, _ = layer.double()(torch.tensor(x))
    assert np.allclose(flow.hidden, out.detach().numpy(), atol=1e-12)


@pytest.mark.parametrize(
    ("module", "named"),
    [
        (torch.nn.RNN(2, 3, num_layers=2), "num_layers=2"),
        (torch.nn.GRU(2, 3, bidirectional=True), "bidirectional=True"),
        (torch.nn.LSTM(2, 3, proj_size=2), "proj_size=2"),
    ],
)
def test_layers_that_are_more_than_one_recurrence_are_refused(module, named):
    with pytest.raises(ValueError, match=named):
        from_torch(module)


@pytest.mark.parametrize("cell", [c for c in CELLS if CELLS[c].step is additive_step])
def test_what_is_derived_comes_from_the_weights_that_ran(cell):
    """ρ, σ_max, the laws and the exponents: not those of the config's seed."""
    config = RNNConfig(cell=cell, seq_len=40, hidden_size=16, batch_size=2)
    params = moved(config, seed=3)
    flow = gradient_flow(config, params=params)
    M = params.keep * np.eye(16) + params.alpha * params.W_h
    assert flow.spectral_radius == pytest.approx(np.abs(np.linalg.eigvals(M)).max())
    seen = forward_of(flow)
    sigma = np.linalg.norm(params.W_h, 2)
    for name, rate in (
        ("norm_bound", params.keep + params.alpha * sigma),
        ("spectral_radius", flow.spectral_radius),
    ):
        assert LAWS[name].predict(seen)[0, 0] == pytest.approx(39 * np.log10(rate), rel=1e-9)
    if CELLS[cell].two_factors:
        assert flow.spectral_norm == pytest.approx(sigma)
    exponents = jacobian_product(flow).spectrum
    _, logs = np.linalg.slogdet(flow.jacobians(flow.typical_sequence)[1 + exponents.warm_up :])
    assert exponents.exponents.sum() == pytest.approx(logs.mean(), abs=1e-8) or np.isinf(logs).any()


def test_mean_field_counts_the_weights_that_ran():
    """Twice the weights and a bias, under a config that draws others: right all the same."""
    config = RNNConfig(hidden_size=256, init="gaussian", seq_len=25, input_size=2)
    rng = np.random.default_rng(5)
    own = parameters(config)
    params = replace(
        own,
        W_h=2 * rng.standard_normal((256, 256)) / 16,
        W_x=0.5 * rng.standard_normal((256, 2)),
        b_h=0.3 * rng.standard_normal(256),
    )
    law = predict(gradient_flow(config, params=params), "mean_field")
    assert abs(law.off) < 1.0
    assert law.log10[0] - predict(gradient_flow(config), "mean_field").log10[0] > 1.5


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"x": np.zeros((9, 3, 1))}, r"x must be \(9, 3, 2\) here, got \(9, 3, 1\)"),
        ({"x": np.full((9, 3, 2), np.nan)}, "x has entries that are not finite"),
        ({"h0": np.zeros(6)}, r"h0 must be \(3, 6\) here, got \(6,\)"),
        ({"W_h": np.zeros((5, 5))}, r"params.W_h must be \(6, 6\) here, got \(5, 5\)"),
        ({"W_x": np.full((6, 2), np.inf)}, "params.W_x has entries"),
        ({"b_x": np.zeros(3)}, r"params.b_x must be \(6,\) here"),
    ],
)
def test_what_does_not_fit_is_named_with_both_shapes(given, named):
    config = RNNConfig(**SMALL)
    weights = {name: value for name, value in given.items() if name not in ("x", "h0")}
    others = {name: value for name, value in given.items() if name in ("x", "h0")}
    with pytest.raises(ValueError, match=named):
        gradient_flow(config, params=replace(parameters(config), **weights), **others)


def test_a_weight_that_the_cell_needs_must_be_there():
    config = RNNConfig(cell="layer_norm", **SMALL)
    with pytest.raises(ValueError, match="must have scale for the layer-norm RNN"):
        gradient_flow(config, params=replace(parameters(config), scale=None))
