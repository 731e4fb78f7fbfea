"""What can be read from a grid of initialisations × activations: how many pairs do what."""

from __future__ import annotations

from rnn_core.flow.verdict import VERDICTS
from rnn_core.network_settings import NETWORK_SETTINGS
from rnn_core.readings.named import Named, Readings, by_name, of_settings
from rnn_core.studies.grid import GradientGrid


def _count(name: str) -> Named:
    return Named(
        name=f"pairs_{name}",
        label=f"pairs that {VERDICTS[name].they}",
        what=f"how many of the pairs on screen {VERDICTS[name].they}",
        read=lambda grid: grid.verdicts[name],
    )


NAMES: dict[str, Named] = by_name(
    [_count(name) for name in VERDICTS],
    (
        Named(
            name="pairs",
            label="the pairs on screen",
            what="how many pairs of an initialisation and an activation are on screen",
            read=lambda grid: len(grid.panels),
        ),
    ),
    of_settings(NETWORK_SETTINGS, lambda grid, setting: getattr(grid.config, setting.name)),
)


def readings(grid: GradientGrid) -> Readings:
    """What can be read from `grid`."""
    return Readings(NAMES, grid)
