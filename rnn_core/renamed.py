"""The modules that had another name in version 0.1, for programs written then."""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

RENAMED = {
    "rnn_core.prediction": "rnn_core.studies.prediction",
    "rnn_core.product": "rnn_core.jacobians.product",
    "rnn_core.torch_cells": "rnn_core.pytorch.weights",
}


class _Renamed(MetaPathFinder, Loader):
    """Finds the module of today under its name of then."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        return ModuleSpec(name, self) if name in RENAMED else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return ModuleType(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        # One module under two names: a class must not exist twice.
        sys.modules[module.__name__] = import_module(RENAMED[module.__name__])


def install() -> None:
    """Let the names of then be imported; looked up only where nothing else has the name."""
    if not any(isinstance(finder, _Renamed) for finder in sys.meta_path):
        sys.meta_path.append(_Renamed())
