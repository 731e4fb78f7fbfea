"""Live answers: what a page says of its settings by address, as the page itself says it."""

import gzip
import json
import urllib.error
import urllib.request

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.requests import Request

from rnn_core.settings import Choice, Flag, Number, Several
from tests.tools.on_page import open_app, payloads, unmarked
from tests.tools.server import served
from ui.answers import made, route
from ui.pages import PAGES
from ui.server import waiting
from ui.server.line import Line
from ui.server.version import version
from ui.settings.every import owned

ASKED = {page.name: page for page in PAGES if page.answers}
ALL = [(page.name, name) for page in ASKED.values() for name in page.answers]
# What belongs to the way a payload travelled, not to what it draws.
WAY = ("told", "stamp", "version", "digest")


def drawn(payload: dict) -> str:
    """All that a payload draws, as text."""
    plain = {key: value for key, value in payload.items() if key not in WAY}
    return unmarked(repr(json.dumps(plain, default=lambda array: array.tolist(), sort_keys=True)))


def written(app) -> dict[str, str]:
    """The words of the page by their key."""
    found = {}
    for element in app.get("html"):
        body = element.proto.body
        if body.startswith('<div data-words="'):
            key, _, rest = body.removeprefix('<div data-words="').partition('">')
            found[key] = rest.removesuffix("</div>")
    return found


def values_of(setting) -> st.SearchStrategy[str] | None:
    """What a link may say of a setting, within its limits; small networks only."""
    if isinstance(setting, Number):
        high = {"seq_len": 12, "hidden_size": 6, "batch_size": 4, "seeds": 2}.get(setting.name)
        low, high = setting.low, min(setting.high, high or setting.high)
        if setting.whole:
            return st.integers(int(low), int(high)).map(str)
        return st.floats(low, high).map(repr)
    if isinstance(setting, Choice):
        return st.sampled_from(setting.choices)
    if isinstance(setting, Several):
        names = st.lists(st.sampled_from(list(setting.words)), min_size=1, max_size=3, unique=True)
        return names.map(",".join)
    if isinstance(setting, Flag):
        return st.sampled_from(setting.texts)
    return None


@st.composite
def links(draw, page: str) -> dict[str, str]:
    """A link to a page: a few of its settings and of the network's, at any legal value."""
    pool = {s.key: s for s in (*owned("network"), *owned(page)) if values_of(s) is not None}
    chosen = draw(st.lists(st.sampled_from(sorted(pool)), max_size=5, unique=True))
    small = {"seq_len": "9", "hidden_size": "5", "batch_size": "3"}
    return small | {key: draw(values_of(pool[key])) for key in chosen}


@pytest.mark.parametrize("page", ASKED)
@settings(max_examples=6)
@given(data=st.data())
def test_the_page_and_its_answers_say_the_same(page, data):
    """Every picture, chart and sentence, and the address, at random settings."""
    link = data.draw(links(page))
    app = open_app(None if ASKED[page].first else f"pages/{page}.py", **link)
    on_page, words = payloads(app), written(app)
    query = on_page["address"]["query"]
    for name in ASKED[page].answers:
        head, *pieces = made.unpack(made.answer(page, name, query).body)
        assert head["address"] == query
        for piece in pieces:
            if "html" in piece:
                assert words[piece["key"]] == piece["html"]
            else:
                assert drawn(on_page[piece["key"]]) == drawn(piece), piece["key"]
                assert on_page[piece["key"]]["stamp"] == piece["stamp"] == head["stamp"]
        keys = {key for key, payload in on_page.items() if payload.get("group") == name}
        assert keys == {piece["key"] for piece in pieces if "html" not in piece}


@pytest.mark.parametrize(("page", "name"), ALL)
def test_every_answer_can_be_had_at_the_first_settings(page, name):
    head, *pieces = made.unpack(made.answer(page, name, "").body)
    assert head["stamp"] and pieces


