"""The page "Training" through AppTest: every setting, every task and cell, links, restarts."""

import re
import time
from dataclasses import fields, replace

import pytest

from rnn_core.cells import CELLS
from rnn_core.cells.lstm import CELL as LSTM
from rnn_core.tasks import TASKS
from rnn_core.training.config import LIVE, TRAIN_CHOICES, TrainConfig
from rnn_core.training.settings import OF_CELLS
from tests.tools.on_page import html, link, looks, open_app, payloads, set_plain
from ui import background
from ui.settings.every import SETTINGS, owned
from ui.settings.training import FIELDS
from ui.training.scenes import SCENES

QUICK = {"train_steps": 12, "train_hidden_size": 4, "train_batch_size": 2, "train_speed": "max"}
CHARTS = ("loss", "norms", "states", "curve", "spectrum")


@pytest.fixture(autouse=True)
def no_run_is_left():
    yield
    background.TABS.close()


def open_page(**query):
    return open_app("pages/training.py", **{f"train_{k}": v for k, v in query.items()})


def quick(**query):
    app = open_app("pages/training.py", **(QUICK | {f"train_{k}": v for k, v in query.items()}))
    assert not app.warning and not app.error
    return app


def click(app, key):
    app.button(key=key).click().run()
    assert not app.exception
    return app


def run_of(app, name="main"):
    return background.TABS._tabs[app.session_state["training_token"]].runs[name]


def wait(app, state, name="main"):
    """Until the run is `state`; then the page again."""
    end = time.monotonic() + 20
    while run_of(app, name).state != state and time.monotonic() < end:
        time.sleep(0.01)
    app.run()
    assert not app.exception
    assert run_of(app, name).state == state, run_of(app, name).message
    return app


def trained(app):
    return wait(click(app, "run_start"), "finished")


def assert_page_is_right(app):
    """Every chart is there, and nothing on the page is not a number."""
    parts = payloads(app)
    assert set(CHARTS) <= set(parts)
    said = " ".join(
        [html(app).replace("display: none", "")]
        + [str(c.value) for c in app.caption]
        + [str(m.value) for m in app.markdown]
        + [
            f"{p.get('caption', '')} {p.get('alt', '')} {p.get('title', '')}"
            for p in parts.values()
        ]
    )
    wrong = re.search(r".{40}(\bnan\b|\binf\b|None|Traceback|−−).{20}", said)
    assert wrong is None, wrong[0]
    return parts


def config_of(app):
    return app.session_state["training_plan"][1].config


# -- settings


def test_every_setting_of_a_run_has_its_control_and_its_place_in_the_link():
    # momentum's own number is PyTorch's usual one.
    assert set(FIELDS) == {f.name for f in fields(TrainConfig)} - {"momentum"}
    assert all(setting.key == f"train_{field}" for field, setting in FIELDS.items())
    default = TrainConfig()
    for field, setting in FIELDS.items():
        assert setting.default == getattr(default, field)


def test_a_fresh_page_is_ready_and_says_what_will_be_trained():
    app = open_page()
    parts = assert_page_is_right(app)
    assert run_of(app).state == "ready" and config_of(app) == TrainConfig()
    assert "What is the sum of the two marked numbers?" in html(app)
    assert "0 of 2,000 updates" in html(app)
    assert not app.button(key="run_start").disabled and not app.button(key="run_step").disabled
    for key in ("run_stop", "run_reset", "run_keep"):
        assert app.button(key=key).disabled
    assert "0.167" in parts["loss"]["caption"]


EXTREMES = [
    {f: v}
    for f, setting in FIELDS.items()
    if hasattr(setting, "low") and f not in ("length", "steps")
    for v in (setting.low, setting.high)
    # A large network takes its time, whatever is to be tested.
    if not (f == "seed" and v == 0)
]


@pytest.mark.parametrize("query", EXTREMES, ids=lambda q: str(q))
def test_a_number_at_its_ends(query):
    own = {"alpha": "leaky", "forget_bias": "lstm", "lambda_low": "lru", "lambda_high": "lru"}
    own |= {"update_bias": "gru", "keep_bias": "min_gru"}
    field, value = next(iter(query.items()))
    app = quick(cell=own.get(field, "vanilla"), **query)
    assert getattr(config_of(app), field) == value
    wait_for_end(click(app, "run_start"))
    assert_page_is_right(app)


