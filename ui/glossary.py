"""Words, formulas and sources, for the foot of a page."""

GLOSSARY = r"""
The network is a vanilla RNN, unrolled over $T$ steps from $h_0 = 0$, and $L$ is the loss:

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
| **verdict** | vanishing if $\lVert\delta_1\rVert/\lVert\delta_T\rVert < 10^{-3}$, exploding if $> 10^3$, else flowing: from the computed gradient, never from $\lvert w\rvert$. |
| **W_h scale (gain)** | multiplies the initial matrix. Not the same as **ρ**, the spectral radius $\max\lvert\lambda\rvert$, nor as **σ_max**, the spectral norm: the most that $W_h$ can stretch a vector in one step. For an orthogonal matrix all three agree. |
| **saturated** | a unit with $\lvert\varphi'(z)\rvert < 0.1$; for tanh, $\lvert h\rvert > 0.95$. A ReLU with $z \le 0$ is off. |
| **norm bound** | $\lVert\partial h_T/\partial h_{T-k}\rVert \le (\sigma_{\max}\cdot\max\varphi')^k$: always true, seldom close. |
| **ρ^k** | the rate of a linear, normal $W_h$; for others only in the long run, and not with saturation. |
| **non-normal** | a matrix whose eigenvectors are not orthogonal: vectors may grow for many steps although ρ < 1. |
| **float32 lines** | 1.2·10⁻⁷, relative eps: such an update no longer changes a weight of size 1; 1.2·10⁻³⁸, the smallest normal number; 3.4·10³⁸, overflow. The page itself computes in float64 with a separate exponent, exact at any depth. |

*Sources.* Hochreiter 1991 · Bengio, Simard, Frasconi 1994 · Pascanu, Mikolov, Bengio 2013 ·
Saxe, McClelland, Ganguli 2013 (orthogonal) · Le, Jaitly, Hinton 2015 (identity) ·
Trefethen, Embree 2005 (non-normal matrices) · Glorot, Bengio 2010
"""
