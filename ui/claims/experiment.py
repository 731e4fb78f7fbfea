"""The claim on screen, and what came of it: the page's way to the engine."""

from __future__ import annotations

from rnn_core.claims import CLAIMS
from rnn_core.claims.claim import Claim, Found
from ui import run
from ui.controls import store
from ui.settings.claims import CLAIM, CONTROLS, PREDICTED


def name() -> str:
    """Of the claim on screen."""
    return store.get(CLAIM.key)


def about() -> Claim:
    """The claim on screen."""
    return CLAIMS[name()]


def predicted() -> str:
    """What the reader says of it."""
    return store.get(PREDICTED.key)


def controls() -> tuple[tuple[str, float], ...]:
    """Its controls as they stand."""
    return tuple((own, store.get(one.key)) for own, one in CONTROLS[name()].items())


def found() -> Found:
    """What comes of it there."""
    return run.claim(name(), controls())


def address() -> str:
    """The page's settings as a link."""
    own = (one.key for one in CONTROLS[name()].values())
    return store.query((CLAIM.key, PREDICTED.key, *own))
