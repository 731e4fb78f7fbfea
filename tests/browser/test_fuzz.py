"""Links that nobody meant, in a real browser, on every page: opened, something moved, opened again.

Whatever a link says, the page it opens is complete, says no "NaN" where a number should stand, has
no error in the console and none on the screen, keeps in the address what reopens the same settings,
and is no wider than a phone.

A sample here, the same every time. More by hand, others with every seed, and among them networks
that take seconds: `FUZZ_EXAMPLES=120 FUZZ_SEED=1 pytest tests/browser/test_fuzz.py`. Every link
that fails is named, not only the first. `tests/pages/test_fuzz.py` tries many more without one.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from playwright.sync_api import Error

from rnn_core.settings import RUN, SHARING
from tests.conftest import noting_errors
from tests.tools import ROOT
from tests.tools.in_browser import TALL
from tests.tools.links import (
    BEFORE_A_RUN,
    DEAR,
    EXPLAINED,
    KNOWN,
    affordable,
    legal_text,
    odd_text,
    queries,
)
from tests.tools.settled import SETTLED
from ui.pages import PAGES

PATHS = tuple(page.path for page in SETTLED)
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", str(len(PATHS))))
MANY = EXAMPLES >= 60
PLAIN, ALIKE = 12, 12
PATIENCE = 180_000 if MANY else 60_000  # ms for a page to be complete
REST = 650  # ms after a key: what it chose is final by then, and in the address
PHONE = {"width": 390, "height": 844}
LARGEST = {"seq_len": "1000", "hidden_size": "256", "batch_size": "64"}

# After `name=value&…`, as they are: half an escape, bytes that are no text, names without values.
JUNK = (
    "",
    "&",
    "%",
    "%zz",
    "&%",
    "&gain=%E0%A4%A",
    "&seed=%ff",
    "%00",
    "&=5",
    "&&=&=",
    "&gain",
    "&%67ain=0.5",
    "+",
    "&seed=7;8",
    "?gain=2",
    "#gain=2",
    "&activation=%2574anh",
    "&hide",
    "&hide=verdict,%2C,verdct",
    "&present=yes",
    "&quiz=2",
    "&step=-3",
    "&step=1e9",
    "&sequences=each",
    "&sequences=all",
    "&x=" + 20_000 * "9",
)
SLIDER, PRESSED = "input[type=range]", ":not([disabled])"
MOVABLE = {
    "first slider": f".st-key-first_sliders {SLIDER}",
    "slider": f".unroll-slider {SLIDER}",
    "scene": f".st-key-scenes [data-testid=stButton] button{PRESSED}",
    "select": f"[data-testid=stSelectbox] input{PRESSED}",
    "pill": f"[data-testid=stButtonGroup] button{PRESSED}",
    "toggle": "[data-testid=stCheckbox] label",
    "button": f".stMain [data-testid=stButton] button{PRESSED}",
}
KEYS = (
    ("End",),
    ("Home",),
    ("Home", "End"),
    ("ArrowRight",),
    30 * ("ArrowLeft",),
    ("PageUp",),
    ("End", "ArrowLeft"),
    ("Home", "ArrowRight", "PageDown"),
)
# What a link does not hold: how far one has looked back.
NOT_LINKED = ("scrub", "update")
NO_NUMBER = re.compile(
    r"(?<![\w“])(NaN|nan|[Ii]nfinity|inf|None|null|undefined|\[object Object\])(?![\w”])"
)
# Sentences about such numbers.
ABOUT_THEM = re.compile(
    r"inf, then NaN|inf and NaN|gets inf, and|NaN soon after|the update NaN|makes (0 or )?NaN|"
    r"would be inf|an undefined number|Spike, then NaN|up to NaN|NaN within a few|"
    r"float\d\d overflows"
)

COMPLETE = """() => {
  const app = document.querySelector(".stApp");
  const charts = [...document.querySelectorAll(".unroll-chart")];
  const pictures = [...document.querySelectorAll("PICTURES")];
  const broken = document.querySelector("[data-testid=stException]")
    || document.querySelector(".stMain")?.textContent.includes("error of the program");
  return broken || app?.dataset.testScriptState === "notRunning"
    && app.dataset.testConnectionState === "CONNECTED"
    && document.querySelector(".unroll-address")?.dataset.query === location.search.slice(1)
    && [...charts, ...pictures].every((c) => "stamp" in c.dataset)
    && charts.every((c) => !c.offsetParent || c.matches("[data-far]")
      || c.querySelector(".main-svg"))
    && !("unrollLate" in document.documentElement.dataset)  // what leads is older than its settings
    && !document.querySelector("[data-late], [data-testid=stSkeleton]");
}"""

LOOK = """() => {
  const all = (selector) => [...document.querySelectorAll(selector)];
  const seen = (node) => node.getClientRects().length > 0
    && node.checkVisibility({ visibilityProperty: true });
  const alerts = all("[data-testid=stAlert]");
  const notes = alerts.find((alert) => alert.textContent.includes("This link had values"));
  const texts = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const { parentElement: parent, data } = walker.currentNode;
    const code = ["SCRIPT", "STYLE", "NOSCRIPT", "TEMPLATE", "ANNOTATION"];
    if (code.includes(parent.tagName.toUpperCase()) || notes?.contains(parent)) continue;
    if (data.trim() && seen(parent)) texts.push(data);
  }
  for (const node of all("[aria-label], [aria-valuetext], [title], input")) {
    if (!seen(node)) continue;
    texts.push(...["aria-label", "aria-valuetext", "title"].map((n) => node.getAttribute(n) ?? ""));
    if (node.tagName === "INPUT" && node.type !== "text") texts.push(node.value);
  }
  const lists = (value) => ArrayBuffer.isView(value) || Array.isArray(value) ? [...value] : [];
  const missing = (key, trace) => ["x", "y", "z"].reduce((sum, axis) => sum
    + lists(trace[axis]).reduce((n, value, i) => n + (lists(value).length
      // Who teaches whom: the loss at step j teaches no later step.
      ? lists(value).slice(0, key === "teaching" ? i + 1 : undefined)
          .filter((v) => !Number.isFinite(v)).length
      : value === null || (typeof value === "number" && !Number.isFinite(value))), 0), 0);
  const pressed = ["aria-checked", "aria-pressed", "aria-selected", "data-selected"];
  return {
    text: texts.join(" \\n "),
    notes: notes?.textContent ?? "",
    wrong: all("[data-testid=stException]").concat(
      alerts.filter((alert) => alert.textContent.includes("error of the program")),
    ).map((node) => node.textContent),
    verdict: all("VERDICTS, [data-testid=stAlert]").map((node) => node.textContent).join(" "),
    charts: all(".unroll-chart").filter(seen).map((chart) => ({
      key: chart.dataset.key,
      said: [".title", "figcaption"].map((s) => chart.querySelector(s).textContent).join(" ")
        + chart.querySelector(".plot").getAttribute("aria-label"),
      missing: (chart.querySelector(".plot").data ?? []).map((trace) =>
        [trace.name ?? "", missing(chart.dataset.key, trace)]),
    })),
    settings: {
      query: document.querySelector(".unroll-address")?.dataset.query,
      stamps: Object.fromEntries(all(".unroll-chart").map((c) => [c.dataset.key, c.dataset.stamp])),
      sliders: Object.fromEntries(
        all(".unroll-slider").map((s) => [s.dataset.key, s.dataset.value])),
      inputs: all(":is([data-testid=stSelectbox], [data-testid=stNumberInput], "
        + "[data-testid=stTextInput]) input").map((n) => [n.ariaLabel, n.value]),
      switches: all("[data-testid=stCheckbox] input").map((n) => [n.ariaLabel, n.checked]),
      pills: all("[data-testid=stButtonGroup] button").map((n) =>
        [n.textContent, ...pressed.map((name) => n.getAttribute(name))]),
    },
  };
}"""

# What stands out of the window at its right, but for what scrolls in a frame of its own.
WIDE = """() => {
  const main = document.querySelector(".stMain");
  const framed = (node) => {
    for (let at = node.parentElement; at && at !== main; at = at.parentElement) {
      if (getComputedStyle(at).overflowX !== "visible") return true;
    }
    return false;
  };
  const out = [...main.querySelectorAll("*")].filter((node) => {
    const { right, width, height } = node.getBoundingClientRect();
    const seen = width > 1 && height > 1 && node.checkVisibility({ visibilityProperty: true });
    return seen && right > innerWidth + 1 && !framed(node);
  });
  const width = Math.max(document.documentElement.scrollWidth, main.scrollWidth);
  return [...(width > innerWidth ? [`scrolls to ${width}`] : []),
    ...out.slice(0, 3).map((n) => `${n.getAttribute("class")}: ${n.textContent.slice(0, 60)}`)];
}"""


def classes(part: str) -> str:
    """The classes that a part of a page has, on any page, as a selector."""
    found = dict.fromkeys(name for page in PAGES for name in getattr(page, part))
    return ", ".join(name for name in found if name.startswith("."))


COMPLETE = COMPLETE.replace("PICTURES", classes("picture"))
LOOK = LOOK.replace("VERDICTS", classes("verdict"))


def names_of(path: str) -> list[str]:
    """The settings that a page's file speaks of, so that a link to it says something to it."""
    source = (ROOT / "pages" / f"{path or 'gradient_flow'}.py").read_text()
    own = {"one_neuron": ("w_in", "w_h", "w_out"), "clipping": ()}.get(path, ())
    return [
        name
        for name in KNOWN
        if name in own
        or KNOWN[name].owner == SHARING
        or f'"{name}"' in source
        or (path == "training" and KNOWN[name].owner in (RUN, "training"))
        or (path == "your_model" and KNOWN[name].owner == path)
    ]


