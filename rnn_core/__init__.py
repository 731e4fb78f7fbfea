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

from rnn_core.additive import sweep_back, unroll
from rnn_core.bptt import Overflow, Sweep, Trace, sweep
from rnn_core.config import CHOICES, LIMITS, RNNConfig
from rnn_core.flow import GradientFlow, Teaching, gradient_flow
from rnn_core.inputs import inputs
from rnn_core.losses import Direct, direct_gradient
from rnn_core.weights import Parameters, parameters

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

# Imported when asked for: gradient flow does without, and so starts sooner.
_TRAINING = {
    "History": "rnn_core.history",
    "Record": "rnn_core.history",
    "TrainConfig": "rnn_core.train_config",
    "Trainer": "rnn_core.train",
}


def __getattr__(name: str):
    if name not in _TRAINING:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_TRAINING[name]), name)
