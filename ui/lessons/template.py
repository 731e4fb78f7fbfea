"""A lesson to begin with: it is one, and says in its comments what else can stand there."""

TEMPLATE = """\
+++
# The header: TOML. `unroll lesson check FILE` says what is wrong with it, by line and field.
title = "The name in the list"
# The page beside which it stands: gradient_flow, training, one_neuron, initialisation,
# architectures or clipping.
page = "gradient_flow"
question = "One question, which the page answers?"
# The settings that may be moved; all others stay where the lesson starts.
move = ["gain"]
# What must hold of the result: readings, numbers, words in quotes, < <= > >= == !=, and, or, not.
goal = 'log10_reach > -1 and log10_reach < 1'
# Optional. For the check: settings that meet the goal.
solution = {gain = 1.5}

# Where it starts: settings by their names in a link; what is not named is as a page opens.
[start]
activation = "tanh"
gain = 0.7
seq_len = 60

# Hints: the first whose condition holds is shown. What stands in braces is computed.
[[hint]]
when = "log10_reach >= 1"
say = "{log10_reach} arrives at step 1: more than was sent. Scale W_h down."
[[hint]]
say = "{log10_reach} arrives at step 1. One step back multiplies by {factor}."
+++
A few sentences: what is on screen, and what to look at. ρ is {rho} here. Paragraphs are parted by
an empty line; *this* is emphasised, [this](https://example.org) is a link.

## When you have it
What the result means: {log10_reach} of the gradient arrives, at a scale of {gain}.
"""