def wait_for_end(app):
    end = time.monotonic() + 20
    while run_of(app).active and time.monotonic() < end:
        time.sleep(0.01)
    app.run()
    assert not app.exception
    assert run_of(app).state in ("finished", "stopped") and not run_of(app).error


@pytest.mark.parametrize("field", [f for f in TRAIN_CHOICES if f not in ("task", "engine")])
def test_every_choice(field):
    for name in TRAIN_CHOICES[field]:
        app = quick(steps=10, **{field: int(name) if isinstance(name, bool) else name})
        assert getattr(config_of(app), field) == name
        wait_for_end(click(app, "run_start"))
        assert_page_is_right(app)


@pytest.mark.parametrize("task", TASKS)
def test_every_task_is_trained_and_shown(task):
    more = {"text": "the quick brown fox jumps over the lazy dog "} if TASKS[task].uses_text else {}
    app = quick(task=task, **more)
    assert config_of(app).length == TASKS[task].default_length
    trained(app)
    parts = assert_page_is_right(app)
    if TASKS[task].loss == "squared_error":
        assert len(parts["scatter"]["figure"]["data"][1]["x"]) == 32
    elif config_of(app).problem.characters:
        assert "It writes by itself" in html(app)
    else:
        assert "truth" in html(app) or "to remember" in html(app)


@pytest.mark.parametrize("cell", CELLS)
def test_every_cell_is_trained_and_shown(cell):
    app = trained(quick(cell=cell))
    assert_page_is_right(app)
    assert run_of(app).steps == 12
    for name in [setting.name for setting in CELLS[cell].settings if not setting.aside]:
        assert f"train_{name}" in payloads(app)


def test_another_task_comes_with_a_sensible_length():
    app = open_page(length=500)
    app.selectbox(key="view_train_task").select("first_bit_3").run()
    assert not app.exception and config_of(app).length == 3
    app.selectbox(key="view_train_task").select("copy").run()
    assert config_of(app).length == TASKS["copy"].default_length


def test_a_link_holds_every_setting():
    state = {
        "task": "first_bit",
        "length": 17,
        "cell": "lstm",
        "forget_bias": 2.5,
        "hidden_size": 9,
        "init": "glorot",
        "gain": 1.25,
        "batch_size": 7,
        "seed": 99,
        "optimizer": "momentum",
        "learning_rate": 0.0123,
        "clip": "value",
        "input_gain": 0.4,
        "clip_value": 0.02,
        "max_norm": 3.5,
        "truncation": 5,
        "curriculum": 1,
        "steps": 321,
        "precision": "float32",
        "speed": "30",
        "versus": "clip:none",
    }
    app = open_page(**state)
    assert not app.warning and not app.error
    query = link(app)
    for name, value in state.items():
        assert query[f"train_{name}"] == str(value), name
    again = open_app("pages/training.py", **query)
    assert config_of(again) == config_of(app)
    assert run_of(again, "rival").config == replace(config_of(app), clip="none")
    missing = {n for n in (*FIELDS, "speed", "versus") if f"train_{n}" not in query}
    # What this run does not use, and what it leaves as it is.
    used = {s.name for s in LSTM.settings if not s.aside}
    unused = {"text", "start", "added_bias", "keep_matrix"} | set(OF_CELLS) - used
    assert missing == unused


def test_a_pasted_text_goes_into_the_link_unless_it_is_long():
    short, long = "to be or not to be, that is it. " * 2, "words and more of them. " * 100
    app = open_page(task="pasted", text=short)
    assert config_of(app).text.startswith("to be") and config_of(app).length == 30
    assert link(app)["train_text"] == short
    app = open_page(task="pasted", text=long)
    assert "train_text" not in payloads(app)["address"]["query"]
    assert any("too long for a link" in c.value for c in app.caption)


