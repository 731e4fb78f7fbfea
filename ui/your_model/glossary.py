"""Words and sources, for the foot of the page."""

GLOSSARY = r"""
The tap runs each layer again from what went into it, and sweeps back from the gradient that arrived from above:

$$
\delta_t = \frac{\partial L}{\partial h_t} = \text{arrived}_t + J_{t+1}^\top \delta_{t+1}
\qquad \frac{\partial L}{\partial W_h} = \sum_t (\text{term of step } t)
$$

| word | meaning |
|---|---|
| **proved** | the sum of the steps' terms beside PyTorch's own `.grad` of that weight: the largest relative difference over the module's weights. Rounding is $10^{-7}$ or so in float32. What is not proved is not to be believed. |
| **arrives from above** | what reaches $h_t$ not by way of the next step: from the loss, from the layer above, from whatever the model does with the output. |
| **last step alone** | what the arrival at the loss end alone sends back. Where something arrives at every step the total stays up by what arrives nearby, whatever travels; so the verdict is on this part. |
| **loss end** | the step at which the layer ends: the last one, and for the second direction, which goes through the sequence from its end, the first. |
| **horizon** | steps back until the norm is first below 1/1000 of the loss end's, on the median over the sequences. |
| **second direction** | of a bidirectional layer the one that PyTorch calls `_reverse`. |
| **shut, open, saturated** | a gate's unit below 0.05, above 0.95; a unit of a cell without gates with $\lvert\varphi'\rvert < 0.1$. |
| **stuck** | a gate of which a good part of the units stays at one end over all steps and sequences. |
"""
