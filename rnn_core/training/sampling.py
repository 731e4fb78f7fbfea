"""What a character model writes by itself: each character it draws is its next input."""

from __future__ import annotations

import math
import numbers

import numpy as np

from rnn_core.cells.cell import Cell
from rnn_core.limits import MOST_WRITTEN
from rnn_core.network.activations import Activation
from rnn_core.network.parameters import Parameters
from rnn_core.tasks.problem import Problem


def sample(
    cell: Cell,
    params: Parameters,
    phi: Activation,
    problem: Problem,
    rng: np.random.Generator,
    prime: str,
    n: int,
    temperature: float = 1.0,
) -> str:
    """The `n` characters that the network writes after reading `prime`, from a state of 0.

    Drawn from softmax(y/temperature); at temperature 0 each is the most probable one. Ends early
    where an output is not finite.

    Raises ValueError (or TypeError) naming the field, its limit and the value.
    """
    index = _checked(problem, prime, n, temperature)
    one_hot = np.eye(problem.input_size, dtype=params.W_x.dtype)[:, None]  # (I, 1, I)
    state = np.zeros((1, cell.states * params.W_y.shape[1]), params.W_x.dtype)
    draws = rng.random(n)
    written: list[int] = []
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):
        for code in (index[c] for c in prime):
            state, _ = cell.step(params, phi, one_hot[code], state)
        for u in draws:
            y = _outputs(params, state)
            if not np.isfinite(y).all():
                break
            code = _drawn(y, temperature, u)
            written.append(code)
            state, _ = cell.step(params, phi, one_hot[code], state)
    return "".join(problem.classes[code] for code in written)


def _outputs(params: Parameters, state: np.ndarray) -> np.ndarray:
    """y (O,); an LSTM's state has h first."""
    return (state[0, : params.W_y.shape[1]] @ params.W_y.T + params.b_y).astype(float)


def _drawn(y: np.ndarray, temperature: float, u: float) -> int:
    """The class that the uniform number `u` draws from softmax(y/temperature)."""
    if temperature == 0:
        return int(y.argmax())
    p = np.exp((y - y.max()) / temperature).cumsum()
    return min(int(p.searchsorted(u * p[-1], side="right")), len(p) - 1)


def _checked(problem: Problem, prime: str, n: int, temperature: float) -> dict[str, int]:
    """The index of each character; an error if `prime`, `n` or `temperature` cannot be used."""
    index = {c: i for i, c in enumerate(problem.classes)}
    if problem.symbols != problem.classes or problem.encoding != "one_hot":
        raise ValueError(f"task must be one of characters, got {problem.task!r}")
    if not isinstance(prime, str):
        raise TypeError(f"prime must be a string, got {prime!r}")
    if not prime:
        raise ValueError("prime must have at least 1 character, got 0")
    for c in prime:
        if c not in index:
            raise ValueError(f"prime must have only characters of the text, got {c!r}")
    if not isinstance(n, numbers.Integral) or isinstance(n, bool):
        raise TypeError(f"n must be a whole number, got {n!r}")
    if not 0 <= n <= MOST_WRITTEN:
        raise ValueError(f"n must be from 0 to {MOST_WRITTEN}, got {n!r}")
    if not isinstance(temperature, numbers.Real) or isinstance(temperature, bool):
        raise TypeError(f"temperature must be a number, got {temperature!r}")
    if not 0 <= temperature < math.inf:
        raise ValueError(f"temperature must be 0 or more and finite, got {temperature!r}")
    return index
