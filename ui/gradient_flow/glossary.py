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
| **factor per step back** | exp of the least-squares slope of $\ln\lVert\delta_t\rVert$ against the lag $T-t$, on the median curve. |
| **half-life** | steps until the norm has halved (or doubled), $\ln 2/\lvert\ln\text{factor}\rvert$. |
| **horizon** | steps back until the norm is first below 1/1000 of the last step's. |
| **verdict** | of $r = \lVert\delta_1\rVert/\lVert\delta_T\rVert$: vanishing below $10^{-3}$, fading to $10^{-1}$, flowing to $10$, growing to $10^3$, exploding above it. From the computed gradient, never from $\lvert w\rvert$. A short sequence hides a fast decay, so a curve that halves or doubles within $T/4$ steps fades or grows, and never flows; rate and reach stand beside the word. |
| **long-range part** | what the loss of the last step alone sends back. Where every step has a loss, the verdict is on this part: the total stays up by the losses nearby, whatever travels. |
| **sensitive** | a sixth word, of the weights: a random change of 1 % in each entry of $W_h$ (each $\lvert\lambda\rvert$ of a linear recurrent unit) moves what the last loss sees of $h_T$ by its own size or more, to first order. Gradients of the states may flow all the while: the longer the memory, the more hangs on $\lambda$, about $\sqrt 2/(1-\lvert\lambda\rvert^2)$ times (curse of memory, Zucchet and Orvieto 2024). |
| **at rest** | a state that stays 0, without input and bias: a fixed point. $\partial L/\partial W_h$ is exactly 0 there, and $\delta_t$ that of the linearisation, not of a run that leaves it. |
| **W_h scale (gain)** | multiplies the initial matrix. Not the same as **ρ**, the spectral radius $\max\lvert\lambda\rvert$, nor as **σ_max**, the spectral norm: the most that $W_h$ can stretch a vector in one step. For an orthogonal matrix all three agree. |
| **saturated** | a unit with $\lvert\varphi'(z)\rvert < 0.1$; for tanh, $\lvert h\rvert > 0.95$. A ReLU with $z \le 0$ is off. |
| **norm bound** | $\lVert\partial h_T/\partial h_{T-k}\rVert \le (\sigma_{\mathrm{max}}\cdot\max\varphi')^k$: always true, seldom close. |
| **ρ^k** | the rate of a linear, normal $W_h$; for others only in the long run, and not with saturation. |
| **non-normal** | a matrix whose eigenvectors are not orthogonal: vectors may grow for many steps although ρ < 1. |
| **cells** | Each step is $s_t = F(s_{t-1}, x_t)$ with $J_t = \partial s_t/\partial s_{t-1}$; the state $s$ is $h$, for the LSTM $h$ and $c$ side by side. Residual: $h_t = h_{t-1} + \alpha\,\varphi(z_t)$; leaky: $h_t = (1-\alpha) h_{t-1} + \alpha\,\varphi(z_t)$; layer norm: $\varphi(\mathrm{LN}(z_t))$; GRU: $(1-z_t) \odot n_t + z_t \odot h_{t-1}$; LSTM: $c_t = f_t \odot c_{t-1} + i_t \odot g_t$, $h_t = o_t \odot \tanh c_t$; linear recurrent unit: $\lambda \odot h_{t-1} + \gamma \odot W_x x_t$. |
| **realised bound** | $\prod_t \sigma_{\mathrm{max}}(J_t)$, with the Jacobians of this run: always true, never looser than the norm bound, and still only a bound. |
| **mean field, given the input** | what a very wide network would do: $q_t$ is the mean square of $z_t$, driven by the actual input, and $\chi_t = \sigma_w^2\,\mathbb{E}[\varphi'(\sqrt{q_t}\,\zeta)^2]$ the factor of $\lVert\delta\rVert^2$ in one step. |
| **LSTM shortcut** | $\prod f_t$: the direct cell path alone, often taken for the whole gradient. |
| **λ_max, Lyapunov exponents** | long-run rates of $J_T \cdots J_2$ in natural logarithms per step, by QR; their sum is the mean of $\ln\lvert\det J_t\rvert$. $\ln\rho$ is the same for $W_h$ alone. |
| **memory** | $\lVert\partial h_t/\partial h_1\rVert$, the same product read forward in time: how much of a change at the start is still there at step $t$. |
| **float32 lines** | 1.2·10⁻⁷, relative eps: such an update no longer changes a weight of size 1; 1.2·10⁻³⁸, the smallest normal number; 3.4·10³⁸, overflow. The page itself computes in float64 with a separate exponent, exact at any depth. |

*Sources.* Hochreiter 1991 · Bengio, Simard, Frasconi 1994 · Pascanu, Mikolov, Bengio 2013 ·
Saxe, McClelland, Ganguli 2013 (orthogonal) · Le, Jaitly, Hinton 2015 (identity) ·
Trefethen, Embree 2005 (non-normal matrices) · Glorot, Bengio 2010 ·
Hochreiter, Schmidhuber 1997; Gers, Schmidhuber, Cummins 2000 (LSTM, forget gate) · Cho et al. 2014 (GRU) ·
Jaeger et al. 2007 (leaky) · Ba, Kiros, Hinton 2016 (layer norm) · Orvieto et al. 2023 (linear recurrent unit) ·
Chen, Pennington, Schoenholz 2018 (mean field) · Engelken, Wolf, Abbott 2023 (Lyapunov spectra)
"""
