"""The figures, sentences and tables of the page "Training": a spike stays, axes stand still, and
nothing on screen is not a number."""

import math
import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_core.settings import Choice, Number
from rnn_core.tasks import TASKS
from rnn_core.tasks.problem import Batch
from rnn_core.training.config import TrainConfig
from rnn_core.training.history import History
from rnn_core.training.settings import RUN_SETTINGS
from rnn_core.training.trainer import NonFinite, Prediction, Trainer
from tests.tools.output import valid
from ui.look import colours
from ui.training import figures, tables, words
from ui.training.words import Shown

SMALL = {"hidden_size": 4, "batch_size": 2}
BROKEN = TrainConfig(
    task="temporal_order",
    length=20,
    activation="linear",
    clip="none",
    optimizer="sgd",
    learning_rate=1.0,
    hidden_size=8,
    steps=200,
)


def trained(config, updates=40):
    trainer = Trainer(config)
    while trainer.updates < updates and trainer.step():
        pass
    return trainer


def shown(trainer, place=0, name="this run"):
    record = trainer.history.read()
    return Shown(name, trainer.config, record, place, trainer.event, trainer.solved_step)


def empty(config):
    return Shown("this run", config, History(config.problem.seq_len).read())


@pytest.fixture(scope="module")
def runs():
    """Every kind of run: not begun, begun, clipped either way, broken, shortened, pasted."""
    configs = [
        TrainConfig(**SMALL),
        TrainConfig(clip="value", clip_value=1e-4, **SMALL),
        TrainConfig(clip="none", cell="lru", **SMALL),
        TrainConfig(task="first_bit", length=40, curriculum=True, activation="relu", **SMALL),
        TrainConfig(task="copy", length=3, cell="lstm", max_norm=0.01, **SMALL),
    ]
    found = [shown(trained(config)) for config in configs]
    return [empty(configs[0]), shown(trained(configs[0], 1)), *found, shown(trained(BROKEN, 200))]


def assert_words(*said):
    wrong = re.search(r"\bnan\b|\binf\b|None|−−|\(\)", " ".join(said))
    assert wrong is None, said


# -- thinning


@given(
    st.lists(st.floats(-1e6, 1e6), max_size=3000),
    st.integers(5, 300),
)
def test_thinned_curves_have_one_length_and_keep_the_extremes(values, pieces):
    y = np.array(values)
    x = np.arange(1.0, len(y) + 1)
    thin_x, thin_y = figures.thinned(x, y, pieces)
    assert len(thin_x) == len(thin_y) == 2 * pieces + 1
    real = ~np.isnan(thin_x)
    assert (np.diff(thin_x[real]) >= 0).all()
    # Every point drawn is a point of the curve, the last one included.
    assert all(y[int(at) - 1] == v for at, v in zip(thin_x[real], thin_y[real], strict=True))
    if len(y):
        assert thin_y[real].min() == y.min() and thin_y[real].max() == y.max()
        assert thin_x[real][-1] == x[-1]


@given(st.integers(600, 4096), st.data())
def test_a_spike_of_one_update_never_disappears(n, data):
    at = data.draw(st.integers(0, n - 1))
    y = np.zeros(n)
    y[at] = 1.0
    thin_x, thin_y = figures.thinned(np.arange(1, n + 1), y)
    assert thin_x[thin_y == 1.0][0] == at + 1


def test_what_is_not_finite_is_a_gap_and_hides_nothing():
    y = np.full(2000, np.nan)
    y[777], y[1500] = 3.0, np.inf
    _, thin = figures.thinned(np.arange(2000), y)
    assert set(thin[~np.isnan(thin)]) == {3.0}


@given(st.integers(1, 100_000), st.integers(0, 100_000))
def test_the_axis_of_updates_holds_the_run_and_grows_at_most_three_times(budget, steps):
    end = figures.last_update(budget, steps)
    assert end >= max(steps, 1)
    ends = [figures.last_update(budget, n) for n in np.linspace(0, budget, 60).astype(int)]
    assert ends == sorted(ends) and len(set(ends)) <= 5 and ends[-1] == budget


# -- figures


def test_every_figure_of_every_kind_of_run_is_valid(runs):
    for run in runs:
        for figure in (
            figures.loss([run]),
            figures.norms([run]),
            figures.states(run, [], None),
            figures.states(run, [], 3),
            figures.curve(run, None),
            figures.curve(run, 1),
            figures.spectrum(run, []),
        ):
            valid(figure)


def test_two_and_more_runs_lie_on_one_chart_in_their_own_colours(runs):
    others = [replace_place(run, n, f"run {n}") for n, run in enumerate(runs[2:5])]
    for figure in (figures.loss(others), figures.norms(others)):
        valid(figure)
        names = {trace["name"]: trace for trace in figure["data"]}
        for other in others[1:]:
            colour = figures.COLOURS[other.place]
            assert names[other.name]["line"]["color"] == colour


def replace_place(run, place, name):
    return Shown(name, run.config, run.record, place, run.event, run.solved_step)