NAMES = {path: names_of(path) for path in PATHS}


@dataclass(eq=False)
class Move:
    """Something to move: the kind, which one of it, and the keys or the option."""

    kind: str
    which: int
    keys: tuple[str, ...]


@dataclass(eq=False)
class Link:
    """A link, and what to do once it is open; `done` and `faults` say what came of it."""

    path: str
    query: str
    move: Move
    chart: int  # which one the pointer is put on
    done: str = ""
    faults: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return f"/{self.path}?{self.query[:1500]} then {self.done or 'nothing'}"


@st.composite
def links(draw, path: str) -> Link:
    query = draw(queries())
    for name in draw(st.lists(st.sampled_from(NAMES[path]), min_size=1, max_size=7, unique=True)):
        legal = legal_text(KNOWN[name])
        query[name] = [draw(st.one_of(legal, legal, legal, odd_text))]
    query = affordable(query)
    if MANY and draw(st.integers(0, 11)) == 7:
        query |= {name: [LARGEST[name]] for name in DEAR}
    text = urlencode(query, doseq=True, safe=draw(st.sampled_from(["", ",:/"])))
    kinds = [*MOVABLE, *3 * ("first slider",), "slider", "select"]
    if path == "training":  # or nothing would be trained
        kinds += 3 * ["scene", "button"]
    move = Move(draw(st.sampled_from(kinds)), draw(st.integers(0, 40)), draw(st.sampled_from(KEYS)))
    return Link(path, text + draw(st.sampled_from(JUNK)), move, draw(st.integers(0, 10)))


