"""Links that nobody meant, and settings nobody thought of together, on every page: no exception
reaches the screen, and no NaN without a word about it.

A sample here. More by hand: `FUZZ_EXAMPLES=2000 pytest tests/pages/test_fuzz.py`; with
`FUZZ_SEED=1`, 2, … several at once try different ones. `tests/browser/test_fuzz.py` opens a sample
in Chromium.
"""

import os
import re
from typing import NamedTuple

import numpy as np
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from rnn_core.settings import Several
from tests.tools import ROOT
from tests.tools.links import BEFORE_A_RUN, DEAR, EXPLAINED, KNOWN, queries
from tests.tools.on_page import html, payloads
from ui import pages as pages_table
from ui.settings.every import SETTINGS

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "24"))
PAGE = st.sampled_from(sorted(page.script for page in pages_table.PAGES))
BROKEN = re.compile(r"\b(nan|NaN|inf|Infinity|None|undefined|Traceback)\b")


def opened(page: str, query: dict[str, list[str]]) -> AppTest:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
    for name, values in query.items():
        app.query_params[name] = values
    app.switch_page(page)
    return app.run()


class Turn(NamedTuple):
    """Which widget is turned and to what: parts of what there is, since only the page knows it.

    Drawn before the page is opened: what is on a page must not decide what is drawn next.
    """

    a_slider: bool
    which: float
    to: float
    parts: tuple[bool, ...]

    def of(self, things):
        """One of these."""
        return things[int(self.which * len(things))]

    def value(self, things):
        """One of these as what it is turned to."""
        return things[min(int(self.to * len(things)), len(things) - 1)]


TURNS = st.builds(
    Turn,
    a_slider=st.booleans(),
    which=st.floats(0, 1, exclude_max=True),
    to=st.one_of(st.sampled_from([0.0, 1.0]), st.floats(0, 1)),
    parts=st.tuples(*[st.booleans()] * 16),
)


def turn(app: AppTest, what: Turn) -> str:
    """Set one widget, or a slider, to something legal; says what."""
    groups = [
        g for g in app.button_group if g.key.partition("@")[0].removeprefix("view_") in SETTINGS
    ]
    sliders = [p["key"] for p in payloads(app).values() if p["key"] in KNOWN and "minimum" in p]
    widgets = [w for w in (*app.selectbox, *app.toggle, *groups) if not w.disabled]
    if not sliders and not widgets:
        return "nothing, there is none"
    of_ours = not widgets or (sliders and what.a_slider)
    widget = what.of(sliders if of_ours else widgets)
    if isinstance(widget, str):  # as the slider's callback does
        number = KNOWN[widget]
        low, high = number.low, min(number.high, 40) if widget in DEAR else number.high
        value = low + what.to * (high - low)
        value = round(value) if number.whole else value
        app.session_state["settings"] = app.session_state["settings"] | {widget: value}
        app.run()
        return f"{widget} = {value}"
    if widget.type == "toggle":
        widget.set_value(not widget.value)
    elif widget.type == "selectbox":
        widget.select_index(what.value(range(len(widget.options))))
    else:
        setting = SETTINGS[widget.key.partition("@")[0].removeprefix("view_")]
        names = list(setting.words)
        several = isinstance(setting, Several)
        some = [name for name, taken in zip(names, what.parts, strict=False) if taken]
        widget.set_value(some if several else what.value(names))
    widget.run()
    return f"{widget.key} = {widget.value}"


def missing(key: str, trace: dict) -> int:
    """Numbers of a trace that are none, but for those that are not meant to be any."""
    if key in BEFORE_A_RUN:
        return 0
    if key == "teaching":  # step j teaches no later one
        trace = {"z": np.tril(trace["z"]) if "z" in trace else np.zeros(0)}
    arrays = [a for a in trace.values() if isinstance(a, np.ndarray) and a.dtype.kind == "f"]
    count = sum(int((~np.isfinite(a)).sum()) for a in arrays)
    lines = re.search(r"each of (\d+)", str(trace.get("name")))  # the pen is lifted between them
    return count - int(lines[1]) if lines else count


def spoken(app: AppTest) -> str:
    """What is said outside the warnings, which repeat what a link had wrong."""
    parts = payloads(app).values()
    said = [html(app), *(e.value for e in (*app.markdown, *app.caption, *app.header))]
    said += [str(p.get(name, "")) for p in parts for name in ("title", "caption", "alt", "summary")]
    text = " ".join(said)
    return re.sub(r"<style>.*?</style>|<[^>]*>|“[^”]*”|\$[^$]*\$", " ", text, flags=re.DOTALL)


def verdict(app: AppTest) -> str:
    """What is said in the box above the charts, and in the tables."""
    return re.sub(r"<style>.*?</style>|<[^>]*>", " ", html(app), flags=re.DOTALL)


def faults(app: AppTest) -> list[str]:
    """What should not be there."""
    found = [f"exception: {e.value}" for e in app.exception]
    text = spoken(app)
    found += [text[max(0, m.start() - 60) : m.end() + 30] for m in BROKEN.finditer(text)]
    for key, part in payloads(app).items():
        if "minimum" in part and part["value"] is None:
            found.append(f"slider {key} has no value")
        count = sum(missing(key, trace) for trace in part.get("figure", {}).get("data", []))
        own = " ".join(str(part.get(name, "")) for name in ("title", "caption", "alt"))
        if count > 0 and not EXPLAINED.search(own) and not EXPLAINED.search(verdict(app)):
            found.append(f"{key} has {count} missing numbers without a word: {own[:300]}")
    return found


@seed(int(os.environ["FUZZ_SEED"])) if "FUZZ_SEED" in os.environ else (lambda test: test)
@settings(
    max_examples=EXAMPLES,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.generate),  # a smaller case costs minutes, and says no more
)
@given(page=PAGE, query=queries(), what=TURNS, other=PAGE)
def test_no_link_and_no_setting_breaks_a_page(page, query, what, other) -> None:
    """Opened from any link, then changed, then left for another page."""
    app = opened(page, query)
    assert not faults(app), (page, query)
    done = turn(app, what)
    assert not faults(app), (page, query, done)
    app.switch_page(other).run()
    assert not faults(app), (page, query, done, other)