@pytest.mark.parametrize(
    ("page", "name", "query", "says"),
    [
        ("nowhere", "first_screen", "", "no answer"),
        ("gradient_flow", "__doc__", "", "no answer"),
        ("gradient_flow", "address", "", "no answer"),
        ("training", "first_screen", "", "no answer"),
        ("gradient_flow", "first_screen", "gain=9", "from 0 to 3; 9 became 3"),
        ("gradient_flow", "first_screen", "gain=nan", "must be a number"),
        ("gradient_flow", "first_screen", "gian=1", "did you mean gain"),
        ("gradient_flow", "first_screen", "cell=" + "x" * 9000, "4000 characters at most"),
    ],
)
def test_what_cannot_be_answered_is_refused_by_a_sentence(page, name, query, says):
    with pytest.raises(made.Refused, match=says):
        made.answer(page, name, query)


def test_an_open_question_is_not_answered():
    """Who is asked first gets the question, and nothing that tells."""
    for name in ASKED["gradient_flow"].answers:
        _, *pieces = made.unpack(made.answer("gradient_flow", name, "quiz=1").body)
        assert all("log10" not in piece and "figure" not in piece for piece in pieces)
        assert not any("unroll-verdict" in piece.get("html", "") for piece in pieces)


def test_an_answer_waits_in_line_for_a_moment_and_then_says_its_place(monkeypatch):
    monkeypatch.setattr(waiting, "_PATIENCE", 0.1)
    line = Line(1)
    with (
        line.turn("other", lambda ahead: None),
        waiting.answering("me"),
        pytest.raises(waiting.Busy, match="one computation comes first"),
        line.turn(waiting.who(), waiting.tell),
    ):
        pass
    with waiting.answering("me"), line.turn(waiting.who(), waiting.tell):
        pass  # the place was kept, and nobody is before it


# --- over HTTP ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with served(tmp_path_factory.mktemp("answers") / "log") as (_, port):
        yield f"http://127.0.0.1:{port}"


def get(address: str, **headers: str):
    request = urllib.request.Request(
        address, headers={name.replace("_", "-"): value for name, value in headers.items()}
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read()


def test_an_answer_travels_compressed_cached_and_by_its_tag(server):
    address = f"{server}/live/{version()}/gradient_flow/first_screen?gain=1.1"
    status, headers, plain = get(address)
    assert (status, headers["content-type"]) == (200, route.TYPE)
    assert "immutable" in headers["cache-control"] and "public" in headers["cache-control"]
    assert plain == made.answer("gradient_flow", "first_screen", "gain=1.1").body
    _, packed, body = get(address, accept_encoding="gzip")
    assert packed["content-encoding"] == "gzip" and gzip.decompress(body) == plain
    status, _, body = get(address, if_none_match=headers["etag"])
    assert (status, body) == (304, b"")


def test_another_version_is_answered_and_not_kept(server):
    _, headers, _ = get(f"{server}/live/other/gradient_flow/first_screen")
    assert headers["cache-control"] == "no-store"


def test_what_a_reader_typed_is_kept_by_nobody_else(server):
    address = f"{server}/live/{version()}/one_neuron/first_screen"
    assert "private" in get(f"{address}?bits=0110")[1]["cache-control"]
    assert "public" in get(f"{address}?w_h=0.7")[1]["cache-control"]


@pytest.mark.parametrize(
    ("path", "headers", "status", "says"),
    [
        ("gradient_flow/first_screen?gain=x", {}, 400, "must be a number"),
        ("gradient_flow/nothing", {}, 400, "no answer"),
        ("gradient_flow/first_screen", {"sec_fetch_site": "cross-site"}, 403, "this server"),
    ],
)
def test_an_error_is_a_sentence(server, path, headers, status, says):
    code, _, body = get(f"{server}/live/{version()}/{path}", **headers)
    assert code == status and says in json.loads(body)["error"]


def test_nobody_draws_for_a_name_that_no_page_has(server):
    assert get(f"{server}/live/{version()}/stream/guessed")[::2] == (204, b"")


def test_an_error_of_the_program_has_a_number_that_the_log_has_too(monkeypatch, caplog):
    def broken(*_):
        raise RuntimeError("broken")

    monkeypatch.setattr(made, "answer", broken)
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/",
        "query_string": b"",
        "headers": [],
        "path_params": {"version": "v", "page": "p", "name": "n"},
    }
    answer = route._respond(Request(scope), "somebody")
    said = json.loads(answer.body)["error"]
    assert answer.status_code == 500 and "broken" not in said
    number = said.partition("number ")[2][:6]
    assert f"error {number}" in caplog.text