# -- in the browser


def rested(page, link: Link, when: str) -> bool:
    """Wait until the page is complete, and still so after a moment. If it never is, a fault."""
    try:
        for moment in (80, 0):
            page.wait_for_function(COMPLETE, timeout=PATIENCE, polling=40)
            page.wait_for_timeout(moment)
    except Error:
        state = page.evaluate(
            """() => [document.querySelector(".stApp")?.dataset.testScriptState,
              document.querySelector(".unroll-address")?.dataset.query, location.search.slice(1),
              [...document.querySelectorAll(".unroll-chart")].map((c) =>
                [c.dataset.key, c.dataset.stamp, c.matches("[data-late] > *")].join(":")),
              document.querySelector(".stMain")?.innerText.slice(0, 300)]"""
        )
        link.faults.append(f"{when}, never complete: {state}")
        return False
    return True


def moved(page, link: Link) -> None:
    """Do what the link is to be followed by, or the next thing there is to do."""
    kinds = list(MOVABLE)
    at = kinds.index(link.move.kind)
    for kind in kinds[at:] + kinds[:at]:
        things = page.locator(MOVABLE[kind]).filter(visible=True)
        if count := things.count():
            break
    else:
        return
    thing = things.nth(link.move.which % count)
    thing.scroll_into_view_if_needed()
    if "slider" in kind:
        key = thing.evaluate("e => e.closest('.unroll-slider').dataset.key")
        thing.focus()
        for press in link.move.keys:
            page.keyboard.press(press)
        link.done = f"{kind} {key}: {', '.join(link.move.keys)}"
        return
    said = thing.evaluate("e => e.ariaLabel || e.textContent")
    thing.click()
    if kind == "select":
        options = page.locator("[role=option]")
        options.first.wait_for()
        option = options.nth(link.move.which % options.count())
        said += f" → {option.text_content()}"
        option.click()
    link.done = f"{kind} “{said}”"


