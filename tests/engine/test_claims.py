"""Claims: each is run, and its answer is what comes out over all that its controls reach."""

import re
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_core import RNNConfig, gradient_flow
from rnn_core.claims import CLAIMS
from rnn_core.claims.claim import ANSWERS, DEPENDS, FALSE, OTHER, SAID, SEEN, TRUE
from rnn_core.claims.lstm_or_gru import as_shipped
from rnn_core.claims.one_step_at_a_time import H, T, stack
from rnn_core.claims.printed_table import norms

BROKEN = re.compile(r"\b(nan|inf|None|e[-+]\d)")


def spread(claim):
    """Controls at their ends, their starts, and evenly between."""
    ends = {c.name: (c.low, c.high) for c in claim.controls}
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        yield {c.name: type(c.default)(c.low + share * (c.high - c.low)) for c in claim.controls}
        for own in claim.controls:
            low, high = ends[own.name]
            yield {own.name: type(own.default)(low + share * (high - low))}


@cache
def outcomes(name):
    return [CLAIMS[name].at(**values).holds for values in spread(CLAIMS[name])]


@pytest.mark.parametrize("name", CLAIMS)
def test_the_answer_is_what_comes_out_over_the_controls(name):
    """True at all of them, false at all, or both."""
    found = set(outcomes(name))
    assert found == {TRUE: {True}, FALSE: {False}, DEPENDS: {True, False}}[CLAIMS[name].answer]


def test_there_is_one_of_each_answer():
    assert {claim.answer for claim in CLAIMS.values()} == set(ANSWERS)


@pytest.mark.parametrize("name", CLAIMS)
@settings(max_examples=6, deadline=None)
@given(st.data())
def test_what_is_said_agrees_with_the_answer_and_has_numbers_and_curves(name, data):
    claim = CLAIMS[name]
    values = {
        c.name: data.draw(
            st.integers(c.low, c.high) if c.whole else st.floats(c.low, c.high), c.name
        )
        for c in claim.controls
    }
    found = claim.at(**values)
    assert found.holds is {TRUE: True, FALSE: False, DEPENDS: found.holds}[claim.answer]
    told = " ".join([found.says, *(text for row in found.numbers for text in row)])
    assert not BROKEN.search(told) and "–" not in told
    assert {SAID, SEEN} <= {one.whose for one in found.curves}
    for one in found.curves:
        assert len(one.x) == len(one.y) > 0 and not np.isnan(one.y).any()
    RNNConfig(**found.network)  # what the link opens is a network


@pytest.mark.parametrize("name", CLAIMS)
def test_a_control_beyond_its_limits_is_refused_by_name_limit_and_value(name):
    control = CLAIMS[name].controls[0]
    low, high = control.limits
    beyond = type(control.default)(10 * high + 1)
    with pytest.raises(ValueError, match=rf"{control.name} must be from {low:g} to .*{beyond}"):
        CLAIMS[name].at(**{control.name: beyond})
    with pytest.raises(ValueError, match="nowhere must be one of"):
        CLAIMS[name].at(nowhere=1)


# -- the numbers that are known


def test_the_printed_table_is_not_what_its_recipe_gives():
    """1.0, 0.0654, 0.0144, 0.00587, 0.00322 at t = 80, 60, 40, 20, 0; trials 1.7e-6 to 4.9e-2."""
    found = norms(20, 7)
    mean = found.mean(axis=0)
    for t, expected in ((79, 1.0), (60, 0.0654), (40, 0.0144), (20, 0.00587), (0, 0.00322)):
        assert mean[t] == pytest.approx(expected, rel=5e-3)
    ratios = found[:, 0] / found[:, -1]
    assert ratios.min() == pytest.approx(1.7e-6, rel=0.03)
    assert ratios.max() == pytest.approx(4.9e-2, rel=0.03)
    assert np.median(ratios) == pytest.approx(8.0e-5, rel=0.03)


def test_one_trial_is_not_told_as_a_mean_that_a_few_carry():
    claim = CLAIMS["printed_table"]
    assert "carry the mean" in claim.at().says
    assert "carry the mean" not in claim.at(trials=1).says


def test_one_power_less_is_never_told_as_the_same_number():
    """At every factor and length of the controls; 0.9^99 = 2.95e-5, 34,000 times."""
    claim = CLAIMS["one_power_less"]
    factor, steps = claim.controls
    for f in np.linspace(factor.low, factor.high, 46):
        for n in range(steps.low, steps.high + 1, 5):
            found = claim.at(factor=round(float(f), 2), steps=n)
            _, said, true = found.numbers[0]
            assert not found.holds and said != true
    assert "0.9^99 = 2.95·10⁻⁵" in claim.at().says
    assert claim.at().numbers[0][1:] == ("2.66·10⁻⁵", "2.95·10⁻⁵")


@pytest.mark.parametrize("name", ["learning_rate", "clipping", "lstm_or_gru"])
def test_what_was_measured_before_is_not_drawn_as_what_the_claim_says(name):
    """The claim's own line is straight here: nothing that was run."""
    found = CLAIMS[name].at()
    (said,) = (one for one in found.curves if one.whose == SAID)
    assert np.ptp(said.y) == 0 and any(one.whose == OTHER for one in found.curves)


def test_a_gru_with_a_wide_open_gate_keeps_what_it_loses_as_shipped():
    """Over 60 steps 10^-11.9 with nothing added to the update gate's bias, 10^-0.44 with 4."""
    for bias, expected, within in ((0.0, -11.9, 0.8), (4.0, -0.44, 0.25)):
        curves = [as_shipped("gru", bias, seed).reading.curve for seed in range(7)]
        kept = np.median([curve[-61] - curve[-1] for curve in curves])
        assert kept == pytest.approx(expected, abs=within)


