"""A figure for other pages, `?view=…`: what its page says and asks for, and what it says of a link
that has something wrong. No browser: tests/browser/test_views.py has one."""

import asyncio
import json
import re
import tomllib
from urllib.parse import parse_qsl, urlencode

import pytest

from rnn_core.cells import CELLS
from rnn_core.settings import SHARING
from rnn_core.tasks import TASKS
from tests.tools import ROOT
from ui.answers import framed, made
from ui.live import assets
from ui.settings.every import owned
from ui.views import VIEWS

every_view = pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.name)


def html_of(**pairs: str) -> str:
    return framed.page(pairs).html


def data_of(html: str) -> dict:
    """What the page tells its module."""
    found = re.search(r'<script type="application/json" id="unroll-view">(.*?)</script>', html)
    return json.loads(found[1])


def asked(path="/", query="view=river", method="GET", headers=()):
    """(status, body) of what `Framed` answers; (0, b"") where the app is asked instead."""
    sent = []

    async def app(scope, receive, send):
        sent.append({"type": "through", "status": 0})

    async def send(message):
        sent.append(message)

    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": query.encode(),
        "headers": list(headers),
    }
    asyncio.run(framed.Framed(app)(scope, None, send))
    return sent[0]["status"], b"".join(message.get("body", b"") for message in sent)


# -- what it is drawn from


@every_view
def test_its_answer_has_the_words_and_the_pieces_that_it_draws(view):
    """By the very settings that its page asks with, which are settings of a link."""
    html = html_of(view=view.name)
    query = data_of(html)["query"]
    _, *pieces = made.unpack(made.answer(view.page, view.asks, query).body)
    keys = {piece["key"] for piece in pieces}
    assert {*view.words, *view.pieces} <= keys
    for key in view.words:
        assert f'data-words="{key}"' in html
    for key in view.pieces:
        assert f'data-piece="{key}"' in html


@every_view
def test_its_sliders_move_settings_that_its_answer_takes(view):
    """At either end of each slider there is another answer."""
    data = data_of(html_of(view=view.name))
    assert [slider["key"] for slider in data["sliders"]] == list(view.sliders)
    for slider in data["sliders"]:
        pairs = dict(parse_qsl(data["query"]))
        ends = {
            made.answer(
                view.page, view.asks, urlencode(pairs | {slider["setting"]: str(slider[end])})
            ).body
            for end in ("minimum", "maximum")
        }
        assert len(ends) == 2


@every_view
def test_what_it_loads_is_there_relative_and_no_more_than_it_needs(view):
    """One module, packed with what it imports; nothing of Streamlit's, no script in the page."""
    html = html_of(view=view.name)
    scripts = re.findall(r"<script(?! type=\"application/json\")[^>]*>", html)
    assert len(scripts) == 1
    (address,) = re.findall(r'src="\./app/static/([^"]+)"', scripts[0])
    packed = (assets.STATIC / address).read_text()
    assert f'"{view.module}"(here)' in packed
    assert len(packed) < 0.6 * len((assets.STATIC / address).with_name(assets.ALL).read_text())
    assert not re.search(r'(?:src|href)="(?!\./)', html)
    assert "static/js" not in html and "new WebSocket" not in packed


@every_view
def test_a_setting_of_the_link_is_where_its_slider_stands_and_in_the_link_back(view):
    key = view.sliders[0]
    html = html_of(**{"view": view.name, key: "0.73"})
    data = data_of(html)
    assert data["sliders"][0]["value"] == 0.73
    back = re.search(r'<footer><a href="([^"]+)" target="_blank" rel="noopener">', html)[1]
    path, _, query = back.replace("&amp;", "&").partition("?")
    assert path == data["opens"] and dict(parse_qsl(query))[key] == "0.73"


@every_view
def test_without_javascript_there_is_a_sentence_and_the_link(view):
    noscript = re.search(r"<noscript>(.*?)</noscript>", html_of(view=view.name), re.S)[1]
    assert view.title in noscript and "JavaScript" in noscript
    assert 'rel="noopener"' in noscript


# -- a short training run


def short_run(**pairs: str) -> list[dict]:
    """The pieces of its answer, by the settings of a link."""
    return made.unpack(made.answer("training", "short_run", urlencode(pairs)).body)[1:]


def test_a_short_run_is_short_whoever_asks():
    """By its address one could ask for any network: it is the same run as the bounded one."""
    large = {"train_steps": "100000", "train_hidden_size": "200", "train_batch_size": "64"}
    small = {"train_steps": "200", "train_hidden_size": "16", "train_batch_size": "16"}
    asked = short_run(train_length="700", **large)
    assert asked[0]["html"] == short_run(train_length="30", **small)[0]["html"]
    said = asked[0]["html"]
    assert "Update 200:" in said and "16 units" in said and "30 long" in said
    assert [piece["key"] for piece in asked] == ["short_run", "loss", "norms"]


def test_what_the_figure_has_by_itself_is_said_where_a_link_says_otherwise():
    html = html_of(view="training", train_length="700", hidden_size="64")
    assert "length must be at most 30 in this figure; 700 became 30." in html
    assert "hidden size is 16 in this figure; 64 became 16." in html
    assert "became" not in html_of(view="training", train_length="20")


