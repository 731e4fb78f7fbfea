"""nn.LSTM: c_t = f ⊙ c_{t-1} + i ⊙ g, h_t = o ⊙ tanh c_t, or W_hr times that with proj_size."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rnn_core.pytorch.probe.recurrence import Back, Steps, Weights


@dataclass(frozen=True)
class Lstm:
    gates: tuple[str, ...] = ("i", "f", "g", "o")

    def forward(self, w: Weights, x: Any, h0: Any, c0: Any | None) -> Steps:
        import torch

        assert c0 is not None
        a = w.drive(x) if w.b_h is None else w.drive(x) + w.b_h
        a = a.unflatten(-1, (4, -1))  # (T, B, 4, H): the gates, in place
        T, B, _, H = a.shape
        cells, states = a.new_empty((T + 1, B, H)), a.new_empty((T + 1, *h0.shape))
        cells[0], states[0] = c0, h0
        raw, W_hT = a.new_empty((T, B, H)), w.W_h.T
        each = zip(a.unbind(0), cells.unbind(0), cells[1:].unbind(0), raw.unbind(0), strict=False)
        h = h0
        for t, (gates, c_before, c, shown) in enumerate(each):
            gates.view(B, 4 * H).addmm_(h, W_hT)
            gates[:, :2].sigmoid_()
            gates[:, 2].tanh_()
            gates[:, 3].sigmoid_()
            torch.mul(gates[:, 1], c_before, out=c)
            c.addcmul_(gates[:, 0], gates[:, 2])
            torch.tanh(c, out=shown)
            shown.mul_(gates[:, 3])
            h = shown if w.W_hr is None else shown @ w.W_hr.T
            states[t + 1] = h
        return self._told(x, states[:-1], states[1:], cells[:-1], cells[1:], a, raw)

    def each(self, w: Weights, x: Any, before: Any, c_before: Any | None) -> Steps:
        assert c_before is not None
        a = (w.drive(x) + w.recur(before)).unflatten(-1, (4, -1))
        a[..., :2, :].sigmoid_()
        a[..., 2, :].tanh_()
        a[..., 3, :].sigmoid_()
        i, f, g, o = a.unbind(-2)
        c = f * c_before + i * g
        raw = o * c.tanh()
        return self._told(x, before, raw, c_before, c, a, raw)

    def _told(
        self, x: Any, before: Any, h: Any, c_before: Any, c: Any, gates: Any, raw: Any
    ) -> Steps:
        i, f, g, o = gates.unbind(-2)
        tanh_c = c.tanh()
        into = gates.new_empty(gates.shape)  # ∂ of each gate's sum: the first three by ∂L/∂c
        for k, (other, own) in enumerate(((g, i * (1.0 - i)), (c_before, f * (1.0 - f)))):
            into[..., k, :] = own * other
        into[..., 2, :] = i * (1.0 - g * g)
        into[..., 3, :] = tanh_c * o * (1.0 - o)
        slopes = (into, o * (1.0 - tanh_c * tanh_c), f)
        named = {"i": i, "f": f, "g": g, "o": o}
        return Steps(x, before, h, named, slopes, c_before, c, raw=raw)

    def back(self, w: Weights, slopes: tuple[Any, ...], dh: Any, dc: Any | None) -> Back:
        into, through_h, f = slopes
        shown = dh if w.W_hr is None else dh @ w.W_hr
        c = shown * through_h
        if dc is not None:
            c += dc
        da = into.new_empty(into.shape)
        da[..., :3, :] = into[..., :3, :] * c.unsqueeze(-2)
        da[..., 3, :] = into[..., 3, :] * shown
        da = da.flatten(-2)
        return Back(da, da @ w.W_h, c, c * f)

    def on_input(self, steps: Steps, da: Any, dh: Any) -> Any:
        return da