def test_between_two_updates_only_numbers_change():
    """So `live.chart` redraws without laying out again; the axis grows only now and then."""
    trainer = Trainer(TrainConfig(max_norm=1.5, steps=400, **SMALL))
    trainer.step()
    before, same = None, 0
    for _ in range(120):
        trainer.step()
        run = shown(trainer)
        now = []
        for figure in (figures.loss([run]), figures.norms([run])):
            fixed = [{k: v for k, v in t.items() if k not in ("x", "y")} for t in figure["data"]]
            lengths = [(len(t["x"]), len(t["y"])) for t in figure["data"]]
            now.append((repr(fixed), lengths, repr(figure["layout"])))
        same += now == before
        before = now
    assert same >= 114


def test_the_baseline_the_threshold_and_the_break_are_lines(runs):
    run = runs[2]
    loss = {t["name"]: t for t in figures.loss([run])["data"]}
    assert loss["no memory: 0.167"]["y"] == pytest.approx(math.log10(1 / 6))
    norms = {t["name"]: t for t in figures.norms([run])["data"]}
    assert norms["threshold 1.00"]["y"] == pytest.approx([0, 0])
    broken = runs[-1]
    assert broken.event is not None
    marks = [t for t in figures.norms([broken])["data"] if t["name"] == "broke here"]
    assert marks[0]["x"].tolist() == [broken.event.step] * 2
    # What is drawn of it is finite, up to the update before the last.
    curve = figures.norms([broken])["data"][0]
    assert np.nanmax(np.asarray(curve["x"])[~np.isnan(curve["y"])]) >= broken.event.step - 1


def test_marks_of_clipped_updates_are_where_they_were_clipped():
    run = shown(trained(TrainConfig(max_norm=1.5, steps=80, **SMALL), 80))
    clipped = run.record.step[run.record.clipped]
    assert 0 < len(clipped) < 80
    (rug,) = [t for t in figures.norms([run])["data"] if t["name"] == "share clipped"]
    drawn = np.unique(rug["x"][~np.isnan(rug["x"])])
    assert np.abs(drawn[:, None] - clipped).min(axis=1).max() <= 0.5
    assert np.abs(drawn[:, None] - clipped).min(axis=0).max() <= 0.5


# -- the matrix


def test_the_matrix_is_relative_to_the_loss_end_and_never_to_its_own_maximum():
    norms = np.array([[-9.0, -4.0, -2.0], [-1.0, -1.5, np.nan], [np.nan] * 3, [-np.inf, 0, 1]])
    found = figures.relative(norms)
    assert found[0].tolist() == [-7.0, -2.0, 0.0]
    assert found[1, :2].tolist() == [0.5, 0.0] and np.isnan(found[1, 2])
    assert np.isnan(found[2]).all() and found[3].tolist() == [-np.inf, -1.0, 0.0]
    run = empty(TrainConfig(**SMALL))
    heat = figures.states(run, [], None)["data"][0]
    assert (heat["zmin"], heat["zmax"]) == (-colours.COLOUR_DECADES, colours.COLOUR_DECADES)


@given(st.integers(1, 300), st.integers(1, 600), st.data())
def test_a_coarse_matrix_fits_and_keeps_the_furthest_value(rows, columns, data):
    table = np.zeros((rows, columns))
    i, j = data.draw(st.integers(0, rows - 1)), data.draw(st.integers(0, columns - 1))
    table[i, j] = -5.0
    small = figures.coarse(table, 64, 240)
    assert small.shape[0] <= 64 and small.shape[1] <= 240
    assert (small == -5.0).sum() == 1


def test_the_matrix_lies_on_the_updates_and_steps_it_is_of():
    config = TrainConfig(length=100, steps=1200, **SMALL)
    run = shown(trained(config, 1100))
    assert run.record.state_every > 1
    heat = figures.states(run, [], None)["data"][0]
    z = np.array(heat["z"])
    last_x = heat["x0"] + heat["dx"] * (z.shape[1] - 1)
    last_y = heat["y0"] + heat["dy"] * (z.shape[0] - 1)
    assert abs(last_x - run.record.state_steps[-1]) <= heat["dx"]
    assert abs(last_y - 100) <= heat["dy"]
    assert heat["x0"] - heat["dx"] / 2 == pytest.approx(1 - run.record.state_every / 2)


def test_any_recorded_update_can_be_looked_at(runs):
    record = runs[2].record
    assert words.row_of(record, None) == len(record.state_steps) - 1
    for row in (0, 7, 39):
        assert words.row_of(record, int(record.state_steps[row])) == row
    assert words.row_of(runs[0].record, 5) is None
    # The broken update has no gradient: the one before it is the latest that can be shown.
    broken = runs[-1].record
    assert np.isfinite(broken.state_norms[words.row_of(broken, None)]).any()


# -- words


def test_sentences_have_numbers_whatever_happened(runs):
    for run in runs:
        assert_words(
            words.loss_caption(run),
            words.norms_caption(run),
            words.states_caption(run.record),
            words.curve_caption(run.record, words.row_of(run.record, None)),
            words.spectrum_caption(run),
            words.run_name(run.config),
            words.setup(run.config),
        )


