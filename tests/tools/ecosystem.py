"""Libraries of requirements-ecosystem.txt: other people's trainers, trackers and notebooks."""

import importlib
import os

import pytest


def need(*names: str) -> list:
    """The modules; without them the test is skipped by name, or fails under REQUIRE_ECOSYSTEM=1."""
    try:
        return [importlib.import_module(name) for name in names]
    except ImportError as error:
        message = f"no {error.name} here: `make ecosystem` installs it"
        if os.environ.get("REQUIRE_ECOSYSTEM") == "1":
            pytest.fail(f"REQUIRE_ECOSYSTEM=1, but {message}", pytrace=False)
        pytest.skip(message)
