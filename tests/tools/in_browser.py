"""A page in Chromium, for the browser tests of every page: wait for it, move it, look at it."""

import time
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from tests.conftest import PATIENCE
from ui.pages import PAGES

# Milliseconds. At every frame, which is Playwright's own way, the question takes a part of the
# processor from the page that it waits for.
POLLING_MS = 60
# A window in which all of a page is in view: nothing waits to be asked for, nor to be drawn.
TALL = {"width": 1366, "height": 4200}


@dataclass(frozen=True)
class Lead:
    """The picture that leads a page (a selector), and those that come to show the same state."""

    picture: str
    followers: str = ".unroll-chart"
    fewest: int = 1  # of the followers

    def settled(self, page) -> None:
        """Wait until all of them show the same state, and the link too; nothing is a first
        drawing any more."""
        page.wait_for_function(
            """([lead, followers, fewest]) => {
              const stamp = document.querySelector(lead)?.dataset.stamp;
              const shown = [...document.querySelectorAll(followers)];
              // A chart that is hidden meanwhile keeps its first drawing until it is seen again.
              const first = document.querySelectorAll(
                "#unroll-early, .unroll-chart:not([data-far]) [data-first]");
              const early = [...first].some((drawing) => drawing.getClientRects().length);
              return stamp && shown.length >= fewest && !early
                && shown.every((picture) => picture.dataset.stamp === stamp)
                && document.querySelector(".unroll-address")?.dataset.query
                  === location.search.slice(1);
            }""",
            arg=[self.picture, self.followers, self.fewest],
            polling=POLLING_MS,
        )

    def stamp(self, page) -> str:
        """Of the state that the picture shows."""
        return page.get_attribute(self.picture, "data-stamp")

    def changed(self, page, before: str, timeout: float | None = None) -> None:
        """Wait until the picture shows another state."""
        page.wait_for_function(
            "([s, b]) => document.querySelector(s).dataset.stamp !== b",
            arg=[self.picture, before],
            timeout=timeout,
        )

    def moved(self, page, before: str) -> None:
        """Wait until everything shows another state."""
        self.changed(page, before)
        self.settled(page)


def complete(page) -> None:
    """Wait until the script has ended, and Streamlit has loaded all that it sent."""
    page.wait_for_function(
        """() => document.querySelector(".stApp").dataset.testScriptState === "notRunning"
          && !document.querySelector("[data-testid=stSkeleton]")""",
        polling=POLLING_MS,
    )


def go_to(page, name: str) -> None:
    """Open another page by the navigation, through the menu that it stands in."""
    entry = next(each for each in PAGES if each.name == name)
    if entry.group:
        page.locator("[data-testid=stTopNavSection]", has_text=entry.group).click()
    role = "menuitem" if entry.group else "link"
    page.get_by_role(role, name=entry.title, exact=True).click()


def slider(name: str) -> str:
    return f".unroll-slider[data-key={name}] input[type=range]"


def query(page) -> dict[str, str]:
    """What the page's address holds."""
    return dict(parse_qsl(urlsplit(page.url).query))


def watch(page, *pictures: str) -> None:
    """Count from here on the states that each picture shows; see `seen` and `in_place`."""
    page.evaluate(
        """(pictures) => { window.seen = pictures.map((selector) => {
          const stamps = new Set(), node = document.querySelector(selector);
          node.marked = true;
          new MutationObserver(() => stamps.add(node.dataset.stamp))
            .observe(node, { attributes: true });
          return stamps;
        }); }""",
        pictures,
    )


def seen(page) -> list[int]:
    """How many states each watched picture has shown."""
    return page.evaluate("seen.map((stamps) => stamps.size)")


def all_seen(fewest: int) -> str:
    """The condition that every watched picture has shown so many states."""
    return f"seen.every((stamps) => stamps.size >= {fewest})"


def in_place(page, picture: str) -> bool:
    """Whether a watched picture is the same node still."""
    return page.eval_on_selector(picture, "node => node.marked")


def drag(
    page, thumb: str, start: float, step: float, steps: int, rest: int = 40, until: str = "true"
) -> None:
    """Move a slider's thumb, in parts of its track, and then to and fro until the condition holds
    (of JavaScript: a busy machine draws fewer pictures on the way); the pointer stays down."""
    box = page.locator(thumb).bounding_box()
    y = box["y"] + box["height"] / 2

    def to(i: int) -> None:
        page.mouse.move(box["x"] + box["width"] * (start + i * step), y)

    to(0)
    page.mouse.down()
    for i in range(steps):
        to(i)
        page.wait_for_timeout(rest)
    more, give_up = 0, time.monotonic() + PATIENCE
    while not page.evaluate(until) and time.monotonic() < give_up:
        more += 1
        to(steps - 1 - more % 2)
        page.wait_for_timeout(rest)


def assert_on_first_screen(page, *selectors: str) -> None:
    """Each is there, and whole, without scrolling up or down."""
    for selector in selectors:
        box = page.locator(selector).first.bounding_box()
        assert box and box["y"] >= 0, selector
        assert box["y"] + box["height"] <= page.viewport_size["height"], selector


def assert_no_sideways_scroll(page) -> None:
    width = page.viewport_size["width"]
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("document.querySelector('.stMain').scrollWidth") <= width
