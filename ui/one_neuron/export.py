"""Taking one neuron away: every number as CSV, and a NumPy script that prints the same ones."""

from __future__ import annotations

from rnn_core.network.activations import ACTIVATIONS
from rnn_core.studies.one_neuron import DIFFERENCE_STEP, WEIGHTS, Pass
from ui.export import constants, source

_SCRIPT = '''\
"""One {label} unit over the bits {bits}: every number of the forward and the backward pass."""

import numpy as np

{constants}

{phi}

{dphi}

w = {{"w_in": {w_in!r}, "w_h": {w_h!r}, "w_out": {w_out!r}}}
x = np.array([float(bit) for bit in "{bits}"])
target = x[0]  # the first bit
T = len(x)


def forward(w):
    """z, h and phi'(z), each (T,), the output and the loss."""
    z, h, slope = np.zeros((3, T))
    state = np.zeros(1)
    for t in range(T):
        at = w["w_in"] * x[t : t + 1] + w["w_h"] * state
        state = {phi_name}(at, np.empty(1))
        z[t], h[t] = at[0], state[0]
        slope[t] = {dphi_name}(at.copy(), state, np.empty(1))[0]
    y = w["w_out"] * h[-1]
    return z, h, slope, y, 0.5 * (y - target) ** 2


z, h, slope, y, L = forward(w)
dy = y - target
delta, dz = np.zeros((2, T))  # dL/dh_t and dL/dz_t
delta[-1] = w["w_out"] * dy
for t in range(T - 1, -1, -1):
    dz[t] = delta[t] * slope[t]
    if t > 0:
        delta[t - 1] = w["w_h"] * dz[t]
before = np.concatenate([[0.0], h[:-1]])  # h_(t-1), from h_0 = 0
term_in, term_h = dz * x, dz * before
gradient = {{"w_in": term_in.sum(), "w_h": term_h.sum(), "w_out": dy * h[-1]}}

print("step bit z h phi_prime dL_dh dL_dz term_w_in term_w_h")
for t in range(T):
    numbers = (z, h, slope, delta, dz, term_in, term_h)
    print(t + 1, int(x[t]), *(f"{{v[t]:.12g}}" for v in numbers))
print(f"y {{y:.12g}}")
print(f"L {{L:.12g}}")
print(f"dL_dy {{dy:.12g}}")

print("weight gradient difference_quotient")
for name in w:
    step = {step!r} * max(1.0, abs(w[name]))
    up, down = (forward({{**w, name: w[name] + s * step}})[-1] for s in (1.0, -1.0))
    print(f"{{name}} {{gradient[name]:.12g}} {{(up - down) / (2 * step):.12g}}")
'''


def csv(p: Pass) -> str:
    """One row per step with every number of it; weights, output, loss and sums as comments."""
    columns = {
        "step": range(1, p.steps + 1),
        "bit": p.x.tolist(),
        "z": p.z.tolist(),
        "h_before": p.before.tolist(),
        "h": p.h.tolist(),
        "phi_prime": p.dphi.tolist(),
        "dL_dh": p.delta.tolist(),
        "dL_dz": p.dz.tolist(),
        "term_w_in": p.terms["w_in"].tolist(),
        "term_w_h": p.terms["w_h"].tolist(),
        "share_w_in": p.shares["w_in"].tolist(),
        "share_w_h": p.shares["w_h"].tolist(),
    }
    facts = {
        **{name: getattr(p.neuron, name) for name in WEIGHTS},
        "activation": p.neuron.activation,
        "bits": p.bits,
        "target": p.target,
        "y": p.y,
        "L": p.loss,
        "dL_dy": p.dy,
        **{f"dL_d{name}": value for name, value in p.gradients.items()},
    }
    lines = [f"# {name} = {value}" for name, value in facts.items()]
    lines.append(",".join(columns))
    rows = zip(*columns.values(), strict=True)
    lines += [",".join(f"{value + 0.0:.12g}" for value in row) for row in rows]
    return "\n".join(lines) + "\n"


def script(p: Pass) -> str:
    """A Python program for the unit and the string on screen; φ is the engine's own source."""
    activation = ACTIVATIONS[p.neuron.activation]
    phi, dphi = source(activation.phi), source(activation.dphi)
    return _SCRIPT.format(
        label=activation.label,
        bits=p.bits,
        constants="\n".join(constants(phi + dphi, [activation.phi, activation.dphi]))
        or "# No constants but the weights.",
        phi="\n" + phi,
        dphi=dphi,
        phi_name=activation.phi.__name__,
        dphi_name=activation.dphi.__name__,
        step=DIFFERENCE_STEP,
        **dict(zip(WEIGHTS, p.neuron.weights, strict=True)),
    )
