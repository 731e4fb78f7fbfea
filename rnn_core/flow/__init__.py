"""One experiment: forward, where the loss enters, back through time, measured."""

from rnn_core.flow.flow import GradientFlow, Teaching, gradient_flow

__all__ = ["GradientFlow", "Teaching", "gradient_flow"]
