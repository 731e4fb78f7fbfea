"""The page of a phone in a room: plain HTML, addressed relative to itself, behind any proxy."""

import re
import tomllib

import pytest
from starlette.applications import Starlette

from tests.tools import ROOT
from tests.tools.asgi import ask
from ui.answers import shell
from ui.live import assets
from ui.rooms import phone, route

APP = Starlette(routes=route.routes(["", "/lab"]), middleware=shell.middleware())
SHEET = (ROOT / "static/styles/phone.css").read_text()


@pytest.mark.parametrize(
    ("path", "root", "code"),
    [
        ("/room", "./", ""),
        ("/room/", "../", ""),
        ("/room/BCDF", "../", "BCDF"),
        ("/room/bcdf", "../", "BCDF"),
        ("/lab/room/BCDF", "../", "BCDF"),
        ("/lab/room", "./", ""),
    ],
)
def test_everything_is_found_from_the_page_itself(path, root, code):
    found = ask(APP, "GET", path, accept="text/html")
    html = found.body.decode()
    assert found.status == 200 and f'data-code="{code}" data-root="{root}"' in html
    (script,) = re.findall(r'<script[^>]* src="([^"]+)"', html)
    assert script.startswith(f"{root}app/static/")
    served = assets.STATIC / script.removeprefix(f"{root}app/static/")
    assert served.is_file() and phone.MODULE in served.read_text()
    assert not re.search(r'(?:src|href)="(?:/|https?:)', html)
    assert "<script>" not in html and "onclick" not in html  # nginx's policy lets none through


def test_it_is_no_page_of_streamlits():
    """Nothing of what comes early with those is added."""
    html = ask(APP, "GET", "/room", accept="text/html,*/*").body.decode()
    assert "modulepreload" not in html and "Join a room · Unroll" in html


def test_an_address_says_nothing_on_the_page_but_letters():
    html = ask(APP, "GET", '/room/"><script>x', accept="text/html").body.decode()
    assert 'data-code="SCRIPTX"' in html and "<script>x" not in html


def test_it_has_the_colours_of_the_theme_light_and_dark():
    theme = tomllib.loads((ROOT / ".streamlit/config.toml").read_text())["theme"]
    light, dark = SHEET.split("@media (prefers-color-scheme: dark)")
    for rules, name in ((light, "light"), (dark, "dark")):
        for key in ("primaryColor", "backgroundColor", "secondaryBackgroundColor", "textColor"):
            variable = "--st-" + re.sub("[A-Z]", lambda m: f"-{m[0].lower()}", key)
            assert re.search(rf"{variable}: (#\w+);", rules)[1] == theme[name][key]
