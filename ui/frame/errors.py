"""When a page raises: a number on the screen, the traceback under the same number in the log.

Streamlit logs the exception, then shows it: as a box that tells nothing and names nothing
(`client.showErrorDetails = "none"`), or with file paths. `watch` has it show our own words instead.
"""

from __future__ import annotations

import logging
import secrets

import streamlit as st
from streamlit.logger import get_logger

from ui.internals import sessions
from ui.server import trouble

_NUMBER = "_number_in_the_log"
_log = get_logger("streamlit.error_util")  # where Streamlit logs what a script raised


def number(error: BaseException) -> str:
    """The six digits that name `error`: the same ones every time it is asked."""
    return error.__dict__.setdefault(_NUMBER, secrets.token_hex(3))


class _Numbers(logging.Filter):
    """Writes the number of an exception in front of its traceback."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.exc_info and record.exc_info[1] is not None:
            record.msg = f"error {number(record.exc_info[1])}: {record.msg}"
        return True


def words(error: BaseException) -> str:
    """What a reader is told of it."""
    return trouble.words(error, number(error))


def show(error: Exception) -> bool:
    """Tell the reader; True keeps Streamlit from showing the exception as well."""
    if st.get_option("client.showErrorDetails") != "none":
        return False
    if _NUMBER not in error.__dict__:  # where rich is installed, Streamlit prints instead
        _log.error("Uncaught app execution", exc_info=error)
    st.error(words(error))
    return True


def watch() -> None:
    """Call early in every run of app.py: what is raised from here on is shown by `show`."""
    sessions.on_error(show)


_log.addFilter(_Numbers())
