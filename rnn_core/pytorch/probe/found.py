"""Which modules of a model can be tapped; what cannot is refused before the first update, with the
reason."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from rnn_core.pytorch.probe.elman import Elman
from rnn_core.pytorch.probe.gru import Gru
from rnn_core.pytorch.probe.lstm import Lstm
from rnn_core.pytorch.probe.recurrence import Recurrence

KINDS = ("RNN", "GRU", "LSTM")


@dataclass(frozen=True, eq=False)
class Tapped:
    """A recurrent module of the model: a layer, or a cell that the model calls step by step."""

    name: str
    module: Any
    kind: str  # PyTorch's name of it, "LSTM" or "LSTMCell"
    recurrence: Recurrence

    @property
    def is_cell(self) -> bool:
        return self.kind.endswith("Cell")

    @property
    def layers(self) -> int:
        return 1 if self.is_cell else self.module.num_layers

    @property
    def directions(self) -> int:
        return 1 if self.is_cell else 1 + self.module.bidirectional

    @property
    def has_c(self) -> bool:
        return self.kind.startswith("LSTM")

    @property
    def dropout(self) -> float:
        """What is dropped between layers; 0 where there is nothing between."""
        return float(self.module.dropout) if self.layers > 1 else 0.0

    def weight_names(self, layer: int, direction: int) -> dict[str, str]:
        """PyTorch's name of each weight of ours."""
        end = "" if self.is_cell else f"_l{layer}" + "_reverse" * direction
        names = {"W_h": "weight_hh" + end, "W_x": "weight_ih" + end}
        if self.module.bias:
            names |= {"b_h": "bias_hh" + end, "b_x": "bias_ih" + end}
        if not self.is_cell and self.module.proj_size:
            names["W_hr"] = "weight_hr" + end
        return names

    @property
    def dtype(self) -> Any:
        return self.module._parameters[self.all_weights[0]].dtype

    @property
    def all_weights(self) -> list[str]:
        return [
            name
            for layer in range(self.layers)
            for direction in range(self.directions)
            for name in self.weight_names(layer, direction).values()
        ]

    @property
    def settings(self) -> dict[str, Any]:
        """What the file keeps of it, by PyTorch's words."""
        m = self.module
        told: dict[str, Any] = {"input_size": m.input_size, "hidden_size": m.hidden_size}
        told["bias"] = bool(m.bias)
        if hasattr(m, "nonlinearity"):
            told["nonlinearity"] = m.nonlinearity
        if not self.is_cell:
            told |= {
                "num_layers": m.num_layers,
                "bidirectional": bool(m.bidirectional),
                "batch_first": bool(m.batch_first),
                "dropout": float(m.dropout),
                "proj_size": m.proj_size,
            }
        return told


def tappable(model: Any, modules: Iterable[str] | None = None) -> list[Tapped]:
    """The recurrent modules of `model` by name, or those of the names `modules`.

    Raises TypeError for what is no model, and ValueError, with the module's name and the reason,
    for what cannot be read exactly.
    """
    import torch

    if not isinstance(model, torch.nn.Module):
        raise TypeError(f"model must be a torch.nn.Module, got {type(model).__name__}")
    _refuse_wrappers(model)
    inner = unwrapped(model)
    named = dict(inner.named_modules())
    if modules is None:
        chosen = [name for name, module in named.items() if _looks_recurrent(module)]
        chosen = [name for name in chosen if not _inside(name, chosen)]
    else:
        chosen = list(modules)
        if isinstance(modules, str):
            raise TypeError(f"modules must be a list of names, got the text {modules!r}")
        for name in chosen:
            if name not in named:
                known = [n for n, m in named.items() if _looks_recurrent(m)]
                raise ValueError(f"modules: the model has no {name!r}; it has {known}")
    found = []
    for name in chosen:
        module, shown = named[name], name or "the model itself"
        if reason := why_not(module):
            others = "" if modules is not None else " (modules=[…] taps others without it)"
            raise ValueError(f"{shown} cannot be tapped: {reason}{others}")
        found.append(Tapped(name or "model", module, _kind(module), _recurrence(module)))
    _refuse_shared(found)
    return found