def hovered(page, link: Link) -> None:
    """The pointer on a chart, so that it says what stands there."""
    plots = page.locator(".unroll-chart .plot").filter(visible=True)
    if count := plots.count():
        plot = plots.nth(link.chart % count)
        plot.scroll_into_view_if_needed()
        box = plot.bounding_box()
        page.mouse.move(box["x"] + 0.55 * box["width"], box["y"] + 0.45 * box["height"])
        page.wait_for_timeout(60)


def look(page, link: Link, when: str) -> dict:
    """What is on screen; what should not be there goes to the link's faults."""
    found = page.evaluate(LOOK)
    link.faults += [f"{when}: {said}" for said in found["wrong"]]
    text = ABOUT_THEM.sub(" ", found["text"])
    for bad in NO_NUMBER.finditer(text):
        link.faults.append(f"{when}, says {text[max(0, bad.start() - 80) : bad.end() + 30]!r}")
    for chart in found["charts"]:
        count = sum(absent(name, number) for name, number in chart["missing"])
        if chart["key"] in BEFORE_A_RUN or not count:
            continue
        if not EXPLAINED.search(chart["said"] + found["verdict"]):
            key, said = chart["key"], chart["said"][:200]
            link.faults.append(f"{when}, {key} has {count} missing numbers without a word: {said}")
    return found["settings"]


def absent(name: str, number: int) -> int:
    """Of `number` missing numbers of a trace, those that are none of the gaps between its lines."""
    lines = re.search(r"each of (\d+)", name)
    return max(0, number - int(lines[1])) if lines else number


def same(before: dict, after: dict, link: Link) -> None:
    """A link reopens what it was taken from. The numbers of a run are no part of it."""
    for name in NOT_LINKED:
        before["sliders"].pop(name, None)
    for name in before["stamps"].keys() - after["stamps"].keys() if link.path == "training" else ():
        before["stamps"].pop(name)  # there was a run to draw
    for part, value in before.items():
        found = after[part]
        if isinstance(value, dict):
            found = {name: found[name] for name in found if name not in NOT_LINKED}
        if found != value:
            link.faults.append(f"opened again, {part} are other ones: {value} → {found}")