@pytest.mark.parametrize("rate", ["1e-05", "10"])
def test_a_run_that_learns_nothing_or_breaks_is_drawn_too(rate):
    for clip in ("none", "norm"):
        pieces = short_run(learning_rate=rate, clip=clip, train_length="10", optimizer="sgd")
        assert "<h1" in pieces[0]["html"] and len(pieces) == 3


@pytest.mark.parametrize("task", TASKS)
def test_every_task_can_be_trained_briefly(task):
    (said, *_) = short_run(train_task=task, train_length=str(TASKS[task].lengths[0]))
    assert "Update 200:" in said["html"] or 'class="event"' in said["html"]


@pytest.mark.parametrize("cell", CELLS)
def test_every_cell_can_be_trained_briefly(cell):
    (said, *_) = short_run(train_cell=cell, train_length="10")
    assert "Update 200:" in said["html"] and "16 units" in said["html"]


# -- what is wrong


def test_an_unknown_view_is_named_with_those_there_are():
    made_of = framed.page({"view": "rivr"})
    assert made_of.status == 404
    assert "view is one of river, curve," in made_of.html
    assert "“rivr” (did you mean river?)" in made_of.html


def test_what_lies_beyond_a_limit_is_said_with_field_limit_and_value():
    html = html_of(view="river", gain="9", seq_len="none")
    assert "W_h scale must be a number from 0 to 3; 9 became 3." in html
    assert "sequence length must be a whole number" in html
    assert data_of(html)["sliders"][0]["value"] == 3


@pytest.mark.parametrize(
    ("pairs", "said"),
    [
        ({"wibble": "1"}, "“wibble”, which is no setting here"),
        ({"theme": "pink"}, "theme is one of light, dark; “pink” was left out."),
        ({"init": "x" * 5000}, "An address has 4000 characters at most"),
    ],
)
def test_what_else_a_link_has_wrong_is_said(pairs, said):
    assert said in html_of(view="river", **pairs)


@pytest.mark.parametrize("where", ["view", "gain", "bits", "theme", "x"])
def test_nothing_of_a_link_is_markup_in_the_page(where):
    attack = '"></script><img src=x onerror=alert(1)>'
    pairs = {"view": "neuron", where: attack}
    assert "<img" not in html_of(**pairs)


def test_how_a_whole_page_is_shown_means_nothing_here():
    """The question before the answer, what is hidden, presenter mode: left out, without a word."""
    html = html_of(view="river", quiz="1", hide="picture", present="1", embed="true")
    assert 'role="note"' not in html
    assert not {"quiz", "hide", "present"} & set(dict(parse_qsl(data_of(html)["query"])))


def test_the_depth_of_words_is_the_links():
    said = []
    for words in ("plain", "full"):
        query = data_of(html_of(view="river", words=words))["query"]
        _, *pieces = made.unpack(made.answer("gradient_flow", "first_screen", query).body)
        said += [piece["html"] for piece in pieces if piece["key"] == "verdict"]
    assert len(said) == 2 and said[0] != said[1]


def test_what_is_shown_of_a_page_is_either_of_a_whole_page_or_of_a_figure_too():
    """A new setting of how a page is shown says which it is."""
    of_both = {"words"}
    assert {each.key for each in owned(SHARING)} == {*framed.OF_A_WHOLE_PAGE, *of_both}


# -- where it is found


@pytest.mark.parametrize("path", ["/", "/architectures", "/training"])
def test_any_page_of_the_app_can_be_asked(path):
    status, body = asked(path)
    assert status == 200 and b'data-view="river"' in body


@pytest.mark.parametrize(
    "request_",
    [
        {"query": ""},
        {"query": "gain=1"},
        {"query": "review=river"},
        {"path": "/app/static/icon.svg"},
        {"path": "/_stcore/stream"},
        {"path": "/nowhere"},
        {"method": "POST"},
    ],
    ids=str,
)
def test_everything_else_goes_through(request_):
    assert asked(**request_) == (0, b"")


def test_it_is_found_below_the_servers_own_path(monkeypatch):
    monkeypatch.setattr(framed.st, "get_option", lambda name: "/lab/unroll/")
    assert asked("/lab/unroll/architectures")[0] == 200
    assert asked("/elsewhere/architectures")[0] == 0


def test_a_theme_can_be_chosen():
    assert '<html lang="en" data-theme="dark">' in html_of(view="river", theme="dark")
    assert '<html lang="en">' in html_of(view="river")


# -- how it looks


def test_it_has_the_colours_of_the_app():
    sheet = (ROOT / "static/styles/view.css").read_text()
    theme = tomllib.loads((ROOT / ".streamlit/config.toml").read_text())["theme"]
    light, dark = (
        {
            re.sub("[A-Z]", lambda m: f"-{m[0].lower()}", name): colour
            for name, colour in one.items()
        }
        for one in (theme["light"], theme["dark"])
    )
    for start, wanted in (
        (":root {", light),
        (':root[data-theme="dark"] {', dark),
        (':root:not([data-theme="light"]) {', dark),
    ):
        rule = sheet[sheet.index(start) :].split("}")[0]
        named = dict(re.findall(r"--st-([a-z-]+): (#[0-9a-f]{6});", rule))
        assert named and named == {name: wanted[name] for name in named}
