"""Mistakes that training code makes, each as an experiment that can be run with it and without."""

from rnn_core.registry import load
from rnn_core.studies.mistakes.mistake import Mistake

MISTAKES: dict[str, Mistake] = load(
    __name__,
    (
        "padding",
        "short_window",
        "not_detached",
        "foreign_state",
        "no_clipping",
        "clipped_too_late",
        "higher_rate",
        "logged_after_clipping",
    ),
    "MISTAKE",
    Mistake,
)
