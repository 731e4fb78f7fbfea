"""Every page through AppTest: no exception at any extreme, and the numbers on it agree."""

import re
from dataclasses import replace

import numpy as np
import pytest

from rnn_core import RNNConfig, gradient_flow, parameters
from rnn_core.cells import CELLS
from rnn_core.config import CHOICES
from rnn_core.jacobians.product import too_large
from rnn_core.laws import LAWS
from rnn_core.network.initialisations import INITIALISATIONS
from rnn_core.network.starts import STARTS
from rnn_core.network_settings import INIT
from rnn_core.numbers.spoken import factor
from rnn_core.studies.sensitivity import log10_sensitivity
from tests.tools.on_page import config_of, html, link, named, open_app, payloads, view
from ui.answers import made
from ui.controls import network
from ui.gradient_flow import captions, memory_words, words
from ui.gradient_flow.scenes import SCENES
from ui.look.typeset import lettered
from ui.settings import scene as scenes_of
from ui.settings.every import SETTINGS


def median(app):
    """The median curve as the main chart draws it."""
    traces = payloads(app)["gradient_norms"]["figure"]["data"]
    return np.asarray(next(t for t in traces if t["name"].startswith(("median", "‖∂L")))["y"])


def assert_page_is_right(app):
    """The page shows the gradient of the network its controls name, everywhere the same."""
    flow = gradient_flow(config_of(app))
    parts = payloads(app)
    curve = flow.reading.curve
    finite = np.isfinite(curve)
    assert np.allclose(median(app)[finite], curve[finite], rtol=1e-5, atol=1e-6)
    assert np.allclose(parts["river"]["log10_abs"][finite], curve[finite], rtol=1e-5, atol=1e-6)
    assert f'data-kind="{flow.verdict}"' in html(app)
    if not too_large(flow):
        said = memory_words.sensitive(flow, log10_sensitivity(flow))
        assert lettered(said) in html(app)
    stamps = {p["stamp"] for p in parts.values() if p["key"] in CHARTS}
    assert len(stamps) == 1
    assert parts["gain"]["value"] == flow.config.gain
    if "memory_norms" in parts:
        # Whichever chart names the gradient of the states names the loss that it is of.
        named = "∂L/∂" if flow.config.loss_at == "last" else "∂L<sub>T</sub>/∂"
        for key in ("gradient_norms", "memory_norms"):
            assert named in parts[key]["title"], key
    text = html(app) + " ".join(p.get("caption", "") for p in parts.values())
    assert not re.search(r"\bnan\b|None|Traceback", text)


CHARTS = (
    "river",
    "gradient_norms",
    "derivative_map",
    "gate_map",
    "eigenvalues",
    "teaching",
    "shares",
    "felt",
    "longer_memory",
    "memory_norms",
    "singular_values",
    "trajectories",
    "distances",
)

EXTREMES = [
    {},
    {"gain": 0},
    {"gain": 0.05, "seq_len": 1000, "hidden_size": 8, "batch_size": 2},
    {"gain": 3, "init": "gaussian"},
    {"gain": 3, "init": "identity", "input_scale": 5},
    {"gain": 3, "init": "gaussian", "activation": "relu", "seq_len": 1000, "batch_size": 3},
    {"gain": 3, "init": "gaussian", "activation": "linear", "seq_len": 1000, "batch_size": 1},
    {"activation": "relu", "input": "zeros"},
    {"hidden_size": 1, "seq_len": 2, "batch_size": 1},
    {"hidden_size": 256, "seq_len": 2, "batch_size": 64},
    {"loss_at": "every", "loss_kind": "squared_error"},
    {"scale_sets": "radius", "gain": 0.9, "init": "gaussian"},
    {"input": "impulse", "input_scale": 0},
    {"step": 1},
    {"step": 60},
]


@pytest.mark.parametrize("query", EXTREMES, ids=named)
def test_the_page_at_an_extreme(query):
    app = open_app(**query)
    assert not app.warning
    assert_page_is_right(app)
    for name, value in query.items():
        if name != "step":
            assert getattr(config_of(app), name) == value


CELL_EXTREMES = [
    {},
    {"gain": 0},
    {"gain": 3, "init": "gaussian", "input_scale": 5},
    {"hidden_size": 1, "seq_len": 2, "batch_size": 1},
    {"loss_at": "every", "loss_kind": "squared_error", "step": 7},
    {"scale_sets": "radius", "gain": 0.9, "init": "gaussian", "activation": "relu"},
    {"input": "zeros", "activation": "relu"},
    {
        "seq_len": 1000,
        "hidden_size": 4,
        "batch_size": 2,
        "forget_bias": -4,
        "alpha": 1,
        "lambda_low": 0.5,
        "lambda_high": 0.5,
        "activation": "relu",
        "gain": 3,
    },
]


