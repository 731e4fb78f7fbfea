"""The cells of xLSTM: with and without the stabiliser they compute the same, or one overflows."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_core import RNNConfig, TrainConfig, gradient_flow
from rnn_core.cells import CELLS
from rnn_core.cells.exponential_gates import STABILISER
from rnn_core.flow.flow import GradientFlow
from rnn_core.jacobians.product import jacobian_product
from rnn_core.pytorch.reference import compare
from rnn_core.studies.remedies import remedies
from rnn_core.training.trainer import Trainer
from ui.gradient_flow import words

XLSTM = [name for name, cell in CELLS.items() if STABILISER in cell.settings]
SMALL = {"hidden_size": 6, "batch_size": 3, "input_size": 2}
TOO_LONG = {"seq_len": 400, "exp_forget": 1, "stabiliser": 0, "input_scale": 1.0, **SMALL}


def test_there_are_two():
    assert XLSTM == ["mlstm", "slstm"]


def real(flow: GradientFlow, part: int, H: int) -> np.ndarray:
    """∂L by c or C (part 1), or by n (part 2), without the units of e^m."""
    delta = np.ldexp(flow.sweep.delta, flow.sweep.exponent[..., None])
    each = np.split(delta, 4, axis=2)
    m = np.split(flow.trace.state, 4, axis=2)[3]
    return each[part] * np.exp(-(m if flow.config.cell_used.init != "" else m[..., :1]))


@pytest.mark.parametrize("cell", XLSTM)
@settings(deadline=None, max_examples=20)
@given(
    exp_forget=st.integers(0, 1),
    bias=st.floats(-3.0, 3.0),
    scale=st.floats(0.1, 5.0),
    seed=st.integers(0, 99),
)
def test_the_stabiliser_changes_the_units_of_the_state_and_nothing_else(
    cell, exp_forget, bias, scale, seed
):
    """h, every parameter's gradient, and ∂L/∂c and ∂L/∂n once the units are taken out."""
    config = RNNConfig(
        cell=cell,
        exp_forget=exp_forget,
        xlstm_bias=bias,
        input_scale=scale,
        seed=seed,
        seq_len=12,
        loss_at="every",
        **SMALL,
    )
    on, off = gradient_flow(config), gradient_flow(replace(config, stabiliser=0))
    assert np.allclose(on.hidden, off.hidden, rtol=1e-10, atol=1e-12)
    for name, gradient in off.gradients.items():
        size = np.abs(gradient).max()
        assert np.allclose(on.gradients[name], gradient, rtol=1e-8, atol=1e-9 * size), name
    for part in (1, 2):
        theirs = real(off, part, 6)
        size = np.abs(theirs).max(axis=2, keepdims=True)
        assert np.all(np.abs(real(on, part, 6) - theirs) <= 1e-8 * (size + 1e-280)), part


@pytest.mark.parametrize("exp_forget", [0, 1])
@settings(deadline=None, max_examples=15)
@given(
    bias=st.floats(-4.0, 8.0),
    scale=st.floats(0.0, 3.0),
    T=st.integers(3, 60),
    seed=st.integers(0, 99),
)
def test_without_the_stabiliser_the_gradient_of_c_is_a_product_of_forget_gates(
    exp_forget, bias, scale, T, seed
):
    """To rounding, at any depth: ∂L/∂C_t = f_{t+1} ∂L/∂C_{t+1}, once h_T has been left."""
    flow = gradient_flow(
        RNNConfig(
            cell="mlstm",
            stabiliser=0,
            exp_forget=exp_forget,
            xlstm_bias=bias,
            input_scale=scale,
            seq_len=T,
            seed=seed,
            **SMALL,
        )
    )
    kept = np.log2(CELLS["mlstm"].kept.share(flow.gates))
    C = slice(6, 12)
    with np.errstate(divide="ignore"):
        found = np.log2(np.abs(flow.sweep.delta[..., C])) + flow.sweep.exponent[..., None]
    product = np.cumsum(kept[-2:0:-1], axis=0)[::-1]  # of steps t+1 … T-1
    expected = found[-2] + product
    told = np.isfinite(expected) & np.isfinite(found[:-2])
    assert np.all(np.abs(found[:-2] - expected)[told] <= 1e-12 * (1.0 + T + np.abs(product).max()))


