"""Settings that only some cells know; every other cell takes no notice of them."""

from rnn_core.settings import Number

ALPHA = Number(
    name="alpha",
    label="α",
    default=0.1,
    low=0.0,
    high=1.0,
    step=0.01,
    digits=2,
    help="How far one step moves the state of a residual or leaky cell.",
)
FORGET_BIAS = Number(
    name="forget_bias",
    label="forget bias",
    default=1.0,
    low=-4.0,
    high=8.0,
    legal=(-10.0, 10.0),
    step=0.1,
    digits=1,
    help="Bias of the LSTM's forget gates at the start: σ(1) = 0.73, σ(4) = 0.98.",
)
# |λ| below 1: at 1 the linear recurrent unit's input gain √(1-|λ|²) is 0.
LAMBDA_LOW = Number(
    name="lambda_low",
    label="|λ| from",
    default=0.9,
    low=0.5,
    high=0.999,
    legal=(0.01, 0.9999),
    step=0.001,
    digits=3,
    help="One end of the range from which |λ| of the linear recurrent unit is drawn.",
)
LAMBDA_HIGH = Number(
    name="lambda_high",
    label="|λ| to",
    default=0.999,
    low=0.5,
    high=0.999,
    legal=(0.01, 0.9999),
    step=0.001,
    digits=3,
    help="The other end of the range of |λ|.",
)
