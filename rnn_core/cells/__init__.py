"""The cells, by name: one file each."""

from __future__ import annotations

from rnn_core.cells.additive import additive_step, additive_vjp
from rnn_core.cells.cell import Cell
from rnn_core.cells.gru import gru_step, gru_vjp
from rnn_core.cells.layer_norm import layer_norm_step, layer_norm_vjp
from rnn_core.cells.lru import lru_step, lru_vjp
from rnn_core.cells.lstm import lstm_step, lstm_vjp
from rnn_core.cells.settings import ALPHA, FORGET_BIAS, LAMBDA_HIGH, LAMBDA_LOW

CELLS: dict[str, Cell] = {
    "vanilla": Cell(
        label="vanilla RNN",
        formula=r"h_t = \varphi(W_h h_{t-1} + W_x x_t + b_h)",
        source="Elman 1990",
        step=additive_step,
        additive=True,
        vjp=additive_vjp,
        has_slope=True,
    ),
    "irnn": Cell(
        label="IRNN",
        formula=r"h_t = \max(0, W_h h_{t-1} + W_x x_t + b_h), \quad W_h = 1 \text{ at the start}",
        source="Le, Jaitly, Hinton 2015",
        step=additive_step,
        additive=True,
        vjp=additive_vjp,
        has_slope=True,
        activation="relu",
        init="identity",
    ),
    "residual": Cell(
        label="residual RNN",
        formula=r"h_t = h_{t-1} + \alpha\,\varphi(W_h h_{t-1} + W_x x_t + b_h)",
        source="He et al. 2016, in time",
        step=additive_step,
        additive=True,
        vjp=additive_vjp,
        has_slope=True,
        settings=(ALPHA,),
    ),
    "leaky": Cell(
        label="leaky RNN",
        formula=r"h_t = (1-\alpha)\,h_{t-1} + \alpha\,\varphi(W_h h_{t-1} + W_x x_t + b_h)",
        source="Jaeger et al. 2007",
        step=additive_step,
        additive=True,
        vjp=additive_vjp,
        has_slope=True,
        settings=(ALPHA,),
    ),
    "layer_norm": Cell(
        label="layer-norm RNN",
        formula=r"h_t = \varphi(\mathrm{LN}(W_h h_{t-1} + W_x x_t + b_h))",
        source="Ba, Kiros, Hinton 2016",
        step=layer_norm_step,
        vjp=layer_norm_vjp,
        has_slope=True,
    ),
    "gru": Cell(
        label="GRU",
        formula=r"h_t = (1-z_t) \odot n_t + z_t \odot h_{t-1}, \quad "
        r"n_t = \tanh(W_n x_t + r_t \odot (U_n h_{t-1}))",
        source="Cho et al. 2014",
        step=gru_step,
        vjp=gru_vjp,
        gates=("r", "z", "n"),
        activation="tanh",
    ),
    "lstm": Cell(
        label="LSTM",
        formula=r"c_t = f_t \odot c_{t-1} + i_t \odot g_t, \quad h_t = o_t \odot \tanh c_t",
        source="Hochreiter, Schmidhuber 1997; Gers et al. 2000",
        step=lstm_step,
        vjp=lstm_vjp,
        gates=("i", "f", "g", "o"),
        states=2,
        activation="tanh",
        settings=(FORGET_BIAS,),
    ),
    "lru": Cell(
        label="linear recurrent unit",
        formula=r"h_t = \lambda \odot h_{t-1} + \gamma \odot W_x x_t, \quad "
        r"\lambda = e^{-e^{\nu} + i\theta}",
        source="Orvieto et al. 2023",
        step=lru_step,
        vjp=lru_vjp,
        activation="linear",
        init="",
        settings=(LAMBDA_LOW, LAMBDA_HIGH),
    ),
}
