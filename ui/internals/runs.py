"""Runs of the script, as Streamlit's runtime knows them."""

from __future__ import annotations

import contextlib
from pathlib import Path

from ui.internals import context
from ui.internals.context import GONE

_FRAMED = "_runs_in_the_frame"  # said of a session's runs


def mark_framed() -> None:
    """Say that app.py is running, and not a page's file alone."""
    if run := context.run():
        with contextlib.suppress(*GONE):
            setattr(run, _FRAMED, True)


def outside_the_frame() -> bool:
    """Whether this run is that of a page's file alone, although app.py is what is served.

    Until `st.navigation` has run once in a process, Streamlit takes a folder pages/ for its old
    kind of pages, and a link to a page that is among the first requests after a start runs that
    page's file alone.
    """
    run = context.run()
    if not run or getattr(run, _FRAMED, False):
        return False
    return Path(getattr(run, "main_script_path", "")).name == "app.py"


def forget_the_old_kind_of_pages() -> None:
    """Have Streamlit run app.py for every address from here on."""
    with contextlib.suppress(*GONE):
        from streamlit.runtime.pages_manager import PagesManager

        PagesManager.uses_pages_directory = False


def skip_the_question_for_a_shell() -> None:
    """Spare the first element of a server 30 ms.

    It asks whether this is a shell, by looking up the file of every module; on a server it is none.
    """
    if context.server() is not None:
        with contextlib.suppress(*GONE):
            from streamlit import delta_generator

            delta_generator._use_warning_has_been_displayed = True