@pytest.mark.parametrize("query", CELL_EXTREMES, ids=named)
@pytest.mark.parametrize("cell", [cell for cell in CELLS if cell != "vanilla"])
def test_the_page_for_every_cell(cell, query):
    small = {"seq_len": 20, "hidden_size": 8, "batch_size": 3}
    laws = ",".join(LAWS)
    app = open_app(**{**small, **query, "cell": cell, "laws": laws})
    assert not app.warning
    assert config_of(app).cell == cell
    assert_page_is_right(app)
    parts = payloads(app)
    for name in [setting.name for setting in CELLS[cell].settings]:
        assert parts[name]["value"] == getattr(config_of(app), name)
    assert ("gate_map" in parts) == bool(CELLS[cell].kept)
    assert ("derivative_map" in parts) == CELLS[cell].has_slope


def test_only_the_settings_of_the_cell_are_shown():
    app = open_app(cell="lstm", seq_len=10, hidden_size=4)
    assert "forget_bias" in payloads(app) and "alpha" not in payloads(app)
    assert app.selectbox(key="fixed_activation").disabled
    app.selectbox(key="view_cell").select("residual").run()
    assert "alpha" in payloads(app) and "forget_bias" not in payloads(app)
    assert app.selectbox(key="view_activation").value == "tanh"
    app.selectbox(key="view_cell").select("lru").run()
    assert app.selectbox(key="fixed_init").disabled
    assert_page_is_right(app)


def test_a_law_that_does_not_apply_says_so_and_is_not_drawn():
    app = open_app(cell="gru", seq_len=10, hidden_size=4, laws="mean_field,realised_bound")
    assert "Does not apply. Derived for the vanilla RNN" in html(app)
    names = [t["name"] for t in payloads(app)["gradient_norms"]["figure"]["data"]]
    assert "realised bound" in names and "mean field, given the input" not in names
    assert "laws=realised_bound,mean_field" in payloads(app)["address"]["query"]
    none = open_app(seq_len=10, hidden_size=4, laws="none")
    names = [t["name"] for t in payloads(none)["gradient_norms"]["figure"]["data"]]
    assert not {law.label for law in LAWS.values()} & set(names)
    assert "What theory says" not in [s.value for s in none.header]


def test_a_wrong_law_in_a_link_is_explained():
    app = open_app(seq_len=10, hidden_size=4, laws="mean_feild,karma")
    said = app.warning[0].value
    assert "“mean feild” became mean_field" in said and "“karma” was left out" in said


def test_too_large_a_product_says_so():
    app = open_app(hidden_size=256, seq_len=40, batch_size=1)
    assert any("product of Jacobians would take seconds" in c.value for c in app.caption)
    assert "memory_norms" not in payloads(app)


@pytest.mark.parametrize("activation", CHOICES["activation"])
@pytest.mark.parametrize("init", CHOICES["init"])
def test_the_page_for_every_activation_and_initialisation(activation, init):
    app = open_app(activation=activation, init=init, seq_len=12, hidden_size=6, batch_size=2)
    assert_page_is_right(app)


def test_a_new_value_moves_picture_chart_and_verdict_together():
    app = open_app()
    before = median(app)
    app.session_state["settings"]["gain"] = 0.4
    app.run()
    assert not app.exception
    assert median(app)[0] < before[0] - 5
    assert_page_is_right(app)


@pytest.mark.parametrize("name", SCENES)
def test_a_scene_sets_the_controls_and_says_what_to_look_at(name):
    app = open_app(gain=0.3, activation="sigmoid", scale_sets="radius", step=5)
    app.button(key=f"scene_{name}").click().run()
    assert not app.exception
    assert config_of(app) == RNNConfig(**SCENES[name].changes)
    for field in ("cell", "activation", "init"):
        if app.session_state["settings"]["cell"] == "lstm" and field == "activation":
            continue  # its own
        assert view(app.selectbox, f"view_{field}").value == SCENES[name].changes[field]
    assert lettered(SCENES[name].look) in html(app)
    assert_page_is_right(app)


