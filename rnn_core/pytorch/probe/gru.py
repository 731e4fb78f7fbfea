"""nn.GRU: h_t = (1 − z) ⊙ n + z ⊙ h_{t-1}, n = tanh(W_n x + b + r ⊙ (U_n h_{t-1} + b'))."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rnn_core.pytorch.probe.recurrence import Steps, Weights


@dataclass(frozen=True)
class Gru:
    gates: tuple[str, ...] = ("r", "z", "n")

    def forward(self, w: Weights, x: Any, h0: Any, c0: Any | None) -> Steps:
        a = w.drive(x)
        states = a.new_empty((len(x) + 1, *h0.shape))
        r, z, n, n_h = a.new_empty((4, *states[1:].shape)).unbind(0)
        states[0] = h = h0
        H = h0.shape[-1]
        for t, a_t in enumerate(a.unbind(0)):
            from_h = w.recur(h)
            r[t], z[t] = (a_t[:, : 2 * H] + from_h[:, : 2 * H]).sigmoid_().chunk(2, dim=-1)
            n_h[t] = from_h[:, 2 * H :]
            n[t] = (a_t[:, 2 * H :] + r[t] * n_h[t]).tanh_()
            states[t + 1] = h = n[t] + z[t] * (h - n[t])
        return self._told(x, states[:-1], states[1:], r, z, n, n_h)

    def along(self, w: Weights, x: Any, before: Any, h: Any, c0: Any | None) -> Steps:
        return self.each(w, x, before, None)

    def each(self, w: Weights, x: Any, before: Any, c_before: Any | None) -> Steps:
        (r_x, z_x, n_x), (r_h, z_h, n_h) = (
            a.chunk(3, dim=-1) for a in (w.drive(x), w.recur(before))
        )
        r, z = (r_x + r_h).sigmoid_(), (z_x + z_h).sigmoid_()
        n = (n_x + r * n_h).tanh_()
        return self._told(x, before, n + z * (before - n), r, z, n, n_h)

    def _told(self, x: Any, before: Any, h: Any, r: Any, z: Any, n: Any, n_h: Any) -> Steps:
        import torch

        new = (1.0 - z) * (1.0 - n * n)
        of_r, of_z = new * n_h * r * (1.0 - r), (before - n) * z * (1.0 - z)
        on_h = torch.stack([of_r, of_z, new * r], dim=-2)
        on_x = torch.stack([of_r, of_z, new], dim=-2)
        return Steps(x, before, h, {"r": r, "z": z, "n": n}, (on_h, z, on_x))

    def back(
        self, w: Weights, slopes: tuple[Any, ...], dh: Any, dc: Any, da: Any, to_h: Any, to_c: Any
    ) -> None:
        import torch

        on_h, z, _ = slopes
        torch.mul(on_h, dh.unsqueeze(-2), out=da.view(on_h.shape))
        to_h.flatten(0, -2).addmm_(da.flatten(0, -2), w.W_h)
        to_h.addcmul_(dh, z)

    def on_input(self, steps: Steps, da: Any, dh: Any) -> Any:
        """n sees its input without r."""
        return (steps.slopes[2] * dh.unsqueeze(-2)).flatten(-2)
