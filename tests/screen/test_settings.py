"""A setting is declared once: one declaration serves its config, its widget, its link and its
words; one that lacks something is refused when it is made."""

from dataclasses import fields, replace

import pytest

from rnn_core.cells import CELLS
from rnn_core.config import CHOICES, LIMITS, RNNConfig
from rnn_core.network_settings import CELL, GAIN, NETWORK_SETTINGS, SEQ_LEN
from rnn_core.settings import (
    NEVER,
    Changes,
    Choice,
    Flag,
    Number,
    Place,
    Several,
    Text,
    by_key,
)
from rnn_core.training.config import TRAIN_CHOICES, TRAIN_LIMITS, TrainConfig
from rnn_core.training.settings import RUN_SETTINGS
from ui.controls import store
from ui.settings.every import LINKED, SETTINGS, owned

CONFIGS = {
    "network": (RNNConfig, NETWORK_SETTINGS, LIMITS, CHOICES),
    "run": (TrainConfig, RUN_SETTINGS, TRAIN_LIMITS, TRAIN_CHOICES),
}


@pytest.mark.parametrize("owner", CONFIGS)
def test_each_field_of_a_config_has_one_declaration_whose_default_and_limits_hold(owner):
    config, declared, limits, choices = CONFIGS[owner]
    assert sorted(s.name for s in declared) == sorted(f.name for f in fields(config))
    assert owned(owner) == declared
    for setting in declared:
        assert getattr(config(), setting.name) == setting.default
        if setting.name in limits:
            assert limits[setting.name] == setting.limits
        if setting.name in choices:
            assert choices[setting.name] == setting.choices
    # The task has the limits of its length and of its text.
    assert {s.name for s in declared} - {*limits, *choices} <= {"length", "text"}


def test_what_a_network_and_a_run_share_differs_only_where_it_is_said():
    same = {"name", "low", "step", "digits", "unit", "log", "legal", "words"}
    shared = {s.name: s for s in NETWORK_SETTINGS}
    for setting in RUN_SETTINGS:
        if setting.name in shared:
            for field in same & {f.name for f in fields(setting)}:
                assert getattr(setting, field) == getattr(shared[setting.name], field)


def test_no_two_declarations_share_a_name_in_links():
    linked = [setting for setting in SETTINGS.values() if setting.linked != NEVER]
    assert all(LINKED[name] is s for s in linked for name in (s.key, *s.also))
    with pytest.raises(ValueError, match="gain is declared twice"):
        by_key((GAIN, replace(GAIN, owner="clipping")))
    with pytest.raises(ValueError, match="gain is declared twice"):
        by_key((GAIN, replace(SEQ_LEN, key="length", also=("gain",))))
    with pytest.raises(ValueError, match=r"\('network', 'gain'\) is declared twice"):
        by_key((GAIN, replace(GAIN, key="other")))


def test_a_link_may_know_a_setting_by_an_older_name(monkeypatch):
    monkeypatch.setitem(store.LINKED, "scale", GAIN)
    found, said = store.read({"scale": "2"})
    assert found["gain"] == 2.0 and said == []


@pytest.mark.parametrize("key", SETTINGS)
def test_a_default_is_legal_and_comes_back_from_a_link(key):
    setting = SETTINGS[key].among({"seq_len": 60})
    assert setting.check(setting.default) == setting.default
    if setting.default is not None:
        assert setting.read(setting.write(setting.default)) == (setting.default, "")


NUMBER = {"name": "n", "label": "n", "low": 0, "high": 1, "step": 1, "default": 0}


@pytest.mark.parametrize(
    ("kind", "given", "named"),
    [
        (Number, NUMBER | {"name": ""}, "name"),
        (Number, NUMBER | {"label": ""}, "label"),
        (Number, NUMBER | {"default": None}, "default"),
        (Number, NUMBER | {"default": 2}, "default"),
        (Number, NUMBER | {"low": 1}, "low"),
        (Number, NUMBER | {"legal": (0.5, 1)}, "legal"),
        (Number, NUMBER | {"log": True}, "log"),
        (Number, NUMBER | {"step": 0}, "step"),
        (Number, NUMBER | {"owner": ""}, "owner"),
        (Number, NUMBER | {"linked": "sometimes"}, "linked"),
        (Choice, {"name": "c", "label": "c", "words": {"a": "A"}, "default": "b"}, "default"),
        (Choice, {"name": "c", "label": "c", "words": None, "default": "b"}, "words"),
        (Several, {"name": "s", "label": "s", "words": {"a": "A"}}, "default"),
        (Text, {"name": "t", "label": "t", "pattern": "", "rule": "x"}, "pattern"),
        (Text, {"name": "t", "label": "t", "pattern": "a+", "rule": "x"}, "default"),
        (Text, {"name": "t", "label": "t", "pattern": "a*", "rule": ""}, "rule"),
        (Place, {"name": "p", "label": "p", "of": ""}, "of"),
        (Flag, {"name": "f", "label": ""}, "label"),
        (Changes, {"name": "v", "label": "v", "of": None, "rule": "x"}, "of"),
    ],
)
def test_a_declaration_that_lacks_something_is_refused_by_the_name_of_the_field(kind, given, named):
    with pytest.raises(ValueError, match=rf"{kind.__name__} .*\b{named}\b"):
        kind(**given)


def test_what_is_not_given_at_all_is_refused_by_name():
    with pytest.raises(TypeError, match="default"):
        Number(**{name: value for name, value in NUMBER.items() if name != "default"})


def test_a_choice_knows_what_enters_its_registry_later(monkeypatch):
    monkeypatch.setitem(CELLS, "new", replace(CELLS["gru"], label="new cell"))
    assert CELL.words["new"] == "new cell" and CELL.read("new") == ("new", "")
    assert RNNConfig(cell="new").cell_used.label == "new cell"


def test_changes_are_read_as_their_settings_read_and_written_as_links_hold_them():
    versus = SETTINGS["train_versus"]
    text = "clip:none,max_norm:2.0,hidden_size:5,curriculum:1"
    value = {"clip": "none", "max_norm": 2.0, "hidden_size": 5, "curriculum": True}
    assert versus.read(text) == (value, "")
    assert versus.write(value) == text
    # What no setting can read stays as it is: the config says what is wrong with it.
    assert versus.read("hidden_size:2.5,no_such:1")[0] == {"hidden_size": "2.5", "no_such": "1"}


def test_a_change_by_a_name_that_the_owner_has_not_is_refused():
    with pytest.raises(KeyError, match="gian"):
        store.take("network", {"gian": 1.0})
