"""Widgets: every setting is shown by its kind, from its declaration, and writes to the store.

A setting is named by its key; one that a page words otherwise is handed in itself.
"""

from __future__ import annotations

import random
from typing import Any

import streamlit as st

from rnn_core.settings import Choice, Flag, Number, Setting, Several, Text, short
from ui import live
from ui.controls import store
from ui.settings.every import SETTINGS


def _declared(setting: Setting | str) -> Any:
    return SETTINGS[setting] if isinstance(setting, str) else setting


def _key(setting: Setting) -> str:
    return f"view_{setting.key}"


def slider(number: Number | str) -> None:
    """The live slider of a number."""
    number = _declared(number)
    live.slider(
        number.label,
        key=number.key,
        value=store.get(number.key),
        minimum=number.low,
        maximum=number.high,
        step=number.step,
        log=number.log,
        unit=number.unit,
        digits=number.digits,
        help=number.help,
        setting=number.key,
    )


def seed(number: Number | str) -> None:
    """A whole number as a field, and a dice."""
    number = _declared(number)
    key = f"number_{number.key}"
    st.session_state[key] = store.get(number.key)
    field, dice = st.columns([3, 1], vertical_alignment="bottom")
    field.number_input(
        number.label,
        min_value=int(number.low),
        max_value=int(number.high),
        step=1,
        key=key,
        help=number.help,
        on_change=lambda: store.put(**{number.key: st.session_state[key]}),
    )
    dice.button(
        "",
        icon=":material/casino:",
        help="Roll another seed",
        key=f"dice_{number.key}",
        # short enough to read out in class
        on_click=lambda: store.put(**{number.key: random.randrange(10_000)}),
    )


def choice(setting: Choice | str, *, row: bool = False) -> None:
    """The select box of a choice; with `row` its options side by side."""
    setting = _declared(setting)
    key = _key(setting)
    st.session_state[key] = store.get(setting.key)
    more = {"key": key, "help": setting.help or None}
    more["format_func"] = setting.words.__getitem__
    more["on_change"] = lambda: store.put(**{setting.key: st.session_state[key] or setting.default})
    if row:
        st.segmented_control(setting.label, list(setting.words), required=True, **more)
    else:
        st.selectbox(setting.label, list(setting.words), **more)


def choice_of_cell(setting: Choice, cell, decided: str | None) -> None:
    """The same, for what some cells decide by themselves: that is shown, and locked.

    decided: the cell's own choice; "" if it has nothing of the kind, None if it leaves it open.
    """
    if decided is None:
        choice(setting)
        return
    st.selectbox(
        setting.label,
        [setting.words[decided] if decided else "none: it has no W_h"],
        key=f"fixed_{setting.key}",
        disabled=True,
        help=f"The {cell.label} decides this by itself.",
    )


def switch(setting: Choice | str, *, off: str, on: str, label: str) -> None:
    """A choice of two as a toggle."""
    setting = _declared(setting)
    key = _key(setting)
    st.session_state[key] = store.get(setting.key) == on
    st.toggle(
        label,
        key=key,
        help=setting.help or None,
        on_change=lambda: store.put(**{setting.key: on if st.session_state[key] else off}),
    )


def several(setting: Several | str) -> None:
    """Pills, any of which may be on; with fewer than `least` the last choice stays."""
    setting = _declared(setting)
    key = _key(setting)
    st.session_state[key] = list(store.get(setting.key))

    def changed() -> None:
        chosen = setting.ordered(st.session_state[key] or ())
        store.put(
            **{setting.key: chosen if len(chosen) >= setting.least else store.get(setting.key)}
        )

    st.pills(
        setting.label,
        list(setting.words),
        selection_mode="multi",
        format_func=setting.words.__getitem__,
        key=key,
        help=setting.help or None,
        on_change=changed,
    )


def flag(setting: Flag | str) -> None:
    """The toggle of a flag."""
    setting = _declared(setting)
    key = _key(setting)
    st.session_state[key] = store.get(setting.key)
    st.toggle(
        setting.label,
        key=key,
        help=setting.help or None,
        on_change=lambda: store.put(**{setting.key: st.session_state[key]}),
    )


def text(setting: Text | str) -> None:
    """The input of a text; what breaks its rule is explained, and the old text stays."""
    setting = _declared(setting)
    key = _key(setting)
    st.session_state.setdefault(key, store.get(setting.key))

    def changed() -> None:
        typed = st.session_state[key].strip()
        value, remark = setting.read(typed)
        st.session_state[f"{key}_remark"] = remark and (
            f"{setting.label.capitalize()} must be {setting.rule}, got “{short(typed)}”; "
            f"{store.get(setting.key)} is still shown."
        )
        if not remark:
            store.put(**{setting.key: value})

    if not st.session_state.get(f"{key}_remark"):
        st.session_state[key] = store.get(setting.key)
    st.text_input(setting.label, key=key, help=setting.help or None, on_change=changed)
    if st.session_state.get(f"{key}_remark"):
        st.caption(f":red[{st.session_state[f'{key}_remark']}]")
