"""Taking a training run away: what was recorded as CSV or JSON, and the run as a PyTorch script.

The script is one that an engineer could have written: torch.nn's own cell where there is one, a
plain training loop. The data and the starting weights come from the engine's own functions, whose
source is copied with all that it uses, so that the script cannot drift from the run.
"""

from __future__ import annotations

import ast
import inspect
import json
import math
import textwrap
from collections.abc import Callable
from dataclasses import fields
from functools import partial
from importlib import metadata
from types import FunctionType

import numpy as np

from rnn_core import __version__
from rnn_core.network import initialisations, streams
from rnn_core.tasks import problem
from rnn_core.tasks.problem import VALIDATION_SIZE, Problem
from rnn_core.training.config import TrainConfig
from rnn_core.training.history import COLUMNS, Record
from rnn_core.training.trainer import first_problem, longer_length
from ui.export import source, start_functions
from ui.training import script as train_script

STATE_VALUES = 100_000  # at most so many state norms in a JSON file
COMPARED = 12  # updates, at most, whose numbers the script is held against
TOLERANCE = {"float64": 1e-8, "float32": 1e-3}
TOTALS = (
    "steps",
    "clipped_steps",
    "largest_norm",
    "largest_norm_step",
    "smallest_loss",
    "best_accuracy",
)


# -- what was recorded


def history_csv(config: TrainConfig, record: Record) -> str:
    """A row for every recorded update; an empty cell is a number that was not measured there.

    Settings at the start, totals and live changes as comments. The norms by timestep are in
    `history_json`.
    """
    lines = [f"# setting: {name} = {value!r}" for name, value in _settings(config).items()]
    lines += [f"# {name} = {getattr(record, name)}" for name in (*TOTALS, "every")]
    lines += [
        f"# changed after update {n}: {field} = {value}" for n, field, value in record.changes
    ]
    lines.append(",".join(COLUMNS))
    columns = [getattr(record, name).tolist() for name in COLUMNS]
    lines += [",".join(_cell(value) for value in row) for row in zip(*columns, strict=True)]
    return "\n".join(lines) + "\n"


def _cell(value: float) -> str:
    if isinstance(value, bool):
        return str(int(value))
    return "" if math.isnan(value) else repr(value)


