"""Views: a page's own settings, which are no network's, in the session and in the URL.

One registry for all pages, so that a name means the same in every link. A page reads `get(name)`,
shows `slider(name)` or its like, and writes its address from `query(names)`.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from urllib.parse import urlencode

import streamlit as st

from rnn_core.settings import Choice, Flag, Number, Several, Text, short
from ui import live
from ui.settings.pages import VIEWS


def values() -> dict:
    """Every view setting of this session; read from the URL when the session is new."""
    if "views" not in st.session_state:
        found, remarks = {}, []
        for name, setting in VIEWS.items():
            text = st.query_params.get(name)
            value, remark = (setting.default, "") if text is None else setting.read(text)
            found[name] = value
            if remark:
                remarks.append(remark)
        st.session_state["views"] = found
        st.session_state["views_notes"] = remarks
    return st.session_state["views"]


def get(name: str):
    """The value of a view setting."""
    return values()[name]


def put(**changes) -> None:
    """Change view settings; for callbacks. What a link had wrong has been seen by then."""
    values().update(changes)
    st.session_state["views_notes"] = []
    st.session_state["network_notes"] = []  # of ui/controls/network.py: they stand in the same box


def notes() -> list[str]:
    """What had to be changed in the link that opened this session, a sentence each."""
    values()
    return st.session_state["views_notes"]


def pairs(names: tuple[str, ...]) -> list[tuple[str, str]]:
    """Names and values as a link holds them."""
    return [(name, VIEWS[name].write(get(name))) for name in names]


def query(names: tuple[str, ...], *, changed_only: bool = False) -> str:
    """The settings `names` as a query string that `values` reads back.

    With `changed_only` those that are not what they start with.
    """
    if changed_only:
        names = tuple(name for name in names if get(name) != VIEWS[name].default)
    return urlencode(pairs(names), safe=",")


# -- widgets


def slider(name: str) -> None:
    """The live slider of a number."""
    number_slider(name, VIEWS[name], get(name), put)


def number_slider(name: str, number: Number, value: float, put: Callable) -> None:
    """The live slider of any number: of a view here, of the network in `controls`."""
    live.slider(
        number.label,
        key=name,
        value=value,
        minimum=number.low,
        maximum=number.high,
        step=number.step,
        log=number.log,
        unit=number.unit,
        digits=number.digits,
        help=number.help,
        on_move=lambda moved: put(**{name: round(moved) if number.whole else moved}),
    )


def seed_field(seed: Number, value: int, put: Callable, *, prefix: str = "") -> None:
    """The seed as a number, and a dice; `prefix` sets the keys of a page's own seed apart."""
    key = f"number_{prefix}seed"
    st.session_state[key] = value
    number, dice = st.columns([3, 1], vertical_alignment="bottom")
    number.number_input(
        seed.label,
        min_value=int(seed.low),
        max_value=int(seed.high),
        step=1,
        key=key,
        help=seed.help,
        on_change=lambda: put(seed=st.session_state[key]),
    )
    dice.button(
        "",
        icon=":material/casino:",
        help="Roll another seed",
        key=f"{prefix}dice",
        on_click=lambda: put(seed=random.randrange(10_000)),  # short enough to read out in class
    )


def choice(name: str, *, row: bool = False) -> None:
    """The select box of a choice; with `row` its options side by side."""
    setting: Choice = VIEWS[name]
    key = f"view_{name}"
    st.session_state[key] = get(name)
    more = {"key": key, "help": setting.help or None}
    more["on_change"] = lambda: put(**{name: st.session_state[key] or setting.default})
    if row:
        st.segmented_control(
            setting.label,
            list(setting.words),
            format_func=setting.words.__getitem__,
            required=True,
            **more,
        )
    else:
        st.selectbox(
            setting.label, list(setting.words), format_func=setting.words.__getitem__, **more
        )


def several(name: str) -> None:
    """Pills, any of which may be on; with fewer than `least` the last choice stays."""
    setting: Several = VIEWS[name]
    key = f"view_{name}"
    st.session_state[key] = list(get(name))

    def changed() -> None:
        chosen = setting.ordered(st.session_state[key] or ())
        put(**{name: chosen if len(chosen) >= setting.least else get(name)})

    st.pills(
        setting.label,
        list(setting.words),
        selection_mode="multi",
        format_func=setting.words.__getitem__,
        key=key,
        help=setting.help or None,
        on_change=changed,
    )


def flag(name: str) -> None:
    """The toggle of a flag."""
    setting: Flag = VIEWS[name]
    key = f"view_{name}"
    st.session_state[key] = get(name)
    st.toggle(
        setting.label,
        key=key,
        help=setting.help or None,
        on_change=lambda: put(**{name: st.session_state[key]}),
    )


def text(name: str) -> None:
    """The input of a text; what breaks its rule is explained, and the old text stays."""
    setting: Text = VIEWS[name]
    key = f"view_{name}"
    st.session_state.setdefault(key, get(name))

    def changed() -> None:
        typed = st.session_state[key].strip()
        value, remark = setting.read(typed)
        st.session_state[f"{key}_remark"] = remark and (
            f"{setting.label.capitalize()} must be {setting.rule}, got “{short(typed)}”; "
            f"{get(name)} is still shown."
        )
        if not remark:
            put(**{name: value})

    if not st.session_state.get(f"{key}_remark"):
        st.session_state[key] = get(name)
    st.text_input(setting.label, key=key, help=setting.help or None, on_change=changed)
    if st.session_state.get(f"{key}_remark"):
        st.caption(f":red[{st.session_state[f'{key}_remark']}]")
