"""Any cell: its steps, matrices and gates, its remedies, and sizes far beyond float64."""

from dataclasses import replace

import numpy as np
import pytest

from rnn_core import RNNConfig, gradient_flow, inputs, parameters
from rnn_core.cells import CELLS
from rnn_core.cells.additive import AdditiveTape, unroll
from rnn_core.cells.cell import state_jacobian
from rnn_core.cells.stepwise import unroll_stepwise
from rnn_core.flow.forward import forward
from rnn_core.flow.losses import Direct, directions
from rnn_core.flow.sweep import sweep
from rnn_core.jacobians.product import jacobian_product, too_large
from rnn_core.laws import LAWS
from rnn_core.network.activations import ACTIVATIONS
from rnn_core.network.parameters import Parameters
from rnn_core.numbers.logdomain import log10_norm
from rnn_core.settings import Several
from rnn_core.studies import remedies
from rnn_core.studies.prediction import Prediction, forward_of, predict, tightest
from ui import run
from ui.settings.every import SETTINGS

SMALL = {"seq_len": 20, "hidden_size": 8, "batch_size": 3, "init": "gaussian"}
GATED = ("gru", "lstm")


def small(cell, **more):
    return gradient_flow(RNNConfig(cell=cell, **(SMALL | more)))


# -- the engine


def one_unit(w, **more):
    one = np.ones((1, 1))
    return Parameters(W_h=w * one, W_x=one, b_h=np.zeros(1), W_y=one, b_y=np.zeros(1), **more)


@pytest.mark.parametrize("cell", CELLS)
def test_one_step_back_is_that_of_the_jacobian_with_a_loss_at_every_step(cell):
    flow = small(cell, loss_at="every", gain=1.5, alpha=0.4)
    delta = np.ldexp(flow.sweep.delta, flow.sweep.exponent[..., None])
    for t in range(1, 20):
        for b in range(3):
            back = flow.jacobian(t + 1, b).T @ delta[t, b]
            ratio = np.linalg.norm(back) / np.linalg.norm(delta[t, b])
            assert flow.log10_step[t, b] == pytest.approx(np.log10(ratio), abs=1e-10)


@pytest.mark.parametrize("cell", CELLS)
def test_the_matrix_of_a_cell_and_its_spectrum(cell):
    flow = small(cell, alpha=0.4, gain=1.5, input_scale=2.0)
    p, b = flow.params, flow.typical_sequence
    expected = flow.jacobian(20, b)
    if CELLS[cell].matrix is not None:  # that of a step whose every φ' is 1
        rng, size = np.random.default_rng(0), 8 * CELLS[cell].states
        x, s = rng.standard_normal(p.W_x.shape[1]), rng.standard_normal(size)
        expected = state_jacobian(CELLS[cell], p, ACTIVATIONS["linear"], x, s)
    assert np.allclose(flow.matrix, expected, atol=1e-14)
    moduli = np.abs(np.linalg.eigvals(expected))
    assert np.allclose(sorted(np.abs(flow.eigenvalues)), sorted(moduli), atol=1e-9)
    assert flow.spectral_norm == pytest.approx(np.linalg.norm(expected, 2))
    assert flow.two_factors == (cell in ("vanilla", "irnn"))


def test_the_cells_hear_what_they_do():
    scaled = {"gain", "scale_sets", "bias_scale", "start_scale"}
    free = {"activation", "init", "start"} | scaled
    for name, heard in {
        **dict.fromkeys(("vanilla", "residual", "leaky", "layer_norm"), free),
        **dict.fromkeys(GATED, {"init", "start", "added_bias"} | scaled),
        "min_gru": {"start", "added_bias", "bias_scale", "start_scale"},
        "min_lstm": {"start", "added_bias", "bias_scale", "start_scale"},
        "irnn": scaled,
        "lru": {"start_scale"},
    }.items():
        assert CELLS[name].hears == heard, name
    jacobian = {name for name, cell in CELLS.items() if cell.matrix is None}
    assert {"layer_norm", *GATED} <= jacobian
    assert {name for name, cell in CELLS.items() if cell.two_factors} == {"vanilla", "irnn"}