def history_json(config: TrainConfig, record: Record) -> str:
    """Everything about a run that started with `config`, as strict JSON.

    NaN is null: not measured, or beyond a sequence that was shorter. ±inf is "inf" or "-inf": a
    gradient of exactly 0 has -inf as its log₁₀.
    """
    thin = 1
    while -(-len(record.state_steps) // thin) * record.state_norms.shape[1] > STATE_VALUES:
        thin *= 2
    whole = {
        "unroll": __version__,
        "numpy": np.__version__,
        "torch": metadata.version("torch") if config.engine == "torch" else None,
        "config": _settings(config),
        "changes": [
            {"after_update": n, "setting": field, "value": value}
            for n, field, value in record.changes
        ],
        "totals": {name: _number(getattr(record, name)) for name in TOTALS},
        "every": record.every,
        "columns": {
            name: [_number(value) for value in getattr(record, name).tolist()] for name in COLUMNS
        },
        "state_norms": {
            "what": "log10 of the norm of dL/dh_t over the batch; a row per update, from t = 1",
            "every": record.state_every * thin,
            "step": record.state_steps[::thin].tolist(),
            "log10": [
                [_number(round(value, 5)) for value in row]
                for row in record.state_norms[::thin].tolist()
            ],
        },
    }
    return json.dumps(whole, ensure_ascii=False, allow_nan=False) + "\n"


def _number(value: float) -> float | str | None:
    if isinstance(value, bool | int) or math.isfinite(value):
        return value
    return None if math.isnan(value) else str(value)


def _settings(config: TrainConfig) -> dict:
    return {f.name: getattr(config, f.name) for f in fields(config)}


# -- the run as a script

_HEAD = '''\
"""{title}: a recorded training run, made again in PyTorch.

{settings}
"""

from __future__ import annotations

import math
{typing}
import numpy as np
import torch
from torch import nn

torch.set_num_threads(1)  # the fastest for a network of this size
torch.set_default_dtype(torch.{precision})

SEED = {seed}
BATCH = {batch}  # sequences per update
I, H, O = {I}, {H}, {O}  # inputs, hidden units, outputs
'''

_DATA = """
# -- the data


class Batch(NamedTuple):
    x: np.ndarray  # (T, B, I)
    target: np.ndarray  # {target}
"""

_START = """
network = Network()
start = {name: torch.tensor(array) for name, array in starting_weights().items()}
network.load_state_dict(start)
"""

_TRAINING = """
# -- the training

{recorded}
{settings_now}rng = np.random.default_rng([SEED, {stream}])
optimizer = {optimiser}
{first_stage}here = {{}}  # loss and gradient norm of every update
for step in range(1, {steps} + 1):
{before}    x, target = {drawn}
    x, target = torch.tensor(x, dtype=torch.{precision}), torch.tensor(target{dtype})
    y, hidden = network(x, len(target))
    loss = {loss}
    here[step] = loss.item(), math.nan
    if not math.isfinite(loss.item()):
        print(f"{{step:6d}}  the loss is not finite: the run ends here")
        break
    optimizer.zero_grad()
{backward}    here[step] = loss.item(), norm.item()
    if not math.isfinite(norm.item()):
        print(f"{{step:6d}}  the gradient is not finite: the run ends here")
        break
    optimizer.step()
{kept}    if step == 1 or step % {print_every} == 0:
        first, last = (0.0 if h.grad is None else h.grad.norm() for h in (hidden[0], hidden[-1]))
        print(
            f"{{step:6d}}  loss {{loss.item():.8f}}  gradient norm {{norm:.4g}}  "
            f"|dL/dh_1| {{first:.2g}}  |dL/dh_T| {{last:.2g}}"
        )
{after}"""

_COMPARISON = """
# -- against the recorded run


def same(a, b):
    if math.isfinite(a) and math.isfinite(b):
        return math.isclose(a, b, rel_tol={tolerance}, abs_tol=1e-12)
    return math.isfinite(a) == math.isfinite(b)


agreed = []
for step, (loss, norm) in RECORDED.items():
    found = here.get(step, (math.nan, math.nan))
    if not (same(found[0], loss) and same(found[1], norm)):
        print("agrees to {tolerance} with the recorded run at updates", *agreed or ["(none)"])
        print(f"differs at update {{step}}:")
        print(f"  loss {{found[0]!r}}, recorded {{loss!r}}")
        print(f"  gradient norm {{found[1]!r}}, recorded {{norm!r}}")
        print("  Rounding differs between machines and versions, and grows in training: a run from")
        print("  weights that differ in the last digit ends elsewhere after enough updates.")
        break
    agreed.append(step)
else:
    print("agrees to {tolerance} with the recorded run at updates", *agreed)
"""

_LOSSES = {
    "cross_entropy": "nn.functional.cross_entropy(y.flatten(0, 1), target.flatten())",
    "squared_error": "nn.functional.mse_loss(y, target)",
}
_TARGETS = {
    "cross_entropy": "(K, B), the right class",
    "squared_error": "(K, B, O)",
}


def script(config: TrainConfig, record: Record) -> str:
    """A Python program that makes the recorded updates of the run that *started* with `config`.

    It needs NumPy and PyTorch alone, and compares itself with the record at the end. Without a
    record yet it makes as many updates as the run may.
    """
    stages = _stages(config)
    last, staged = stages[-1], config.curriculum
    text = _Text(last)
    changes = [change for change in record.changes if change[1] != "steps"]
    steps = record.steps or config.steps
    draws = [last.draws.func]
    if staged and last.checks:
        draws.append(inspect.unwrap(getattr(last.checks, "func", last.checks)))
    network = config.network()
    init = network.init_used
    starts = [initialisations.INITIALISATIONS[init].draw] if init else []
    starts += start_functions(network.start_used)
    head = _HEAD.format(
        title=f"{config.task_used.label}, {config.cell_used.label}",
        settings="\n".join(f"{k} = {v!r}" for k, v in _settings(config).items() if k != "text"),
        typing="from functools import partial\n" * staged + "from typing import NamedTuple\n",
        precision=config.precision,
        seed=config.seed,
        batch=config.batch_size,
        I=last.input_size,
        H=config.hidden_size,
        O=last.output_size,
    )
    training = _TRAINING.format(
        precision=config.precision,
        recorded=_recorded(record),
        settings_now=train_script.settings_now(config, changes),
        stream=streams.STREAM_TRAIN,
        optimiser=train_script.optimiser(config),
        first_stage=train_script.FIRST_STAGE if staged else "",
        steps=steps,
        before=train_script.before_update(changes) + (train_script.VALIDATE if staged else ""),
        drawn="draw(rng, BATCH)" if staged else text.drawn(last.draws),
        dtype=f", dtype=torch.{config.precision}" if last.loss == "squared_error" else "",
        loss=_LOSSES[last.loss],
        backward=textwrap.indent(train_script.backward(config, changes), "    "),
        kept=train_script.after_update(config),
        print_every=max(1, steps // 20),
        after=train_script.NEXT_STAGE if staged else "",
    )
    blocks = [
        head,
        _DATA.format(target=_TARGETS[last.loss]),
        *_with_all_they_use(draws, text.constants),
        "# -- the network",
        *_with_all_they_use(starts),
        train_script.starting_weights(config),
        *train_script.network(config),
        _START,
        train_script.omega(config),
        train_script.keep(config),
        *(_staged(stages, text) if staged else ()),
        training,
        _COMPARISON.format(tolerance=TOLERANCE[config.precision]) if len(record) else "",
    ]
    return "\n\n\n".join(block.strip("\n") for block in blocks if block) + "\n"


def _stages(config: TrainConfig) -> list[Problem]:
    """The problems of the run, the shortest first; one without a curriculum."""
    found = [first_problem(config)]
    while found[-1].length < config.length:
        longer = longer_length(found[-1].length, config.length)
        found.append(problem(config.task, longer, config.text))
    return found


class _Text:
    """The text of a character task, as it stands in the script, and the parts that are used of it.

    The codes of every stage are those of the last, or their beginning.
    """

    def __init__(self, last: Problem) -> None:
        parts = [a for a in last.draws.args if isinstance(a, np.ndarray)]
        self.constants: list[str] = []
        if parts:
            text = "".join(last.symbols[i] for i in _owner(parts[0]))
            self.constants = [
                f"TEXT = {_literal(text)}",
                "ALPHABET = sorted(set(TEXT))",
                "CODES = np.array([ALPHABET.index(character) for character in TEXT])",
            ]

    def call(self, function: Callable) -> str:
        """A function of the engine, or a partial one, as an expression of the script."""
        if not isinstance(function, partial):
            return function.__name__
        return f"partial({', '.join([function.func.__name__, *self._arguments(function)])})"

    def drawn(self, draws: partial) -> str:
        """The call that draws one batch."""
        return f"{draws.func.__name__}({', '.join([*self._arguments(draws), 'rng', 'BATCH'])})"

    def _arguments(self, function: partial) -> list[str]:
        return [_part(a) if isinstance(a, np.ndarray) else repr(a) for a in function.args]


def _owner(part: np.ndarray) -> np.ndarray:
    return part if part.base is None else part.base


def _part(part: np.ndarray) -> str:
    start = (part.ctypes.data - _owner(part).ctypes.data) // part.itemsize
    return f"CODES[{start}:{start + len(part)}]"


def _literal(text: str) -> str:
    """A string in lines of the script."""
    if len(text) <= 80:
        return repr(text)
    pieces = [text[start : start + 80] for start in range(0, len(text), 80)]
    return "\n".join(["(", *(f"    {piece!r}" for piece in pieces), ")"])


def _with_all_they_use(functions: list[FunctionType], first: list[str] = ()) -> list[str]:
    """The source of engine functions and of all engine functions that they use, before them; in
    front of all, after the lines `first`, the constants."""
    constants: dict[str, str] = {}
    found: list[FunctionType] = []

    def visit(function: FunctionType) -> None:
        if function in found:
            return
        for node in ast.walk(ast.parse(_bare(function))):
            value = function.__globals__.get(node.id) if isinstance(node, ast.Name) else None
            if isinstance(value, int | float | str):
                constants[node.id] = f"{node.id} = {value!r}"
            elif isinstance(used := inspect.unwrap(value), FunctionType):
                visit(used)
        found.append(function)

    for function in functions:
        visit(function)
    return ["\n".join([*first, *constants.values()]), *(_bare(function) for function in found)]


def _bare(function: FunctionType) -> str:
    """The source without its decorators."""
    lines = source(function).splitlines()
    start = next(n for n, line in enumerate(lines) if line.startswith("def "))
    return "\n".join(lines[start:]) + "\n"


def _staged(stages: list[Problem], text: _Text) -> list[str]:
    """The stages of a curriculum, and what says that one is solved."""
    rows = ""
    for stage in stages:
        draws = text.call(stage.draws)
        held = (
            f"{text.call(stage.checks)}(held_out())"
            if stage.checks
            else f"{draws}(held_out(), {VALIDATION_SIZE})"
        )
        rows += (
            f"    # {stage.seq_len} steps\n    Stage(\n        {draws},\n        {held},\n"
            f'        "{stage.solved_by}",\n        {stage.solved_at!r},\n'
            f"        {stage.scored_steps},\n    ),\n"
        )
    return [
        train_script.STAGE,
        train_script.HELD_OUT.format(stream=streams.STREAM_VALIDATION),
        f"STAGES = [\n{rows}]",
        train_script.SOLVED.format(loss=_LOSSES[stages[-1].loss]),
    ]


def _recorded(record: Record) -> str:
    """Loss and gradient norm of a few updates, the first and the last among them.

    Rounding grows with the updates, often by powers: so do the gaps between those that are held
    against it.
    """
    if not len(record):
        return ""
    rows = np.unique(np.geomspace(1, len(record), COMPARED).round().astype(int)) - 1
    lines = "".join(
        f"    {record.step[i]}: ({_python(record.loss[i])}, {_python(record.norm_before[i])}),\n"
        for i in rows
    )
    words = "# Loss and gradient norm (before clipping) of a few updates, as they were recorded.\n"
    return f"{words}RECORDED = {{\n{lines}}}\n"


def _python(value: float) -> str:
    return repr(float(value)) if math.isfinite(value) else f"math.{str(float(value)).lstrip('-')}"
