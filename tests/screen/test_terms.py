"""Terms: every sign of the field that stands on a page is explained, once, where it stands."""

import re

import pytest

from rnn_core import RNNConfig, gradient_flow
from rnn_core.numbers import spoken
from tests.hunt.reading import ANSWERS, plain, read
from ui.answers import made
from ui.frame import explained
from ui.look import terms, typeset
from ui.look.terms import TERMS
from ui.pages import PAGES

# What stands for itself in a formula: a letter of another script with what hangs on it, or a Latin
# letter with an index.
SIGN = re.compile(
    r"[Α-Ωα-ωϕ]′?(?:_(?:\{[^}]+\}|max|\w))?|[∂‖⊙∏]|"
    r"(?<![\w′])[A-Za-z]′?_(?:\{[^}]+\}|max|in|out|\w)(?!\w)"
)
CELLS = ("vanilla", "lstm", "gru", "lru", "layer_norm", "residual", "min_lstm")
LINKS = [
    *(
        ("gradient_flow", {"cell": cell, "loss_at": at})
        for cell in CELLS
        for at in ("last", "every")
    ),
    ("gradient_flow", {"input": "zeros"}),
    ("gradient_flow", {"laws": "norm_bound,realised_bound,spectral_radius,mean_field,lyapunov"}),
    *((page, {}) for page in ANSWERS if page != "gradient_flow"),
]


def signs(page) -> set[str]:
    """The letters of the field that a page shows: in sentences, titles and legends."""
    names = [
        plain(str(trace.get("name", ""))) for chart in page.charts.values() for trace in chart.data
    ]
    return {
        sign for text in (*(text for _, text in page.texts), *names) for sign in SIGN.findall(text)
    }


@pytest.mark.parametrize(("page", "link"), LINKS)
def test_every_sign_that_is_typeset_on_a_page_has_a_term(page, link):
    """The list is what is found on the pages, in the field's words."""
    shown = signs(read(page, {"seq_len": "12", "hidden_size": "4", "batch_size": "2", **link}))
    assert shown and [sign for sign in shown if terms.named(sign) is None] == []


def test_a_term_is_complete_and_no_sign_has_two():
    for name, term in TERMS.items():
        assert re.fullmatch("[a-z_0-9]+", name) and term.meaning.endswith("."), name
        for sign in term.signs:
            assert terms.named(sign) is term, sign


def test_a_term_is_marked_where_it_first_stands_and_only_there():
    said = typeset.typeset("ρ < 1, and yet W_h makes it grow: ρ^k, of W_h.")
    assert said.count('data-term="rho"') == said.count('data-term="recurrent_weights"') == 1
    assert plain(said) == "ρ < 1, and yet W_h makes it grow: ρ^k, of W_h."
    assert "data-term" not in typeset.lettered("ρ < 1") + typeset.plain("ρ < 1")


def test_no_word_is_taken_for_a_letter():
    """A Latin letter is a sign by its index; in a word it is none."""
    for text in ("a step at T = 5 as it is", "logical normality", "the stated lagoon"):
        assert terms.of(text) is None, text


@pytest.mark.parametrize("page", PAGES)
def test_any_page_explains_every_term(page):
    _, piece = made.unpack(made.answer(page.name, made.EXPLAINED, "").body)
    for name in TERMS:
        assert f'data-of="{name}"' in piece["html"]


def test_an_explanation_has_its_number_now():
    query = "gain=1.3&init=gaussian&seq_len=20&hidden_size=8"
    _, piece = made.unpack(made.answer("gradient_flow", made.EXPLAINED, query).body)
    flow = gradient_flow(RNNConfig(gain=1.3, init="gaussian", seq_len=20, hidden_size=8))
    for name, number in (
        ("rho", spoken.plain(flow.spectral_radius, 3)),
        ("sigma_max", spoken.plain(flow.spectral_norm, 3)),
        ("factor", spoken.factor(flow.factor)),
        ("reach", spoken.from_log10(flow.log10_ratio)),
    ):
        own = re.search(f'data-of="{name}".*?</section>', piece["html"])
        assert own and 'class="now">Here: ' in own[0] and number in plain(own[0]), name


def test_while_the_reader_is_asked_first_no_number_tells():
    _, piece = made.unpack(made.answer("gradient_flow", made.EXPLAINED, "quiz=1").body)
    assert 'class="now"' not in piece["html"]


@pytest.mark.parametrize(
    "change",
    [
        {"cell": "lstm"},
        {"cell": "lru"},
        {"input": "zeros"},
        {"gain": 0.0},
        {"activation": "relu", "gain": 3.0, "init": "gaussian"},
    ],
)
def test_every_number_can_be_said_of_any_run(change):
    flow = gradient_flow(RNNConfig(seq_len=15, hidden_size=4, batch_size=2, **change))
    for name, said in explained.numbers(flow).items():
        assert said and "nan" not in said and "None" not in said, (name, said)


def test_the_glossary_is_made_of_the_same_terms():
    table = explained.table()
    assert table.count("<tr>") == len(TERMS) + 1
