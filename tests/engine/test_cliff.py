"""The cliff: its gradient is autograd's, its wall is where theory puts it, its descents add up."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_core.numbers import clipping
from rnn_core.studies import cliff
from rnn_core.studies.cliff import B_RANGE, W_RANGE, descend, gradient, surface

DEFAULT = {"steps": 50, "target": 0.7, "learning_rate": 1.0, "updates": 150}


def by_torch(w, b, steps, target):
    import torch

    p = torch.tensor([w, b], dtype=torch.float64, requires_grad=True)
    h = torch.tensor(0.5, dtype=torch.float64)
    for _ in range(steps):
        h = torch.sigmoid(p[0] * h + p[1])
    loss = (h - target) ** 2
    loss.backward()
    return loss.item(), *p.grad.tolist()


@pytest.mark.parametrize("steps", [1, 2, 50, 200])
@pytest.mark.parametrize(
    ("w", "b"),
    [(6, -1.5), (0, 0), (8, -5), (8, -3.999), (4.5, -2.25), (4.89, -2.44), (3, 1), (0.5, -5)],
)
def test_the_gradient_is_autograds(w, b, steps):
    found = gradient(w, b, steps, 0.7)
    loss, dw, db = by_torch(w, b, steps, 0.7)
    assert found.loss == pytest.approx(loss, rel=1e-9, abs=1e-15)
    assert (found.dw, found.db) == pytest.approx((dw, db), rel=1e-8, abs=1e-15)
    assert found.norm == math.hypot(found.dw, found.db)


@given(st.floats(*W_RANGE), st.floats(*B_RANGE), st.integers(1, 30), st.floats(0.05, 0.95))
def test_the_gradient_is_the_slope_of_the_loss(w, b, steps, target):
    found = gradient(w, b, steps, target)
    # The wall bends within (w/4)^-T: the step of the quotient goes with it.
    eps = 1e-5 / max(1.0, (w / 4.0) ** steps)
    for slope, dw, db in ((found.dw, eps, 0.0), (found.db, 0.0, eps)):
        up, down = (gradient(w + s * dw, b + s * db, steps, target).loss for s in (1.0, -1.0))
        assert (up - down) / (2 * eps) == pytest.approx(slope, rel=1e-4, abs=1e-9 / eps * 1e-6)


def test_map_and_sheet_show_the_loss_of_the_unit():
    found = surface(50, 0.7)
    for i, j in ((0, 0), (90, 120), (150, 200), (13, 190)):
        at = gradient(float(found.w[j]), float(found.b[i]), 50, 0.7)
        assert found.loss[i, j] == pytest.approx(at.loss, rel=1e-6, abs=1e-12)
    for i, j in ((0, 0), (34, 40), (35, 40), (69, 64)):
        at = gradient(float(found.sheet_w[j]), float(found.sheet_b[i, j]), 50, 0.7)
        assert found.sheet_loss[i, j] == pytest.approx(at.loss, rel=1e-6, abs=1e-12)
    assert (found.w[0], found.w[-1]) == W_RANGE and (found.b[0], found.b[-1]) == B_RANGE
    assert (found.sheet_b[0] == B_RANGE[0]).all() and (found.sheet_b[-1] == B_RANGE[1]).all()


def test_the_sheet_rises_at_the_wall_and_no_point_stands_on_it():
    found = surface(50, 0.7)
    beside = found.sheet_b + found.sheet_w / 2.0
    assert (np.diff(found.sheet_b, axis=0) > 0).all()
    assert (np.abs(beside) > 9e-4).all()
    middle = len(found.sheet_b) // 2
    below, above = found.sheet_loss[middle - 1], found.sheet_loss[middle]
    bistable = found.sheet_w > 5.5
    # The lower state is near 0, the upper one near 1: 0.7² against 0.3².
    assert (below[bistable] > 0.35).all() and (above[bistable] < 0.1).all()


@pytest.mark.parametrize("steps", [2, 200])
@pytest.mark.parametrize("target", [0.05, 0.95])
def test_the_surface_is_finite_everywhere(steps, target):
    found = surface(steps, target)
    assert np.isfinite(found.loss).all() and np.isfinite(found.sheet_loss).all()


def test_on_the_wall_the_gradient_grows_like_w_over_4_to_the_power_T():
    for w in (5.0, 6.0, 7.0):
        sizes = [gradient(w, -w / 2.0, steps, 0.7).norm for steps in (40, 50)]
        assert sizes[1] / sizes[0] == pytest.approx((w / 4.0) ** 10, rel=1e-2)


@pytest.mark.parametrize(
    ("w", "steps", "wall"),
    [
        (2.0, 200, False),
        (3.9, 60, False),
        (4.0, 200, False),
        (4.2, 50, False),
        (4.2, 200, True),
        (4.5, 50, True),
        (6.0, 50, True),
        (8.0, 2, False),
        (8.0, 20, True),
    ],
)
def test_a_wall_is_where_h_T_jumps(w, steps, wall):
    """Two stable states, w > 4, and steps enough to reach them from a thousandth beside."""
    found = cliff.jump(w, steps)
    assert found.wall is wall
    assert found.low + found.high == pytest.approx(1.0)  # the unit is symmetric about 0.5
    assert cliff.on_the_wall(w, -w / 2 + 0.05, steps) is wall
    assert not cliff.on_the_wall(w, -w / 2 + 0.5, steps)


def test_the_story_of_the_default():
    """Without clipping the wall throws the path out; clipped by norm it reaches the valley."""
    free = descend(6.0, -1.5, **DEFAULT)
    kept = descend(6.0, -1.5, clip="norm", limit=0.3, **DEFAULT)
    assert free.ended == "left" and free.updates == free.largest_step == 61
    assert free.step_length[60] > 1e4
    assert free.norm[-1] == 0  # saturated: no way back
    assert kept.ended == "updates" and kept.loss[-1] < 1e-3
    assert kept.step_length.max() <= 0.3
    # One path until the wall, to the last bit.
    assert (free.w[:61] == kept.w[:61]).all() and (free.b[:61] == kept.b[:61]).all()
    assert not kept.clipped[:60].any() and kept.clipped[60]


@given(
    st.floats(*W_RANGE),
    st.floats(*B_RANGE),
    st.integers(2, 60),
    st.floats(0.01, 10.0),
    st.sampled_from(cliff.CLIPS),
    st.floats(1e-3, 1e3),
)
def test_every_record_leads_to_the_next(w, b, steps, rate, clip, limit):
    d = descend(
        w, b, steps=steps, target=0.7, learning_rate=rate, updates=25, clip=clip, limit=limit
    )
    assert (d.w[0], d.b[0]) == (w, b)
    assert (d.w[1:] == d.w[:-1] - d.step[:-1, 0]).all()
    assert (d.b[1:] == d.b[:-1] - d.step[:-1, 1]).all()
    for n in range(len(d.w)):
        at = gradient(float(d.w[n]), float(d.b[n]), steps, 0.7)
        assert (d.loss[n], d.dw[n], d.db[n]) == (at.loss, at.dw, at.db)
    assert np.isfinite(d.step).all() and (d.factor <= 1 + 1e-12).all()
    if clip == "norm":
        assert (d.step_length <= rate * limit * (1 + 1e-12)).all()
        assert (d.clipped == (d.norm > limit)).all()
    if clip == "none":
        assert not d.clipped.any() and d.factor == pytest.approx(1.0)
    inside = [cliff.inside(x, y) for x, y in zip(d.w, d.b, strict=True)]
    assert all(inside[:-1]) and inside[-1] == (d.ended != "left")
    assert {"updates": d.updates == 25, "left": d.updates <= 25, "still": not d.step[-1].any()}[
        d.ended
    ]


@pytest.mark.parametrize("clip", cliff.CLIPS)
def test_a_descent_is_torchs(clip):
    """torch.optim.SGD with clip_grad_norm_ or clip_grad_value_ goes the same way."""
    import torch

    limit = 0.3
    d = descend(
        4.5, -2.3, steps=20, target=0.7, learning_rate=0.3, updates=15, clip=clip, limit=limit
    )
    p = torch.nn.Parameter(torch.tensor([4.5, -2.3], dtype=torch.float64))
    optimiser = torch.optim.SGD([p], lr=0.3)
    for n in range(d.updates + 1):
        assert p.tolist() == pytest.approx([d.w[n], d.b[n]], rel=1e-9)
        optimiser.zero_grad()
        h = torch.tensor(0.5, dtype=torch.float64)
        for _ in range(20):
            h = torch.sigmoid(p[0] * h + p[1])
        ((h - 0.7) ** 2).backward()
        if clip == "norm":
            torch.nn.utils.clip_grad_norm_([p], limit)
        elif clip == "value":
            torch.nn.utils.clip_grad_value_([p], limit)
        optimiser.step()
    assert d.clipped.any() == (clip != "none")


def test_a_path_that_has_arrived_stops():
    assert descend(0.0, 0.0, steps=3, target=0.5, learning_rate=1.0, updates=9).ended == "still"


@pytest.mark.parametrize("limit", [1e-3, 1e3])
@pytest.mark.parametrize("w", W_RANGE)
@pytest.mark.parametrize("b", B_RANGE)
def test_descents_at_the_ends_of_every_slider_are_numbers(w, b, limit):
    for clip in cliff.CLIPS:
        d = descend(
            w, b, steps=200, target=0.05, learning_rate=10.0, updates=50, clip=clip, limit=limit
        )
        for values in (d.w, d.b, d.loss, d.norm, d.step_length, d.factor):
            assert np.isfinite(values).all()


def test_an_unknown_way_of_clipping_is_named():
    with pytest.raises(ValueError, match="clip must be one of none, norm, value, got 'both'"):
        descend(6.0, -1.5, clip="both", **DEFAULT)


def test_by_value_turns_and_by_norm_does_not():
    g = np.array([3.0, 0.5])
    assert clipping.cosine(g, clipping.by_norm(g, 1.0)) == pytest.approx(1.0)
    assert clipping.cosine(g, clipping.by_value(g, 1.0)) == pytest.approx(
        (3.0 + 0.25) / math.hypot(3, 0.5) / math.hypot(1, 0.5)
    )
