"""Architectures: what the card of each cell says of its step, in both depths."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from rnn_core import RNNConfig, gradient_flow
from rnn_core.settings import NETWORK
from rnn_core.studies.architectures import own_config
from rnn_core.studies.sensitivity import log10_sensitivity
from tests.hunt.numbers import N, said
from tests.hunt.of_plain_words import EVERYDAY, SHARE, amount
from tests.hunt.reading import Page, find, plain
from ui.settings.every import owned


def cards(page: Page) -> dict[str, str]:
    """What each card says, by cell."""
    found = re.findall(
        r'<figure data-cell="(\w+)".*?</div><img[^>]*>(.*?)</figure>', page.html("one_step"), re.S
    )
    return {cell: plain(text) for cell, text in found}


def the_cards(page: Page) -> Iterator[str]:
    """The last Jacobian, what arrives at step 1, and what 1 % of the weights moves."""
    network = {s.name: page.values[s.key] for s in owned(NETWORK)}
    network |= {"batch_size": page.values["cell_sequences"]}
    for cell, text in cards(page).items():
        flow = gradient_flow(own_config(RNNConfig(**network), cell))
        sizes = np.linalg.svd(
            flow.jacobian(flow.config.seq_len, flow.typical_sequence), compute_uv=False
        )
        for pattern, means, size in (
            (rf"σ_max = {N}", said, sizes[0]),
            (rf"and by {N} at least", said, sizes[-1]),
            (rf"best direction by {EVERYDAY}", amount, sizes[0]),
            (rf"its worst by {EVERYDAY}\.", amount, sizes[-1]),
        ):
            if (got := find(pattern, text)) and not means(got[0]).means(
                np.log10(size) if size else -np.inf, 1e-3
            ):
                yield f"{cell}: {got[0]} beside {size}"
        if ("lost altogether" in text) != bool(sizes[-1] <= 1e-12 * sizes[0]):
            if not 1e-16 < sizes[-1] / sizes[0] < 1e-12:
                yield f"{cell}: {text} beside {sizes}"
        measured = float(np.median(flow.log10_last[0] - flow.log10_last[-1]))
        for pattern, means in (
            (rf"exact here: ×{N} at step 1", said),
            (rf"exactly what is left: {SHARE}", amount),
            (rf"it is ×{N}[,.]", said),
            (rf"is left; it is {SHARE}", amount),
        ):
            if (got := find(pattern, text)) and not means(got[0]).means(measured, 1e-4):
                yield f"{cell}: {got[0]} beside {measured}"
        kappa = log10_sensitivity(flow)
        for pattern, means in ((rf"loss sees by ×{N}", said), (rf"loss sees by {SHARE}", amount)):
            if not (got := find(pattern, text)):
                continue
            if not means(got[0]).means(kappa - 2, 1e-3):
                yield f"{cell}: {got} beside {kappa - 2}"
            if ("Sensitive" in text) != (kappa >= 2):
                yield f"{cell}: {text} at {kappa}"


RELATIONS = (the_cards,)
