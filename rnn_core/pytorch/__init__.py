"""Everything that needs PyTorch; torch itself is imported inside the functions."""

from rnn_core.pytorch.probe.tap import tap

__all__ = ["tap"]
