"""The page What helps: trials go on in the background, and what is said is computed from them."""

import re
import time
from dataclasses import replace

import numpy as np
import pytest

from rnn_core.remedies import REMEDIES
from rnn_core.remedies.trials import AS_IT_IS, Comparison, Trial, Trials
from rnn_core.training.config import TrainConfig
from tests.tools.on_page import html, open_app, payloads
from tests.tools.output import comments, read_csv, valid
from ui.server import limits
from ui.what_helps import export, figures, words

SMALL = {"train_length": 10, "train_hidden_size": 4, "train_steps": 10, "trial_seeds": 1}
CONFIG = TrainConfig(length=10, hidden_size=4, batch_size=3)


def opened(**more):
    return open_app("pages/what_helps.py", **SMALL | more)


def ended(app):
    """The page once its trials have."""
    app.button(key="trials_start").click().run()
    until = time.monotonic() + 60
    while "<b>Finished</b>" not in html(app) and time.monotonic() < until:
        time.sleep(0.1)
        app.run()
    assert not app.exception
    return app


def test_all_remedies_are_tried_and_the_best_opens_on_training():
    app = opened(remedy="cell_gru")
    assert words.QUESTION in html(app) and 'class="unroll-remedies"' not in html(app)
    said = html(ended(app))
    comparison = Comparison(
        config=TrainConfig(length=10, hidden_size=4, steps=10), seeds=1, updates=10
    )
    assert said.count('<th scope="row">') == len(comparison.runs)
    assert all(f"train_cell={cell}" in said for cell in ("gru", "lstm", "lru"))
    valid(payloads(app)["before_after"]["figure"])
    assert "GRU instead" in payloads(app)["before_after"]["title"]
    app.button(key="open_on_training").click().run()
    assert "Press Start" in html(app) and app.session_state["settings"]["train_cell"] == "gru"


def test_results_of_other_settings_are_named_as_such():
    app = ended(opened())
    app.session_state["settings"]["train_hidden_size"] = 5
    app.run()
    assert any("What stands here is of other settings" in info.value for info in app.info)


def test_settings_that_cannot_run_are_named():
    app = opened(train_task="pasted", train_text="aaa")
    assert not app.exception and "text" in app.error[0].value


def test_more_than_a_server_makes_is_said(monkeypatch):
    monkeypatch.setattr(limits, "TRIALS", 1e7)
    app = opened(train_steps=5000)
    assert any("of the 5,000 of each run" in caption.value for caption in app.caption)


# -- words


def trial(name, seed=7, solved=None, loss=0.5):
    at = np.array([1, 2])
    return Trial(name, seed, 10, solved, "", at, at * loss, 2, 10, 10, loss, 0.001)


COMPARISON = Comparison(config=CONFIG, seeds=1, updates=10)


def test_none_helped_is_an_answer_with_the_lowest_loss():
    found = trial(AS_IT_IS, loss=0.4), trial("omega", loss=0.3), trial("identity", loss=0.6)
    assert words.head(COMPARISON, found, active=False) == "None helped so far"
    said = words.says(COMPARISON, found)
    assert "Regulariser Ω: 0.300, against 0.400" in said and "0 of 1 seed" in said


def test_the_best_is_named_with_the_law_that_it_leans_on():
    found = trial(AS_IT_IS), trial("omega", solved=9), trial("identity", solved=4)
    assert words.head(COMPARISON, found, active=True) == "W_h = 1 helps most so far"
    assert "in 1 of 1 seed, after 4 updates" in words.says(COMPARISON, found)
    assert words.why(COMPARISON, found) == REMEDIES["identity"].law
    rows = [row.name for row in words.ordered(COMPARISON, found)]
    assert rows == [AS_IT_IS, "identity", "omega"]


def test_a_run_that_breaks_is_counted_and_its_loss_is_a_gap():
    broken = replace(trial("omega", loss=np.nan), broke="W_h")
    said = words.table(COMPARISON, (trial(AS_IT_IS), broken), lambda config: "")
    assert "0 of 1, not finite in 1" in said and "nan" not in said
    valid(figures.before_after(COMPARISON, (trial(AS_IT_IS), broken), "omega"))


def test_what_changes_is_said_setting_by_setting():
    after = REMEDIES["omega"].after(CONFIG)
    assert words.changes(CONFIG, after) == "no Ω → Ω 1"


def test_the_csv_has_a_row_for_every_run():
    trials = Trials(replace(COMPARISON, updates=2))
    while trials.step():
        pass
    text = export.trials_csv(trials.comparison, trials.found)
    rows = read_csv(text)
    assert [row["remedy"] for row in rows] == [t.name or "as_it_is" for t in trials.found]
    assert "# setting: cell = 'vanilla'" in comments(text)
    assert not re.search(r"\bnan\b|None", text.partition("remedy,")[2])


@pytest.mark.parametrize("name", REMEDIES)
def test_a_remedy_is_told_in_two_depths(name):
    remedy = REMEDIES[name]
    for text in (remedy.says, remedy.law, remedy.cost):
        assert text.plain and not re.search(r"[φσλδΩηα∂]|_\w|\^", text.plain), text.plain
