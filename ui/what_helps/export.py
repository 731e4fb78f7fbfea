"""Every trial as CSV."""

from __future__ import annotations

import math
from dataclasses import fields

from rnn_core.remedies.remedy import multiply_adds
from rnn_core.remedies.trials import AS_IT_IS, Comparison, Trial
from ui.what_helps.words import changes

COLUMNS = (
    "remedy",
    "changes",
    "seed",
    "updates",
    "solved_at",
    "not_finite",
    "horizon_first",
    "horizon_last",
    "steps",
    "val_loss",
    "multiply_adds_per_update",
    "seconds_per_update",
)


def trials_csv(comparison: Comparison, found: tuple[Trial, ...]) -> str:
    """A row for every run that has ended; the settings without a remedy as comments."""
    config = comparison.runs[AS_IT_IS]
    lines = [f"# setting: {f.name} = {getattr(config, f.name)!r}" for f in fields(config)]
    lines.append(",".join(COLUMNS))
    for trial in found:
        after = comparison.runs[trial.name]
        row = (
            trial.name or "as_it_is",
            '"' + changes(config, after).replace('"', '""') + '"',
            trial.seed,
            trial.updates,
            "" if trial.solved is None else trial.solved,
            trial.broke,
            trial.first,
            trial.last,
            trial.length,
            "" if math.isnan(trial.val_loss) else repr(trial.val_loss),
            multiply_adds(after),
            f"{trial.seconds:.3g}",
        )
        lines.append(",".join(map(str, row)))
    return "\n".join(lines) + "\n"