def test_a_scenes_words_go_with_the_first_setting_that_moves():
    app = open_app()
    app.button(key="scene_vanishing").click().run()
    assert "<b>Vanishing.</b>" in html(app)
    app.session_state["settings"]["gain"] = 1.1
    app.run()
    said = html(app)
    assert "<b>Vanishing.</b>" not in said
    # One setting away it says what lies between, computed from both networks.
    there = gradient_flow(RNNConfig(**SCENES["vanishing"].changes))
    here = gradient_flow(config_of(app))
    assert there.factor < 1 < here.factor
    assert "One setting from “Vanishing”.</b> W<sub>h</sub> scale 1.1, not 0.6" in said
    rates = f"{factor(there.factor)} per step back there, {factor(here.factor)} here"
    assert f"{rates}, so 1 has been crossed" in said
    app.session_state["settings"]["seq_len"] = 30
    app.run()
    assert "How far back" in html(app)


@pytest.mark.parametrize(
    ("name", "changes", "said"),
    [
        (
            "vanishing",
            {"gain": 1.4},
            "1 has been crossed; the gradient vanishes there and grows",
        ),
        ("vanishing", {"gain": 0.7}, "both below 1; the gradient vanishes, as there."),
        ("lstm", {"forget_bias": 0.0}, "the gradient flows there and vanishes here."),
        ("vanishing", {"gain": 0.0}, "the gradient vanishes, as there."),  # exactly 0: no rate
    ],
)
def test_what_was_crossed_is_computed_from_both_sides(name, changes, said):
    scene = SCENES[name].changes
    flows = (gradient_flow(RNNConfig(**values)) for values in (scene, scene | changes))
    assert said in captions.crossed(*flows)


def test_of_several_scenes_the_nearest_is_named():
    for gain, label in ((0.7, "Vanishing"), (2.4, "Exploding")):
        values = SCENES["vanishing"].changes | {"gain": gain}
        found = scenes_of.left(SCENES.values(), values, SETTINGS)
        assert found.scene.label == label
    assert scenes_of.left(SCENES.values(), values | {"seq_len": 9}, SETTINGS) is None


def test_an_answer_knows_the_scene_by_its_settings_alone():
    for gain, said in ((0.6, True), (1.1, False)):
        query = f"init=gaussian&input_scale=0.1&gain={gain}"
        pieces = made.unpack(made.answer("gradient_flow", "first_screen", query).body)
        look = next(piece["html"] for piece in pieces if piece.get("key") == "scene")
        assert ("<b>Vanishing.</b>" in look) is said


def test_scenes_show_what_they_are_called():
    flows = {name: gradient_flow(RNNConfig(**scene.changes)) for name, scene in SCENES.items()}
    assert flows["vanishing"].verdict == "vanishing"
    assert flows["flowing"].verdict == "flowing"
    assert flows["flowing"].spread.median[0] > -1
    assert flows["exploding"].verdict == "exploding"
    assert flows["saturation"].spectral_radius > 1.2
    assert flows["saturation"].verdict == "vanishing"
    assert flows["saturation"].cause == "activation"
    assert flows["non_normal"].spectral_radius < 0.81
    assert flows["non_normal"].verdict == "exploding"
    assert flows["overflow"].overflow is not None
    assert flows["lstm"].verdict == "flowing" and abs(flows["lstm"].log10_ratio) < 0.5
    closed = RNNConfig(**SCENES["lstm"].changes | {"forget_bias": 0.0})
    assert gradient_flow(closed).verdict == "vanishing"


def test_select_boxes_change_the_network():
    app = open_app()
    app.selectbox(key="view_activation").select("sigmoid").run()
    app.selectbox(key="view_init").select("gaussian").run()
    app.selectbox(key="view_input").select("sine").run()
    app.selectbox(key="view_loss_at").select("every").run()
    app.selectbox(key="view_loss_kind").select("squared_error").run()
    app.toggle(key="view_scale_sets").set_value(True).run()
    app.number_input(key="number_seed").set_value(123).run()
    assert not app.exception
    config = config_of(app)
    assert config == RNNConfig(
        activation="sigmoid",
        init="gaussian",
        input="sine",
        loss_at="every",
        loss_kind="squared_error",
        scale_sets="radius",
        seed=123,
    )
    assert payloads(app)["gain"]["label"].startswith("W_h spectral radius")
    assert_page_is_right(app)


@pytest.mark.parametrize("page", [None, "pages/initialisation.py", "pages/architectures.py"])
def test_biases_the_first_state_and_the_input_size_are_settings(page):
    begun = {"start_scale": 1.25, "bias_scale": 0.5, "input_size": 4}
    app = open_app(page, hidden_size=8, seq_len=12, batch_size=3, **begun)
    assert not app.exception and not app.warning
    parts = payloads(app)
    assert {name: parts[name]["value"] for name in begun} == begun
    assert {name: link(app)[name] for name in begun} == {
        "start_scale": "1.25",
        "bias_scale": "0.5",
        "input_size": "4",
    }
    # As rare as they are, they stand in no other link.
    assert not set(begun) & set(link(open_app(page, hidden_size=8, seq_len=12)))