def test_an_oscillator_of_relus_says_at_which_step_it_leaves_float64():
    """No φ bounds its velocity: a large step ends the forward pass, and where is said."""
    wild = {"activation": "relu", "time_step": 1.0, "gain": 3.0, "seq_len": 400}
    flow = small("cornn", **wild)
    assert flow.overflow is not None and 2 < flow.overflow.step < 400
    before = small("cornn", **(wild | {"seq_len": flow.overflow.step - 1}))
    assert before.overflow is None and np.isfinite(before.log10_norms).all()


@pytest.mark.parametrize("phi_prime", [0.5, 1e-300, 5e-324])
def test_a_flat_unit_still_hands_on_what_is_kept(phi_prime):
    params = one_unit(1.0, keep=0.25, alpha=0.75)
    tape = AdditiveTape(params, np.empty(0), np.empty(0), np.full((2, 1, 1), phi_prime), None)
    e = np.zeros(1, dtype=np.int64)
    back = tape.carry_scaled(1, np.ones((1, 1)), e)
    assert np.ldexp(back[0, 0], e[0]) == pytest.approx(0.25 + 0.75 * phi_prime, rel=1e-14)


@pytest.mark.parametrize("cell", ["residual", "leaky"])
def test_an_overflowing_state_is_the_one_of_a_wider_float(cell):
    config = RNNConfig(
        cell=cell,
        activation="relu",
        init="gaussian",
        gain=10.0,
        alpha=0.9,
        seq_len=1000,
        hidden_size=8,
        batch_size=1,
    )
    flow, wide = gradient_flow(config), np.longdouble
    p = flow.params
    W_h, h = p.W_h.astype(wide), np.zeros(8, dtype=wide)
    for t, x_t in enumerate(flow.inputs[:, 0].astype(wide)):
        z = W_h @ h + p.W_x.astype(wide) @ x_t
        assert np.array_equal(flow.dphi[t, 0], (z > 0).astype(float)), t
        h = wide(p.keep) * h + wide(p.alpha) * np.maximum(z, 0)
        if h.any():
            assert flow.log10_largest[t] == pytest.approx(
                float(np.log10(np.abs(h).max())), abs=1e-7
            )
    assert flow.overflow is not None


def test_what_a_leaky_unit_keeps_fades_below_float64_without_a_trace_of_w_h():
    flow = gradient_flow(
        RNNConfig(
            cell="leaky",
            alpha=0.7,
            gain=0.0,
            input="impulse",
            seq_len=1000,
            batch_size=1,
        )
    )
    first = np.log10(np.abs(flow.hidden[0, 0]).max())
    assert flow.log10_largest[-1] == pytest.approx(first + 999 * np.log10(0.3), abs=1e-6)


def test_one_fading_sequence_is_enough_for_an_exponent():
    x = np.zeros((1000, 2, 1))
    x[0, 0] = x[:, 1] = 1.0
    trace = unroll(one_unit(0.4), x, ACTIVATIONS["linear"])
    size = log10_norm(trace.h[-1:], trace.exponent[-1:])
    assert size[0, 0] == pytest.approx(999 * np.log10(0.4), abs=1e-9)
    assert size[0, 1] == pytest.approx(np.log10(1 / 0.6), abs=1e-9)


def test_a_faded_state_adds_nothing_to_the_gradient_of_w_h():
    flow = gradient_flow(
        RNNConfig(activation="linear", input="impulse", gain=0.4, seq_len=1000, batch_size=1)
    )
    assert flow.trace.exponent is not None
    assert np.abs(flow.gradients["W_h"]).max() < 1e-300


def test_an_overflow_of_the_last_state_alone_is_seen():
    x = np.zeros((1025, 1, 1))
    x[0] = 1.0  # h_t = 2^(t-1), z_t half of it
    trace = unroll(one_unit(1.0, keep=1.0), x, ACTIVATIONS["linear"])
    assert trace.overflow is not None and trace.overflow.step == 1025
    assert log10_norm(trace.h, trace.exponent)[-1, 0] == pytest.approx(1024 * np.log10(2))


