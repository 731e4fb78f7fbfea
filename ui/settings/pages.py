"""The settings of each page that are no network's."""

from __future__ import annotations

from rnn_core.laws import LAWS
from rnn_core.limits import MOST_BITS
from rnn_core.network.activations import ACTIVATIONS
from rnn_core.network.initialisations import INITIALISATIONS
from rnn_core.settings import Choice, Flag, Number, Setting, Several, Text
from rnn_core.studies.architectures import NAMES
from rnn_core.studies.cliff import B_RANGE, W_RANGE
from rnn_core.studies.one_neuron import EXAMPLES
from ui.settings import sharing, training

_WEIGHT = {"low": -4.0, "high": 4.0, "step": 0.01, "digits": 2}


VIEWS: dict[str, Setting] = {
    # Gradient flow
    "laws": Several(
        label="laws on the chart",
        words={name: law.label for name, law in LAWS.items()},
        default=("norm_bound", "spectral_radius"),
        least=0,
        help="What theory predicts, drawn from the loss end.",
    ),
    # One neuron, by hand
    "w_in": Number(label="w_in", default=0.8, help="From the bit x_t into the unit.", **_WEIGHT),
    "w_h": Number(
        label="w_h", default=0.5, help="From the unit's last state h_{t−1} back into it.", **_WEIGHT
    ),
    "w_out": Number(
        label="w_out", default=1.0, help="From the last state h_T to the output y.", **_WEIGHT
    ),
    "bits": Text(
        label="your own bits",
        pattern=f"[01]{{1,{MOST_BITS}}}",
        rule=f"from 1 to {MOST_BITS} of the digits 0 and 1",
        default=EXAMPLES[0],
        help="The target is the first bit, and the loss sits at the last one.",
    ),
    "neuron_activation": Choice(
        label="activation φ",
        words={name: a.label for name, a in ACTIVATIONS.items()},
        default="tanh",
    ),
    "node": Text(
        label="node",
        pattern=r"(x|z|h|phi|d|g|rec|in)([1-9]|1[0-2])|y|L|dy|out|sum_rec|sum_in",
        rule="the name of a number in the diagram, such as z2, h2, phi2, d2, g2, in2 or y",
        default="in1",
    ),
    "neuron_rate": Number(
        label="learning rate",
        low=0.01,
        high=10.0,
        step=0.01,
        default=0.1,
        digits=2,
        log=True,
        help="An update is w ← w − learning rate · ∂L/∂w, for the three weights at once.",
    ),
    "train_on": Choice(
        label="train on",
        words={"examples": "the four examples", "string": "the string above"},
        default="examples",
        help="The loss is the mean over these strings.",
    ),
    "power_w": Number(
        label="w",
        low=-1.5,
        high=1.5,
        step=0.01,
        default=0.9,
        digits=2,
        help="The weight of h_t = w h_{t−1}.",
    ),
    "power_lag": Number(
        label="lag n",
        low=1,
        high=1000,
        step=1,
        default=10,
        log=True,
        unit="steps",
        help="How many steps back from the loss.",
    ),
    # Initialisation and activation
    "inits": Several(
        label="initialisations",
        words={name: i.label for name, i in INITIALISATIONS.items()},
        default=tuple(INITIALISATIONS),
        help="The rows: how W_h is drawn before it is scaled.",
    ),
    "activations": Several(
        label="activations",
        words={name: a.label for name, a in ACTIVATIONS.items()},
        default=tuple(ACTIVATIONS),
        help="The columns: the function φ of each unit.",
    ),
    "panel_sequences": Number(
        label="sequences per panel",
        low=1,
        high=64,
        step=1,
        default=8,
        help="Curves show their median, the shade their 10–90 % band.",
    ),
    "whole_range": Flag(
        label="whole range",
        help="Stretch the shared axis until every curve fits, instead of 10⁻⁸ to 10⁴.",
    ),
    "shown_init": Choice(
        label="initialisation",
        words={name: i.label for name, i in INITIALISATIONS.items()},
        default="orthogonal",
    ),
    "shown_activation": Choice(
        label="activation",
        words={name: a.label for name, a in ACTIVATIONS.items()},
        default="tanh",
    ),
    # Architectures
    "cells": Several(
        label="cells",
        words=NAMES,
        default=("vanilla", "residual", "gru", "lstm", "lru", "attention"),
        help="Each with the same inputs, seeds, loss and length.",
    ),
    "seeds": Number(
        label="seeds",
        low=1,
        high=20,
        step=1,
        default=5,
        help="Networks of each cell, from the seed upwards. Curves show their median.",
    ),
    "cell_sequences": Number(
        label="sequences per seed",
        low=1,
        high=32,
        step=1,
        default=8,
        help="A seed counts with the median over its sequences.",
    ),
    "seed_bands": Flag(
        label="bands over seeds",
        default=True,
        help="Shade from the 10 % to the 90 % quantile over the seeds.",
    ),
    "whole_axis": Flag(
        label="whole axis",
        help="Stretch the axis until every curve fits, instead of 10⁻¹⁶ to 10⁸ at most.",
    ),
    # Clipping
    "cliff_w": Number(
        label="start w",
        low=W_RANGE[0],
        high=W_RANGE[1],
        step=0.01,
        default=6.0,
        digits=2,
        help="Where the descents start; a click on the map sets it, too.",
    ),
    "cliff_b": Number(
        label="start b",
        low=B_RANGE[0],
        high=B_RANGE[1],
        step=0.01,
        default=-1.5,
        digits=2,
        help="Where the descents start; a click on the map sets it, too.",
    ),
    "cliff_rate": Number(
        label="learning rate",
        low=0.01,
        high=10.0,
        step=0.01,
        default=1.0,
        digits=2,
        log=True,
        help="An update takes learning rate · gradient from w and b.",
    ),
    "cliff_threshold": Number(
        label="clipping threshold",
        low=0.001,
        high=1000.0,
        step=0.001,
        default=0.3,
        digits=2,
        log=True,
        help="By norm: the longest gradient that passes. By value: the largest of its entries.",
    ),
    "cliff_steps": Number(
        label="steps T",
        low=2,
        high=200,
        step=1,
        default=50,
        log=True,
        help="How often the unit is applied before the loss. More steps make a steeper wall.",
    ),
    "cliff_target": Number(
        label="target",
        low=0.05,
        high=0.95,
        step=0.01,
        default=0.7,
        digits=2,
        help="L = (h_T − target)².",
    ),
    "cliff_updates": Number(
        label="updates",
        low=1,
        high=500,
        step=1,
        default=150,
        log=True,
        help="How many updates each descent may make.",
    ),
    "cliff_value": Flag(
        label="also by value",
        help="A third descent, whose gradient is clipped entry by entry.",
    ),
    "cliff_log": Flag(label="log height", help="Draw log₁₀ L: the valley becomes a gorge."),
    "cliff_at": Number(label="update shown", low=0, high=500, step=1, default=500),
    "vector_of": Choice(
        label="gradient",
        words={"own": "set it below", "cliff": "the cliff’s, at the update shown"},
        default="own",
        help="Either any vector, or the raw gradient of the descent that is clipped by norm.",
    ),
    "vector_length": Number(
        label="length",
        low=0.01,
        high=100.0,
        step=0.01,
        default=3.0,
        digits=2,
        log=True,
        help="Length of the raw gradient.",
    ),
    "vector_angle": Number(
        label="angle",
        low=-180,
        high=180,
        step=1,
        default=15,
        unit="°",
        help="Direction of the raw gradient, from the axis of ∂L/∂w.",
    ),
    "vector_limit": Number(
        label="threshold",
        low=0.01,
        high=100.0,
        step=0.01,
        default=1.0,
        digits=2,
        log=True,
        help="The circle's radius (by norm), and half the square's side (by value).",
    ),
    "clip_threshold": Number(
        label="threshold for the network",
        low=0.0001,
        high=10000.0,
        step=0.0001,
        default=1.0,
        digits=2,
        log=True,
        help="The longest gradient of all parameters that passes.",
    ),
    "clip_window": Number(
        label="window k",
        low=1,
        high=1000,
        step=1,
        default=10,
        log=True,
        unit="steps",
        help="Truncated BPTT: the gradient goes back k steps at most.",
    ),
    # Training
    **training.SETTINGS,
    # Every page
    **sharing.SETTINGS,
}