def test_a_page_with_biases_and_a_first_state_is_right():
    app = open_app(start_scale=1, bias_scale=0.5, input_size=3, gain=10, activation="sigmoid")
    assert config_of(app).gain == 10.0
    assert_page_is_right(app)
    app = open_app(cell="lru", lambda_low=0.999, lambda_high=0.9999, start_scale=1, seq_len=300)
    assert config_of(app).lambda_high == 0.9999
    assert payloads(app)["bias_scale"]["label"] == "bias scale (no b_h here)"
    assert_page_is_right(app)


def test_a_uniform_w_h_is_not_said_to_be_pytorchs_start():
    """nn.RNN draws W_x and both biases from U(±1/√H), too; with this W_h alone ours are ours."""
    H, config = 64, RNNConfig(init="uniform", bias_scale=0.0)
    assert parameters(config).W_x.std() > 5 / np.sqrt(3 * H) and not parameters(config).b_h.any()
    shipped = parameters(replace(config, start="pytorch"))
    assert shipped.W_x.std() < 1.3 / np.sqrt(3 * H) and shipped.b_h.any() and shipped.b_x.any()
    assert np.array_equal(shipped.W_h, parameters(config).W_h)
    named = INITIALISATIONS["uniform"]
    assert "PyTorch" not in named.label and "W_x and both biases" in named.source
    box = open_app().selectbox(key="view_init")
    assert not any("PyTorch" in option for option in box.options)
    assert named.source in box.help


@pytest.mark.parametrize(
    ("start", "init", "bias"), [("pytorch", "uniform", 0.0), ("keras", "orthogonal", 1.0)]
)
def test_what_the_start_decides_is_shown_and_has_no_slider(start, init, bias):
    app = open_app(cell="lstm", seq_len=12, hidden_size=8, batch_size=3)
    assert payloads(app)["forget_bias"]["value"] == 1.0 and "start" not in link(app)
    app.selectbox(key="view_start").select(start).run()
    config = config_of(app)
    assert (config.start, config.init_used) == (start, init)
    assert config.decided == {"init": init, "forget_bias": bias}
    assert link(app)["start"] == start
    assert "forget_bias" not in payloads(app)
    label = STARTS[start].label
    assert any(one.value.startswith("forget bias") and label in one.value for one in app.caption)
    box = app.selectbox(key="fixed_init")
    assert box.disabled and box.value == INIT.words[init] and label in box.help
    assert f"Weights start as in {label}." in payloads(app)["gradient_norms"]["caption"]
    assert_page_is_right(app)
    app.selectbox(key="view_start").select("ours").run()
    assert config_of(app).decided == {} and payloads(app)["forget_bias"]["value"] == 1.0
    assert "added_bias" not in payloads(app)


def test_what_is_added_to_a_shipped_gate_and_what_chrono_overrules_is_said():
    small = {"cell": "lstm", "start": "pytorch", "hidden_size": 8, "seq_len": 12}
    app = open_app(added_bias=2, **small)
    assert payloads(app)["added_bias"]["value"] == 2.0 and link(app)["added_bias"] == "2"
    said = [one.value for one in app.caption]
    assert "forget bias: drawn around 2, 2 more than in PyTorch" in said
    assert_page_is_right(app)
    app = open_app(chrono=12, **small)
    parts = payloads(app)
    assert parts["chrono"]["value"] == 12 and not {"forget_bias", "input_bias", "added_bias"} & {
        *parts
    }
    said = [one.value for one in app.caption]
    assert "forget bias: each unit’s own, by chrono" in said
    assert "input gate bias: each unit’s own, by chrono" in said
    assert_page_is_right(app)


def test_a_cell_that_begins_in_its_own_way_locks_the_start():
    app = open_app(cell="irnn", start="pytorch", seq_len=12)
    box = app.selectbox(key="fixed_start")
    assert box.disabled and box.value == "its own" and "IRNN" in box.help
    assert "Weights start" not in payloads(app)["gradient_norms"]["caption"]