def unwrapped(model: Any) -> Any:
    """The module inside DistributedDataParallel and torch.compile, in any order."""
    while True:
        inner = getattr(model, "_orig_mod", None)
        if inner is None and type(model).__name__ == "DistributedDataParallel":
            inner = model.module
        if inner is None:
            return model
        model = inner


def is_compiled(model: Any) -> bool:
    """Whether torch.compile has its hands on the model or on a part of it."""
    return any(
        hasattr(m, "_orig_mod") or getattr(m, "_compiled_call_impl", None) is not None
        for m in model.modules()
    )


def why_not(module: Any) -> str | None:
    """Why this module cannot be read, in words; None if it can."""
    import torch

    kind = type(module).__name__
    where = type(module).__module__
    if "quant" in where:
        return f"{kind} is quantised, and its weights have no gradient"
    if isinstance(module, torch.jit.ScriptModule):
        return "it is a TorchScript module, which takes no hooks of this kind"
    base = _base(module)
    if base is None:
        return f"{kind} is no RNN, LSTM, GRU or cell of torch.nn; mark its states: recorder.state"
    if type(module).forward is not base.forward:
        return f"{kind} has a forward of its own; mark its states: recorder.state"
    tapped = Tapped("", module, _kind(module), _recurrence(module))
    for name in tapped.all_weights:
        if name not in module._parameters:
            return (
                f"{name} is made by a parametrization or a weight norm; mark the states instead: "
                "recorder.state"
            )
        weight = module._parameters[name]
        if type(weight).__name__ == "DTensor" or hasattr(weight, "_local_tensor"):
            return f"{name} is spread over several processes (FSDP or tensor parallel)"
        if weight.device.type == "meta":
            return f"{name} is on the device 'meta' and has no values"
    on_cuda = module._parameters[tapped.all_weights[0]].device.type == "cuda"
    if on_cuda and tapped.dropout and module.training:
        return (
            f"dropout={tapped.dropout} between its layers hides its mask inside cuDNN; on CUDA "
            "use layers of their own with nn.Dropout between them, or dropout=0"
        )
    if on_cuda and not module.training and not tapped.is_cell and torch.backends.cudnn.enabled:
        return "it is in eval mode, where cuDNN has no backward pass; call .train() first"
    return None


def _refuse_wrappers(model: Any) -> None:
    for module in model.modules():
        name = type(module).__name__
        bases = {base.__name__ for base in type(module).__mro__}
        if bases & {"FullyShardedDataParallel", "FSDPModule"}:
            raise ValueError(
                f"{name} cannot be tapped: FSDP spreads each weight over several processes, so no "
                "process has the gradient that the record must be proved by"
            )
        if name == "DataParallel":
            raise ValueError(
                "DataParallel cannot be tapped: it runs copies of the model in threads; use "
                "DistributedDataParallel"
            )


def _refuse_shared(found: list[Tapped]) -> None:
    owner: dict[int, str] = {}
    for tapped in found:
        for name in tapped.all_weights:
            other = owner.setdefault(id(tapped.module._parameters[name]), tapped.name)
            if other != tapped.name:
                raise ValueError(
                    f"{tapped.name} cannot be tapped: it shares {name} with {other}, so PyTorch's "
                    "gradient is the sum of both, and neither can be proved by it"
                )


def _base(module: Any) -> Any:
    import torch

    for kind in KINDS:
        for name in (kind, f"{kind}Cell"):
            if isinstance(module, getattr(torch.nn, name)):
                return getattr(torch.nn, name)
    return None


def _looks_recurrent(module: Any) -> bool:
    name = getattr(module, "original_name", type(module).__name__)
    ours = name in {*KINDS, *(f"{kind}Cell" for kind in KINDS)}
    return _base(module) is not None or (ours and "torch" in type(module).__module__)


def _inside(name: str, chosen: list[str]) -> bool:
    """Quantised layers have cells in them that are called RNN, too."""
    return any(name.startswith(f"{other}.") for other in chosen if other and other != name)


def _kind(module: Any) -> str:
    return str(_base(module).__name__)


def _recurrence(module: Any) -> Recurrence:
    kind = _kind(module)
    if kind.startswith("LSTM"):
        return Lstm()
    return Gru() if kind.startswith("GRU") else Elman(module.nonlinearity)
