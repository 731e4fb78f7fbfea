"""A recurrence run again step by step, and swept back from the gradient that arrived.

One layer in one direction, on tensors of any device, without autograd. Axes: T time, B batch, I
input, H hidden, P what the state h shows (H, or proj_size), G gates.

    forward:  a_t = W_x x_t + b_x + W_h h_{t-1} + b_h, and the cell's own formula
    back:     δ_t = arrived_t + J_{t+1}ᵀ δ_{t+1}

where arrived_t is what comes from above at step t: a loss, the next layer, h_n. ∂L/∂c_t of an LSTM
counts the way through h_t = o_t ⊙ tanh c_t too, as the textbook's does. torch comes in as the
methods of the tensors, so that nothing here imports it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, eq=False)
class Weights:
    """Of one layer in one direction, detached; None where the layer has none."""

    W_h: Any  # (G·H, P)
    W_x: Any  # (G·H, I)
    b_h: Any | None  # (G·H,)
    b_x: Any | None  # (G·H,)
    W_hr: Any | None = None  # (P, H), the LSTM's projection

    def drive(self, x: Any) -> Any:
        """W_x x + b_x."""
        return _affine(x, self.W_x, self.b_x)

    def recur(self, h: Any) -> Any:
        """W_h h + b_h."""
        return _affine(h, self.W_h, self.b_h)

    def sums(self, x: Any, h: Any | None) -> Any:
        """W_x x + b_x + b_h, and W_h h where h is known."""
        bias = None if self.b_x is None else self.b_x + self.b_h
        found = _affine(x, self.W_x, bias)
        if h is not None:
            found.flatten(0, -2).addmm_(h.flatten(0, -2), self.W_h.T)
        return found


def _affine(x: Any, W: Any, b: Any | None) -> Any:
    """One product for all rows, the bias put in on the way."""
    import torch

    product = torch.nn.functional.linear(x.flatten(0, -2), W, b)
    return product.unflatten(0, x.shape[:-1])


@dataclass(eq=False)
class Steps:
    """What every step saw and did."""

    x: Any  # (T, B, I)
    before: Any  # (T, B, P), h_{t-1}
    h: Any  # (T, B, P)
    gates: dict[str, Any]  # (T, B, H) by PyTorch's letter
    slopes: tuple[Any, ...]  # (T, B, ...), what `back` multiplies by
    c_before: Any | None = None  # (T, B, H)
    c: Any | None = None  # (T, B, H)
    slope: Any | None = None  # (T, B, H), φ' of a cell without gates
    raw: Any | None = None  # (T, B, H), o ⊙ tanh c before a projection


class Recurrence(Protocol):
    """What a kind of layer has to say."""

    @property
    def gates(self) -> tuple[str, ...]: ...

    def forward(self, w: Weights, x: Any, h0: Any, c0: Any | None) -> Steps:
        """Run over x (T, B, I) from h0 (B, P) and, for an LSTM, c0 (B, H)."""

    def along(self, w: Weights, x: Any, before: Any, h: Any, c0: Any | None) -> Steps:
        """The same where every h_{t-1} and h_t (T, B, P) is known: all steps at once."""

    def each(self, w: Weights, x: Any, before: Any, c_before: Any | None) -> Steps:
        """Every step by itself, from the states before it."""

    def back(
        self, w: Weights, slopes: tuple[Any, ...], dh: Any, dc: Any, da: Any, to_h: Any, to_c: Any
    ) -> None:
        """One step (B, ...) back, or all of them at once (T, B, ...), in place.

        dh (..., P): ∂L/∂h_t in all. dc (..., H): what comes to c_t otherwise than through h_t, and
        ∂L/∂c_t in all afterwards. da (..., G·H): receives ∂L/∂(W_h h_{t-1} + b_h). to_h (..., P),
        to_c (..., H): what goes back to h_{t-1} and c_{t-1} is added there.
        """

    def on_input(self, steps: Steps, da: Any, dh: Any) -> Any:
        """∂L/∂(W_x x_t + b_x) (T, B, G·H)."""


@dataclass(eq=False)
class Swept:
    """Every step's gradient."""

    dh: Any  # (T, B, P), ∂L/∂h_t in all
    da: Any  # (T, B, G·H), ∂L/∂(W_h h_{t-1} + b_h)
    da_x: Any  # (T, B, G·H), ∂L/∂(W_x x_t + b_x)
    start: Any  # (B, P), ∂L/∂h_0
    dc: Any | None = None  # (T, B, H), ∂L/∂c_t in all
    start_c: Any | None = None  # (B, H), ∂L/∂c_0


def sweep(
    kind: Recurrence, w: Weights, steps: Steps, arrived: Any, arrived_c: Any | None = None
) -> Swept:
    """δ_t for t = T … 1 from what arrived at h_t (T, B, P) and at c_t (T, B, H)."""
    dh = arrived.clone()
    da = arrived.new_empty((*arrived.shape[:2], w.W_h.shape[0]))
    start, start_c, dc = dh.new_zeros(dh.shape[1:]), None, None
    if steps.c is not None:
        dc = steps.c.new_zeros(steps.c.shape) if arrived_c is None else arrived_c.clone()
        start_c = dc.new_zeros(dc.shape[1:])
    _sweep(kind, w, steps.slopes, dh, dc, da, start, start_c)
    return Swept(dh, da, kind.on_input(steps, da, dh), start, dc, start_c)


def swept_dh(
    kind: Recurrence, w: Weights, slopes: tuple[Any, ...], arrived: Any, arrived_c: Any | None
) -> Any:
    """The same for ∂L/∂h_t (T, B, P) alone; arrived_c is zeros where nothing arrived."""
    dh, to_c = arrived.clone(), None
    one = dh.new_empty((dh.shape[1], w.W_h.shape[0])).expand(len(dh), -1, -1)  # all in one place
    dc = None if arrived_c is None else arrived_c.clone()
    if dc is not None:
        to_c = dc.new_zeros(dc.shape[1:])
    _sweep(kind, w, slopes, dh, dc, one, dh.new_zeros(dh.shape[1:]), to_c)
    return dh


def _sweep(
    kind: Recurrence,
    w: Weights,
    slopes: tuple[Any, ...],
    dh: Any,
    dc: Any | None,
    da: Any,
    start: Any,
    start_c: Any | None,
) -> None:
    rows, sums = dh.unbind(0), da.unbind(0)
    cells = [None] * len(rows) if dc is None else dc.unbind(0)
    each = list(zip(*(s.unbind(0) for s in slopes), strict=True))
    for t in range(len(rows) - 1, 0, -1):
        kind.back(w, each[t], rows[t], cells[t], sums[t], rows[t - 1], cells[t - 1])
    kind.back(w, each[0], rows[0], cells[0], sums[0], start, start_c)


def terms(steps: Steps, swept: Swept, w: Weights) -> dict[str, Any]:
    """Σ over steps and sequences of each parameter's terms, by name: what .grad must be."""

    def product(left: Any, right: Any) -> Any:
        return left.flatten(0, 1).T @ right.flatten(0, 1)

    found = {"W_h": product(swept.da, steps.before), "W_x": product(swept.da_x, steps.x)}
    if w.b_h is not None:
        found |= {"b_h": swept.da.sum(dim=(0, 1)), "b_x": swept.da_x.sum(dim=(0, 1))}
    if w.W_hr is not None:
        found["W_hr"] = product(swept.dh, steps.raw)
    return found
