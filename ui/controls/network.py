"""Controls: the settings of a network as widgets, in the session, and in the URL.

One dictionary, `st.session_state["network"]`, holds every setting by the name of its RNNConfig
field; sliders, select boxes, scenes and links all write there, and widgets show what stands there.
Being no widget's own state, it survives a change of page.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, replace
from urllib.parse import urlencode

import streamlit as st

from rnn_core.cells import CELLS
from rnn_core.config import RNNConfig
from rnn_core.settings import Choice, Number, nearest, short
from ui.controls import views
from ui.server import limits
from ui.settings import pages
from ui.settings.network import CHOICE_FIELDS, DEFAULT, LINKED, NUMBERS, OTHER_NAMES, OWN, SEED

# -- the session


def values() -> dict:
    """The settings of this session by field name; read from the URL when the session is new."""
    if "network" not in st.session_state:
        read, notes = from_query(st.query_params.to_dict())
        st.session_state["network"] = read
        st.session_state["network_notes"] = notes
        step, note = _step_from_query(st.query_params.get("step"), read["seq_len"])
        st.session_state["step"] = step
        if note:
            notes.append(note)
        shown = st.query_params.get("sequences", "median")
        st.session_state["every_sequence"] = shown == "each"
        if shown not in ("each", "median"):
            notes.append(f"sequences is median or each; “{short(shown)}” became median.")
    return st.session_state["network"]


def asked() -> RNNConfig:
    """The network as the settings say it."""
    return RNNConfig(**values())


def network() -> RNNConfig:
    """The network on screen: the same, with as many sequences as there is room for."""
    return fitted(asked())


def fitted(config: RNNConfig, cells: Iterable[str] = ()) -> RNNConfig:
    """`config` with as many of its sequences as the server has room for, with any of `cells`."""
    gates = _most_gates(config, cells)
    most = limits.MOST_NUMBERS // (config.seq_len * config.hidden_size * gates)
    return replace(config, batch_size=min(config.batch_size, max(most, 1)))


def fit_note(config: RNNConfig, asked: int, cells: Iterable[str] = ()) -> str:
    """What `fitted` left out of `asked` sequences, in words; "" if nothing."""
    if config.batch_size >= asked:
        return ""
    gates = _most_gates(config, cells)
    return (
        f"{config.batch_size} of the {asked} sequences are computed: {config.seq_len} steps × "
        f"{config.hidden_size} units × {gates} gates × sequences may be at most "
        f"{limits.MOST_NUMBERS / 1e6:.1f} million numbers on this server."
    )


def _most_gates(config: RNNConfig, cells: Iterable[str]) -> int:
    """Of the cell with most of them; attention, which is no cell, has one."""
    return max(len(CELLS[cell].gates) if cell in CELLS else 1 for cell in cells or (config.cell,))


def put(**changes) -> None:
    """Change settings; for callbacks. What a link had wrong has been seen by then."""
    values().update(changes)
    views.put()  # what was wrong has been seen


def notes() -> list[str]:
    """What had to be changed in the link that opened this session, a sentence each."""
    values()
    return st.session_state["network_notes"] + views.notes()


def selected_step() -> int | None:
    """The selected step (from 1), inside the present sequence, or None."""
    step = st.session_state.get("step")
    return step if step is not None and step <= values()["seq_len"] else None


def every_sequence() -> bool:
    """Whether each sequence is drawn instead of the band."""
    values()
    return st.session_state["every_sequence"]


def every_sequence_switch() -> None:
    """The toggle of `every_sequence`."""
    key = "choice_every_sequence"
    st.session_state[key] = every_sequence()
    st.toggle(
        "every sequence",
        key=key,
        help="Draw each sequence instead of the 10–90 % band.",
        on_change=lambda: st.session_state.update(every_sequence=st.session_state[key]),
    )


def select_step(step: int | None) -> None:
    """Select a step; for callbacks."""
    st.session_state["step"] = step


# -- the URL


def query(config: RNNConfig, step: int | None = None, every_sequence: bool = False) -> str:
    """Every setting, seed included, as a query string that `values` reads back."""
    pairs = [
        (name, _setting(name).write(getattr(config, name)))
        for name in LINKED
        if name not in OWN or getattr(config, name) != getattr(DEFAULT, name)
    ]
    if step is not None:
        pairs.append(("step", str(step)))
    if every_sequence:
        pairs.append(("sequences", "each"))
    return urlencode(pairs)


def from_query(params: dict[str, str]) -> tuple[dict, list[str]]:
    """Settings from a link, and a sentence for each that had to be changed to a legal one."""
    found = {field.name: getattr(DEFAULT, field.name) for field in fields(RNNConfig)}
    remarks = []
    for name, text in params.items():
        if name in LINKED:
            found[name], remark = _setting(name).read(text)
        elif name in OTHER_NAMES or name in pages.VIEWS:
            continue
        else:
            meant = nearest(name, (*LINKED, *OTHER_NAMES, *pages.VIEWS))
            hint = f" (did you mean {meant}?)" if meant else ""
            remark = (
                f"The link names “{short(name)}”, which is no setting here; it was left out{hint}."
            )
        if remark:
            remarks.append(remark)
    return found, remarks


def _setting(name: str) -> Number | Choice:
    return SEED if name == "seed" else NUMBERS.get(name) or CHOICE_FIELDS[name]


def _step_from_query(text: str | None, seq_len: int) -> tuple[int | None, str]:
    if text is None:
        return None, ""
    try:
        step = int(text)
    except ValueError:
        return None, (
            f"step must be a whole number from 1 to {seq_len}; “{short(text)}” was left out."
        )
    legal = min(max(step, 1), seq_len)
    note = (
        "" if legal == step else f"step must be from 1 to {seq_len}; {short(text)} became {legal}."
    )
    return legal, note


# -- widgets


def slider(name: str) -> None:
    """The live slider of a number."""
    number = NUMBERS[name]
    if name == "gain" and values()["scale_sets"] == "radius":
        tip = "W_h is scaled so that max|λ| is exactly this."
        number = replace(number, label="W_h spectral radius ρ", help=tip)
    if name == "gain" and not network().cell_used.has_matrix:
        tip = "This cell has no W_h: its |λ| takes that place."
        number = replace(number, label="W_h scale (no W_h here)", help=tip)
    views.number_slider(name, number, values()[name], put)


def choice(name: str, *, any_cell: bool = False) -> None:
    """The select box of a choice; one that the cell makes by itself shows that, and is locked.

    With `any_cell` it is not: for a page that shows several cells.
    """
    field = CHOICE_FIELDS[name]
    key = f"choice_{name}"
    cell = CELLS[values()["cell"]]
    fixed = {"activation": cell.activation, "init": cell.init}.get(name)
    if fixed is not None and not any_cell:
        said = "none: it has no W_h" if not fixed else field.words[fixed]
        st.selectbox(
            field.label,
            [said],
            key=f"fixed_{name}",
            disabled=True,
            help=f"The {cell.label} decides this by itself.",
        )
        return
    st.session_state[key] = values()[name]
    st.selectbox(
        field.label,
        list(field.words),
        format_func=field.words.__getitem__,
        key=key,
        help=field.help or None,
        on_change=lambda: put(**{name: st.session_state[key]}),
    )


def switch(name: str, *, off: str, on: str, label: str) -> None:
    """A choice of two as a toggle."""
    key = f"choice_{name}"
    st.session_state[key] = values()[name] == on
    st.toggle(
        label,
        key=key,
        help=CHOICE_FIELDS[name].help or None,
        on_change=lambda: put(**{name: on if st.session_state[key] else off}),
    )


def seed() -> None:
    """The seed as a number, and a dice."""
    views.seed_field(SEED, values()["seed"], put)
