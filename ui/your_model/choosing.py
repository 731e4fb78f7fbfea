"""Which recording: two that come along, those of a folder, a file to drop; and how one is made."""

from __future__ import annotations

import html

import streamlit as st

from ui import live
from ui.controls import scene_row, store
from ui.controls.views import view
from ui.controls.wording import say
from ui.look.typeset import typeset
from ui.server import limits
from ui.settings.recording import LAYER, RECORDING
from ui.settings.shelf import EXAMPLES, runs
from ui.your_model import looking, opened, words
from ui.your_model.looking import Looked

THREE_LINES = """\
from rnn_core.pytorch import tap

with tap(model, "run.unroll") as rec:
    for x, y in loader:
        ...  # as it is
        rec.step(loss=loss.item())"""


def row():
    """A button for each recording that comes along. Returns the places of the link, and of what to
    look at."""
    over = st.container()
    place = scene_row.start()
    scene_row.buttons(place, "recorded", EXAMPLES, looking.choose)
    return scene_row.link_place(place), over


def what_it_is() -> None:
    """Which recording is on screen, in a sentence."""
    found, why = opened.dropped()
    name = store.get(RECORDING.key)
    if found is not None:
        text = (
            f"<b>{html.escape(found.name)}</b>, dropped here: kept for this session only, and not "
            "in the link."
        )
    elif name in EXAMPLES:
        example = EXAMPLES[name]
        text = f"<b>{html.escape(example.label)}.</b> {typeset(example.look)}"
    else:
        text = f"<b>{html.escape(name)}</b>: what is written to it appears here as it comes."
    live.words("scene", f'<p class="unroll-look">{text}</p>')
    if why:
        st.error(why, icon=":material/broken_image:")


def a_file() -> None:
    """A place to drop a recording, and the folder's."""
    n = st.session_state.setdefault("recording_uploader", 0)
    if st.session_state.pop("recording_let_go", False):
        n = st.session_state["recording_uploader"] = n + 1  # an empty one
    file = st.file_uploader(
        "Your recording",
        key=f"recording_file_{n}",
        max_upload_size=limits.UPLOAD_MB,
        help=f"The file that the tap writes, of at most {limits.UPLOAD_MB} MB. It is looked at "
        "here, never run, and forgotten with this session.",
    )
    if file is not None:
        opened.drop(f"{n} {file.file_id}", file.name, file.getvalue())
    else:
        opened.let_go()
    names = list(runs())
    if names:
        shown, more = view(
            "view_recording",
            lambda: name if (name := store.get(RECORDING.key)) in names else None,
            looking.choose,
        )
        st.selectbox(
            "From the folder",
            names,
            index=None if shown is None else names.index(shown),
            placeholder="a recording",
            help="What UNROLL_RUNS names, the newest first.",
            **more,
        )


def how_to_record() -> None:
    """The lines that make one."""
    with st.container(key="three_lines", gap="small"):
        st.markdown("**Record your own: three lines**")
        st.code(THREE_LINES, language=None)
        st.caption(
            "Around a PyTorch training with RNN, LSTM, GRU or their cells, which stays the same to "
            "the last bit. Then drop run.unroll above."
        )


def layer(seen: Looked) -> None:
    """Which layer and direction."""
    titles = {one.path: words.title(one) for one in seen.readings}
    shown, more = view(
        "view_recorded_layer",
        lambda: seen.one.path,
        lambda path: store.put(**{LAYER.key: path}),
    )
    paths = list(titles)
    st.selectbox(
        LAYER.label,
        paths,
        index=paths.index(shown) if shown in paths else 0,
        format_func=lambda path: titles.get(path, path),
        help=LAYER.help,
        **more,
    )
    if wrong := looking.unknown_layer(seen):
        st.caption(say(words.no_such_layer(wrong, seen.one)))
