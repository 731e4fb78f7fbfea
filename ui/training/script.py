"""The parts of an exported training script that depend on its settings, as source text."""

from __future__ import annotations

import json
import textwrap

from rnn_core.network import initialisations, streams
from rnn_core.network.activations import ACTIVATIONS
from rnn_core.network.starts import STARTS
from rnn_core.training.config import TrainConfig
from rnn_core.training.kept import KEPT
from rnn_core.training.trainer import VALIDATE_EVERY
from ui.export import drawn_input

# -- the starting weights


def starting_weights(config: TrainConfig) -> str:
    """A function of the script: every weight before update 1, by its name in the network."""
    network = config.network()
    cell = config.cell_used
    gates = len(cell.gates)
    recurrent, drawn = "", cell.written.draws(config)
    own = STARTS[network.start_used]
    if network.init_used:
        form = _RECURRENT if gates == 1 else _RECURRENT_GATES
        if own.as_one and gates > 1:
            one_scale = config.scale_sets == "gain"
            form = _RECURRENT_AT_ONCE if one_scale else _RECURRENT_BLOCKS_AT_ONCE
        recurrent = form.format(
            gates=gates,
            init=initialisations.INITIALISATIONS[network.init_used].draw.__name__,
            scale=_scale(config),
            stream=streams.STREAM_WEIGHTS,
        )
    return _STARTING_WEIGHTS.format(
        recurrent=textwrap.indent(
            "".join(f"{part}\n" for part in (recurrent, drawn) if part), "    "
        ),
        stream=streams.STREAM_READOUT,
        first=_block(config, _rows(config)[0]),
        more=_MORE_GATES.format(more=_others(config, _rows(config)[1:])) if gates > 1 else "",
        input_gain=f"    W_x = {config.input_gain!r} * W_x\n" if config.input_gain != 1.0 else "",
        biases=textwrap.indent(_biases(config), "    "),
        entries="".join(f'        "{name}": {value},\n' for name, value in _entries(config)),
    )


_STARTING_WEIGHTS = '''
def starting_weights():
    """Every weight before update 1, by its name in the network; random streams of their own."""
{recurrent}    rng = np.random.default_rng([SEED, {stream}])
    W_x = {first}
    W_y = rng.standard_normal((O, H)) / np.sqrt(H)
{more}{input_gain}{biases}    return {{
{entries}    }}
'''

_RECURRENT = """\
W_0 = {init}(np.random.default_rng([SEED, {stream}]), H)
W_h = {scale} * W_0"""

_RECURRENT_AT_ONCE = """\
W_0 = {init}(np.random.default_rng([SEED, {stream}]), H, {gates})
W_h = {scale} * W_0"""

_RECURRENT_BLOCKS_AT_ONCE = """\
W_h = []
for W_0 in np.split({init}(np.random.default_rng([SEED, {stream}]), H, {gates}), {gates}):
    W_h.append({scale} * W_0)
W_h = np.concatenate(W_h)"""

_RECURRENT_GATES = """\
W_h = []
for gate in range({gates}):
    W_0 = {init}(np.random.default_rng([SEED, {stream}, gate] if gate else [SEED, {stream}]), H)
    W_h.append({scale} * W_0)
W_h = np.concatenate(W_h)"""

_MORE_GATES = """\
    W_x = [W_x, *({more})]
    W_x = np.concatenate(W_x)
"""


def _rows(config: TrainConfig) -> list[str]:
    """The rows of each block of W_x, as the script writes them."""
    H = config.hidden_size
    return ["H" if rows == H else str(rows) for rows in config.cell_used.rows(H)]


def _block(config: TrainConfig, rows: str) -> str:
    """What draws a block of W_x."""
    cell = config.cell_used
    size, total = ("I", rows) if cell.linear_layers else ("H", _total(config))
    return drawn_input(config.network().start_used, rows, size, total)


def _total(config: TrainConfig) -> str:
    """How many rows all blocks of W_x have."""
    rows = _rows(config)
    if set(rows) != {"H"}:
        return str(sum(config.cell_used.rows(config.hidden_size)))
    return f"{len(rows)} * H" if len(rows) > 1 else "H"


def _others(config: TrainConfig, rows: list[str]) -> str:
    """What draws the further blocks of W_x."""
    if set(rows) == {"H"}:
        return f"{_block(config, 'H')} for _ in range({len(rows)})"
    return f"{_block(config, 'rows')} for rows in ({', '.join(rows)},)"


# What a bias of ours is called in the network: that of W_h, or the only one; that of W_x.
_CALLED = {"b_h": ("bias_hh", "bias"), "b_x": ("bias_ih",)}


def _biases(config: TrainConfig) -> str:
    """Lines that draw the biases, where the start draws any."""
    draw = STARTS[config.network().start_used].biases
    if draw is None:
        return ""
    cell = config.cell_used
    size = "I" if cell.linear_layers else "H"
    drawn = "".join(
        f"{name} = {draw.__name__}(rng, {_total(config)}, {size})\n"
        for name in _CALLED
        if name in cell.learned
    )
    return f"rng = np.random.default_rng([SEED, {streams.STREAM_OWN_BIAS}])\n{drawn}"