def test_a_mistyped_link_opens_and_says_what_it_changed():
    app = open_page(
        task="adding",
        length=7777,
        cell="ltsm",
        learning_rate="fast",
        clip="no",
        batch_size=9999,
        hidden_size=8,  # a larger one of so many sequences would be refused as a whole
        speed="warp",
        versus="clip=none",
    )
    said = app.warning[0].value
    for part in ("7777", "ltsm", "fast", "9999", "warp", "clip=none"):
        assert part in said, part
    assert config_of(app).cell == "lstm" and config_of(app).batch_size == 128
    assert_page_is_right(app)


def test_a_link_to_a_network_that_would_hold_up_the_server_says_what_it_may_be():
    app = open_page(task="first_bit", length=1000, cell="gru", hidden_size=256)
    assert re.search(r"hidden_size must be at most \d+ .* got 256", app.error[0].value)
    assert_page_is_right(app)


def test_a_length_is_brought_into_the_limits_of_its_task():
    app = open_page(task="temporal_order", length=3)
    assert config_of(app).length == 10
    assert "from 10 to 1000 for temporal order; 3 became 10" in app.warning[0].value
    assert open_page(task="first_bit_3")  # its one length needs no saying
    assert not open_page(task="first_bit_3").warning


@pytest.mark.parametrize("versus", ["no_such:1", "hidden_size:many", "clip:perhaps", "length:1"])
def test_a_second_run_that_cannot_be_is_explained(versus):
    app = open_page(versus=versus)
    assert "The run to compare with" in app.error[0].value
    assert versus.split(":")[0] in app.error[0].value
    trained_app = click(app, "run_step")
    assert run_of(trained_app).steps == 1


def test_settings_that_cannot_run_name_field_limit_and_value_and_lose_nothing():
    app = trained(quick())
    before = payloads(app)["loss"]["caption"]
    app.selectbox(key="view_train_task").select("pasted").run()
    said = app.error[0].value
    for part in ("text", "40", "20000", "0"):
        assert part in said, part
    assert payloads(app)["loss"]["caption"] == before  # the run is still there
    assert run_of(app).state == "finished"
    app.text_area(key="view_train_text").set_value("ha " * 30).run()
    assert not app.error and config_of(app).text == ("ha " * 30)
    app.text_area(key="view_train_text").set_value("x" * 20_001).run()
    assert "got 20001" in app.error[0].value
    assert app.text_area(key="view_train_text").value == "x" * 20_001


# -- a run


def test_step_makes_one_update_and_reset_none():
    app = click(quick(), "run_step")
    assert run_of(app).steps == 1
    assert payloads(app)["loss"]["caption"].startswith("Update 1:")
    click(app, "run_step")
    assert run_of(app).steps == 2
    assert_page_is_right(app)
    click(app, "run_reset")
    assert run_of(app).state == "ready" and run_of(app).steps == 0
    assert_page_is_right(app)


def test_start_pause_go_on_and_stop():
    app = click(quick(steps=50_000, speed="100"), "run_start")
    time.sleep(0.2)
    app.run()
    assert not app.button(key="run_pause").disabled and app.button(key="run_step").disabled
    assert run_of(app).speed == 100
    click(app, "run_pause")
    made = run_of(app).steps
    assert run_of(app).state == "paused" and made > 0
    assert app.button(key="run_start").label == "Go on"
    time.sleep(0.1)
    assert run_of(app).steps == made
    click(app, "run_start")
    click(app, "run_stop")
    assert run_of(app).state == "stopped"
    assert app.button(key="run_start").disabled and app.button(key="run_step").disabled
    assert_page_is_right(app)


def set_number(app, field, value):
    """As the slider does: the setting changes, and its fragment runs."""
    app.session_state["settings"][f"train_{field}"] = value
    return app.run()