@pytest.mark.parametrize("bias", [-800.0, -20.0, 20.0, 800.0])
@pytest.mark.parametrize(
    ("cell", "gate"),
    [(cell, k) for cell in GATED for k in range(len(CELLS[cell].gates))],
)
def test_a_gate_at_its_end_is_the_same_on_the_fast_path(cell, gate, bias):
    config = RNNConfig(cell=cell, hidden_size=5, seq_len=12, batch_size=2)
    params, x = parameters(config), inputs(config)
    b_h = params.b_h.copy()
    b_h[5 * gate : 5 * gate + 5] = bias
    params = replace(params, b_h=b_h)
    with np.errstate(over="ignore"):
        plain = unroll_stepwise(CELLS[cell], params, x, ACTIVATIONS["tanh"])
    fast = forward(config, params, x)
    direct = Direct(directions(config, 12)[::-1])
    ours, theirs = sweep(fast.tape, direct), sweep(plain.tape, direct)
    assert np.allclose(fast.h, plain.h, atol=1e-13)
    assert np.allclose(
        log10_norm(ours.delta, ours.exponent), log10_norm(theirs.delta, theirs.exponent), atol=1e-9
    )
    d, e = (
        np.linalg.norm(s.preactivations(k.delta).reshape(12, 2, -1, 5), axis=-1)
        for s, k in ((fast.tape, ours), (plain.tape, theirs))
    )
    assert np.allclose(
        np.sort(d), np.sort(e), rtol=1e-6, atol=0
    )  # 1 - z as a difference has no more


def test_single_precision_is_renormalised_before_it_loses_digits():
    w = np.float32(0.0023)  # sixteen steps end among float32's subnormal numbers
    params = one_unit(w)
    params = replace(
        params, **{k: v.astype(np.float32) for k, v in vars(params).items() if hasattr(v, "astype")}
    )
    tape = AdditiveTape(params, np.empty(0), np.empty(0), np.ones((65, 1, 1), np.float32), None)
    swept = sweep(tape, Direct(np.ones((1, 1, 1), np.float32)))
    found = np.log10(np.abs(swept.delta[0, 0, 0].astype(float))) + swept.exponent[0, 0] * np.log10(
        2
    )
    assert found == pytest.approx(64 * np.log10(float(w)), abs=1e-5)


# -- more of the engine


@pytest.mark.parametrize("cell", GATED)
def test_the_gates_of_a_run_are_what_they_are_called(cell):
    flow = small(cell, input_scale=2.0)
    p, H = flow.params, 8
    z = flow.hidden[4] @ p.W_h.T + p.b_h + flow.inputs[5] @ p.W_x.T  # step 6
    for k, name in enumerate(CELLS[cell].gates):
        if name in ("g", "n"):
            continue
        block = z[:, k * H : (k + 1) * H]
        assert np.allclose(flow.gates[name][5], 1 / (1 + np.exp(-block)), atol=1e-12), name


def test_of_two_bounds_equal_to_rounding_the_tightest_is_the_first():
    bounds = [
        Prediction("norm_bound", np.array([-1.0, 0.0]), np.zeros(2), None),
        Prediction("realised_bound", np.array([-1.0 - 1e-12, 0.0]), np.zeros(2), 0),
    ]
    assert tightest(bounds) == "norm_bound"


def test_losses_of_every_step_enter_with_their_own_exponents():
    """Beyond float64 a squared error's own gradient has an exponent, another one at each step."""
    config = RNNConfig(
        activation="linear",
        init="gaussian",
        gain=3.0,
        seq_len=1000,
        batch_size=2,
        hidden_size=6,
        loss_kind="squared_error",
        loss_at="every",
    )
    flow, wide = gradient_flow(config), np.longdouble
    assert flow.overflow is not None and flow.direct.exponent is not None
    own = np.ldexp(flow.direct.value.astype(wide), flow.direct.exponent[..., None].astype(int))
    delta = own[-1]
    for t in range(999, -1, -1):
        log10 = np.log10(np.sqrt((delta**2).sum(axis=1))).astype(float)
        assert np.allclose(flow.log10_norms[t], log10, atol=1e-7), t + 1
        if t:
            delta = delta @ flow.params.W_h.astype(wide) + own[t - 1]


