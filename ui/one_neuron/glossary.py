"""Words, formulas and sources of the page One neuron."""

from __future__ import annotations

GLOSSARY = r"""
$$
z_t = w_{in}\, x_t + w_h\, h_{t-1} \qquad h_t = \varphi(z_t) \qquad h_0 = 0 \qquad
y = w_{out}\, h_T \qquad L = \tfrac12 (y - \text{target})^2
$$

$$
\delta_T = \frac{\partial L}{\partial h_T} = w_{out}\,(y - \text{target}) \qquad
\frac{\partial L}{\partial z_t} = \delta_t\, \varphi'(z_t) \qquad
\delta_{t-1} = w_h\, \frac{\partial L}{\partial z_t}
$$

$$
\frac{\partial L}{\partial w_{in}} = \sum_t \frac{\partial L}{\partial z_t}\, x_t
= \sum_k \delta_T \Big(\prod_{j>k} \varphi'(z_j)\, w_h\Big) \varphi'(z_k)\, x_k \qquad
\frac{\partial L}{\partial w_h} = \sum_t \frac{\partial L}{\partial z_t}\, h_{t-1}
$$

- **Short-term** is the term of step $T$: no factor $\varphi' w_h$. **Long-term** is that of
  step 1: $T-1$ of them.
- **Share**: a term's size over the sum of all sizes. Terms of opposite sign cancel in the
  gradient itself.
- **Colour** of $\delta_t$ and $\partial L/\partial z_t$, and the width of the arrows back: size
  relative to $\delta_T$, on the app's one scale from blue ($10^{-7}$, gone) over grey (1) to red
  ($10^{7}$, exploding).
- **Right**: the output is nearer than ½ to the target, so it rounds to it.
- **Difference quotient**: the loss at two weights $2\varepsilon$ apart, with
  $\varepsilon$ chosen so that the quotient changes least; its own error is near $10^{-10}$.

*Sources.* Werbos 1990 (backpropagation through time) · Bengio, Simard, Frasconi 1994 ·
Pascanu, Mikolov, Bengio 2013 (long-term and short-term terms)
"""
