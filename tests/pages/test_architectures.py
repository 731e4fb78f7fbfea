"""The page "Architectures" through AppTest: right at every extreme, and so are its files."""

import re
from dataclasses import replace

import numpy as np
import pytest

from rnn_core import RNNConfig
from rnn_core.numbers import spoken
from rnn_core.studies.architectures import ATTENTION, NAMES, Comparison, compare_cells
from rnn_core.studies.lstm_paths import lstm_paths
from tests.tools.on_page import config_of, html, link, named, open_app, payloads
from tests.tools.output import read_csv, run_alone
from ui.architectures import export, figures, words
from ui.look import typeset
from ui.settings.every import SETTINGS

PAGE = "pages/architectures.py"
DEFAULT = ("vanilla", "residual", "gru", "lstm", "lru", "attention")
SMALL = {"hidden_size": 5, "seq_len": 9, "cell_sequences": 2, "seeds": 2}


def open_page(**query):
    return open_app(PAGE, **query)


def shared(app):
    own = {"cell": "vanilla", "batch_size": app.session_state["settings"]["cell_sequences"]}
    return replace(config_of(app), **own)


def comparison_of(app) -> Comparison:
    """The comparison that the page's own settings name, computed afresh."""
    views = app.session_state["settings"]
    return compare_cells(shared(app), views["cells"], views["seeds"], seconds=2.0)


def lines(app):
    """The lines of the chart by the cell's label."""
    data = payloads(app)["architectures"]["figure"]["data"]
    labels = set(NAMES.values())
    return {t["name"]: t for t in data if t["name"] in labels and t["mode"] != "text"}


def totals(app):
    """The dotted lines, by name."""
    data = payloads(app)["architectures"]["figure"]["data"]
    return {t["name"]: t for t in data if t["name"].endswith(", total")}


def rows(app):
    """The table: texts by cell."""
    text = next(e.proto.body for e in app.get("html") if "data-step" in e.proto.body)
    found = {}
    for cell, row in re.findall(r'<tr data-cell="(\w+)">(.*?)</tr>', text):
        found[cell] = re.findall(r"<td[^>]*>(.*?)</td>", row)
    return int(re.search(r'data-step="(\d+)"', text)[1]), found


def assert_page_is_right(app):
    """Every line is the experiment it says it is, and all parts show the same state."""
    found = comparison_of(app)
    drawn = lines(app)
    assert list(drawn) == [NAMES[c.cell] for c in found.cells]
    for cell in found.cells:
        y = np.asarray(drawn[NAMES[cell.cell]]["y"])
        finite = np.isfinite(cell.spread.median)
        assert np.array_equal(np.isfinite(y), finite)
        assert np.allclose(y[finite], cell.spread.median[finite], rtol=1e-5, atol=1e-5)
        if found.config.loss_at == "every":
            dotted = np.asarray(totals(app)[f"{NAMES[cell.cell]}, total"]["y"])
            known = np.isfinite(cell.total)
            assert np.allclose(dotted[known], cell.total[known], rtol=1e-5, atol=1e-5)
    assert bool(totals(app)) == (found.config.loss_at == "every")
    step, table = rows(app)
    assert list(table) == list(found.names)
    for cell in found.cells:
        assert table[cell.cell] == [typeset.lettered(v) for v in words.row(cell, step)]
    parts = payloads(app)
    stamps = {parts[k]["stamp"] for k in parts if k in ("architectures", "paths") or "gates" in k}
    assert len(stamps) == 1
    assert typeset.lettered(words.title(found)) in html(app)
    assert typeset.lettered(words.headline(found)) in html(app)
    text = html(app) + " ".join(p.get("caption", "") + p.get("alt", "") for p in parts.values())
    assert not re.search(r"\bnan\b|None|Traceback|\binf\b", text)


