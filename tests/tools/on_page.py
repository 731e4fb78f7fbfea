"""The app through AppTest, for the tests of every page: open it, and read what it was sent."""

import re
from html import unescape
from urllib.parse import parse_qsl

from streamlit.testing.v1 import AppTest

from rnn_core import RNNConfig
from rnn_core.numbers.said import FULL
from tests.tools import ROOT
from ui.live import wire
from ui.look.typeset import lettered
from ui.settings.every import SETTINGS, owned


def open_app(page: str | None = None, **query) -> AppTest:
    """The app at `page` ("pages/….py"; None: the first one) from a link with this query; in the
    field's words, where it names no others."""
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    for name, value in ({"words": FULL} | query).items():
        app.query_params[name] = str(value)
    if page is not None:
        app.switch_page(page)
    app.run()
    assert not app.exception
    return app


def payloads(app: AppTest) -> dict[str, dict]:
    """The payload of every live component by its key, without the marks of terms in its texts."""
    found = {}
    for element in app.get("bidi_component"):
        payload = wire.unpack(element.proto.bytes)
        found[payload["key"]] = {name: unmarked(value) for name, value in payload.items()}
    return found


def view(widgets, name: str):
    """The widget of this key, or, once somebody else has changed what it shows, its successor."""
    return next(w for w in widgets if w.key and w.key.partition("@")[0] == name)


def html(app: AppTest) -> str:
    """Everything that was written as HTML, the marks of its terms aside."""
    return unmarked(" ".join(e.proto.body for e in app.get("html")))


def unmarked(value):
    """A text without the marks of its terms, as one reads it; anything else as it is."""
    return re.sub(r"</?dfn[^>]*>", "", value) if isinstance(value, str) else value


def looks(app: AppTest) -> str:
    """What stands over the scenes, as plain text: what to look at, or what to do first."""
    said = re.findall(r'<p class="unroll-look">(.*?)</p>', html(app), re.DOTALL)
    return unescape(re.sub("<[^>]+>", "", " ".join(said)))


def set_plain(text: str) -> str:
    """A text as it reads once its indices are set."""
    return unescape(re.sub("<[^>]+>", "", lettered(text)))


def link(app: AppTest) -> dict[str, str]:
    """What the link to this very state holds, the words aside."""
    held = parse_qsl(payloads(app)["address"]["query"], keep_blank_values=True)
    return {name: value for name, value in held if name != "words"}


def named(query: dict) -> str:
    """The name of a test with this link."""
    return "&".join(f"{name}={value}" for name, value in query.items()) or "default"


def config_of(app: AppTest) -> RNNConfig:
    """The network that the controls name."""
    values = app.session_state["settings"]
    return RNNConfig(**{setting.name: values[setting.key] for setting in owned("network")})


def held(app: AppTest) -> dict[str, str]:
    """Every setting that is not what it starts with, as a link writes it, by its name there; the
    words aside."""
    values = app.session_state["settings"]
    return {
        key: setting.write(values[key])
        for key, setting in SETTINGS.items()
        if values[key] != setting.default and key != "words"
    }
