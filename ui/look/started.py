"""How a network began, where that is not as its settings alone say."""

from __future__ import annotations

from rnn_core.config import RNNConfig
from rnn_core.network.starts import STARTS
from rnn_core.numbers.said import NOTHING, Said, alike
from rnn_core.settings import Number


def started(config: RNNConfig) -> Said:
    """As which framework ships it; nothing of our own start."""
    start = STARTS[config.start_used]
    return alike(f"Started as {start.label} ships it.") if start.decides else NOTHING


def decided(config: RNNConfig, setting: Number) -> str:
    """What stands in place of a slider which the start leaves no say."""
    start = STARTS[config.start_used]
    value = f"{config.decided[setting.name]:g}"
    around = f"drawn around {value}" if start.biases else value
    return f"{setting.label}: {around}, as {start.label} ships it"