def _scale(config: TrainConfig) -> str:
    if config.scale_sets == "gain":
        return repr(config.gain)
    return f"{config.gain!r} / np.abs(np.linalg.eigvals(W_0)).max()"


def _entries(config: TrainConfig) -> list[tuple[str, str]]:
    """Names in the network's state_dict, and the arrays as expressions."""
    cell = config.cell_used
    own = {"weight_ih": "W_x"}
    if config.network().init_used:
        gates = len(cell.gates)
        zeros = f"np.zeros({gates} * H)" if gates > 1 else "np.zeros(H)"
        own |= {"weight_hh": "W_h", "bias_ih": zeros, "bias_hh": zeros}
    network = config.network()
    own |= cell.written.weights(config.begun)
    if STARTS[network.start_used].biases:
        for ours, called in _CALLED.items():
            name = next((name for name in called if name in own), None)
            if name is not None:
                constant = own[name]
                own[name] = ours if constant.startswith("np.zeros") else f"{constant} + {ours}"
    return [
        *((f"cell.{name}", value) for name, value in own.items()),
        ("readout.weight", "W_y"),
        ("readout.bias", "np.zeros(O)"),
    ]


# -- the network


def network(config: TrainConfig) -> list[str]:
    """The cell's class, where PyTorch has none, and the class Network."""
    phi, states = ACTIVATIONS[config.network().activation_used], config.cell_used.states
    own, cell = config.cell_used.written.cell(config, phi, lambda z: phi.script.format(z=z))
    cut = ""
    if config.truncation:
        detached = "tuple(s.detach() for s in state)" if states > 1 else "state.detach()"
        cut = _CUT.format(window=config.truncation, detached=detached)
    zeros = "x.new_zeros(x.shape[1], H)"
    whole = _NETWORK.format(
        cell=cell,
        state=f"({zeros},) * {states}" if states > 1 else zeros,
        cut=cut,
        h="state[0]" if states > 1 else "state",
        each="t, x_t in enumerate(x)" if cut else "x_t in x",
    )
    return [own, whole]


_NETWORK = '''
class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.cell = {cell}
        self.readout = nn.Linear(H, O)

    def forward(self, x, K):
        """Outputs (K, B, O) of the last K steps for x (T, B, I), and h_1 ... h_T."""
        state, hidden = {state}, []
        for {each}:
{cut}            state = self.cell(x_t, state)
            hidden.append({h})
        return self.readout(torch.stack(hidden[-K:])), hidden
'''

_CUT = """\
            if t and (len(x) - t) % {window} == 0:
                # Truncated: the state goes on, its gradient does not come back.
                state = {detached}
"""


# -- the loop


def optimiser(config: TrainConfig) -> str:
    kind = {
        "rmsprop": "RMSprop(network.parameters(), lr={lr})",
        "adam": "Adam(network.parameters(), lr={lr})",
        "sgd": "SGD(network.parameters(), lr={lr})",
        "momentum": f"SGD(network.parameters(), lr={{lr}}, momentum={config.momentum!r})",
    }[config.optimizer]
    return "torch.optim." + kind.format(lr=repr(config.learning_rate))


def settings_now(config: TrainConfig, changes: list[tuple[int, str, object]]) -> str:
    """The settings that were changed in the run, and when; "" if none was."""
    if not changes:
        return ""
    names = ("learning_rate", "clip", "max_norm", "clip_value")
    start = {name: getattr(config, name) for name in names}
    when: dict[int, dict] = {}
    for n, field, value in changes:
        when.setdefault(n, {})[field] = value
    # These are JSON and Python alike.
    rows = "".join(f"    {n}: {json.dumps(values)},\n" for n, values in when.items())
    return (
        f"settings = {json.dumps(start)}\n"
        "# What was changed while the run went on, after so many updates.\n"
        f"CHANGES = {{\n{rows}}}\n"
    )


def before_update(changes: list) -> str:
    if not changes:
        return ""
    return (
        "    settings |= CHANGES.get(step - 1, {})\n"
        "    for group in optimizer.param_groups:\n"
        '        group["lr"] = settings["learning_rate"]\n'
    )


_MEASURE = "norm = nn.utils.clip_grad_norm_(network.parameters(), math.inf)  # only measures it\n"


_BY_TENSOR = """\
for parameter in network.parameters():
    nn.utils.clip_grad_norm_([parameter], {limit})
"""
_BY_UNIT = """\
for parameter in network.parameters():
    # Of each unit to a part of its weights' norm (Brock et al. 2021).
    W, g = (t if t.ndim > 1 else t[None] for t in (parameter.detach(), parameter.grad))
    most = {ratio} * W.norm(dim=1, keepdim=True).clamp(min=1e-3)
    g *= (most / g.norm(dim=1, keepdim=True).clamp(min=1e-6)).clamp(max=1.0)
"""


