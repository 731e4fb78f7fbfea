"""What a remedy is: a change of a training run that may help it, with its cost, reason and code."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from rnn_core.numbers.said import Said
from rnn_core.registry import complete
from rnn_core.training.config import TrainConfig


@dataclass(frozen=True, kw_only=True)
class Remedy:
    """A change of a run that may help it.

    label: on the page. says: what it does to the gradient, a sentence. law: what it leans on.
    source: who proposed it. cost: what an update costs more.
    changes(config): the settings it makes, by field of TrainConfig; {} where it has nothing to
    offer. code(before, after): the same in PyTorch, lines for a program that calls its parts
    `network` (with a `cell` and a `readout`), `optimizer`, `loss`, `H` and `I`, as exported
    training scripts do; NumPy is np there.

    A remedy knows how a run starts and learns; what may help a single network without training is
    in rnn_core/studies/remedies.py.
    """

    label: str
    says: Said
    law: Said
    source: str
    cost: Said
    changes: Callable[[TrainConfig], dict[str, Any]]
    code: Callable[[TrainConfig, TrainConfig], str]

    def __post_init__(self) -> None:
        complete(self)

    def after(self, config: TrainConfig) -> TrainConfig | None:
        """The run with it; None where it does not apply: it changes nothing, or what it changes is
        beyond the limits of a run."""
        changes = self.changes(config)
        try:
            # With our start, where a framework's would keep the change from counting.
            changed = replace(config, **config.network().freed(changes)) if changes else config
        except ValueError:
            return None
        return None if changed == config else changed


def multiply_adds(config: TrainConfig) -> int:
    """Products of one update at the full length: forward, and twice as many on the way back.

    Those of the optimiser and of clipping are as many as there are weights, and left out.
    """
    of, H = config.problem, config.hidden_size
    step = config.cell_used.multiply_adds(H, of.input_size)
    return 3 * config.batch_size * (of.seq_len * step + of.loss_steps * H * of.output_size)


NO_COST = Said(
    "None: it is done once, before update 1.", plain="None: it is done once, before the training."
)
NO_UPDATE_COST = Said("None: an update has the same products.", plain="None.")
