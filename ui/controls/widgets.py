"""Widgets: every setting is shown by its kind, from its declaration, and writes to the store.

A setting is named by its key; one that a page words otherwise is handed in itself.
"""

from __future__ import annotations

import random
from typing import Any

import streamlit as st

from rnn_core.cells.cell import Cell
from rnn_core.network.starts import STARTS
from rnn_core.settings import Choice, Flag, Number, Setting, Several, Text, short
from ui import live
from ui.controls import store
from ui.controls.views import view
from ui.look import terms
from ui.settings.every import SETTINGS


def _declared(setting: Setting | str) -> Any:
    return SETTINGS[setting] if isinstance(setting, str) else setting


def _view(setting: Setting) -> tuple[Any, dict[str, Any]]:
    """A setting's value, and what makes a widget of Streamlit's show it."""
    return view(
        f"view_{setting.key}",
        lambda: store.get(setting.key),
        lambda value: store.put(**{setting.key: value}),
    )


def slider(number: Number | str) -> None:
    """The live slider of a number."""
    live.slider(**as_slider(_declared(number)))


def as_slider(number: Number) -> dict[str, Any]:
    """What makes a live slider show a number as it stands in the store."""
    return {
        "label": number.label,
        "key": number.key,
        "value": number.nearest(store.get(number.key)),
        "minimum": number.low,
        "maximum": number.high,
        "step": number.step,
        "log": number.log,
        "unit": number.unit,
        "digits": number.digits,
        "help": number.help,
        "term": term.name if (term := terms.of(number.label)) else None,
        "setting": number.key,
    }


def seed(number: Number | str) -> None:
    """A whole number as a field, and a dice."""
    number = _declared(number)
    shown, more = view(
        f"number_{number.key}",
        lambda: store.get(number.key),
        lambda value: store.put(**{number.key: value}),
    )
    field, dice = st.columns([3, 1], vertical_alignment="bottom")
    field.number_input(
        number.label,
        min_value=int(number.low),
        max_value=int(number.high),
        value=shown,
        step=1,
        help=number.help,
        **more,
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
    shown, more = _view(setting)
    more |= {"format_func": setting.words.__getitem__, "help": setting.help or None}
    names = list(setting.words)
    if row:
        st.segmented_control(setting.label, names, default=shown, required=True, **more)
    else:
        st.selectbox(setting.label, names, index=names.index(shown), **more)


def locked(setting: Choice, shown: str, by: str) -> None:
    """The same, where something else decides: `by` is its name in a sentence."""
    st.selectbox(
        setting.label,
        [shown],
        key=f"fixed_{setting.key}",
        disabled=True,
        help=f"{by[0].upper()}{by[1:]} decides this by itself.",
    )


def choice_of_network(setting: Choice, cell: Cell, start: str, *, any_cell: bool = False) -> None:
    """A choice that some cells make by themselves, or a framework's start: then locked.

    With `any_cell` no cell has a say: for a page that shows several.
    """
    shipped = STARTS[start]
    own = {"activation": cell.activation, "init": cell.init}.get(setting.name)
    if setting.name == "start" and "start" not in cell.hears and not any_cell:
        locked(setting, "its own", cell.the)
    elif own is not None and not any_cell:
        locked(setting, setting.words[own] if own else "none: it has no W_h", cell.the)
    elif setting.name == "init" and shipped.init is not None:
        locked(setting, setting.words[shipped.init], f"a start as {shipped.label}")
    else:
        choice(setting)


def switch(setting: Choice | str, *, off: str, on: str, label: str) -> None:
    """A choice of two as a toggle."""
    setting = _declared(setting)
    shown, more = view(
        f"view_{setting.key}",
        lambda: store.get(setting.key) == on,
        lambda value: store.put(**{setting.key: on if value else off}),
    )
    st.toggle(label, shown, help=setting.help or None, **more)


def several(setting: Several | str) -> None:
    """Pills, any of which may be on, under their headings; with fewer than `least` the last choice
    stays."""
    setting = _declared(setting)
    groups = setting.grouped()
    if setting.headings is None:
        _pills(setting, setting.label, groups[setting.label], f"view_{setting.key}", setting.help)
        return
    with st.container(key=f"view_{setting.key}", gap=None):
        st.markdown(setting.label, help=setting.help or None)
        for nth, (heading, names) in enumerate(groups.items()):
            _pills(setting, heading, names, f"view_{setting.key}_{nth}", "")


def _pills(setting: Several, label: str, names: tuple[str, ...], key: str, tip: str) -> None:
    """Those of the setting's names that stand together."""

    def own() -> list[str]:
        return [name for name in store.get(setting.key) if name in names]

    def choose(chosen: list[str] | None) -> None:
        others = [name for name in store.get(setting.key) if name not in names]
        if len(all_of := setting.ordered([*others, *(chosen or ())])) >= setting.least:
            store.put(**{setting.key: all_of})

    shown, more = view(key, own, choose)
    st.pills(
        label,
        names,
        selection_mode="multi",
        default=shown,
        format_func=setting.words.__getitem__,
        help=tip or None,
        **more,
    )


def flag(setting: Flag | str) -> None:
    """The toggle of a flag."""
    setting = _declared(setting)
    shown, more = _view(setting)
    st.toggle(setting.label, shown, help=setting.help or None, **more)


def text(setting: Text | str) -> None:
    """The input of a text; what breaks its rule is explained, and the old text stays."""
    setting = _declared(setting)
    refused = f"refused_{setting.key}"  # in the session: what was typed, what stayed, why

    def remark() -> tuple[str, str]:
        """What was typed in vain, and why; until the setting changes."""
        typed, stayed, why = st.session_state.get(refused, ("", "", ""))
        return (typed, why) if why and stayed == store.get(setting.key) else ("", "")

    def choose(typed: str) -> None:
        value, wrong = setting.read(typed.strip())
        if not wrong:
            st.session_state.pop(refused, None)
            store.put(**{setting.key: value})
            return
        stays = store.get(setting.key)
        why = (
            f"{setting.label.capitalize()} must be {setting.rule}, got “{short(typed.strip())}”; "
            f"{stays} is still shown."
        )
        st.session_state[refused] = (typed, stays, why)

    shown, more = view(f"view_{setting.key}", lambda: remark()[0] or store.get(setting.key), choose)
    st.text_input(setting.label, shown, help=setting.help or None, **more)
    if why := remark()[1]:
        st.caption(f":red[{why}]")
