"""Diagnosis: what the doctor hands back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rnn_core.doctor.advice import Advice, usable
from rnn_core.numbers.said import everyday_numbers
from rnn_core.training.config import TrainConfig

# Whether it is well with a run of that kind: "good", "wait" or "bad".
TONES: dict[str, str] = {
    "early": "wait",
    "learning": "good",
    "falling": "wait",
    "solved": "good",
    "slow": "wait",
    "clipped": "wait",
    "broken": "bad",
    "relapse": "bad",
    "diverging": "bad",
    "truncated": "bad",
    "saturated": "bad",
    "vanishing": "bad",
    "exploding": "bad",
    "plateau": "bad",
}


@dataclass(frozen=True)
class Diagnosis:
    """What a run looks like so far; evidence and advice in sentences, in both depths of words
    (rnn_core.numbers.said); kind a key of TONES."""

    kind: str
    title: str
    evidence: tuple[str, ...]
    advice: tuple[Advice, ...] = ()

    @property
    def tone(self) -> str:
        return TONES[self.kind]


def diagnosis(
    kind: str,
    title: str,
    evidence: Iterable[str | None],
    config: TrainConfig,
    advice: Iterable[Advice | None] = (),
) -> Diagnosis:
    """A diagnosis, without the sentences and the advice that there are none of."""
    said = tuple(everyday_numbers(one) for one in evidence if one)
    return Diagnosis(kind, title, said, usable(config, advice))
