"""Losses of training: PyTorch's CrossEntropyLoss and MSELoss to the last digits, and accuracy."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_core.tasks import TASKS, accuracy, loss_and_direct, problem, scores


def drawn(name, seed, batch_size, size, dtype=np.float64):
    """A problem, outputs of that size, and targets."""
    p = problem(name, TASKS[name].default_length, "never odd or even; " * 5)
    rng = np.random.default_rng(seed)
    target = p.draw(rng, batch_size).target
    y = size * rng.standard_normal((p.loss_steps, batch_size, p.output_size))
    return p, y.astype(dtype), target


def by_torch(p, y, target):
    torch = pytest.importorskip("torch")
    outputs = torch.tensor(y, requires_grad=True)
    if p.loss == "squared_error":
        loss = torch.nn.MSELoss()(outputs, torch.tensor(target, dtype=outputs.dtype))
    else:
        flat = outputs.reshape(-1, p.output_size)
        loss = torch.nn.CrossEntropyLoss()(flat, torch.tensor(target).reshape(-1))
    loss.backward()
    return loss.item(), outputs.grad.numpy()


@given(
    st.sampled_from(list(TASKS)),
    st.integers(0, 2**32 - 1),
    st.integers(1, 40),
    st.sampled_from([0.0, 1e-3, 1.0, 8.0, 100.0, 1e5]),
)
def test_loss_and_gradient_are_pytorchs(name, seed, batch_size, size):
    p, y, target = drawn(name, seed, batch_size, size)
    loss, dy = loss_and_direct(p, y, target)
    expected, grad = by_torch(p, y, target)
    assert isinstance(loss, float) and loss == pytest.approx(expected, rel=1e-12, abs=1e-14)
    assert dy.shape == y.shape
    # p - 1 of a sure answer is a difference of equals, in PyTorch too.
    rounding = 4 * np.finfo(float).eps / target.size
    assert np.abs(dy - grad).max() <= 1e-12 * np.abs(grad).max() + rounding


@pytest.mark.parametrize("size", [1.0, 25.0, 1000.0])
@pytest.mark.parametrize("name", TASKS)
def test_in_float32_they_stay_in_float32(name, size):
    p, y, target = drawn(name, 3, 8, size, np.float32)
    kept = y.copy()
    loss, dy = loss_and_direct(p, y, target)
    expected, grad = by_torch(p, y, target)
    assert dy.dtype == np.float32 and (y == kept).all()
    assert loss == pytest.approx(expected, rel=2e-6)
    assert np.abs(dy - grad).max() <= 2e-6 * np.abs(grad).max() + 4 * np.finfo("f4").eps / y.size


@pytest.mark.parametrize("name", ["hello", "adding", "first_bit"])
def test_outputs_in_any_memory_order_give_the_same(name):
    p, y, target = drawn(name, 0, 6, 2.0)
    plain = loss_and_direct(p, y, target)
    for order in ((2, 0, 1), (1, 2, 0), (2, 1, 0)):
        back = np.argsort(order)
        other = np.ascontiguousarray(y.transpose(order)).transpose(back)
        loss, dy = loss_and_direct(p, other, target)
        assert loss == pytest.approx(plain[0], rel=1e-14)
        assert dy == pytest.approx(plain[1], rel=1e-13)


@pytest.mark.parametrize("at", [scores.SAFE - 0.01, scores.SAFE + 0.01])
def test_large_outputs_change_the_way_and_not_the_result(at):
    p, y, target = drawn("hello", 0, 6, 2.0)
    loss, dy = loss_and_direct(p, y + (at - y.max()), target)
    expected, grad = loss_and_direct(p, y, target)
    assert loss == pytest.approx(expected, rel=1e-12)
    assert dy == pytest.approx(grad, rel=1e-11, abs=1e-17)


def test_a_sure_and_right_answer_costs_nothing_and_a_sure_and_wrong_one_its_distance():
    p, y, _ = drawn("first_bit", 0, 2, 0.0)
    y[..., 1] = 5000.0
    assert loss_and_direct(p, y, np.array([[1, 1]]))[0] == 0.0
    loss, dy = loss_and_direct(p, y, np.array([[0, 0]]))
    assert loss == 5000.0 and dy[0, 0].tolist() == [-0.5, 0.5]


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("name", ["hello", "adding", "first_bit"])
def test_outputs_that_are_not_finite_give_such_a_loss_and_no_warning(name, bad):
    p, y, target = drawn(name, 0, 4, 1.0)
    y[0, 0] = bad
    assert not math.isfinite(loss_and_direct(p, y, target)[0])


@given(st.sampled_from(list(TASKS)), st.integers(0, 2**32 - 1))
def test_accuracy_counts_the_right_answers_of_the_scored_steps(name, seed):
    p, y, target = drawn(name, seed, 5, 1.0)
    if p.loss == "squared_error":
        assert math.isnan(accuracy(p, y, target))
        return
    right = [
        max(range(p.output_size), key=lambda o: y[t, b, o]) == target[t, b]
        for t in range(p.loss_steps - p.scored_steps, p.loss_steps)
        for b in range(5)
    ]
    assert accuracy(p, y, target) == pytest.approx(sum(right) / len(right))
    assert accuracy(p, np.eye(p.output_size)[target], target) == 1.0


def test_copying_is_scored_by_its_ten_answers_alone():
    p = problem("copy", 10)
    batch = p.draw(np.random.default_rng(0), 4)
    blanks = np.zeros((p.loss_steps, 4, p.output_size))
    blanks[..., -1] = 1.0
    assert accuracy(p, blanks, batch.target) == 0.0
