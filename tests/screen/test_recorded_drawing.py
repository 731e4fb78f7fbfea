"""What is drawn and said of a recorded layer: whatever a stranger's file holds breaks nothing, and
the steps of a curve are those that the verdict is on."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_core.recording.layer_reading import Gates, LayerReading
from ui.live import wire
from ui.your_model import figures, river, words

BROKEN = re.compile(r"\b(nan|inf|None)\b")


def reading(norms, *, direction=0, kind="LSTM", series=None, **more):
    told = {"last": None, "direct": None, "terms": None, "input_terms": None} | more
    about = told.pop("about", {"broken": None, "norm": 0.5})
    return LayerReading(
        module="net",
        kind=kind,
        layer=0,
        direction=direction,
        step=7,
        norms=norms,
        c_norms=None,
        gates=Gates.of(series or {}),
        check=told.pop("check", 1e-7),
        about=about,
        **told,
    )


ODD = st.sampled_from([0.0, -3.0, 5.0, -np.inf, np.inf, np.nan, 3e38, -3e38, 1e-40])


@st.composite
def odd_readings(draw):
    """Any numbers where numbers may stand; NaN where the norms have it."""
    T, n = draw(st.sampled_from([1, 2, 3, 9])), draw(st.integers(1, 3))

    def array(shape):
        size = int(np.prod(shape))
        values = draw(st.lists(ODD, min_size=size, max_size=size))
        return np.array(values, np.float32).reshape(shape)

    norms = array((T, n))
    like = {
        name: np.where(np.isnan(norms), np.float32(np.nan), array((T, n)))
        for name in draw(st.sets(st.sampled_from(["last", "direct", "terms", "input_terms"])))
    }
    series = {
        name: array((draw(st.sampled_from([0, T, T + 2])),))
        for name in draw(st.sets(st.sampled_from(["gate/f", "gate/f/shut", "gate/x", "saturated"])))
    }
    broken = {"way": "back", "what": "x" * 90, "t": draw(st.integers(-2, 12)), "sequence": 3}
    about = {"broken": draw(st.sampled_from([None, broken])), "norm": 0.5}
    check = draw(st.sampled_from([np.nan, 1e-7, 1e300]))
    kind = draw(st.sampled_from(["LSTM", "GRUCell", "state", "Other"]))
    direction = draw(st.integers(0, 1))
    return reading(
        norms, direction=direction, kind=kind, series=series, about=about, check=check, **like
    )


@settings(max_examples=150)
@given(one=odd_readings(), together=st.booleans())
def test_whatever_a_file_holds_breaks_no_picture_and_no_sentence(one, together):
    for figure in (figures.norms(one, together), figures.shares(one), figures.gates(one)):
        wire.pack(figure)
    mapped = figures.training_map([one, one], one, together)
    picture = river.layers([one, one], one, together, None)
    wire.pack(mapped | picture)
    terms = one.norms if one.terms is None else one.terms
    said = [
        words.headline(one, together),
        words.why(one),
        words.summary(one, together),
        words.map_caption([one, one], mapped["data"][0]["z"], 2),
        words.shares_caption(one, one.shares(terms)),
        words.gates_caption(one),
        words.check(one),
        *words.rate_and_horizon(one),
        *(" ".join(fact) for fact in words.facts(one)),
        *(row["far"] + row["label"] for row in picture["rows"]),
    ]
    assert [text for text in said if BROKEN.search(text)] == []


@pytest.mark.parametrize("direction", [0, 1])
@pytest.mark.parametrize("lengths", [(9, 9, 9), (9, 4, 7), (9, 2, 2)])
def test_a_curve_by_step_is_the_curve_of_the_verdict(direction, lengths):
    """Median for median, in its own direction, and nothing where less than half have a step."""
    norms = np.random.default_rng(0).normal(size=(9, 3)).astype(np.float32)
    for k, end in enumerate(lengths):
        norms[end:, k] = np.nan
    one = reading(norms, direction=direction)
    shown = one.by_step(norms)
    back = shown.median[::-1] if direction else shown.median
    assert np.allclose(back[~np.isnan(back)], one.curve)
    assert np.isnan(back).sum() == 9 - sorted(lengths)[1]
    assert (shown.low <= shown.median)[~np.isnan(shown.median)].all()


def test_shares_are_of_the_whole_and_by_step():
    terms = np.log10(np.array([[1.0], [2.0], [5.0]]))
    one = reading(np.zeros((3, 1)), terms=terms)
    assert np.allclose(one.shares(terms), [0.125, 0.25, 0.625])
    turned = reading(np.zeros((3, 1)), terms=terms, direction=1)
    assert np.allclose(turned.shares(terms), [0.125, 0.25, 0.625])


def test_the_rows_of_the_picture_begin_at_the_loss_and_share_one_end():
    """A lower layer that gets a thousandth is drawn so, though it loses nothing itself."""
    flat = np.zeros((5, 2))
    top = reading(flat)
    low = reading(flat - 3)
    readings = [
        LayerReading(**vars(low) | {"layer": 0}),
        LayerReading(**{k: v for k, v in vars(top).items()} | {"layer": 1}),
    ]
    rows = river.layers(readings, readings[0], False, None)["rows"]
    assert [row["path"] for row in rows] == ["net/1", "net/0"]
    assert np.allclose(rows[0]["log10"], 0) and np.allclose(rows[1]["log10"], -3)
    assert {row["word"] for row in rows} == {"Flowing"}
