"""Readings: named numbers of a result; goals over them, which can only be met or refused."""

import ast
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_core import RNNConfig, TrainConfig, Trainer, gradient_flow
from rnn_core.readings import (
    of_cells,
    of_clipping,
    of_flow,
    of_grid,
    of_neuron,
    of_run,
)
from rnn_core.readings.expression import BadExpression, parse, parse_value
from rnn_core.readings.named import FLAG, NUMBER, Named
from rnn_core.readings.text import parse_text
from rnn_core.studies.architectures import compare_cells
from rnn_core.studies.cliff import descend
from rnn_core.studies.grid import gradient_grid
from rnn_core.studies.one_neuron import Neuron, one_neuron
from rnn_core.studies.truncation import truncation
from rnn_core.studies.whole_gradient import clipped, whole_gradient

SMALL = RNNConfig(seq_len=12, hidden_size=8, batch_size=3)
FLOW = gradient_flow(SMALL)


def _clipping():
    paths = {
        way: descend(6.0, -1.5, steps=20, target=0.7, learning_rate=1.0, updates=9, clip=way)
        for way in ("none", "norm")
    }
    return of_clipping.Clipping(
        descents=paths,
        network=lambda: FLOW,
        clipped=lambda: clipped(FLOW, whole_gradient(FLOW), 1e-3),
        truncated=lambda: truncation(FLOW),
        window=4,
    )


def _run():
    trainer = Trainer(TrainConfig(task="first_bit", length=4, hidden_size=4, steps=40))
    while trainer.step():
        pass
    return of_run.Run.of(trainer)


RESULTS = {
    of_flow: lambda: FLOW,
    of_run: _run,
    of_neuron: lambda: of_neuron.Unit(one_neuron(Neuron(), "101"), 0.9, 50),
    of_clipping: _clipping,
    of_cells: lambda: compare_cells(SMALL, ("vanilla", "lstm"), 1),
    of_grid: lambda: gradient_grid(SMALL, ("orthogonal",), ("tanh", "relu")),
}


@pytest.mark.parametrize("kind", RESULTS, ids=lambda kind: kind.__name__.rpartition(".")[2])
def test_every_reading_has_a_value_of_its_kind_and_can_be_said(kind):
    found = kind.readings(RESULTS[kind]())
    for name, one in kind.NAMES.items():
        value = found[name]
        assert isinstance(value, {NUMBER: float, FLAG: bool}.get(one.kind, str)), name
        assert not one.words or value in one.words, name
        assert found.say(name).strip(), name
        assert not one.what.endswith("."), f"{name} is a clause, not a sentence"


def test_the_readings_of_a_flow_are_its_own_numbers():
    found = of_flow.readings(FLOW)
    assert found["log10_reach"] == FLOW.log10_ratio
    assert found["verdict"] == FLOW.verdict
    assert found["horizon"] == (FLOW.horizon or SMALL.seq_len)
    assert found["rho"] == FLOW.spectral_radius
    assert found["activation"] == "tanh" and found["seq_len"] == 12


def test_clipping_leaves_the_shares_and_the_window_of_all_steps_keeps_everything():
    found = of_clipping.readings(_clipping())
    assert found["clipped"] is True
    assert found["log10_norm_after"] == pytest.approx(-3, abs=1e-6)
    assert found["old_share_after"] == pytest.approx(found["old_share_before"])
    assert 0 < found["cosine_of_window"] <= 1


def test_the_closed_form_is_what_everybody_quotes():
    found = of_neuron.readings(RESULTS[of_neuron]())
    assert 10 ** found["log10_power"] == pytest.approx(0.00515, rel=1e-3)  # 0.9^50
    assert found.say("log10_power") == "0.00515"


def test_only_what_is_asked_for_is_computed():
    """A reading may take its time: one that nobody asks for takes none."""

    def never(_):
        raise AssertionError("nobody asked")

    names = {
        "cheap": Named(name="cheap", label="c", what="c", read=lambda _: 1),
        "dear": Named(name="dear", label="d", what="d", read=never),
    }
    from rnn_core.readings.named import Readings

    assert parse("cheap == 1 or dear > 2", names).holds(Readings(names, None))


# -- goals


def holds(text, **values):
    return parse(text, of_flow.NAMES).holds(_given(**values))


def _given(**values):
    found = of_flow.readings(FLOW)
    found._found.update(values)
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("log10_reach > -1", True),
        ('log10_reach > -1 and activation == "tanh" and seq_len == 60', True),
        ('activation == "relu"', False),
        ('verdict in ("flowing", "growing")', True),
        ('verdict not in ("flowing", "growing")', False),
        ("-1 < log10_reach < 0", True),
        ("not -1 < log10_reach < 0", False),
        ("saturated < 0.5 or saturated >= 0.5", False),  # there is none
        ("not overflow", True),
        ("seq_len / 0 == 1", False),
        ("2 ** 4000 > 1", True),
        ("(-8) ** 0.5 == (-8) ** 0.5", False),
        ("log10_reach == -0.5 and gain * 2 + 1 == 3 and seq_len - 1 == 59", True),
        ("log10_reach < -5 or (seq_len == 60 and not (gain > 1))", True),
    ],
)
def test_a_goal_holds_when_its_readings_say_so(text, expected):
    values = {"log10_reach": -0.5, "activation": "tanh", "seq_len": 60.0, "saturated": math.nan}
    assert holds(text, **values, verdict="flowing", overflow=False, gain=1.0) is expected