@pytest.mark.parametrize("cell", XLSTM)
def test_an_exponential_forget_gate_overflows_at_a_step_that_is_named(cell):
    """Up to there it is the stabilised run; beyond it nothing is made up, and nothing is NaN."""
    config = RNNConfig(cell=cell, **TOO_LONG)
    flow, whole = gradient_flow(config), gradient_flow(replace(config, stabiliser=1))
    assert whole.overflow is None and np.isfinite(whole.log10_norms).all()
    step = flow.overflow.step
    assert flow.overflow.held and 100 < step < 300
    assert np.allclose(flow.hidden[: step - 1], whole.hidden[: step - 1], rtol=1e-9, atol=1e-12)
    assert np.array_equal(
        flow.hidden[step - 1 :],
        np.broadcast_to(flow.hidden[step - 2], flow.hidden[step - 1 :].shape),
    )
    assert np.isfinite(flow.log10_norms).all()
    assert np.ptp(flow.log10_norms[step - 2 :], axis=0).max() == 0.0
    assert all(np.isfinite(gradient).all() for gradient in flow.gradients.values())
    shorter = gradient_flow(replace(config, seq_len=step - 1), x=flow.inputs[: step - 1])
    assert shorter.overflow is None
    assert np.allclose(flow.log10_norms[: step - 1], shorter.log10_norms, rtol=1e-12)
    for name, gradient in shorter.gradients.items():
        assert np.allclose(flow.gradients[name], gradient, rtol=1e-12), name
    assert f"At step {step} the forward pass leaves float64" in words.event(flow)
    assert compare(flow).overflow_step == step
    assert np.isfinite(jacobian_product(flow).memory.log10_norm).all()


def test_an_overflow_in_the_first_step_leaves_a_picture_too():
    config = RNNConfig(cell="mlstm", stabiliser=0, seq_len=5, **SMALL)
    flow = gradient_flow(config, x=np.full((5, 3, 2), 1e6))
    assert flow.overflow.step == 1
    assert not flow.hidden.any() and np.isfinite(flow.log10_norms).all()
    assert all(np.isfinite(gate).all() for gate in flow.gates.values())


@pytest.mark.parametrize("cell", XLSTM)
def test_a_run_that_overflows_says_so_at_the_step_that_pytorch_finds(cell):
    events = []
    for engine in ("numpy", "torch"):
        trainer = Trainer(
            TrainConfig(
                cell=cell,
                exp_forget=1,
                stabiliser=0,
                engine=engine,
                task="first_bit",
                length=40,
                hidden_size=4,
                batch_size=2,
                steps=3,
                precision="float32",
            )
        )
        while trainer.step():
            pass
        assert trainer.updates == 1
        events.append(trainer.event)
    assert events[0] == events[1]
    assert events[0].tensor == "h" and 20 < events[0].timestep < 60


@pytest.mark.parametrize("cell", XLSTM)
def test_where_it_overflows_the_stabiliser_is_what_helps(cell):
    config = RNNConfig(cell=cell, **TOO_LONG)
    (found,) = remedies(gradient_flow(config))
    assert dict(found.change) == {"stabiliser": 1} and np.isfinite(found.log10_ratio)


@pytest.mark.parametrize("stabiliser", [0, 1])
@pytest.mark.parametrize("exp_forget", [0, 1])
@pytest.mark.parametrize("cell", XLSTM)
def test_each_setting_equals_autograd(cell, exp_forget, stabiliser):
    config = RNNConfig(
        cell=cell,
        exp_forget=exp_forget,
        stabiliser=stabiliser,
        xlstm_bias=0.5,
        seq_len=15,
        input_scale=2.0,
        start_scale=1.5,  # an n below 0, and an m that is not the largest so far
        bias_scale=0.5,
        loss_at="every",
        **SMALL,
    )
    found = compare(gradient_flow(config), stable=True)
    assert found.compared == found.total
    assert max([found.delta, found.hidden, *found.gradients.values()]) < 1e-10
