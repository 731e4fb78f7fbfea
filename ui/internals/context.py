"""The run of the script in this thread, and the server around it, as Streamlit has them."""

from __future__ import annotations

import contextlib
from typing import Any

# What is raised where a version of Streamlit lacks a private name, or means something else by it.
GONE = (AttributeError, ImportError, KeyError, TypeError, ValueError)


def run() -> Any | None:
    """The context of the run in this thread; None where none runs, or where it cannot be known."""
    with contextlib.suppress(*GONE):
        from streamlit.runtime.scriptrunner import get_script_run_ctx

        return get_script_run_ctx(suppress_warning=True)
    return None


def server() -> Any | None:
    """The runtime of this process; None where no server runs the script (AppTest, a shell)."""
    with contextlib.suppress(*GONE):
        from streamlit import runtime

        if runtime.exists():
            return runtime.get_instance()
    return None