@pytest.mark.parametrize(
    ("text", "words", "at"),
    [
        ("", "nothing in it", 1),
        ("log10_rech > -1", "did you mean log10_reach?", 1),
        ("gain > 1 and horizn > 3", "did you mean horizon?", 14),
        ('verdict == "flowin"', "did you mean flowing?", 12),
        ("verdict > 3", "neither larger nor smaller", 1),
        ("verdict == 3", "“3” is a number", 12),
        ("gain", "must be true or false", 1),
        ("gain > 1 and 2", "“2” is a number", 14),
        ("gain >", "cannot be read", None),
        ("open('x')", "not allowed: a goal has no calls", 1),
        ("gain.__class__ == 1", "no attributes", 1),
        ("gain[0] == 1", "no indices", 1),
        ("gain is 1", "write ==", 9),
        ("lambda: 1", "not allowed", 1),
        ("[x for x in (1,)] == 1", "not allowed", 1),
        ("gain > 1; gain", "cannot be read", 9),
        ("gain > 1e400", "", None),
        ("1" * 500 + " > 1", "400 characters", 400),
        ("(" * 90 + "gain" + ")" * 90 + " > 1 and " + "not " * 40 + "overflow", "deep", 1),
        (" or ".join(["gain<1"] * 39), "120 pieces", 1),
        ("gain > 1" + "0" * 330, "too large", 8),
        ("f'{gain}' == 'x'", "not allowed", 1),
        ("b'x' == 'x'", "no number, word", 1),
        ("verdict in verdict", "words in brackets", 12),
        ("gain\0 > 1", "cannot be read", None),
    ],
)
def test_what_is_wrong_is_named_with_its_place(text, words, at):
    if not words:
        parse(text, of_flow.NAMES)
        return
    with pytest.raises(BadExpression) as refused:
        parse(text, of_flow.NAMES)
    assert words in str(refused.value)
    assert at is None or refused.value.at == at


_WORDS = [
    *list(of_flow.NAMES)[:6],
    *("and", "or", "not", "in", "is", "if", "else", "lambda", "for", "(", ")", "[", "]", ",", ":"),
    *("<", ">", "==", "!=", "<=", "+", "-", "*", "**", "/", "//", "%", ".", '"', "'", "tanh"),
    *("1", "0", "1e308", "-1", "9" * 30, "True", "None", "__import__", "\\", "\n", "#", "é", "\0"),
]


@given(
    st.one_of(st.text(max_size=60), st.lists(st.sampled_from(_WORDS), max_size=40).map(" ".join))
)
def test_nothing_but_a_clear_error_ever_comes_out(text):
    """Any text is a goal that can be asked, or is refused by one sentence; nothing else happens."""
    for read in (parse, parse_value):
        try:
            found = read(text, of_flow.NAMES)
        except BadExpression as error:
            assert error.at >= 1 and str(error).strip()
            assert "Traceback" not in str(error) and len(str(error)) < 400
        else:
            assert isinstance(found.value(_given()), float | str | bool)
            for part in found.parts:
                assert part.wanted() and isinstance(part.now(_given()), str)


@given(st.text(max_size=80))
def test_any_sentence_is_filled_or_refused(text):
    try:
        parse_text(text, of_flow.NAMES).filled(_given())
    except BadExpression as error:
        assert 1 <= error.at <= len(text) + 1


def test_nothing_of_a_goal_is_run():
    """No builtin that runs text stands in the file."""
    import rnn_core.readings.expression as module

    tree = ast.parse(Path(module.__file__).read_text())
    called = {
        n.func.id for n in ast.walk(tree) if isinstance(n, ast.Call) and hasattr(n.func, "id")
    }
    assert not called & {"eval", "exec", "compile", "getattr", "__import__"}


def test_the_parts_of_a_goal_are_said_in_words():
    goal = parse('log10_reach > -1 and activation == "tanh" and gain * 2 > 1', of_flow.NAMES)
    first, second, third = goal.parts
    now = _given(log10_reach=-4.0, activation="relu", gain=1.0)
    assert first.wanted() == "what reaches step 1: above 0.1" and first.now(now) == "10⁻⁴"
    assert second.wanted() == "activation: tanh" and second.now(now) == "ReLU"
    assert third.wanted() == "gain * 2 > 1" and third.holds(now)


def test_sentences_take_readings_and_arithmetic():
    text = parse_text("σ_max {sigma_max}; 0.9 to the 50th is {0.9**50}, {{so}}", of_flow.NAMES)
    assert text.filled(_given(sigma_max=1.94)) == "σ_max 1.94; 0.9 to the 50th is 0.00515, {so}"
    with pytest.raises(BadExpression, match="did you mean rho"):
        parse_text("ρ is {rh}", of_flow.NAMES)
    with pytest.raises(BadExpression, match="lone"):
        parse_text("a } b", of_flow.NAMES)