EXTREMES = [
    {},
    {"gain": 0},
    {"gain": 0.3, "seq_len": 1000, "hidden_size": 8},
    {"gain": 3, "seq_len": 200, "hidden_size": 16},
    {
        "gain": 3,
        "activation": "relu",
        "init": "gaussian",
        "seq_len": 1000,
        "hidden_size": 8,
        "cells": "vanilla,irnn,residual",
    },
    {"seq_len": 2},
    {"hidden_size": 1},
    {"hidden_size": 1, "seq_len": 2, "cell_sequences": 1, "seeds": 1},
    {"seeds": 1},
    {"seeds": 20, "hidden_size": 8},
    {"cells": "attention"},
    {"cells": "lstm"},
    {"cells": "gru"},
    {"cells": ",".join(NAMES), "hidden_size": 7},
    {"loss_at": "every", "loss_kind": "squared_error"},
    {"cells": "attention", "loss_at": "every"},
    {"scale_sets": "radius", "init": "gaussian"},
    {"input": "zeros"},
    {"input_scale": 5, "seq_len": 300, "hidden_size": 8},
    {"alpha": 0, "forget_bias": -4, "lambda_low": 0.5, "lambda_high": 0.5},
    {"alpha": 1, "forget_bias": 8, "lambda_low": 0.999, "lambda_high": 0.5},
    {"cell": "gru", "step": 7},
    {"seed": 2**32 - 1},
]


@pytest.mark.parametrize("query", EXTREMES, ids=named)
def test_the_page_at_an_extreme(query):
    app = open_page(**query)
    assert not app.warning
    assert_page_is_right(app)


def test_the_default_is_the_order_of_the_issue():
    app = open_page()
    assert app.session_state["settings"]["cells"] == DEFAULT
    assert list(lines(app)) == [NAMES[c] for c in DEFAULT]


def test_a_cells_own_sliders_are_there_where_it_is():
    everything = set(payloads(open_page(**SMALL)))
    own = {"alpha", "forget_bias", "update_bias", "lambda_low", "lambda_high"}
    assert own | {"seeds", "gain"} <= everything
    assert not own & set(payloads(open_page(**SMALL, cells="vanilla,irnn")))
    assert own & set(payloads(open_page(**SMALL, cells="vanilla,gru"))) == {"update_bias"}
    leaky = set(payloads(open_page(**SMALL, cells="leaky,lstm")))
    assert {"alpha", "forget_bias"} <= leaky and "lambda_low" not in leaky


def test_a_setting_moves_the_cells_that_know_it_and_no_other():
    app = open_page(**SMALL)
    before = {name: np.asarray(t["y"]) for name, t in lines(app).items()}
    app.session_state["settings"]["forget_bias"] = 4.0
    app.run()
    after = {name: np.asarray(t["y"]) for name, t in lines(app).items()}
    assert [n for n in before if not np.array_equal(before[n], after[n])] == ["LSTM"]
    app.session_state["settings"]["gain"] = 0.4
    app.run()
    now = {name: np.asarray(t["y"]) for name, t in lines(app).items()}
    same = [n for n in after if np.array_equal(after[n], now[n])]
    assert same == ["linear recurrent unit", "attention: one hop"]
    assert_page_is_right(app)


def test_the_table_reads_the_selected_step():
    app = open_page(**SMALL, step=4)
    found = comparison_of(app)
    step, table = rows(app)
    assert step == 4
    for cell in found.cells:
        assert table[cell.cell][0] == spoken.from_log10(float(cell.spread.median[3]))
    parts = payloads(app)
    assert parts["architectures"]["selected"] == 4 and parts["read_step"]["value"] == 4
    app.session_state["settings"]["step"] = None
    app.run()
    assert rows(app)[0] == 1 and payloads(app)["architectures"]["selected"] is None


def test_a_selected_step_beyond_a_shorter_sequence_is_let_go():
    app = open_page(**SMALL, step=9)
    app.session_state["settings"]["seq_len"] = 5
    app.run()
    assert rows(app)[0] == 1
    assert_page_is_right(app)


def test_bands_are_drawn_on_demand_and_need_two_seeds():
    def bands(app):
        data = payloads(app)["architectures"]["figure"]["data"]
        return [t["name"] for t in data if t.get("fill")]

    app = open_page(**SMALL)
    assert len(bands(app)) == len(DEFAULT)
    app.toggle(key="view_seed_bands").set_value(False).run()
    assert bands(app) == []
    assert bands(open_page(**SMALL | {"seeds": 1})) == []


