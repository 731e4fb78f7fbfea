"""Random links: legal ones, mistyped ones, and what they may cost."""

import re

from hypothesis import strategies as st

from rnn_core.settings import Changes, Choice, Flag, Number, Place, Setting, Several
from ui.settings.every import LINKED

KNOWN: dict[str, Setting] = {
    name: setting for name, setting in LINKED.items() if not isinstance(setting, Place)
}

# What a network may cost here, seq_len × batch × hidden²: the largest ones have tests of their own,
# and would take this one's time.
COSTLY = 5_000_000
DEAR = ("seq_len", "hidden_size", "batch_size")

# What says that a number is missing, and why.
EXPLAINED = re.compile(
    r"overflow|exactly (zero|0)|zero|too large|too small|no gradient|nothing|leaves? the|float|"
    r"digit|below what|not drawn|no longer|cannot tell|end(s|ed)? at|stops?",
    re.IGNORECASE,
)

# What a run of training will fill; none is started here.
BEFORE_A_RUN = ("loss", "norms", "states", "spectrum")


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
        return st.sampled_from(setting.texts)
    if isinstance(setting, Changes):
        return st.one_of(st.just("none"), st.from_regex(setting.pattern, fullmatch=True))
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
