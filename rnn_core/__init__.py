"""rnn_core: how gradients flow through unrolled recurrent networks, in NumPy.

from rnn_core import RNNConfig, gradient_flow
flow = gradient_flow(RNNConfig(gain=0.9))
print(flow.verdict, flow.cause, flow.factor, flow.half_life, flow.horizon)

from rnn_core import TrainConfig, Trainer
trainer = Trainer(TrainConfig(task="adding", cell="gru"))
while trainer.step():
    pass
"""

from importlib import import_module
from typing import Any

from rnn_core import renamed
from rnn_core.cells.additive import unroll
from rnn_core.cells.tape import Overflow, Trace
from rnn_core.config import CHOICES, LIMITS, RNNConfig
from rnn_core.flow.flow import GradientFlow, Teaching, gradient_flow
from rnn_core.flow.losses import Direct, direct_gradient
from rnn_core.flow.sweep import Sweep, sweep, sweep_back
from rnn_core.network.parameters import Parameters
from rnn_core.start import inputs, parameters

__version__ = "0.1.0"

__all__ = [
    "CHOICES",
    "LIMITS",
    "Direct",
    "GradientFlow",
    "History",
    "Overflow",
    "Parameters",
    "RNNConfig",
    "Record",
    "Sweep",
    "Teaching",
    "Trace",
    "TrainConfig",
    "Trainer",
    "direct_gradient",
    "gradient_flow",
    "inputs",
    "parameters",
    "sweep",
    "sweep_back",
    "unroll",
]

renamed.install()

# Imported when asked for: gradient flow does without, and so starts sooner.
_TRAINING = {
    "History": "rnn_core.training.history",
    "Record": "rnn_core.training.history",
    "TrainConfig": "rnn_core.training.config",
    "Trainer": "rnn_core.training.trainer",
}


def __getattr__(name: str) -> Any:
    if name not in _TRAINING:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_TRAINING[name]), name)