def test_the_scale_of_w_h_comes_back_when_its_sigmoid_goes():
    app = open_app(activation="sigmoid", gain=8)
    assert (payloads(app)["gain"]["maximum"], payloads(app)["gain"]["value"]) == (10.0, 8.0)
    app.selectbox(key="view_activation").select("tanh").run()
    assert config_of(app).gain == 3.0
    assert (payloads(app)["gain"]["maximum"], payloads(app)["gain"]["value"]) == (3.0, 3.0)
    assert_page_is_right(app)
    # The grid holds every activation: there the slider ends where theirs do.
    grid = open_app("pages/initialisation.py", activation="sigmoid", gain=8, seq_len=9)
    shown = payloads(grid)
    assert (shown["gain"]["maximum"], shown["gain"]["value"]) == (3.0, 3.0)
    assert "gain=3&" in shown["panels"]["query"]


def test_the_dice_rolls_another_seed():
    app = open_app()
    app.button(key="dice_seed").click().run()
    assert config_of(app).seed != RNNConfig().seed
    assert view(app.number_input, "number_seed").value == config_of(app).seed
    assert_page_is_right(app)


def test_the_address_holds_the_whole_state():
    app = open_app(gain=0.7, init="gaussian", seed=5, step=9, words="plain")
    query = payloads(app)["address"]["query"]
    assert query == network.query(config_of(app), 9)
    again = open_app(**link(app))
    assert config_of(again) == config_of(app)
    assert np.array_equal(median(again), median(app), equal_nan=True)


def test_a_mistyped_link_opens_and_says_what_it_changed():
    app = open_app(gain=99, activation="tahn", seq_len="many", gian=1)
    assert config_of(app) == RNNConfig(gain=3.0)
    said = app.warning[0].value
    for part in (
        "W_h scale",
        "from 0 to 3",
        "99",
        "activation",
        "tahn",
        "sequence length",
        "gian",
        "did you mean gain?",
    ):
        assert part in said
    app.selectbox(key="view_init").select("gaussian").run()
    assert not app.warning  # it has been read


def test_every_sequence_is_drawn_on_demand():
    app = open_app(batch_size=3, words="plain")
    app.toggle(key="view_sequences").set_value(True).run()
    names = [trace["name"] for trace in payloads(app)["gradient_norms"]["figure"]["data"]]
    assert "each of 3 sequences" in names
    assert payloads(app)["address"]["query"].endswith("&sequences=each")
    again = open_app(batch_size=3, sequences="each")
    names = [trace["name"] for trace in payloads(again)["gradient_norms"]["figure"]["data"]]
    assert "each of 3 sequences" in names


def test_a_remedy_does_what_it_says():
    app = open_app(init="gaussian", gain=0.6)
    offered = [b for b in app.button if b.key.startswith("remedy_")]
    assert offered
    before = gradient_flow(config_of(app)).log10_ratio
    app.button(key="remedy_0").click().run()
    assert not app.exception
    after = gradient_flow(config_of(app)).log10_ratio
    assert abs(after) < abs(before) - 1
    assert_page_is_right(app)


def test_the_check_against_pytorch_reports_a_small_difference():
    app = open_app(seq_len=12, hidden_size=8, batch_size=2)
    app.button(key="check").click().run()
    assert not app.exception
    said = app.info[0].value
    assert "Largest relative difference" in said
    assert "10⁻¹⁶" in said or "10⁻¹⁵" in said
    assert "24 of 24" in said


def test_the_check_explains_an_overflow_instead_of_printing_nan():
    app = open_app(gain=3, init="gaussian", activation="relu", seq_len=1000, batch_size=1)
    app.button(key="check").click().run()
    assert not app.exception
    assert "overflows at step" in app.info[0].value


def test_what_the_page_says_where_it_was_found_to_say_what_is_not_so():
    """Each link with what is right of it."""
    for query, said in (
        ({"seq_len": 10, "gain": 0.5, "init": "orthogonal", "input_scale": 0.05}, "Fading"),
        (
            {
                "activation": "linear",
                "hidden_size": 3,
                "init": "gaussian",
                "gain": 1.73,
                "seq_len": 20,
            },
            "Growing",
        ),
        ({"gain": 0.5, "loss_at": "every"}, "1.7·10⁻²⁰"),
        (
            {"input": "zeros", "gain": 2, "init": "gaussian", "seq_len": 60, "hidden_size": 32},
            "∂L/∂W<sub>h</sub> is exactly 0",
        ),
    ):
        app = open_app(**query)
        text = html(app) + " ".join(caption.value for caption in app.caption)
        assert said in text, query
        assert "needs mending" not in text and ">Flowing<" not in text, query


def test_the_verdict_on_the_page_is_the_words_of_the_result():
    app = open_app(gain=0.8)
    flow = gradient_flow(config_of(app))
    for name, value, _ in words.facts(flow):
        assert value in html(app), name