# -- laws and products beside the run


def test_a_law_of_every_sequence_is_shown_by_its_median():
    flow = gradient_flow(RNNConfig(cell="lstm", batch_size=5, input_scale=5.0, seq_len=20))
    curves = LAWS["lstm_shortcut"].predict(forward_of(flow))
    assert np.allclose(predict(flow, "lstm_shortcut").log10, np.median(curves, axis=1))


def test_the_realised_bound_is_that_of_the_typical_sequence():
    flow = small("lstm", gain=1.5, input_scale=2.0)
    b = flow.typical_sequence
    assert b != 0
    norms = np.linalg.norm(flow.jacobians(b)[1:], 2, axis=(1, 2))
    found = predict(flow, "realised_bound")
    assert found.sequence == b
    assert found.log10[0] == pytest.approx(np.log10(norms).sum())


def test_a_state_of_two_halves_counts_twice_in_what_is_too_large():
    wide = {"batch_size": 1, "init": "small"}
    gru = gradient_flow(RNNConfig(cell="gru", hidden_size=64, seq_len=200, **wide))
    lstm = gradient_flow(RNNConfig(cell="lstm", hidden_size=64, seq_len=200, **wide))
    assert too_large(lstm) and not too_large(gru)
    assert "200 Jacobians of 128 × 128" in predict(lstm, "realised_bound").missing
    assert not predict(gru, "realised_bound").missing


def test_the_direction_of_the_forward_curve_is_of_the_seed():
    directions_ = [jacobian_product(small("gru", seed=seed)).memory.direction for seed in (1, 2)]
    assert not np.allclose(*directions_)


def test_the_gates_have_matrices_of_their_own_each_of_the_radius_asked_for():
    config = RNNConfig(cell="lstm", hidden_size=8, init="gaussian", gain=0.9, scale_sets="radius")
    blocks = np.split(parameters(config).W_h, 4)
    for k, block in enumerate(blocks):
        assert np.abs(np.linalg.eigvals(block)).max() == pytest.approx(0.9)
        assert not any(np.allclose(block, other) for other in blocks[:k])


def test_a_linear_recurrent_unit_is_drawn_evenly_from_the_ring_and_normalised():
    config = RNNConfig(cell="lru", hidden_size=256, lambda_low=0.1, lambda_high=0.9)
    pooled = []
    for seed in range(20):
        p = parameters(replace(config, seed=seed))
        modulus = np.exp(-np.exp(p.nu))
        assert np.allclose(p.gamma, np.sqrt(1 - modulus**2))
        assert np.allclose(p.W_h[128:, :128], np.diag(modulus * np.sin(p.theta)))
        pooled.append(modulus**2)
    assert np.mean(pooled) == pytest.approx((0.01 + 0.81) / 2, abs=0.02)  # even in the area


# -- what would help


@pytest.mark.parametrize(
    ("config", "title", "change"),
    [
        (
            RNNConfig(cell="lstm", forget_bias=-2.0),
            "Forget bias 2",
            {"forget_bias": 2.0},
        ),
        (
            RNNConfig(cell="gru", update_bias=-2.0),
            "Update bias 6",
            {"update_bias": 6.0},
        ),
        (RNNConfig(cell="residual", gain=1.5, alpha=1.0), "α = 0.01", {"alpha": 0.01}),
        (RNNConfig(cell="leaky", gain=0.5, alpha=0.8), "α = 0.01", {"alpha": 0.01}),
        (
            RNNConfig(cell="lru", lambda_low=0.5, lambda_high=0.6),
            "|λ| from 0.99 to 0.999",
            {"lambda_low": 0.99, "lambda_high": 0.999},
        ),
    ],
    ids=lambda v: v.cell if isinstance(v, RNNConfig) else "",
)
def test_the_settings_of_a_cell_are_offered_as_its_remedies(config, title, change):
    found = {remedy.title: remedy for remedy in run.remedies(config, 9)}
    assert dict(found[title].change) == change
    after = gradient_flow(replace(config, **change))
    assert found[title].log10_ratio == after.log10_ratio
    assert abs(after.log10_ratio) < abs(gradient_flow(config).log10_ratio) / 2


