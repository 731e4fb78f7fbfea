"""A link opens with the nearest legal values, and says what it changed."""

from dataclasses import replace
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_core import CHOICES, RNNConfig
from rnn_core.config import LIMITS
from rnn_core.network_settings import GAIN, NETWORK_SETTINGS
from rnn_core.settings import NEVER, Choice, Number
from ui.controls import store, views
from ui.controls.network import query
from ui.settings.every import SETTINGS

MOVED = [setting for setting in NETWORK_SETTINGS if setting.linked != NEVER]
NUMBERS = {s.name: s for s in MOVED if isinstance(s, Number) and s.name != "seed"}
CHOICE_FIELDS = {s.name: s for s in MOVED if isinstance(s, Choice)}
LINKED = [setting.key for setting in MOVED]


def from_query(params):
    """The fields of the network that a link opens, and its sentences."""
    found, notes = store.read(params)
    return {setting.name: found[setting.key] for setting in NETWORK_SETTINGS}, notes


def within(config):
    """The same with its scale of W_h where the page's slider reaches."""
    return replace(config, gain=GAIN.among(vars(config)).nearest(config.gain))


configs = st.builds(
    RNNConfig,
    gain=st.floats(0, 10),
    **{
        name: st.integers(int(n.low), int(n.high)) if n.step == 1 else st.floats(n.low, n.high)
        for name, n in NUMBERS.items()
        if name != "gain"
    },
    **{name: st.sampled_from(CHOICES[name]) for name in CHOICE_FIELDS},
    seed=st.integers(*LIMITS["seed"]),
).map(within)


@given(config=configs, step=st.none() | st.integers(1, 1000))
def test_a_link_reopens_exactly_this(config, step):
    step = step and min(step, config.seq_len)  # what is selected lies inside the sequence
    read, notes = from_query(dict(parse_qsl(query(config, step))))
    assert RNNConfig(**read) == config
    assert notes == []


def test_every_setting_of_the_engine_that_a_control_moves_is_in_the_link():
    assert set(LINKED) == set(NUMBERS) | set(CHOICE_FIELDS) | {"seed"}


def test_slider_ranges_lie_inside_the_engines_limits():
    for name, number in NUMBERS.items():
        low, high = LIMITS[name]
        assert low <= number.low < number.high <= high


@pytest.mark.parametrize(
    ("name", "text", "value", "said"),
    [
        ("gain", "7", 3.0, "W_h scale must be a number from 0 to 3; 7 became 3"),
        ("gain", "-1", 0.0, "from 0 to 3; -1 became 0"),
        ("gain", "inf", 3.0, "inf became 3"),
        ("gain", "nan", 1.0, "“nan” became 1"),
        ("gain", "wide", 1.0, "“wide” became 1"),
        ("gain", "", 1.0, "“” became 1"),
        ("seq_len", "1", 2, "sequence length must be a whole number from 2 to 1,000; 1 became 2"),
        ("seq_len", "12.4", 12, "12.4 became 12"),
        ("seq_len", "1e9", 1000, "1e9 became 1000"),
        ("hidden_size", "0", 1, "from 1 to 256; 0 became 1"),
        ("batch_size", "65", 64, "from 1 to 64; 65 became 64"),
        ("input_scale", "9", 5.0, "from 0 to 5; 9 became 5"),
        ("input_size", "65", 64, "input size must be a whole number from 1 to 64; 65 became 64"),
        ("start_scale", "-1", 0.0, "h_0 scale must be a number from 0 to 3; -1 became 0"),
        ("bias_scale", "9", 3.0, "bias scale must be a number from 0 to 3; 9 became 3"),
        ("lambda_high", "1", 0.9999, "|λ| to must be a number from 0.5 to 0.9999; 1 became 0.9999"),
        ("seed", "-3", 0, "from 0 to 4,294,967,295; -3 became 0"),
        ("seed", "99999999999", 2**32 - 1, "became 4294967295"),
        ("activation", "tanhh", "tanh", "activation is one of tanh, relu"),
        ("activation", "Leaky ReLU", "leaky_relu", "became leaky_relu"),
        ("activation", "banana", "tanh", "“banana” became tanh"),
        ("init", "ortogonal", "orthogonal", "became orthogonal"),
        ("loss_at", "evry", "every", "became every"),
    ],
)
def test_a_mistyped_value_becomes_the_nearest_legal_one_and_is_named(name, text, value, said):
    read, notes = from_query({name: text})
    assert read[name] == value
    assert len(notes) == 1 and said in notes[0]
    RNNConfig(**read)


