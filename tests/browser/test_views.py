"""Figures in the frames of other people's pages, in a real browser: by what Share gives for each
kind of page, at every width, in both themes, and costing nothing until they are seen."""

from urllib.parse import urlsplit

import pytest

from tests.tools.course import KINDS, code, site
from tests.tools.in_browser import slider
from tests.tools.proxy import stripping
from ui.views import VIEWS

RIVER = VIEWS[0]
every_view = pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.name)


@pytest.fixture(scope="module")
def course():
    with site() as found:
        yield found


@pytest.fixture
def framed(page, course, app_url, console_errors):
    """`framed(body)`: the course's page with that body, opened; `{app}` is the app's address."""
    address, pages = course

    def open_page(body: str, width: int = 1000, height: int = 1000):
        pages["/lesson"] = body.replace("{app}", app_url)
        page.set_viewport_size({"width": width, "height": height})
        page.goto(f"{address}/lesson")
        return page

    yield open_page
    assert console_errors == []


def drawn(frame) -> str:
    """Wait until a figure is drawn; what it is drawn from."""
    frame.wait_for_selector(".unroll-view[data-drawn]:not([data-drawn=''])")
    return frame.get_attribute(".unroll-view", "data-drawn")


def moved(frame, key: str) -> None:
    """Move a slider to its end, and wait until the figure shows that."""
    before = drawn(frame)
    frame.focus(slider(key))
    frame.press(slider(key), "End")
    frame.wait_for_function(
        "before => document.querySelector('.unroll-view').dataset.drawn !== before", arg=before
    )


@pytest.mark.parametrize("kind", KINDS)
def test_what_share_gives_shows_the_figure_and_moves_with_its_slider(kind, framed, app_url):
    """In a page of each kind, as the tool for it writes that page, on another site: the frame is as
    high as the figure says it is, before and after."""
    snippet = code(kind, RIVER, f"{app_url}/?view=river&gain=0.5")
    page = framed(KINDS[kind](snippet))
    (frame,) = page.frames[1:]
    drawn(frame)
    assert "Vanishing" in frame.inner_text("[data-words=verdict]")
    moved(frame, "gain")
    assert "Exploding" in frame.inner_text("[data-words=verdict]")
    assert page.evaluate("told") == [
        {"view": "river", "height": RIVER.height, "given": RIVER.height}
    ]
    assert "gain=3&" in frame.get_attribute("footer a", "href")


@every_view
def test_every_figure_fits_its_height_at_every_width(view, framed):
    """Told once; nothing lies over anything, nothing is wider than the frame."""
    frames = "".join(
        f'<iframe src="{{app}}/?view={view.name}" width="{width}" height="{view.height}"></iframe>'
        for width in (320, 480, 700, 1200)
    )
    page = framed(frames, 2900)
    for frame in page.frames[1:]:
        drawn(frame)
        frame.wait_for_function(
            """() => {
              const box = (name) => document.querySelector(name).getBoundingClientRect();
              const parts = [".read", ".pieces", ".sliders", "footer"].map(box);
              const picture = document.querySelector(".piece:last-child > *")
                ?.getBoundingClientRect();
              const root = document.documentElement;
              return parts.every((part, i) => !i || part.top >= parts[i - 1].bottom - 1)
                && picture?.height > 90 && picture.bottom <= parts[2].top + 1
                && root.scrollWidth <= root.clientWidth && root.scrollHeight <= root.clientHeight;
            }"""
        )
    told = [(each["view"], each["height"]) for each in page.evaluate("told")]
    assert told == [(view.name, view.height)] * 4


def test_what_is_not_seen_asks_for_nothing_and_plotly_is_not_loaded(framed):
    """A frame that the page does not load lazily either: its answer is asked for when it comes
    into view. No figure here opens a websocket."""
    frames = [
        f'<p><iframe src="{{app}}/?view={name}&seq_len=31" height="460" width="700"></iframe></p>'
        for name in ("river", "curve")
    ]
    asked, sockets = [], []
    page = framed("<p>No frame yet.</p>")
    page.on("request", lambda request: asked.append(request.url))
    page.on("websocket", lambda socket: sockets.append(socket.url))
    page = framed(f'{frames[0]}<div style="height: 4000px"></div>{frames[1]}')
    first, second = page.frames[1:]
    drawn(first)
    second.wait_for_selector(slider("gain"))
    answers = [url for url in asked if "/first_screen?" in url]
    assert len(answers) == 1
    page.evaluate("document.querySelectorAll('iframe')[1].scrollIntoView()")
    drawn(second)
    assert not [url for url in asked if "plotly" in url or "/static/js/" in url]
    assert sockets == []


def test_it_has_the_readers_theme_or_the_one_of_its_link(framed):
    body = (
        '<iframe src="{app}/?view=river" height="460"></iframe>'
        '<iframe src="{app}/?view=river&theme=light" height="460"></iframe>'
    )
    framed("").emulate_media(color_scheme="dark")
    page = framed(body)
    try:
        grounds = []
        for frame in page.frames[1:]:
            drawn(frame)
            grounds.append(frame.evaluate("getComputedStyle(document.body).backgroundColor"))
        assert grounds == ["rgb(18, 21, 27)", "rgb(255, 255, 255)"]
    finally:
        page.emulate_media(color_scheme="light")


def test_a_server_that_cannot_be_reached_is_said_in_the_frame(framed):
    """A host that lets nothing but Streamlit's own addresses through answers with a page of its
    own."""
    page = framed("")
    page.route("**/live/**", lambda route: route.fulfill(body="<p>", content_type="text/html"))
    page = framed('<iframe src="{app}/?view=river&seq_len=32" height="460"></iframe>')
    try:
        (frame,) = page.frames[1:]
        frame.wait_for_function(
            "document.querySelector('.read').textContent.includes('cannot be reached')"
        )
    finally:
        page.unroute("**/live/**")


def test_share_gives_the_code_of_the_figures_of_its_page(page, app_url, console_errors):
    """At the settings on screen, for the kind of page that is chosen."""
    page.goto(f"{app_url}/?gain=0.71")
    page.wait_for_selector(".unroll-river[data-stamp]:not([data-stamp=''])")
    page.click(".unroll-address .share")
    page.click(".embed summary")
    offered = page.eval_on_selector_all(
        ".embed select >> nth=0 >> option", "all => all.map(o => o.value)"
    )
    assert offered == [view.name for view in VIEWS if view.page == "gradient_flow"]
    code_of = ".embed textarea"
    assert "view=river&amp;gain=0.71&amp;" in page.input_value(code_of)
    page.select_option(".embed select >> nth=0", "curve")
    page.select_option(".embed select >> nth=1", "quarto")
    page.select_option(".embed select >> nth=2", "dark")
    written = page.input_value(code_of)
    assert written.startswith("```{=html}\n<iframe") and 'height="500"' in written
    assert "/?view=curve&amp;theme=dark&amp;gain=0.71&amp;" in written
    assert console_errors == []


def test_it_is_found_below_the_path_of_a_proxy(page, app_url, console_errors):
    """One that strips its prefix, of which the server knows nothing: nothing is asked for beside
    it, and the link leads to the app below it."""
    prefix = "/user/ann/proxy/8501/"
    with stripping(prefix, urlsplit(app_url).port) as (address, astray):
        page.goto(f"{address}?view=cells&seeds=1")
        moved(page, "gain")
        back = page.eval_on_selector("footer a", "link => link.href")
        assert back.startswith(f"{address}architectures?") and "gain=3&" in back
        assert astray == []
    assert console_errors == []