def test_the_axis_holds_every_curve_only_if_asked():
    query = {"gain": 0.3, "seq_len": 300, "hidden_size": 8, "seeds": 1}

    def low(app):
        return payloads(app)["architectures"]["figure"]["layout"]["yaxis"]["range"][0]

    app = open_page(**query)
    lowest = min(c.spread.median.min() for c in comparison_of(app).cells)
    assert low(app) == -16 and lowest < -100
    labels = [t for t in payloads(app)["architectures"]["figure"]["data"] if t["mode"] == "text"]
    assert any(t["text"][0].strip() == "vanilla ↓" for t in labels)
    app.toggle(key="view_whole_axis").set_value(True).run()
    assert low(app) < lowest


def test_activation_can_be_chosen_although_the_main_page_shows_a_cell_with_its_own():
    app = open_page(**SMALL, cell="lstm")
    app.selectbox(key="view_activation").select("relu").run()
    assert shared(app).activation == "relu"
    assert_page_is_right(app)


def test_the_address_reopens_the_page_as_it_is():
    app = open_page(**SMALL, cells="leaky,gru,lstm", alpha=0.3, gain=0.7, seed_bands=0, step=3)
    again = open_page(**link(app))
    assert not again.warning
    assert config_of(again) == config_of(app)
    assert again.session_state["settings"] == app.session_state["settings"]
    assert rows(again) == rows(app)


def test_a_mistyped_link_says_what_it_changed():
    app = open_page(cells="lsmt,gru,transformer", seeds=99, forget_bias=50, hidden_size=5)
    said = app.warning[0].value
    for part in ("lsmt", "transformer", "seeds", "from 1 to 20", "99", "forget bias", "50"):
        assert part in said
    assert app.session_state["settings"]["cells"] == ("gru", "lstm")
    assert_page_is_right(app)


def test_the_title_of_a_page_looks_at_every_cell():
    """The IRNN explodes, the vanilla RNN is ×7.7·10⁻⁷ or so: not "Exploding in every cell"."""
    app = open_page(cells="vanilla,irnn", gain=1.2, input_scale=1)
    assert "<h1>It flows in no cell; nearest is the IRNN, exploding</h1>" in html(app)
    said = payloads(app)["architectures"]["alt"]
    assert "(vanishing)" in said and "(exploding)" in said


def test_one_choice_at_least_stays():
    app = open_page(**SMALL, cells="gru")
    app.button_group(key="view_cells_1").set_value([]).run()
    assert app.session_state["settings"]["cells"] == ("gru",)


def test_cells_are_chosen_by_family_and_stay_in_their_order():
    app = open_page(**SMALL, cells="gru")
    grouped = SETTINGS["cells"].grouped()
    assert sorted(name for names in grouped.values() for name in names) == sorted(NAMES)
    app.button_group(key="view_cells_2").set_value(["min_gru", "lru"]).run()
    app.button_group(key="view_cells_0").set_value(["vanilla"]).run()
    assert app.session_state["settings"]["cells"] == ("vanilla", "gru", "lru", "min_gru")
    app.button_group(key="view_cells_1").set_value([]).run()
    assert app.session_state["settings"]["cells"] == ("vanilla", "lru", "min_gru")
    assert_page_is_right(app)


# -- words


def found(cells=DEFAULT, seeds=2, **settings):
    return compare_cells(RNNConfig(**{"hidden_size": 8, "batch_size": 2} | settings), cells, seeds)


def test_the_headline_names_the_cell_that_changes_least_and_its_numbers():
    comparison = found()
    ratios = {c.cell: c.ratio[0] for c in comparison.cells if c.cell != ATTENTION}
    ranked = sorted(ratios, key=lambda c: abs(ratios[c]))
    assert words.the(ranked[0])[4:] in words.title(comparison)
    said = words.headline(comparison)
    for cell in (ranked[0], ranked[1], ranked[-1]):
        assert words.the(cell) in said
        assert f"×{spoken.from_log10(ratios[cell])}" in said