@pytest.mark.parametrize(
    ("cell", "activation", "reaches"),
    [
        ("vanilla", "tanh", 3.0),
        ("vanilla", "sigmoid", 10.0),
        ("residual", "sigmoid", 10.0),
        ("gru", "sigmoid", 3.0),  # its φ is tanh, whatever the link says
        ("irnn", "sigmoid", 3.0),
    ],
)
def test_a_scale_of_w_h_reaches_further_where_the_slope_is_small(cell, activation, reaches):
    """φ' of a sigmoid is 1/4 at most. The link may name the scale before what it hangs on."""
    asked = {"gain": "12", "gian": "9", "cell": cell, "activation": activation}
    for order in (["gain", "gian", "cell", "activation"], ["gian", "gain", "activation", "cell"]):
        read, notes = from_query({name: asked[name] for name in order})
        assert RNNConfig(**read).gain == reaches
        said = f"W_h scale must be a number from 0 to {reaches:g}; 12 became {reaches:g}."
        assert said in notes
        # What is said stands in the order of the link.
        assert [note.startswith("W_h") for note in notes] == [name == "gain" for name in order[:2]]
    read, notes = from_query({"gain": repr(reaches), "cell": cell, "activation": activation})
    assert read["gain"] == reaches and notes == []


def test_an_unknown_name_is_left_out_and_named():
    read, notes = from_query({"gian": "0.5"})
    assert RNNConfig(**read) == RNNConfig()
    assert "“gian”" in notes[0]


@given(params=st.dictionaries(st.sampled_from([*LINKED, "step", "x"]), st.text(max_size=30)))
def test_whatever_a_link_says_the_page_gets_a_legal_network(params):
    read, notes = from_query(params)
    RNNConfig(**read)
    for note in notes:
        assert "<" not in note and len(note) < 300


@given(text=st.text(max_size=12))
def test_a_step_from_a_link_is_inside_the_sequence(text):
    step, note = SETTINGS["step"].among({"seq_len": 60}).read(text)
    assert step is None or 1 <= step <= 60
    assert note or str(step) == text.strip() or int(text) == step


@pytest.mark.parametrize("text", ["1_0", "١", "0x10", "1,5", "", "nan", "1e", "--1"])
def test_only_plain_numbers_are_numbers(text):
    value, remark = GAIN.read(text)
    assert value == 1.0 and "must be a number from 0 to 3" in remark


@pytest.mark.parametrize(
    ("text", "value"), [("1.5", 1.5), (" .5", 0.5), ("1e0", 1.0), ("+2", 2.0), ("inf", 3.0)]
)
def test_numbers_are_read_as_they_are_written(text, value):
    assert GAIN.read(text)[0] == value


@pytest.fixture
def shelf(monkeypatch):
    """A session, and what stands in the store."""
    monkeypatch.setattr(views.st, "session_state", {})
    return {"cell": "vanilla"}


def shown_by(shelf):
    return views.view("cell", lambda: shelf["cell"], lambda value: shelf.update(cell=value))


def say(widget, value):
    """What the browser says of a widget, and Streamlit's call."""
    views.st.session_state[widget[1]["key"]] = value
    widget[1]["on_change"]()


def test_two_choices_before_the_page_runs_again_both_count(shelf):
    widget = shown_by(shelf)
    say(widget, "gru")
    assert shelf["cell"] == "gru"
    say(widget, "vanilla")
    assert shelf["cell"] == "vanilla"


def test_a_widget_that_has_been_replaced_is_not_listened_to(shelf):
    before = shown_by(shelf)
    shelf["cell"] = "lstm"  # a scene
    say(before, "vanilla")  # not drawn yet: what it has shown all the time
    assert shelf["cell"] == "lstm"
    after = shown_by(shelf)
    assert after[1]["key"] != before[1]["key"]
    say(before, "vanilla")
    say(before, "gru")
    assert shelf["cell"] == "lstm"
    say(after, "vanilla")
    assert shelf["cell"] == "vanilla"


def test_a_widget_keeps_its_key_through_its_own_choices(shelf):
    keys = []
    for value in ("gru", "lstm", "gru"):
        widget = shown_by(shelf)
        keys.append(widget[1]["key"])
        say(widget, value)
    assert len(set(keys)) == 1