def test_a_radius_above_one_may_vanish():
    """Gaussian 1.5, tanh, H = 32, T = 40: the gradient of h_40 by h_1 is below 1, and ρ above 1."""
    claim = CLAIMS["scalar_rule"]
    found = claim.at(gain=1.5, input_scale=1.0)
    flow = gradient_flow(RNNConfig(**found.network))
    assert flow.spectral_radius > 1.5 and flow.log10_ratio < -1 and not found.holds
    assert claim.at(gain=0.5, input_scale=1.0).holds


def test_orthogonal_at_input_scale_one_loses_sixteen_decades_in_a_hundred_steps():
    found = CLAIMS["orthogonal"].at(input_scale=1.0, seq_len=100)
    assert gradient_flow(RNNConfig(**found.network)).log10_ratio == pytest.approx(-16, abs=1.5)
    assert CLAIMS["orthogonal"].at(input_scale=0.02, seq_len=100).holds


def test_relu_loses_a_factor_of_the_root_of_a_half_per_step():
    found = CLAIMS["relu"].at(gain=1.0)
    factor = gradient_flow(RNNConfig(**found.network)).factor
    assert factor == pytest.approx(np.sqrt(0.5), rel=0.05)


def test_the_product_of_forget_gates_is_too_small_by_three_to_five_decades():
    claim = CLAIMS["forget_gates"]
    miss = re.search(r"too small by a factor of ([\d.]+)·10([⁰¹²³⁴⁵⁶⁷⁸⁹]+)", claim.at().says)
    assert miss and miss[2] in "⁴⁵³"
    assert claim.at(forget_bias=6.0).holds


def test_layers_as_pytorch_ships_them_both_lose_twenty_decades():
    """LSTM 10^-20.2 and GRU 10^-19.5 at H = 64, I = 1, T = 100; with forget bias 1 10^-7.5."""
    median = {
        (cell, bias): np.median([as_shipped(cell, bias, seed).log10_ratio for seed in range(7)])
        for cell, bias in (("lstm", 0.0), ("gru", 0.0), ("lstm", 1.0))
    }
    assert median["lstm", 0.0] == pytest.approx(-20.2, abs=1.2)
    assert median["gru", 0.0] == pytest.approx(-19.5, abs=1.2)
    assert median["lstm", 1.0] == pytest.approx(-7.5, abs=1.0)


def test_our_start_as_pytorch_ships_it_is_drawn_as_pytorch_draws_it():
    """Range and variance of every array are those of nn.LSTM's and nn.GRU's own."""
    torch = pytest.importorskip("torch")
    for cell, kind in (("lstm", torch.nn.LSTM), ("gru", torch.nn.GRU)):
        torch.manual_seed(0)
        theirs = kind(1, 64)
        ours = as_shipped(cell, 0.0, 0).params
        for own, name in (("W_h", "weight_hh_l0"), ("W_x", "weight_ih_l0"), ("b_h", "bias_hh_l0")):
            mine, other = getattr(ours, own), getattr(theirs, name).detach().numpy()
            assert mine.shape == other.shape and np.abs(mine).max() <= 1 / 8
            assert mine.std() == pytest.approx(other.std(), rel=0.1)


def test_a_gru_has_three_times_the_parameters_as_in_pytorch():
    torch = pytest.importorskip("torch")
    sizes = [
        sum(p.numel() for p in kind(10, 64).parameters()) for kind in (torch.nn.GRU, torch.nn.RNN)
    ]
    assert sizes[0] == 3 * sizes[1]
    assert "3.0 times" in CLAIMS["gru_parameters"].at(hidden_size=64, input_size=10).says


@pytest.mark.parametrize("layers", [1, 2, 3])
def test_what_a_fused_call_hides_is_what_pytorch_hides(layers):
    """`.grad` of each returned state, and the whole gradient by unrolled cells, both to 1e-12."""
    torch = pytest.importorskip("torch")
    ours = stack(layers, 1.0)
    fused = torch.nn.RNN(H, H, layers, bias=False, dtype=torch.float64)
    for k, (W_h, W_x) in enumerate(ours.weights):
        getattr(fused, f"weight_hh_l{k}").data = torch.tensor(W_h)
        getattr(fused, f"weight_ih_l{k}").data = torch.tensor(W_x)
    x, v = torch.tensor(ours.x)[:, None], torch.tensor(ours.v)
    h, kept = torch.zeros(layers, 1, H, dtype=torch.float64), []
    for t in range(T):
        _, h = fused(x[t : t + 1], h)
        h.retain_grad()
        kept.append(h)
    sum(h[-1, 0] @ v for h in kept).backward()
    for t in range(T):
        assert np.allclose(kept[t].grad[:, 0].numpy(), ours.read[:, t], atol=1e-12)
    states, below = {}, [x[t, 0] for t in range(T)]
    for k in range(layers):
        h, above = torch.zeros(H, dtype=torch.float64), []
        for t in range(T):
            W_h, W_x = (torch.tensor(w) for w in ours.weights[k])
            h = torch.tanh(W_h @ h + W_x @ below[t]).requires_grad_()
            h.retain_grad()
            states[k, t] = h
            above.append(h)
        below = above
    sum(h @ v for h in below).backward()
    for (k, t), state in states.items():
        assert np.allclose(state.grad.numpy(), ours.delta[k, t], atol=1e-12)


def test_the_memory_of_a_long_lambda_is_sensitive_while_its_gradient_flows():
    short, long = (CLAIMS["neither_is_easy"].at(modulus=m) for m in (0.9, 0.999))
    assert short.holds and not long.holds and "flows" in long.says
