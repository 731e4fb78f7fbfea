"""How a network began, where that is not as its settings alone say."""

from __future__ import annotations

from rnn_core.config import RNNConfig
from rnn_core.network.starts import STARTS
from rnn_core.numbers.said import NOTHING, Said, alike
from rnn_core.settings import Number


def started(config: RNNConfig) -> Said:
    """As in which framework; nothing of our own start."""
    start = STARTS[config.start_used]
    return alike(f"Weights start as in {start.label}.") if start.decides else NOTHING


def in_place(config: RNNConfig, setting: Number) -> str:
    """What stands in place of a slider that has no say; "" if it has one."""
    if setting.name in config.overruled:
        return f"{setting.label}: each unit’s own, by chrono"
    if setting.name not in config.decided:
        return ""
    start, added = STARTS[config.start_used], config.added_bias
    value = f"{config.decided[setting.name]:g}".replace("-", "−")
    around = f"drawn around {value}" if start.biases else value
    than = f"{abs(added):g} {'more' if added > 0 else 'less'} than" if added else "as"
    return f"{setting.label}: {around}, {than} in {start.label}"


def adds_bias(config: RNNConfig) -> bool:
    """Whether a bias can be added to what the start gives the gate that keeps."""
    return bool(config.decided.keys() & {s.name for s in config.cell_used.settings})
