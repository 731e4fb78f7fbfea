"""A link to Training in a tab that has a run: it begins clean, and the old run is kept."""

import time

import pytest
from streamlit.testing.v1 import AppTest

from tests.tools import ROOT
from tests.tools.on_page import open_app, payloads
from ui import background

QUICK = {
    "task": "first_bit_3",
    "train_length": "3",
    "train_hidden_size": "4",
    "steps": "40",
    "speed": "max",
}


@pytest.fixture(autouse=True)
def none_left():
    yield
    background.TABS.close()


def run_of(app: AppTest):
    return background.TABS._tabs[app.session_state["training_token"]].runs["main"]


def finished(**query):
    app = open_app("pages/training.py", **query)
    app.button(key="run_start").click().run()
    end = time.monotonic() + 30
    while run_of(app).active:
        assert time.monotonic() < end
        time.sleep(0.02)
    return app.run()


def followed(before: AppTest, monkeypatch, linked=True, **query) -> AppTest:
    """The session that a link, or a reload, begins in the tab of another one."""
    claim = {"at": "1", "reloaded": True, "linked": linked}
    claim["token"] = before.session_state["training_token"]
    monkeypatch.setattr(background.presence, "session", lambda: "after")
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    for name, value in query.items():
        app.query_params[name] = value
    app.switch_page("pages/training.py").run()
    app.session_state["live_tab"] = {"claim": claim}
    app.run()
    assert app.session_state["training_token"] == claim["token"]
    return app


def headline(app):
    return next(e.proto.body for e in app.get("html") if "unroll-reading" in e.proto.body)


def test_a_new_link_begins_clean_and_the_old_run_is_kept(monkeypatch):
    before = finished(**QUICK)
    after = followed(before, monkeypatch, **QUICK | {"cell": "lstm"})
    assert run_of(after).state == "ready" and run_of(after).config.cell == "lstm"
    assert headline(after) != headline(before)
    assert "for the next run" not in " ".join(each.value for each in after.markdown)
    (kept,) = background.TABS.kept(after.session_state["training_token"])
    assert kept.record.steps == 40 and kept.config.cell == "vanilla"
    assert any(button.label == kept.title for button in after.button)


@pytest.mark.parametrize(
    ("linked", "query"),
    [(False, QUICK | {"cell": "lstm"}), (True, QUICK), (True, {})],
    ids=["a reload", "a link to the same run", "a link that says nothing of a run"],
)
def test_otherwise_the_run_is_as_it_was(monkeypatch, linked, query):
    before = finished(**QUICK)
    after = followed(before, monkeypatch, linked, **query)
    assert run_of(after).steps == 40 and run_of(after).config.cell == "vanilla"
    assert background.TABS.kept(after.session_state["training_token"]) == ()


@pytest.mark.parametrize("token", [[], {}, 7, None])
def test_a_claim_that_no_browser_of_ours_makes_changes_nothing(token):
    app = open_app("pages/training.py")
    app.session_state["live_tab"] = {"claim": {"token": token, "at": [], "reloaded": "yes"}}
    app.run()
    assert not app.exception and payloads(app)["loss"]
