"""Links that nobody meant, and settings nobody thought of together, on every page: no exception
reaches the screen, and no NaN without a word about it.

A sample here. More by hand: `FUZZ_EXAMPLES=2000 pytest tests/test_fuzz.py`; with `FUZZ_SEED=1`,
2, … several at once try different ones. `tests/test_fuzz_browser.py` opens a sample in Chromium.
"""

import os
import re

import numpy as np
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from tests.on_page import ROOT, html, payloads
from ui.controls import network
from ui.settings import network as settings_network
from ui.settings import pages
from ui.settings.kinds import Choice, Flag, Number, Setting, Several

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "24"))
PAGES = tuple(f"pages/{path.name}" for path in sorted((ROOT / "pages").glob("*.py")))
KNOWN: dict[str, Setting] = {name: network._setting(name) for name in settings_network.LINKED}
KNOWN |= pages.VIEWS
# What a network may cost here, seq_len × batch × hidden²: the largest ones have tests of their own,
# and would take this one's time.
COSTLY = 5_000_000
DEAR = ("seq_len", "hidden_size", "batch_size")
# What says that a number is missing, and why.
EXPLAINED = re.compile(
    r"overflow|exactly (zero|0)|zero|too large|too small|no gradient|nothing|leaves? the|float|"
    r"digit|below what|not drawn|no longer|end(s|ed)? at|stops?",
    re.IGNORECASE,
)
# What a run of training will fill; none is started here.
BEFORE_A_RUN = ("loss", "norms", "states", "spectrum")
BROKEN = re.compile(r"\b(nan|NaN|inf|Infinity|None|undefined|Traceback)\b")

odd_text = st.one_of(
    st.sampled_from(
        [
            *("", " ", "nan", "NaN", "inf", "-inf", "1e999", "-1e999", "1e-400", "0x10", "1_0"),
            *("-0", "00", "1,2", "1.5", "٣", "½", "²", "１", "true", "null", "None", "[]", "{}"),
            *("<script>alert(1)</script>", "${7*7}", "**b** `c` [d](e)", "../../etc/passwd", "%00"),
            *("\x00", "\u202e\u0661", "e\u0301" * 40, "🦩" * 60, "a" * 5000, "9" * 400, "\ud7ff"),
            *(
                ",",
                ",,,,",
                "none",
                "none,none",
                ":",
                "a:b",
                "clip:none,gain:nan",
                "\n",
                "\\",
                "'\"",
            ),
        ]
    ),
    st.text(max_size=40),
    st.integers().map(str),
    st.floats().map(str),
)


def legal_text(setting: Setting) -> st.SearchStrategy[str]:
    """Values that the setting takes as they are, its ends among them."""
    if isinstance(setting, Number):
        ends = st.sampled_from([setting.low, setting.high, setting.default])
        if setting.whole:
            inside = st.integers(int(setting.low), int(setting.high))
        else:
            inside = st.floats(setting.low, setting.high)
        return st.one_of(ends, inside).map(setting.write)
    if isinstance(setting, Choice):
        return st.sampled_from(list(setting.words))
    if isinstance(setting, Several):
        return st.lists(st.sampled_from(list(setting.words)), max_size=9).map(",".join)
    if isinstance(setting, Flag):
        return st.sampled_from(["0", "1"])
    return st.one_of(st.just(setting.default), st.from_regex(setting.pattern, fullmatch=True))


@st.composite
def queries(draw) -> dict[str, list[str]]:
    """Names with the values they have in a link, one or several."""
    query: dict[str, list[str]] = {}
    for name in draw(st.lists(st.sampled_from(sorted(KNOWN)), max_size=12, unique=True)):
        values = st.one_of(legal_text(KNOWN[name]), legal_text(KNOWN[name]), odd_text)
        query[name] = draw(st.lists(values, min_size=1, max_size=2))
    others = st.one_of(st.sampled_from(["step", "sequences", "Gain", "gian", "embed"]), odd_text)
    for name in draw(st.lists(others, max_size=2)):
        if name:
            query[name] = draw(st.lists(odd_text, min_size=1, max_size=2))
    return affordable(query)


def affordable(query: dict[str, list[str]]) -> dict[str, list[str]]:
    """The same with a smaller network, if it asks for one that takes long."""
    number = {
        name: KNOWN[name].read(query[name][-1])[0] if name in query else KNOWN[name].default
        for name in DEAR
    }
    if number["seq_len"] * number["batch_size"] * number["hidden_size"] ** 2 > COSTLY:
        return query | {"hidden_size": ["7"], "batch_size": ["3"]}
    return query


def opened(page: str, query: dict[str, list[str]]) -> AppTest:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
    for name, values in query.items():
        app.query_params[name] = values
    app.switch_page(page)
    return app.run()


def turn(app: AppTest, draw) -> str:
    """Set one widget, or a slider, to something legal; says what."""
    groups = [g for g in app.button_group if g.key.removeprefix("view_") in pages.VIEWS]
    sliders = [p["key"] for p in payloads(app).values() if p["key"] in KNOWN and "minimum" in p]
    widget = draw(
        st.sampled_from([w for w in (*app.selectbox, *app.toggle, *groups) if not w.disabled])
        if not sliders or draw(st.booleans())
        else st.sampled_from(sliders)
    )
    if isinstance(widget, str):  # as the slider's callback does
        number = KNOWN[widget]
        low, high = number.low, min(number.high, 40) if widget in DEAR else number.high
        value = draw(st.one_of(st.sampled_from([low, high]), st.floats(low, high)))
        where = "network" if widget in settings_network.LINKED else "views"
        value = round(value) if number.whole else value
        app.session_state[where] = app.session_state[where] | {widget: value}
        app.run()
        return f"{widget} = {value}"
    if widget.type == "toggle":
        widget.set_value(not widget.value)
    elif widget.type == "selectbox":
        widget.select_index(draw(st.integers(0, len(widget.options) - 1)))
    else:
        setting = pages.VIEWS[widget.key.removeprefix("view_")]
        names = st.sampled_from(list(setting.words))
        several = isinstance(setting, Several)
        widget.set_value(draw(st.lists(names, unique=True) if several else names))
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
    said = [html(app), *(e.value for e in (*app.markdown, *app.caption, *app.subheader))]
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
    phases=(Phase.explicit, Phase.generate, Phase.shrink) if EXAMPLES < 100 else (Phase.generate,),
)
@given(page=st.sampled_from(PAGES), query=queries(), data=st.data())
def test_no_link_and_no_setting_breaks_a_page(page, query, data) -> None:
    """Opened from any link, then changed, then left for another page."""
    app = opened(page, query)
    assert not faults(app), (page, query)
    done = turn(app, data.draw)
    assert not faults(app), (page, query, done)
    other = data.draw(st.sampled_from(PAGES))
    app.switch_page(other).run()
    assert not faults(app), (page, query, done, other)
