"""The claim on screen, what the reader has predicted of it, and the controls of each experiment."""

from __future__ import annotations

from dataclasses import replace

from rnn_core.claims import CLAIMS
from rnn_core.claims.claim import ANSWERS
from rnn_core.settings import CHANGED, Choice, Number, Setting, Words

NOTHING = "none"  # nothing has been predicted
SHOWN = "shown"  # and nothing was to be

CLAIM = Choice(
    owner="claims",
    name="claim",
    label="claim",
    words=Words(CLAIMS, lambda claim: claim.label),
    default=next(iter(CLAIMS)),
    linked=CHANGED,
)
PREDICTED = Choice(
    owner="claims",
    name="predicted",
    label="your prediction",
    words={NOTHING: "none yet", SHOWN: "not asked for"} | ANSWERS,
    default=NOTHING,
    linked=CHANGED,
    help="Say first what you think; then the experiment runs.",
)


def _control(claim: str, control: Number) -> Number:
    name = f"{claim}_{control.name}"
    return replace(control, owner="claims", name=name, key="", thing="", linked=CHANGED)


# {claim: {control: its setting}}
CONTROLS: dict[str, dict[str, Number]] = {
    name: {control.name: _control(name, control) for control in claim.controls}
    for name, claim in CLAIMS.items()
}

SETTINGS: tuple[Setting, ...] = (
    CLAIM,
    PREDICTED,
    *(control for controls in CONTROLS.values() for control in controls.values()),
)