def test_a_ranking_that_seeds_may_turn_round_is_called_one():
    close = found(("gru", "lstm"), seeds=5, gain=3.0, batch_size=8)
    apart = found(("gru", "lru"), seeds=5)
    one, two = (c.ratio for c in close.cells)
    assert one[1] < two[2] and two[1] < one[2]
    assert "overlap" in words.headline(close)
    assert "overlap" not in words.headline(apart)
    assert "overlap" not in words.headline(found(("gru", "lstm"), seeds=1, gain=3.0))


@pytest.mark.parametrize(
    ("settings", "title"),
    [
        ({"cells": ("attention",)}, "Attention: one hop"),
        ({"cells": ("vanilla",), "gain": 0.0}, "No gradient reaches step 1"),
        ({"cells": ("vanilla", "gru"), "gain": 0.2, "seq_len": 80}, "Vanishing in every cell"),
        ({"cells": ("irnn", "vanilla"), "gain": 2.0, "activation": "linear"}, "Exploding in every"),
        ({"cells": ("lstm",)}, "The LSTM: ×"),
        ({"cells": ("lru", "vanilla")}, "The linear recurrent unit carries the gradient best"),
    ],
)
def test_the_title_is_true_of_its_case(settings, title):
    assert title in words.title(found(**settings))


def test_attentions_sentence_says_what_each_step_gets():
    comparison = found(("attention",), seq_len=50)
    said = words.attention(comparison)
    typical = float(np.median(comparison["attention"].spread.median[:-1]))
    assert spoken.from_log10(typical) in said and "1/50 = 0.0200" in said
    assert "1/50" not in words.attention(found(("attention",), loss_kind="squared_error"))
    # Where every step has a loss it is of the last one, as the line that is drawn.
    assert words.attention(found(("attention",), seq_len=50, loss_at="every")) == said


@pytest.mark.parametrize(
    ("settings", "verdict"),
    [
        ({"hidden_size": 8, "seq_len": 50}, "too small"),
        ({"forget_bias": 6.0, "gain": 0.1, "seq_len": 40}, "right to within"),
        ({"gain": 0.0, "loss_kind": "direction", "seq_len": 20}, "forget gates: W_h carries"),
    ],
)
def test_the_sentence_on_the_two_paths_is_true_of_its_case(settings, verdict):
    paths = lstm_paths(RNNConfig(**{"hidden_size": 8, "batch_size": 4} | settings), 3)
    said = words.paths(paths)
    assert verdict in said
    assert f"×{spoken.from_log10(float(np.median(paths.law[0] - paths.total[-1])))}" in said
    off = float(np.median(paths.off))
    if abs(off) >= 0.5:
        assert f"{spoken.plain(abs(off), 2)} decades" in said


def test_the_paths_that_are_drawn_are_those_that_were_computed():
    paths = lstm_paths(RNNConfig(hidden_size=8, batch_size=4, seq_len=30), 3)
    drawn = {t["name"]: t["y"] for t in figures.paths(paths)["data"]}
    assert np.allclose(drawn["the gradient"], np.median(paths.total, axis=1))
    assert np.allclose(drawn["direct path"][:-1], np.median(paths.direct, axis=1)[:-1])


def test_gates_are_drawn_in_one_order_on_an_absolute_scale():
    from rnn_core import gradient_flow

    flow = gradient_flow(RNNConfig(cell="lstm", hidden_size=6, seq_len=12, gain=2.0))
    maps = figures.gates(flow)["data"]
    assert [m["name"] for m in maps] == ["gate f", "gate i", "gate o"]
    for m in maps:
        unit = int(m["customdata"][2, 0]) - 1
        gate = flow.gates[m["name"][-1]][:, flow.typical_sequence, unit]
        assert np.array_equal(m["z"][2], gate)
        assert (m["zmin"], m["zmax"]) == (0.0, 1.0)
    means = maps[0]["z"].mean(axis=1)
    assert (np.diff(means) >= 0).all()


# -- files


def curves_of(text):
    found = {}
    for line in text.splitlines():
        if line and not line.startswith(("#", "cell,")):
            cell, seed, step, value, _ = line.split(",")
            found[cell, seed, int(step)] = float(value)
    return found