@pytest.mark.parametrize("cell", CELLS)
def test_a_remedy_changes_only_what_the_cell_listens_to(cell):
    config = RNNConfig(
        cell=cell,
        gain=0.4,
        alpha=0.8,
        forget_bias=-3.0,
        lambda_low=0.5,
        lambda_high=0.6,
        activation="sigmoid",
        init="gaussian",
    )
    deaf = {"activation", "init", "gain", "scale_sets"} - CELLS[cell].hears
    for title, change in remedies.candidates(config):
        assert not deaf & set(change), (cell, title)


def test_no_remedy_overshoots():
    """Orthogonal W_h would turn 48 decades of growth into 18 of shrinking here: no remedy."""
    config = RNNConfig(
        activation="relu",
        init="non_normal",
        gain=3.0,
        input_scale=2.0,
        seq_len=100,
        hidden_size=16,
        batch_size=4,
    )
    now = gradient_flow(config).log10_ratio
    orthogonal = replace(config, init="orthogonal", gain=1.0)
    assert now > 40 and gradient_flow(orthogonal).log10_ratio < -15
    found = run.remedies(config, 99)
    assert found
    assert all(r.log10_ratio * now > 0 or abs(r.log10_ratio) <= 3 for r in found)


def test_a_smaller_input_is_tried_where_the_cell_bends_whatever_its_setting():
    gru = RNNConfig(cell="gru", activation="linear", input_scale=2.0)
    lru = RNNConfig(cell="lru", activation="tanh", input_scale=2.0)
    assert "Input scale 0.1" in [title for title, _ in remedies.candidates(gru)]
    assert "Input scale 0.1" not in [title for title, _ in remedies.candidates(lru)]


# -- settings in a link


def test_several_names_come_in_order_and_none_only_where_none_is_allowed():
    words_ = {name: name for name in "abcdefgh"}
    some = Several(name="x", label="x", words=words_, default=("a",))
    maybe = Several(name="x", label="x", words=words_, default=("a",), least=0)
    assert some.read("h,c,a,f") == (("a", "c", "f", "h"), "")
    assert maybe.read("none") == ((), "") and maybe.read(maybe.write(())) == ((), "")
    assert maybe.write(()) == "none"
    value, said = some.read("none")
    assert value == ("a",) and said
    assert some.read("")[0] == ("a",)


def test_the_laws_of_a_fresh_page_and_of_one_without():
    laws = SETTINGS["laws"]
    assert laws.default == ("norm_bound", "spectral_radius")
    assert laws.read("none") == ((), "")


@pytest.mark.parametrize("H", [1, 6, 7])
def test_the_shares_of_a_linear_recurrent_unit_are_those_of_the_terms_of_lambda(H):
    flow = gradient_flow(RNNConfig(cell="lru", hidden_size=H, seq_len=9, batch_size=2))
    tape, delta = flow.trace.tape, np.ldexp(flow.sweep.delta, flow.sweep.exponent[..., None])
    size = np.zeros((9, 2))
    for t in range(9):
        _, grads = tape.cell.vjp(flow.params, tape.phi, tape.caches[t], delta[t])
        modulus = np.exp(-np.exp(flow.params.nu))
        # ν moves |λ| by -e^ν|λ|, θ turns λ; an unpaired unit has no phase.
        along = grads["nu"] / (-np.exp(flow.params.nu) * modulus)
        size[t] = np.linalg.norm(np.hstack([along, grads["theta"] / modulus]), axis=1)
    expected = (size / size.sum(axis=0)).mean(axis=1)
    assert np.allclose(flow.shares, expected, atol=1e-10)
