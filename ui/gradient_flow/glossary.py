"""Words, formulas and sources, for the foot of a page."""

GLOSSARY = r"""
The network is unrolled over $T$ steps from $h_0$, and $L$ is the loss; $h_0$ and $b_h$ are 0 unless their scales say otherwise. For the vanilla RNN:

$$
z_t = W_h h_{t-1} + W_x x_t + b_h \qquad h_t = \varphi(z_t) \qquad
J_t = \frac{\partial h_t}{\partial h_{t-1}} = \mathrm{diag}(\varphi'(z_t))\, W_h
$$

$$
\delta_t = \frac{\partial L}{\partial h_t} = \frac{\partial L_t}{\partial h_t} + J_{t+1}^\top \delta_{t+1}
\qquad \frac{\partial L}{\partial W_h} = \sum_t (\varphi'(z_t) \odot \delta_t)\, h_{t-1}^\top
$$

| word | meaning |
|---|---|
| **gradient norm at step $t$** | $\lVert\delta_t\rVert_2$, total: the direct part $\partial L_t/\partial h_t$ and all that comes back from later steps. Per sequence; charts show the median of $\log_{10}$ and the 10–90 % band, since an arithmetic mean is the work of a few lucky sequences. |
| **verdict** | of $r = \lVert\delta_1\rVert/\lVert\delta_T\rVert$: vanishing below $10^{-3}$, fading to $10^{-1}$, flowing to $10$, growing to $10^3$, exploding above it. From the computed gradient, never from $\lvert w\rvert$. A short sequence hides a fast decay, so a curve that halves or doubles within $T/4$ steps fades or grows, and never flows; rate and reach stand beside the word. |
| **long-range part** | what the loss of the last step alone sends back. Where every step has a loss, the verdict is on this part: the total stays up by the losses nearby, whatever travels. |
| **sensitive** | a sixth word, of the weights: a random change of 1 % in each entry of $W_h$ (each $\lvert\lambda\rvert$ of a linear recurrent unit) moves what the last loss sees of $h_T$ by its own size or more, to first order. Gradients of the states may flow all the while: the longer the memory, the more hangs on $\lambda$, about $\sqrt 2/(1-\lvert\lambda\rvert^2)$ times (curse of memory, Zucchet and Orvieto 2024). |
| **at rest** | a state that stays 0, without input and bias: a fixed point. $\partial L/\partial W_h$ is exactly 0 there, and $\delta_t$ that of the linearisation, not of a run that leaves it. |
| **cells** | Each step is $s_t = F(s_{t-1}, x_t)$ with $J_t = \partial s_t/\partial s_{t-1}$; the state $s$ is $h$, for the LSTM $h$ and $c$ side by side. Residual: $h_t = h_{t-1} + \alpha\,\varphi(z_t)$; leaky: $h_t = (1-\alpha) h_{t-1} + \alpha\,\varphi(z_t)$; layer norm: $\varphi(\mathrm{LN}(z_t))$; GRU: $(1-z_t) \odot n_t + z_t \odot h_{t-1}$; LSTM: $c_t = f_t \odot c_{t-1} + i_t \odot g_t$, $h_t = o_t \odot \tanh c_t$; linear recurrent unit: $\lambda \odot h_{t-1} + \gamma \odot W_x x_t$. |
| **memory** | $\lVert\partial h_t/\partial h_1\rVert$, the same product read forward in time: how much of a change at the start is still there at step $t$. |

*Sources.* Hochreiter 1991 · Bengio, Simard, Frasconi 1994 · Pascanu, Mikolov, Bengio 2013 ·
Saxe, McClelland, Ganguli 2013 (orthogonal) · Le, Jaitly, Hinton 2015 (identity) ·
Trefethen, Embree 2005 (non-normal matrices) · Glorot, Bengio 2010 ·
Hochreiter, Schmidhuber 1997; Gers, Schmidhuber, Cummins 2000 (LSTM, forget gate) · Cho et al. 2014 (GRU) ·
Jaeger et al. 2007 (leaky) · Ba, Kiros, Hinton 2016 (layer norm) · Orvieto et al. 2023 (linear recurrent unit) ·
Chen, Pennington, Schoenholz 2018 (mean field) · Engelken, Wolf, Abbott 2023 (Lyapunov spectra)
"""
