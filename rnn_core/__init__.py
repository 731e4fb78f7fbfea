"""rnn_core: how gradients flow through unrolled recurrent networks, in NumPy.

from rnn_core import RNNConfig, gradient_flow
flow = gradient_flow(RNNConfig(gain=0.9))
print(flow.verdict, flow.cause, flow.factor, flow.half_life, flow.horizon)
"""

from rnn_core.additive import sweep_back, unroll
from rnn_core.bptt import Overflow, Sweep, Trace, sweep
from rnn_core.config import CHOICES, LIMITS, RNNConfig
from rnn_core.flow import GradientFlow, Teaching, gradient_flow
from rnn_core.inputs import inputs
from rnn_core.losses import Direct, direct_gradient
from rnn_core.weights import Parameters, parameters

__all__ = [
    "CHOICES",
    "LIMITS",
    "Direct",
    "GradientFlow",
    "Overflow",
    "Parameters",
    "RNNConfig",
    "Sweep",
    "Teaching",
    "Trace",
    "direct_gradient",
    "gradient_flow",
    "inputs",
    "parameters",
    "sweep",
    "sweep_back",
    "unroll",
]