def test_the_clip_rate_and_factor_are_those_of_the_record():
    run = shown(trained(TrainConfig(max_norm=1.5, steps=80, **SMALL), 80))
    record = run.record
    said = words.norms_caption(run)
    assert f"{record.clipped.sum()} of 80 updates" in said
    assert f"×{words.number(record.factor[record.clipped].mean())}" in said
    assert f"at update {record.norm_before.argmax() + 1}" in said


def another(field, config):
    """A legal value of a setting that `config` has not."""
    now = getattr(config, field)
    setting = next(setting for setting in RUN_SETTINGS if setting.name == field)
    if isinstance(setting, Choice):
        return next(value for value in setting.words if value != now)
    if isinstance(setting, Number):
        return type(now or setting.high)(setting.low if now == setting.high else setting.high)
    return not now


@pytest.mark.parametrize("field", TrainConfig.__dataclass_fields__)
def test_a_difference_names_what_differs(field):
    base = TrainConfig(task="pasted", text="ab " * 30, length=10)
    own = {"task": "hello", "length": 12, "text": "abc" * 40, "cell": "gru", "clip": "none"}
    other = own.get(field, another(field, base))
    changed = replace(base, **{field: other} | ({"text": ""} if field == "task" else {}))
    said = words.difference(changed, base)
    if field == "clip_value":  # of no effect while the norm is clipped
        assert said == ""
    else:
        assert said and "_" not in said.replace("W_h", "").replace("W_x", "")
        assert said != words.difference(base, changed) or field == "text"


def test_progress_says_how_fast_and_how_long():
    assert words.progress("running", 812, 2000, 400.0, 3.0) == (
        "812 of 2,000 updates · 400 per second · 3 s left"
    )
    assert words.progress("paused", 1, 1, None, None) == "1 of 1 update"
    assert words.duration(0.2) == "under 1 s" and words.duration(3700) == "1 h 2 min"


# -- predictions


@pytest.mark.parametrize("task", TASKS)
def test_what_it_predicts_can_be_shown_for_every_task(task):
    text = "<b>&amp; " * 20 if TASKS[task].uses_text else ""
    config = TrainConfig(task=task, length=TASKS[task].default_length, text=text, **SMALL)
    p = trained(config, 2).predict()
    assert_words(words.predictions_caption(p))
    if p.problem.loss == "squared_error":
        valid(figures.scatter(p))
        return
    html = tables.predictions(p, "<script>")
    assert "<script>" not in html and "<b>&" not in html
    assert_words(html)
    nowhere = Prediction(p.problem, p.batch, np.full_like(p.y, np.nan))
    assert_words(tables.predictions(nowhere), words.predictions_caption(nowhere))


def test_the_table_marks_right_and_wrong():
    p = trained(TrainConfig(task="first_bit_3", length=3, **SMALL), 1).predict()
    y = np.zeros_like(p.y)
    y[0, np.arange(8), p.batch.target[0]] = 5.0
    y[0, 0] = -y[0, 0]
    html = tables.predictions(Prediction(p.problem, p.batch, y))
    assert html.count("✓") == 7 and html.count("✗") == 1 and "99 %" in html
    assert words.predictions_caption(Prediction(p.problem, p.batch, y)).startswith(
        "8 validation sequences: 7 of 8 answers right"
    )


def test_copied_symbols_are_compared_one_by_one():
    p = trained(TrainConfig(task="copy", length=2, **SMALL), 1).predict()
    y = np.zeros_like(p.y)
    k, b = np.indices(p.batch.target.shape)
    y[k, b, p.batch.target] = 1.0
    y[-1, 0] = np.roll(y[-1, 0], 1)
    html = tables.predictions(Prediction(p.problem, p.batch, y))
    assert html.count("10 of 10") == 7 and "9 of 10" in html
    assert html.count('class="off"') == 1
    # argmax of NaN is 0, the first symbol: no answer all the same, as the caption counts it.
    nowhere = Prediction(p.problem, p.batch, np.full_like(y, math.nan))
    assert "0 of 10" in tables.predictions(nowhere)
    assert not any(f"{n} of 10" in tables.predictions(nowhere) for n in range(1, 11))


def test_a_run_that_stopped_at_once_has_charts_and_sentences():
    config = TrainConfig(**SMALL)
    history = History(config.problem.seq_len)
    nan = math.nan
    history.add(
        np.full(config.problem.seq_len, nan),
        step=1,
        loss=nan,
        val_loss=nan,
        val_accuracy=nan,
        norm_before=nan,
        norm_after=nan,
        clipped=False,
        factor=nan,
        cosine=nan,
        rho=nan,
        sigma=nan,
        saturated=nan,
        seq_len=30,
    )
    run = Shown("this run", config, history.read(), 0, NonFinite(1, "h", 3))
    for figure in (
        figures.loss([run]),
        figures.norms([run]),
        figures.states(run, [], None),
        figures.curve(run, None),
        figures.spectrum(run, []),
    ):
        valid(figure)
    assert_words(
        words.loss_caption(run),
        words.norms_caption(run),
        words.states_caption(run.record),
        words.spectrum_caption(run),
    )
    assert isinstance(trained(config, 1).predict().batch, Batch)
