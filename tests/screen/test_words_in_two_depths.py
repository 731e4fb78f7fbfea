"""Words in two depths: a text that has both forms, what it says of numbers, and that no sentence
of a page can forget its plain form."""

import ast
import math
import pickle
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_core.numbers import spoken
from rnn_core.numbers.said import FULL, PLAIN, Said, alike, at, everyday_numbers, joined
from rnn_core.numbers.spoken import from_log10
from tests.hunt.of_plain_words import amount
from tests.tools import ROOT
from ui.controls import wording
from ui.look import plot

RHO = Said("ρ", plain="the rate")
# What these modules hold besides sentences: names and numbers that sentences are made of.
PIECES = {
    "pair",
    "panel_factor",
    "panel_horizon",
    "panel_end",
    "the",
    "setting",
    "jobs",
    "formulas",
    "number_text",
    "times",
    "matrix_name",
    "shared_gradient",
    "reading",
    "problem",
    "learned",
    "cosine_text",
    "progress",
    "duration",
    "fields",
    "value_of",
    "difference",
    "run_name",
    "number",
    "tone_colour",
    "cut",
    "title",
    "word",
    "kind",
    "whose",
    "badge",
}
TELLING = ("words", "captions")
# The pages whose sentences have both forms.
IN_BOTH = (
    "gradient_flow",
    "architectures",
    "initialisation",
    "one_neuron",
    "clipping",
    "training",
    "your_model",
)


def test_a_text_in_two_depths_is_the_full_one_to_whoever_knows_of_none():
    assert RHO == "ρ" and f"{RHO}" == "ρ" and at(RHO, FULL) == "ρ" and at(RHO, PLAIN) == "the rate"
    assert at("both", FULL) == at("both", PLAIN) == "both"


def test_added_to_another_text_it_keeps_both():
    for made in ("By " + RHO + ".", joined(["By", RHO + "."])):
        assert made == "By ρ." and made.plain == "By the rate."
    assert joined([RHO, Said("k", plain="")]).plain == "the rate"
    assert pickle.loads(pickle.dumps(RHO)).plain == "the rate"


def test_a_figure_is_drawn_in_one_depth():
    figure = {"data": [{"name": RHO, "y": [1, 2]}], "layout": {"title": {"text": alike("t")}}}
    from ui.controls import store

    for depth, name in ((PLAIN, "the rate"), (FULL, "ρ")):
        with store.given({"words": depth}):
            found = wording.drawn(figure)
        meta = {"meta": {"term": "rho"}} if depth == FULL else {}  # what its legend explains
        assert found["data"] == [{"name": name, "y": [1, 2], **meta}]
        assert type(found["data"][0]["name"]) is str


def test_a_term_in_a_line_s_name_leaves_the_line_the_chart_s_own():
    """Or it would not stand there pale while a slider moves."""
    from ui.controls import store

    line = {"name": RHO, "y": [1, 2]} | plot.OWN
    for depth, term in ((PLAIN, {}), (FULL, {"term": "rho"})):
        with store.given({"words": depth}):
            assert wording.drawn(line)["meta"] == plot.OWN["meta"] | term
    assert plot.OWN["meta"] == {"own": True}


@given(st.floats(-400, 400))
def test_an_everyday_number_means_what_it_was_made_of(log10):
    """And so does a share of something: to two digits, whichever way it is put."""
    assert amount(spoken.everyday(log10)).means(log10)
    share = spoken.share_of(log10, "it").removesuffix(" it")
    size, _, word = share.rpartition(" ")
    assert word == ("of" if log10 < 0 else "times") and amount(size).means(log10)
    assert "10" not in spoken.everyday(log10) or "⁻" not in spoken.everyday(log10)


@pytest.mark.parametrize(
    ("log10", "said"),
    [(-4.143, "0.000072 of it is left"), (-0.0706, "85 % of it is left"),
     (-8.35, "4.5 billionths of it are left"), (-math.inf, "nothing of it is left"),
     (3.638, "there is 4,300 times as much"), (-20, "less than a trillionth of it is left")],
)  # fmt: skip
def test_what_is_left_is_said_in_good_english(log10, said):
    assert spoken.is_left(log10) == said


@given(st.floats(-300, 300))
def test_a_power_of_ten_in_a_sentence_becomes_an_everyday_number(log10):
    """To the three digits of the power."""
    found = re.search(
        r"^from (.*) to it$", everyday_numbers(f"from {from_log10(log10)} to it").plain
    )
    assert found and amount(found[1]).means(log10, 5e-3) and "·" not in found[1]


@pytest.mark.parametrize("page", IN_BOTH)
def test_no_sentence_of_a_page_can_forget_its_plain_form(page):
    """Every public function that tells returns Said, which cannot be made without both."""
    forgot = []
    for path in (ROOT / "ui" / page).glob("*.py"):
        if path.stem.split("_")[-1] not in TELLING:
            continue
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                returns = ast.unparse(node.returns) if node.returns else ""
                if returns == "str" and node.name not in PIECES:
                    forgot.append(f"{path.name}: {node.name}")
    assert forgot == []


def test_said_cannot_be_made_without_its_plain_form():
    with pytest.raises(TypeError, match="plain"):
        Said("ρ")  # type: ignore[call-arg]