def backward(config: TrainConfig, changes: list) -> str:
    """From the loss to the clipped gradient; `norm` is the one before clipping."""
    lines = "for h in hidden:\n    h.retain_grad()\nloss.backward()\n"
    if config.omega:
        lines += f"add_omega(hidden, {config.omega!r})\n"
    if any(field != "learning_rate" for _, field, _ in changes):
        return lines + (
            'limit = settings["max_norm"] if settings["clip"] == "norm" else math.inf\n'
            "norm = nn.utils.clip_grad_norm_(network.parameters(), limit)  # the norm before it\n"
            'if settings["clip"] == "value":\n'
            '    nn.utils.clip_grad_value_(network.parameters(), settings["clip_value"])\n'
            'if settings["clip"] == "tensor":\n'
            + textwrap.indent(_BY_TENSOR.format(limit='settings["max_norm"]'), "    ")
            + 'if settings["clip"] == "unit":\n'
            + textwrap.indent(_BY_UNIT.format(ratio='settings["clip_value"]'), "    ")
        )
    if config.clip == "norm":
        return lines + (
            f"norm = nn.utils.clip_grad_norm_(network.parameters(), {config.max_norm!r})"
            "  # the norm before it\n"
        )
    if config.clip == "value":
        value = f"nn.utils.clip_grad_value_(network.parameters(), {config.clip_value!r})\n"
        return lines + _MEASURE + value
    if config.clip == "tensor":
        return lines + _MEASURE + _BY_TENSOR.format(limit=repr(config.max_norm))
    if config.clip == "unit":
        return lines + _MEASURE + _BY_UNIT.format(ratio=repr(config.clip_value))
    return lines + _MEASURE


def omega(config: TrainConfig) -> str:
    """The regulariser's function, "" if it is off."""
    return (
        _OMEGA.format(slope=ACTIVATIONS[config.network().activation_used].script_slope)
        if config.omega
        else ""
    )


_OMEGA = '''
def add_omega(hidden, weight):
    """Add the gradient of weight * mean (|J_t^T d_t| / |d_t| - 1)^2 to that of W_h.

    J_t = diag(phi'(z_t)) W_h and d_t = dL/dh_t; only this W_h counts as variable (Pascanu et al.
    2013). Steps that no gradient reaches are left out.
    """
    W_h = network.cell.weight_hh
    h = torch.cat(hidden[1:]).detach()
    d = torch.cat([torch.zeros_like(h) if h.grad is None else h.grad for h in hidden[1:]])
    size = d.abs().amax(dim=1, keepdim=True)
    alive = size[:, 0] > 0
    if alive.any():
        d = (d / size)[alive]
        ratio = ((({slope})[alive] * d) @ W_h).norm(dim=1) / d.norm(dim=1)
        W_h.grad += weight * torch.autograd.grad(((ratio - 1.0) ** 2).mean(), W_h)[0]

'''


def keep(config: TrainConfig) -> str:
    """The function that brings W_h back after an update, "" where none does."""
    kept = KEPT.get(config.keep_matrix)
    return _KEEP.format(says=kept.script_says, low=kept.low, high=kept.high) if kept else ""


_KEEP = '''
@torch.no_grad()
def keep(W_h):
    """{says}"""
    for W in W_h.split(H):
        if W.isfinite().all():
            U, s, Vh = torch.linalg.svd(W)
            W.copy_(U * s.clamp({low}, {high}) @ Vh)

'''


def after_update(config: TrainConfig) -> str:
    return "    keep(network.cell.weight_hh)\n" if config.keep_matrix in KEPT else ""


# -- a curriculum

FIRST_STAGE = f"""\
stage = 0
EVERY = {VALIDATE_EVERY}  # updates between two validations
"""

VALIDATE = """\
    draw = STAGES[stage].draw
    # The last stage has none after it.
    learned = stage < len(STAGES) - 1 and (step - 1) % EVERY == 0 and solved(STAGES[stage])
"""

NEXT_STAGE = """\
    if learned:
        stage += 1
        print(f"{step:6d}  solved: longer sequences from here")
"""

STAGE = '''
class Stage(NamedTuple):
    """A curriculum: short sequences first, longer ones when validation says solved."""

    draw: partial  # (rng, B) -> Batch
    validation: Batch
    solved_by: str  # "accuracy" or "loss"
    solved_at: float
    scored: int  # accuracy counts the last so many steps
'''

HELD_OUT = '''
def held_out():
    """The random numbers of validation: a stream of their own, the same for every stage."""
    return np.random.default_rng([SEED, {stream}])
'''

SOLVED = '''
def solved(stage):
    """Whether the network has learned the sequences of this stage."""
    x, target = (torch.tensor(array) for array in stage.validation)
    with torch.no_grad():
        y, _ = network(x.to(torch.get_default_dtype()), len(target))
    if stage.solved_by == "loss":
        loss = {loss}
        return loss.item() <= stage.solved_at
    right = y.argmax(dim=-1)[-stage.scored :] == target[-stage.scored :]
    return right.numpy().mean() >= stage.solved_at
'''
