"""What a page computes at given settings, as readings: for whoever tries a lesson."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from rnn_core.readings.named import Readings
from ui.controls import store
from ui.server import waiting


def computes(
    page: str, *, run: bool = True
) -> Callable[[Mapping[str, Any], Callable[[Readings], bool]], Readings]:
    """That of the page of this name; a run goes on until it is enough, or, without `run`, is not
    begun."""
    results = import_module(f"ui.{page}.results")

    def compute(values: Mapping[str, Any], enough: Callable[[Readings], bool]) -> Readings:
        with store.given(dict(values)), waiting.answering(page):
            if not hasattr(results, "tried"):
                return results.readings()
            return results.tried(enough) if run else results.before()

    return compute