def ended(page) -> None:
    """No run is left behind to take its turns from what follows."""
    reset = page.locator(f".st-key-run_reset button{PRESSED}").filter(visible=True)
    if reset.count():
        reset.click()
        page.wait_for_selector(".st-key-run_reset button[disabled]", state="attached")


class Tab:
    """A tab of the browser, and what went wrong in it since it was last emptied."""

    def __init__(self, context, size: dict[str, int]) -> None:
        self.page, self.errors = context.new_page(), []
        self.page.set_viewport_size(size)
        self.page.set_default_timeout(PATIENCE)
        noting = noting_errors(self.page, self.errors)
        noting.__enter__()  # until the context is closed, and its pages with it
        self.page.on("requestfailed", self.failed)

    def failed(self, request) -> None:
        """A question that a newer one has overtaken is no fault."""
        if not (request.failure == "net::ERR_ABORTED" and "/live/" in request.url):
            self.errors.append(f"{request.failure}: {request.url[:200]}")

    def open(self, url: str) -> None:
        self.page.goto(url, wait_until="commit")

    def leave(self, link: Link) -> None:
        """Empty the tab; what went wrong in it is the link's fault."""
        link.faults += self.errors
        self.page.goto("about:blank")
        self.errors.clear()


def tried(tab: Tab, url: str, link: Link) -> tuple[str, dict] | None:
    """Open the link, look, move, look again: the address then, and the settings it should hold."""
    page, found = tab.page, None
    page.bring_to_front()  # a tab behind another is drawn once a second
    try:
        tab.open(f"{url}/{link.path}?{link.query}")
        if rested(page, link, "opened"):
            look(page, link, "opened")
            moved(page, link)
            page.wait_for_timeout(REST)
            if rested(page, link, "moved"):
                hovered(page, link)
                settings = look(page, link, "moved")
                found = page.url, settings
            ended(page)
    except Error as error:
        link.faults.append(f"stopped: {error.message[:400]}")
    tab.leave(link)
    return found


def compared(tab: Tab, link: Link, settings: dict) -> None:
    """Look at the page that the address has opened in `tab`."""
    tab.page.bring_to_front()
    if rested(tab.page, link, "opened again"):
        same(settings, look(tab.page, link, "opened again"), link)
        link.faults += [f"too wide for a phone: {said}" for said in tab.page.evaluate(WIDE)]
    tab.leave(link)


def drawn(path: str, number: int) -> list[Link]:
    """Links to a page. Of what Hypothesis makes the first are plain, and neighbours are alike."""
    found = []

    @seed(int(os.environ["FUZZ_SEED"])) if "FUZZ_SEED" in os.environ else (lambda test: test)
    @settings(
        max_examples=PLAIN + ALIKE * number,
        derandomize="FUZZ_SEED" not in os.environ,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate,),
        database=None,
    )
    @given(links(path))
    def draw(link: Link) -> None:
        found.append(link)

    draw()
    return found[PLAIN::ALIKE][:number]


@pytest.fixture(scope="module")
def tabs(browser) -> Iterator[tuple[Tab, Tab]]:
    """A large one, and a phone's."""
    context = browser.new_context()
    yield Tab(context, TALL), Tab(context, PHONE)
    context.close()


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path or "gradient_flow")
def test_no_link_breaks_a_page_in_a_browser(tabs, app_url, path) -> None:
    """Opened from any link, then moved, then opened again from the address bar, on a phone."""
    large, small = tabs
    links_ = drawn(path, -(-EXAMPLES // len(PATHS)))
    again = None
    for link in [*links_, None]:
        found = tried(large, app_url, link) if link else None
        if again:
            compared(small, *again)
        again = None
        if found:
            address, settings = found
            small.open(address)  # it loads while the next link is tried
            again = link, settings
    wrong = [f"{link}\n    " + "\n    ".join(link.faults) for link in links_ if link.faults]
    assert not wrong, f"{len(wrong)} of {len(links_)} links:\n" + "\n".join(wrong)
