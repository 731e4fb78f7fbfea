"""The oracle of the tap: nn.RNN, GRU and LSTM as loops over plain tensors, for autograd to read."""

from dataclasses import dataclass, field

import torch


@dataclass
class Unrolled:
    """What a loop gave: as the module, and every state as a leaf that kept its gradient."""

    output: torch.Tensor  # (T, B, D·P), 0 beyond a sequence's length
    h_n: torch.Tensor  # (L·D, B, P)
    c_n: torch.Tensor | None
    h: dict[tuple[int, int], list[torch.Tensor]] = field(default_factory=dict)
    c: dict[tuple[int, int], list[torch.Tensor]] = field(default_factory=dict)

    def norms(self, key, of="h"):
        """log₁₀ ‖∂L/∂h_t‖ (T, B); -inf where no gradient came."""
        rows = [
            s.new_zeros(s.shape[0]) if s.grad is None else s.grad.norm(dim=1)
            for s in getattr(self, of)[key]
        ]
        return torch.stack(rows).log10().numpy()


def unrolled(module, x, lengths, h0=None, c0=None, masks=()):
    """Run `module`'s formulas over x (T, B, I); masks: what dropout multiplies each layer by."""
    kind = type(module).__name__
    T, B = x.shape[:2]
    H, P = module.hidden_size, module.proj_size or module.hidden_size
    D = 2 if module.bidirectional else 1
    weights = {name: w.detach() for name, w in module.named_parameters()}
    found = Unrolled(x, x, None)
    ends, c_ends = [], []
    for layer in range(module.num_layers):
        outputs = []
        for way in range(D):
            end = f"_l{layer}" + "_reverse" * way
            row = layer * D + way
            h = x.new_zeros(B, P) if h0 is None else h0[row]
            c = x.new_zeros(B, H) if c0 is None else c0[row]
            hs, cs = [None] * T, [None] * T
            for t in reversed(range(T)) if way else range(T):
                inside = (t < lengths)[:, None]
                new_h, new_c = step(kind, module, weights, end, x[t], h, c)
                hs[t], cs[t] = new_h, new_c
                h = torch.where(inside, new_h, h)
                c = torch.where(inside, new_c, c)
            for node in hs + cs * (kind == "LSTM"):
                if node.requires_grad:
                    node.retain_grad()
            found.h[layer, way], found.c[layer, way] = hs, cs
            ends.append(h)
            c_ends.append(c)
            inside = torch.arange(T)[:, None, None] < lengths[:, None]
            outputs.append(torch.where(inside, torch.stack(hs), 0.0))
        x = torch.cat(outputs, dim=2)
        if layer < len(masks):
            x = x * masks[layer]
    found.output, found.h_n = x, torch.stack(ends)
    found.c_n = torch.stack(c_ends) if kind == "LSTM" else None
    return found


def step(kind, module, w, end, x, h, c):
    """One step of PyTorch's formulas, c_t a node that h_t is made of."""
    a_x, a_h = x @ w["weight_ih" + end].T, h @ w["weight_hh" + end].T
    if module.bias:
        a_x, a_h = a_x + w["bias_ih" + end], a_h + w["bias_hh" + end]
    if kind == "RNN":
        return getattr(torch, module.nonlinearity)(a_x + a_h), c
    if kind == "GRU":
        (r_x, z_x, n_x), (r_h, z_h, n_h) = a_x.chunk(3, 1), a_h.chunk(3, 1)
        r, z = torch.sigmoid(r_x + r_h), torch.sigmoid(z_x + z_h)
        n = torch.tanh(n_x + r * n_h)
        return (1 - z) * n + z * h, c
    i, f, g, o = (a_x + a_h).chunk(4, 1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    h = torch.sigmoid(o) * torch.tanh(c)
    return (h @ w["weight_hr" + end].T if module.proj_size else h), c
