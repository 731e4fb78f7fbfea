"""nn.LSTM: c_t = f ⊙ c_{t-1} + i ⊙ g, h_t = o ⊙ tanh c_t, or W_hr times that with proj_size."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rnn_core.pytorch.probe.recurrence import Steps, Weights


@dataclass(frozen=True)
class Lstm:
    gates: tuple[str, ...] = ("i", "f", "g", "o")

    def forward(self, w: Weights, x: Any, h0: Any, c0: Any | None) -> Steps:
        import torch

        assert c0 is not None
        a = w.sums(x, None).unflatten(-1, (4, -1))  # (T, B, 4, H): the gates, in place
        T, B, _, H = a.shape
        cells, states = a.new_empty((T + 1, B, H)), a.new_empty((T + 1, *h0.shape))
        cells[0], states[0] = c0, h0
        tanh_c, raw, W_hT = a.new_empty((T, B, H)), a.new_empty((T, B, H)), w.W_h.T
        rows = (a.view(T, B, 4 * H), a[:, :, :2], a[:, :, 2], a[:, :, 3], *a.unbind(2)[:3], cells)
        each = zip(*(r.unbind(0) for r in rows), cells[1:], tanh_c, raw, states[1:], strict=False)
        h = h0
        for sums, i_f, g, o, i, f, _, before, c, tanh, shown, h_t in each:
            sums.addmm_(h, W_hT)
            i_f.sigmoid_()
            g.tanh_()
            o.sigmoid_()
            torch.mul(f, before, out=c)
            c.addcmul_(i, g)
            torch.tanh(c, out=tanh)
            torch.mul(tanh, o, out=shown)
            h = h_t.copy_(shown) if w.W_hr is None else torch.mm(shown, w.W_hr.T, out=h_t)
        return self._told(x, states[:-1], states[1:], cells[:-1], cells[1:], a, tanh_c, raw)

    def along(self, w: Weights, x: Any, before: Any, h: Any, c0: Any | None) -> Steps:
        import torch

        assert c0 is not None
        a = self._gates(w, x, before)
        i, f, g, o = a.unbind(-2)
        cells = a.new_empty((len(x) + 1, *c0.shape))
        cells[0] = c0
        new = i * g
        for new_t, f_t, c_before, c in zip(new, f, cells, cells[1:], strict=False):
            torch.addcmul(new_t, f_t, c_before, out=c)
        tanh_c = cells[1:].tanh()
        raw = None if w.W_hr is None else o * tanh_c
        return self._told(x, before, h, cells[:-1], cells[1:], a, tanh_c, raw)

    def each(self, w: Weights, x: Any, before: Any, c_before: Any | None) -> Steps:
        assert c_before is not None
        a = self._gates(w, x, before)
        i, f, g, o = a.unbind(-2)
        c = f * c_before + i * g
        tanh_c = c.tanh()
        raw = o * tanh_c
        return self._told(x, before, raw, c_before, c, a, tanh_c, raw)

    def _gates(self, w: Weights, x: Any, before: Any) -> Any:
        """(T, B, 4, H), every step's from the state before it."""
        a = w.sums(x, before).unflatten(-1, (4, -1))
        a[..., :2, :].sigmoid_()
        a[..., 2, :].tanh_()
        a[..., 3, :].sigmoid_()
        return a

    def _told(
        self, x: Any, before: Any, h: Any, c_before: Any, c: Any, gates: Any, tanh_c: Any, raw: Any
    ) -> Steps:
        import torch

        i, f, g, o = gates.unbind(-2)
        # ∂ of each gate's sum: the first three by ∂L/∂c, the last by ∂L/∂h
        by_c = gates.new_empty((*gates.shape[:-2], 3, gates.shape[-1]))
        torch.addcmul(
            gates[..., :2, :], gates[..., :2, :], gates[..., :2, :], value=-1, out=by_c[..., :2, :]
        )
        by_c[..., 0, :] *= g
        by_c[..., 1, :] *= c_before
        by_c[..., 2, :] = torch.addcmul(i, i * g, g, value=-1)
        by_h = torch.addcmul(o, o, o, value=-1).mul_(tanh_c)
        through_h = torch.addcmul(o, o * tanh_c, tanh_c, value=-1)
        named = {"i": i, "f": f, "g": g, "o": o}
        return Steps(x, before, h, named, (by_c, through_h, f, by_h), c_before, c, raw=raw)

    def back(
        self, w: Weights, slopes: tuple[Any, ...], dh: Any, dc: Any, da: Any, to_h: Any, to_c: Any
    ) -> None:
        import torch

        by_c, through_h, f, by_h = slopes
        shown = dh if w.W_hr is None else dh @ w.W_hr
        dc.addcmul_(shown, through_h)
        gates = da.unflatten(-1, (4, -1))
        torch.mul(by_c, dc.unsqueeze(-2), out=gates[..., :3, :])
        torch.mul(by_h, shown, out=gates[..., 3, :])
        to_h.flatten(0, -2).addmm_(da.flatten(0, -2), w.W_h)
        to_c.addcmul_(dc, f)

    def on_input(self, steps: Steps, da: Any, dh: Any) -> Any:
        return da
