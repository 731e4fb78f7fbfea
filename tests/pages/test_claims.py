"""The page Claims: a prediction first, then what came out; and a link that reopens both."""

import re

import pytest

from rnn_core.claims import CLAIMS
from rnn_core.claims.claim import ANSWERS
from tests.tools.on_page import html, open_app, payloads
from tests.tools.output import valid
from ui.claims import words
from ui.settings.claims import CONTROLS


@pytest.fixture(scope="module")
def opened():
    return open_app("pages/claims.py", claim="orthogonal")


def names(app):
    return {trace["name"] for trace in payloads(app)["claim"]["figure"]["data"]}


def test_before_a_prediction_only_what_the_claim_says_is_drawn(opened):
    said = html(opened)
    assert words.ASKED in said and 'class="unroll-numbers"' not in said
    assert "Not here" not in said and "It holds here" not in said
    assert names(opened) == {"as the claim has it"}


def test_a_prediction_runs_it_and_is_counted(opened):
    app = open_app("pages/claims.py", claim="orthogonal")
    next(b for b in app.button if b.label == "True").click().run()
    said = html(app)
    assert "Not here" in said and "That is not what came out." in said
    assert "measured" in names(app)
    assert any("You predicted 0 of 1 right" in e.label for e in app.expander)
    next(b for b in app.button if b.label.startswith("Next: ")).click().run()
    assert words.ASKED in html(app)
    assert any("You predicted 0 of 1 right" in e.label for e in app.expander)


@pytest.mark.parametrize("name", CLAIMS)
def test_every_claim_opens_run_with_its_controls_its_figure_and_a_link_on(name):
    app = open_app("pages/claims.py", claim=name, predicted=CLAIMS[name].answer)
    assert not app.exception
    said, parts = html(app), payloads(app)
    valid(parts["claim"]["figure"])
    assert "That is right." in said and ANSWERS[CLAIMS[name].answer].lower() in said
    assert {one.key for one in CONTROLS[name].values()} <= {
        part["key"] for part in parts.values() if "minimum" in part
    } | set(parts)
    link = re.search(r'href="\./\?([^"]*)"', said)
    assert link is not None and not re.search(r"nan|None|array", link[1])


def test_the_list_opens_each_claim_and_keeps_what_was_said_of_the_others():
    app = open_app("pages/claims.py", claim="relu", predicted="false")
    app.button(key="go_to_orthogonal").click().run()
    assert CLAIMS["orthogonal"].statement[:20] in html(app).replace("<sub>h</sub>", "_h")
    said = app.button(key="go_to_relu").label
    assert said == "ReLU does not vanish · ✗ you said false, in all: it depends"
    assert app.button(key="go_to_orthogonal").label == "**Orthogonal keeps it**"


def test_a_control_in_the_link_moves_what_is_measured():
    kept = open_app(
        "pages/claims.py", claim="orthogonal", predicted="shown", orthogonal_input_scale=0.02
    )
    assert "It holds here" in html(kept) and "in all" in html(kept)


def test_an_unknown_claim_is_named_and_the_nearest_one_is_shown():
    app = open_app("pages/claims.py", claim="orthogonl")
    assert any("claim is one of" in one.value and "orthogonl" in one.value for one in app.warning)
