"""The hooks: what goes into a tapped module, and the gradient that arrives at what comes out.

They are attached for the update that is recorded and taken off after it, so that between records
the training has nothing to do with us. Only where torch.compile has the model they stay, and look
first whether anybody listens: what is attached after the first compiled call is ignored (pytorch
issue 117758).

Every hook returns None: one that returned anything would replace an output or a gradient. Nothing
is written, drawn at random, or waited for.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rnn_core.pytorch.probe.calls import Call
from rnn_core.pytorch.probe.found import Tapped


class Listener:
    """The hooks of one module, and what they heard in this update."""

    def __init__(self, tapped: Tapped, scale: Callable[[], float]) -> None:
        self.tapped = tapped
        self.calls: list[Call] = []
        self.gradients: dict[str, Any] = {}  # PyTorch's own, of this update's backwards, by name
        self.scale = 1.0  # of the loss, when its gradient arrived
        self.on = False
        self._scale_now = scale
        self._copies: dict[str, tuple[int, Any]] = {}
        self._random: list[Any] = []
        self._new_pass = True
        self._last_states: tuple[Any, ...] = ()
        self._on_module: list[Any] = []
        self._on_tensors: list[Any] = []

    def attach(self) -> None:
        """The hooks on the module itself."""
        import torch

        keep = torch.compiler.disable  # a compiler must not look into them
        module = self.tapped.module
        self._on_module = [
            module.register_forward_pre_hook(keep(self._before)),
            module.register_forward_hook(keep(self._after), with_kwargs=True),
        ]

    def detach(self) -> None:
        """Every hook off, and everything heard forgotten."""
        self.rest()
        for handle in self._on_module:
            handle.remove()
        self._on_module = []

    def listen(self) -> None:
        """From now on, calls and gradients are kept."""
        self.on = True
        if not self._on_module:
            self.attach()
        for name in self.tapped.all_weights:
            weight = self.tapped.module._parameters[name]
            if weight.requires_grad:
                self._on_tensors.append(weight.register_hook(self._on_weight(name)))

    def rest(self) -> None:
        """Nothing is kept any more; the hooks on tensors go."""
        self.on = False
        for handle in self._on_tensors:
            handle.remove()
        self.calls, self.gradients, self.scale = [], {}, 1.0
        self._on_tensors, self._random, self._last_states = [], [], ()
        self._copies, self._new_pass = {}, True

    def new_pass(self) -> None:
        """The whole model begins a forward pass: a cell begins a sequence."""
        self._new_pass = True

    # -- forward

    def _before(self, module: Any, inputs: Any) -> None:
        import torch

        if self.on and torch.is_grad_enabled():
            drops = self.tapped.dropout > 0 and module.training
            self._random.append(torch.get_rng_state() if drops else None)

    def _after(self, module: Any, inputs: tuple[Any, ...], named: Any, out: Any) -> None:
        import torch

        if not (self.on and torch.is_grad_enabled()):
            return
        random = self._random.pop() if self._random else None
        call = self._kept(inputs, named, random)
        if self.tapped.is_cell:
            outputs = dict(zip(("h", "c"), out if isinstance(out, tuple) else (out,), strict=False))
            if "c" in outputs:
                call.c_in_all = outputs["c"].grad_fn is not outputs["h"].grad_fn
            self._join(call, _states(inputs, named), tuple(outputs.values()))
        else:
            output, state = out
            output = getattr(output, "data", output) if call.packing else output
            h, c = state if isinstance(state, tuple) else (state, None)
            outputs = {"output": output, "h": h, "c": c}
            self._carry_on(call, _states(inputs, named), (h,) if c is None else (h, c))
            if output.dtype == call.x.dtype == self.tapped.dtype and output.element_size() >= 4:
                call.output = output.detach().clone()  # in place somebody may write into it
        heard = False
        for name, tensor in outputs.items():
            if tensor is not None and tensor.requires_grad:
                heard = True
                self._on_tensors.append(tensor.register_hook(self._on_output(call, name)))
        if heard:
            self.calls.append(call)

    def _kept(self, inputs: tuple[Any, ...], named: dict[str, Any], random: Any) -> Call:
        x = inputs[0] if inputs else named["input"]
        packing = None
        if hasattr(x, "batch_sizes"):
            packing, x = (x.batch_sizes, x.sorted_indices, x.unsorted_indices), x.data
        states = _states(inputs, named)
        h, c, *_ = (*states, None, None)
        # The copies: between here and the end of the update anybody may write into the originals.
        return Call(
            x=x.detach().clone(),
            packing=packing,
            h=None if h is None else h.detach().clone(),
            c=None if c is None else c.detach().clone(),
            weights={name: self._copy(name) for name in self.tapped.all_weights},
            training=self.tapped.module.training,
            random=random,
            output=None,
            attached=any(s.requires_grad for s in states),
        )

    def _copy(self, name: str) -> Any:
        """A copy of a weight, made once for all calls between which it did not change."""
        weight = self.tapped.module._parameters[name]
        version, copy = self._copies.get(name, (-1, None))
        if version != weight._version:
            copy = weight.detach().clone()
            self._copies[name] = weight._version, copy
        return copy

    def _join(self, call: Call, given: tuple[Any, ...], outputs: tuple[Any, ...]) -> None:
        """Find the step before: it made the state that this call was given, or what it was made of.

        A state without a graph, a new pass of the whole model, and a backward pass in between begin
        a sequence; so does a state that is not the tensor of before, where it has been so far.
        """
        last = self.calls[-1] if self.calls else None
        same = bool(given) and bool(self._last_states) and given[0] is self._last_states[0]
        follows = (
            last is not None
            and call.attached
            and not self._new_pass
            and not last.arrived
            and last.x.shape == call.x.shape
            and (same or not last.handed_on)
        )
        if follows:
            call.follows, call.handed_on = last, same
        self._new_pass, self._last_states = False, outputs

    def _carry_on(self, call: Call, given: tuple[Any, ...], states: tuple[Any, ...]) -> None:
        """A layer that is called with the very state that it gave back goes on with its sequence:
        a decoder, say, that is called for each step."""
        same = len(given) == len(self._last_states) and all(
            a is b for a, b in zip(given, self._last_states, strict=True)
        )
        last = self.calls[-1] if self.calls and given and same and call.attached else None
        one_way = self.tapped.directions == 1
        if last is not None and one_way and call.packing is None and last.packing is None:
            call.follows = last
        self._last_states = states

    # -- backward

    def _on_output(self, call: Call, name: str) -> Callable[[Any], None]:
        def arrived(gradient: Any) -> None:
            if self.on and gradient is not None:
                call.arrived.add(name, gradient)

        return arrived

    def _on_weight(self, name: str) -> Callable[[Any], None]:
        def found(gradient: Any) -> None:
            if self.on and gradient is not None:
                self.scale = self._scale_now()
                so_far = self.gradients.get(name)
                own = gradient.detach()
                self.gradients[name] = own.clone() if so_far is None else so_far + own

        return found


def _states(inputs: tuple[Any, ...], named: dict[str, Any]) -> tuple[Any, ...]:
    """The state that a call was given: (), (h,) or (h, c)."""
    given = inputs[1] if len(inputs) > 1 else named.get("hx")
    if given is None:
        return ()
    return tuple(given) if isinstance(given, tuple | list) else (given,)
