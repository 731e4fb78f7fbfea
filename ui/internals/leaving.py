"""A page that is left while it still has something to say."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ui.internals.context import GONE


def stay_on_the_page_that_was_clicked() -> None:
    """Have a fragment's request never change the page.

    A slider or a timer of the page that is left may ask for its fragment after the link to the next
    page has been clicked. Streamlit would go back to the page that asked, find no such fragment
    there, and leave the screen blank. What the request says of widgets is heard all the same, by a
    run of the page that was clicked. Once for a process.
    """
    with contextlib.suppress(*GONE):
        from streamlit.runtime.scriptrunner_utils.script_requests import ScriptRequests

        _replace(ScriptRequests, "_request_rerun_locked", _while_it_waits)
    with contextlib.suppress(*GONE):
        from streamlit.runtime.scriptrunner.script_runner import ScriptRunner

        _replace(ScriptRunner, "_run_script", _when_it_runs)


def _while_it_waits(streamlits: Callable[..., bool]) -> Callable[..., bool]:
    """A request that joins one for a whole page."""

    def joined(self: Any, new_data: Any) -> bool:
        with contextlib.suppress(*GONE):
            waiting = self._rerun_data
            pending = self._state.name == "RERUN" and not waiting.fragment_id_queue
            if pending and (new_data.fragment_id or new_data.fragment_id_queue):
                new_data = _of_page(new_data, waiting)
        return streamlits(self, new_data)

    return joined


def _when_it_runs(streamlits: Callable[..., None]) -> Callable[..., None]:
    """A request whose page has been left by now."""

    def run(self: Any, rerun_data: Any) -> None:
        with contextlib.suppress(*GONE):
            here = self._pages_manager.current_page_script_hash
            asked = rerun_data.page_script_hash
            if rerun_data.fragment_id_queue and asked and here and asked != here:
                rerun_data = replace(
                    rerun_data,
                    page_script_hash=here,
                    page_name="",
                    fragment_id_queue=[],
                    is_fragment_scoped_rerun=False,
                )
        streamlits(self, rerun_data)

    return run


def _of_page(data: Any, other: Any) -> Any:
    """A request, for the page of another one."""
    return replace(
        data,
        page_script_hash=other.page_script_hash,
        page_name=other.page_name,
        query_string=other.query_string,
    )


def _replace(owner: type, name: str, ours: Callable[[Any], Any]) -> None:
    streamlits = getattr(owner, name)
    if not hasattr(streamlits, "__wrapped__"):
        setattr(owner, name, functools.wraps(streamlits)(ours(streamlits)))