def test_what_may_change_in_a_run_changes_at_once():
    app = click(quick(steps=50_000, speed="30"), "run_start")
    for field, value in (("learning_rate", 0.05), ("max_norm", 0.3), ("steps", 40_000)):
        set_number(app, field, value)
        assert getattr(run_of(app).config, field) == value
    app.segmented_control(key="view_train_clip").set_value("none").run()
    assert run_of(app).config.clip == "none"
    assert "run_restart" not in [b.key for b in app.button]
    made = run_of(app).steps
    while run_of(app).steps < made + 2:  # a change goes on record with the next update
        time.sleep(0.01)
    noted = {change[1] for change in run_of(app).read().changes}
    assert noted == {"learning_rate", "max_norm", "steps", "clip"} < set(LIVE)


def test_more_updates_wake_a_finished_run():
    app = trained(quick())
    set_number(app, "steps", 20)
    assert run_of(app).state == "paused"
    wait(click(app, "run_start"), "finished")
    assert run_of(app).steps == 20


def test_other_settings_wait_for_the_next_run_and_can_be_put_back():
    app = click(quick(steps=50_000, speed="30"), "run_start")
    set_number(app, "hidden_size", 6)
    app.selectbox(key="view_train_task").select("first_bit").run()
    assert run_of(app).config.hidden_size == 4 and run_of(app).config.task == "adding"
    (said,) = [m.value for m in app.markdown if "next run" in m.value]
    assert "task" in said and "H" in said and "length" not in said
    click(app, "run_put_back")
    assert config_of(app).hidden_size == 4 and config_of(app).task == "adding"
    assert not [m for m in app.markdown if "next run" in m.value]
    set_number(app, "hidden_size", 6)
    click(app, "run_restart")
    assert run_of(app).config.hidden_size == 6 and run_of(app).begun
    assert_page_is_right(app)


def test_a_broken_run_names_update_tensor_and_step_and_stays_on_screen():
    app = open_page(
        task="temporal_order",
        length=20,
        activation="linear",
        clip="none",
        optimizer="sgd",
        learning_rate=0.5,
        hidden_size=8,
        steps=400,
        speed="max",
    )
    wait(click(app, "run_start"), "stopped")
    event = run_of(app).event
    assert event is not None
    said = html(app)
    assert f"update {event.step}" in said and "step" in said
    parts = assert_page_is_right(app)
    names = [t["name"] for t in parts["norms"]["figure"]["data"]]
    assert "broke here" in names and "not finite" in parts["loss"]["caption"]
    assert app.button(key="run_start").disabled and not app.button(key="run_reset").disabled
    # The doctor's first advice sets something and starts again.
    before = run_of(app).config
    click(app, "advice_0")
    app.run()
    assert run_of(app).config != before and run_of(app).begun


# -- comparing


def test_with_and_without_clipping_are_one_click():
    app = click(quick(), "versus_clip")
    wait(app, "finished")
    wait(app, "finished", "rival")
    assert run_of(app).config.clip == "norm" and run_of(app, "rival").config.clip == "none"
    assert run_of(app).config.seed == run_of(app, "rival").config.seed
    names = [t["name"] for t in payloads(app)["loss"]["figure"]["data"]]
    assert "no clipping" in names and "clipped by norm" in names
    assert_page_is_right(app)
    app.segmented_control(key="choice_train_look").set_value(1).run()
    assert not app.exception
    click(app, "run_alone")
    assert "rival" not in background.TABS._tabs[app.session_state["training_token"]].runs


def test_short_against_long_is_one_click():
    app = click(quick(length=40), "versus_length")
    assert run_of(app).config.length == 40 and run_of(app, "rival").config.length == 10
    wait(app, "finished")
    wait(app, "finished", "rival")
    assert_page_is_right(app)
    assert open_page(task="first_bit_3").button(key="versus_length").disabled


def test_runs_are_kept_drawn_and_removed():
    app = trained(quick())
    for _ in range(2):
        click(app, "run_keep")
    kept = [b for b in app.button if (b.key or "").startswith("remove_")]
    assert len(kept) == 2 and kept[0].label != kept[1].label
    names = [t["name"] for t in payloads(app)["loss"]["figure"]["data"]]
    assert {b.label for b in kept} <= set(names)
    click(app, kept[0].key)
    names = [t["name"] for t in payloads(app)["norms"]["figure"]["data"]]
    assert kept[0].label not in names and kept[1].label in names
    for _ in range(background.limits.MAX_KEPT):
        click(app, "run_keep")
    assert "can be kept" in app.warning[0].value
    assert_page_is_right(app)