def test_the_csv_holds_every_curve_of_every_seed():
    comparison = found(tuple(NAMES), seeds=2, seq_len=7)
    read = curves_of(export.csv(comparison))
    assert len(read) == len(NAMES) * 7 * (2 + 3)
    for cell in comparison.cells:
        for n, seed in enumerate(export.seeds_of(comparison)):
            for t in range(7):
                assert read[cell.cell, str(seed), t + 1] == pytest.approx(cell.medians[t, n])
        assert read[cell.cell, "p90", 1] == pytest.approx(cell.spread.high[0])
        alone = [r["log10_last_loss"] for r in read_csv(export.csv(comparison))]
        assert f"{cell.reading.curve[0]:.12g}" in alone


@pytest.mark.parametrize(
    "settings",
    [
        {"cells": tuple(NAMES), "seq_len": 30},
        {
            "cells": tuple(NAMES),
            "loss_at": "every",
            "loss_kind": "squared_error",
            "scale_sets": "radius",
            "init": "gaussian",
            "hidden_size": 5,
            "seq_len": 20,
        },
        {
            "cells": ("vanilla", "irnn", "residual"),
            "gain": 3.0,
            "activation": "relu",
            "init": "gaussian",
            "seq_len": 900,
            "seeds": 1,
        },
        {"cells": ("attention",), "seq_len": 2, "hidden_size": 1, "seed": 2**32 - 1},
        {"start_scale": 1.0, "bias_scale": 0.5, "input_size": 3, "seq_len": 20, "hidden_size": 5},
        {"cells": tuple(NAMES), "start": "pytorch", "seq_len": 20, "hidden_size": 5, "seeds": 1},
        {"cells": ("gru", "lstm", "min_gru"), "start": "keras", "seq_len": 20, "hidden_size": 5},
    ],
    ids=["all", "every", "overflow", "attention", "h_0 and biases", "PyTorch", "Keras"],
)
def test_the_script_prints_the_same_curves(settings, tmp_path):
    comparison = found(**settings)
    seeds = export.seeds_of(comparison)
    text = run_alone(export.script(comparison.config, comparison.names, seeds), tmp_path)
    mine, theirs = curves_of(export.csv(comparison)), curves_of(text)
    assert len(theirs) == len(comparison.cells) * comparison.seeds * comparison.config.seq_len
    for key, value in theirs.items():
        assert value == pytest.approx(mine[key], abs=1e-8), key
    for cell in comparison.cells:
        line = re.search(rf"# {cell.cell}: factor per step back = (\S+); horizon = (\S+)", text)
        assert float(line[1]) == pytest.approx(cell.factor, rel=1e-7)
        assert line[2] == (str(cell.horizon) if cell.horizon else f">={comparison.config.seq_len}")


def test_every_cell_starts_as_the_page_says():
    """Like with like: the GRU's and the LSTM's gates as shipped, whatever their sliders say."""
    shipped = found(
        cells=("irnn", "gru", "lstm", "attention"), start="pytorch", update_bias=4.0, seq_len=12
    )
    by = {one.cell: one for one in shipped.cells}
    assert by["gru"].config.init == by["lstm"].config.init == "uniform"
    assert words.setting(by["gru"]) == "update bias 0"
    assert words.setting(by["lstm"]) == "forget bias 0"
    assert by["lstm"].config == replace(by["lstm"].config, **by["lstm"].config.decided)
    said = str(words.caption(shipped))
    assert said.endswith("Start: PyTorch’s; the IRNN and attention begin in ways of their own.")
    ours = found(cells=("lstm",), seq_len=12)
    assert words.setting(ours["lstm"]) == "forget bias 1"
    assert str(words.caption(ours)).endswith("Start: ours.")
    assert words.starts(found(cells=("irnn",), start="flax", seq_len=12)) == (
        "Start: the IRNN’s own."
    )
    app = open_app("pages/architectures.py", seq_len=9, start="keras", cells="lstm,gru", seeds=1)
    assert app.selectbox(key="fixed_init").disabled and not app.exception
    parts = payloads(app)
    assert "forget_bias" not in parts and "Start: Keras’s." in parts["architectures"]["caption"]
