"""Words, formulas and sources of the page Clipping."""

from __future__ import annotations

GLOSSARY = r"""
$$
h_t = \sigma(w\,h_{t-1} + b) \qquad h_0 = \tfrac12 \qquad L = (h_T - \text{target})^2 \qquad
\frac{\partial L}{\partial w} = \sum_t \frac{\partial L}{\partial z_t}\, h_{t-1} \qquad
\frac{\partial L}{\partial b} = \sum_t \frac{\partial L}{\partial z_t}
$$

$$
\text{by norm:}\quad g \leftarrow g \cdot \min\!\Big(1, \frac{\text{threshold}}{\lVert g\rVert +
10^{-6}}\Big) \qquad \text{by value:}\quad g_i \leftarrow \min(\max(g_i, -\text{threshold}),
\text{threshold})
$$

- **The wall**: for $w > 4$ the unit has two stable states, and $b = -w/2$ decides between them.
  The paper draws $(\sigma(x_{50}) - 0.7)^2$ with $x_t = w\,\sigma(x_{t-1}) + b$, $x_0 = 0.5$; here
  the state itself starts at 0.5, which puts the wall on a straight line.
- **Clipping by norm** (`torch.nn.utils.clip_grad_norm_`) shortens the vector of *all* parameters'
  gradients; **by value** (`clip_grad_value_`) each entry for itself, which turns the vector.
- **Cosine**: 1 where two gradients point the same way, 0 where they are at right angles.
- **Share** of a step in $\partial L/\partial W_h$: the norm of its term over the sum of the norms
  of all terms.
- **Truncated BPTT**: the state is carried over the whole sequence, the gradient is cut every $k$
  steps (`h = h.detach()`), counted back from the end.
- **All parameters** are those of the cell ($W_h$, $W_x$, both biases, …), without the readout.

*Sources.* Pascanu, Mikolov, Bengio 2013 (the cliff, clipping by norm) · Mikolov 2012 (by value) ·
Williams, Peng 1990 (truncation)
"""