@pytest.mark.parametrize("scene", SCENES, ids=lambda s: s.name)
def test_a_scene_sets_everything_and_starts(scene):
    app = open_page(cell="gru", gain=2, versus="clip:none")
    click(app, f"scene_{scene.name}")
    assert config_of(app) == scene.config
    assert run_of(app).begun and run_of(app).config == scene.config
    assert ("rival" in background.TABS._tabs[app.session_state["training_token"]].runs) == (
        scene.versus is not None
    )
    if scene.versus is not None:
        assert run_of(app, "rival").config == scene.versus
    assert set_plain(scene.lesson) in looks(app)
    assert not app.warning and not app.error
    for field, setting in FIELDS.items():
        if hasattr(setting, "low"):
            assert setting.low <= getattr(scene.config, field) <= setting.high, field


def test_any_recorded_update_can_be_looked_at():
    app = trained(quick())
    parts = payloads(app)
    assert parts["scrub"]["value"] == 12 and "latest" in parts["scrub"]["label"]
    app.session_state["training_at"] = 5
    app.run()
    parts = payloads(app)
    assert parts["curve"]["title"].endswith("update 5") and parts["scrub"]["value"] == 5
    assert parts["states"]["figure"]["data"][1]["x"].tolist() == [5, 5]


def test_on_another_page_the_run_goes_on_and_its_settings_stay():
    app = click(quick(steps=50_000, speed="30", gain=1.5), "run_start")
    app.switch_page("pages/one_neuron.py").run()
    assert not app.exception
    made = run_of(app).steps
    time.sleep(0.2)
    app.switch_page("pages/training.py").run()
    assert not app.exception
    assert run_of(app).steps > made and run_of(app).config.gain == 1.5
    assert app.session_state["settings"]["train_gain"] == 1.5


def test_names_of_this_pages_settings_are_its_own():
    own = {s.key for s in (*owned("run"), *owned("training"))}
    assert own == {f"train_{name}" for name in (*FIELDS, "momentum", "speed", "versus")}
    assert all(SETTINGS[key].key == key for key in own)


def test_every_setting_has_its_control_once_the_drawers_are_open():
    app = open_page()
    for drawer in ("train_network_open", "train_training_open"):
        app.session_state[drawer] = True
    app.run()
    assert not app.exception
    sliders = {name.removeprefix("train_") for name in payloads(app) if name.startswith("train_")}
    boxes = [*app.selectbox, *app.segmented_control, *app.toggle, *app.number_input]
    others = {
        box.key.partition("@")[0].removeprefix("view_").removeprefix("number_")
        for box in boxes
        if box.key
    }
    found = sliders | {name.removeprefix("train_") for name in others}
    elsewhere = {"text", "clip_value", "added_bias"} | set(OF_CELLS)
    assert set(FIELDS) - elsewhere <= found
    assert_page_is_right(app)


def test_pytorch_trains_the_same_run():
    ours, theirs = trained(quick()), trained(quick(engine="torch"))
    assert run_of(theirs).config.engine == "torch"
    assert run_of(theirs).read().loss == pytest.approx(run_of(ours).read().loss, rel=1e-8)
    assert_page_is_right(theirs)


def test_a_run_started_as_a_framework_ships_it_says_so_and_has_no_slider_for_it():
    app = open_page(cell="lstm")
    app.session_state["train_network_open"] = True
    app.run()
    assert "train_forget_bias" in payloads(app) and "train_start" not in link(app)
    app.selectbox(key="view_train_start").select("keras").run()
    assert not app.exception and link(app)["train_start"] == "keras"
    assert "train_forget_bias" not in payloads(app)
    assert any(one.value == "forget bias: 1, as in Keras" for one in app.caption)
    assert payloads(app)["train_added_bias"]["value"] == 0.0
    assert app.selectbox(key="fixed_train_init").disabled
    assert "weights start as in Keras" in html(app)
