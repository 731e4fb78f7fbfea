"""The words of the page Architectures, under its table of formulas."""

WORDS = r"""
| word | meaning |
|---|---|
| **the same for all** | inputs, seeds, loss, length, the start, $W_h$ scale and, where the start is ours, $W_h$ initialisation (each gate has a block of its own), $W_x$ from $N(0, 1/I)$ and biases of 0 besides those of the LSTM's forget and the GRU's update gate; as a framework ships them all of these are its own. The first state is 0 unless its scale says otherwise. The linear recurrent unit has no $W_h$, the IRNN starts at the identity, and attention's three matrices are orthogonal of scale 1: the $W_h$ scale leaves the first and the last alone. |
| **$\lVert\partial L/\partial s_t\rVert$** | $s$ is the whole state: $h$, and for the LSTM $h$ and $c$ side by side, since $c$ is the road that its gradient takes. For attention $e_t$, from which key and value of step $t$ are made. |
| **curve, band** | For each seed the median over its sequences; the line is the median of these over the seeds, the shade their 10 % to 90 % quantiles, interpolated linearly. |
| **verdict** | of $r = \lVert\delta_1\rVert/\lVert\delta_T\rVert$, last loss alone: vanishing below $10^{-3}$, fading to $10^{-1}$, flowing to 10, growing to $10^3$, exploding above it; never flowing where it halves or doubles within $T/4$ steps. Cells are ranked by it. |
| **parameters** | what is learned between $x_t$, $s_{t-1}$ and $s_t$, with one bias for each gate; PyTorch has two, of which only the sum counts. A GRU has three times, an LSTM four times those of a vanilla RNN. |
| **multiply-adds** | multiplications of a step forward in one sequence, each with its addition: matrix–vector products, and elementwise ones ($f \odot c$ and their like); $\varphi$, biases and readout do not count. Attention pays $3H^2 + HI + H + 2tH$ at step $t$: it looks at $t$ steps. |
| **direct path** | the part of $\partial L/\partial c_t$ that came back through forget gates alone, $\prod f \odot (o_T \odot \tanh'(c_T) \odot \partial L/\partial h_T)$. The rest has been through $W_h$ at least once. They add up to the whole as vectors, not as norms. |
"""
