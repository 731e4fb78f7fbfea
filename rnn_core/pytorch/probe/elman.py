"""nn.RNN: h_t = φ(W_x x_t + b_x + W_h h_{t-1} + b_h)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rnn_core.network.activations import ACTIVATIONS, Activation
from rnn_core.pytorch.probe.recurrence import Steps, Weights


@dataclass(frozen=True)
class Elman:
    """By PyTorch's name of φ."""

    nonlinearity: str
    gates: tuple[str, ...] = ()

    @property
    def activation(self) -> Activation:
        return next(a for a in ACTIVATIONS.values() if a.rnn_cell == self.nonlinearity)

    def forward(self, w: Weights, x: Any, h0: Any, c0: Any | None) -> Steps:
        import torch

        phi = self.activation.torch(torch)
        a = w.sums(x, None)
        states, W_hT = a.new_empty((len(x) + 1, *h0.shape)), w.W_h.T
        states[0] = h = h0
        for t, a_t in enumerate(a.unbind(0)):
            states[t + 1] = h = phi(torch.addmm(a_t, h, W_hT))
        return self._told(x, states[:-1], states[1:])

    def along(self, w: Weights, x: Any, before: Any, h: Any, c0: Any | None) -> Steps:
        return self._told(x, before, h)

    def each(self, w: Weights, x: Any, before: Any, c_before: Any | None) -> Steps:
        import torch

        h = self.activation.torch(torch)(w.sums(x, before))
        return self._told(x, before, h)

    def _told(self, x: Any, before: Any, h: Any) -> Steps:
        # φ' from h, as autograd has it: a product with the mask of h > 0, or 1 - h².
        slope = (h > 0).to(h.dtype) if self.activation.homogeneous else 1.0 - h * h
        return Steps(x, before, h, {}, (slope,), slope=slope)

    def back(
        self, w: Weights, slopes: tuple[Any, ...], dh: Any, dc: Any, da: Any, to_h: Any, to_c: Any
    ) -> None:
        import torch

        torch.mul(dh, slopes[0], out=da)
        to_h.flatten(0, -2).addmm_(da.flatten(0, -2), w.W_h)

    def on_input(self, steps: Steps, da: Any, dh: Any) -> Any:
        return da
