"""The recorder around a training: what is refused at the start, what is said, what is left behind,
compilers, processes."""

import gc
import subprocess
import sys
import time
import warnings
import weakref

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.utils import parametrizations, weight_norm

from rnn_core.pytorch import tap
from rnn_core.pytorch.probe.found import tappable, why_not
from rnn_core.recording import Recording
from tests.tap.test_untouched import CASES, Loop, Model, train
from tests.tools import ROOT


def hooks_of(model):
    """Every hook that a model or its weights carry."""
    on_modules = [
        (name, len(hooks))
        for name, module in model.named_modules()
        for hooks in (module._forward_hooks, module._forward_pre_hooks)
        if hooks
    ]
    return on_modules + [n for n, p in model.named_parameters() if p._backward_hooks]


def once(model, path, **more):
    with tap(model, path, every=1, **more) as recorder:
        output = model(torch.randn(5, 3, 3))
        output[0].pow(2).mean().backward()
        recorder.step(loss=1.0)
    return Recording.open(path)


def test_hooks_are_there_only_for_the_update_that_is_recorded(tmp_path):
    model = Model(num_layers=2)
    with tap(model, tmp_path / "run.unroll", every=3) as recorder:
        for update in range(1, 10):
            assert bool(hooks_of(model)) == (update in (1, 4, 7)), update
            model(torch.randn(5, 3, 3))[0].sum().backward()
            recorder.step()
    assert hooks_of(model) == []
    with Recording.open(tmp_path / "run.unroll") as run:
        assert run.steps == [1, 4, 7]


def test_an_exception_in_the_loop_leaves_no_hook_and_a_whole_file(tmp_path):
    model = Loop()
    with (
        pytest.raises(RuntimeError, match="mine"),
        tap(model, tmp_path / "run.unroll", every=1) as recorder,
    ):
        model(torch.randn(5, 3, 3))[0].sum().backward()
        recorder.step(loss=2.0)
        model(torch.randn(5, 3, 3))
        raise RuntimeError("mine")
    assert hooks_of(model) == []
    with Recording.open(tmp_path / "run.unroll") as run:
        assert run.steps == [1] and run.moments.loss.tolist() == [2.0]


def test_nothing_of_a_recorded_update_is_held_after_it(tmp_path):
    model = Model("GRU")
    with tap(model, tmp_path / "run.unroll", every=1) as recorder:
        output, _ = model.encoder(torch.randn(5, 3, 3))
        seen = weakref.ref(output)
        output.sum().backward()
        recorder.step()
        assert seen() is not None
        del output
        gc.collect()
        assert seen() is None and not recorder._listeners[0].calls


REFUSED = {
    "a parametrization": lambda: parametrizations.orthogonal(nn.RNN(3, 4), "weight_hh_l0"),
    "weight norm": lambda: weight_norm(nn.LSTM(3, 4), "weight_hh_l0"),
    "a forward of its own": lambda: type("Mine", (nn.GRU,), {"forward": lambda s, x: x})(3, 4),
    "quantised": lambda: torch.ao.nn.quantized.dynamic.LSTM(3, 4),
    "TorchScript": lambda: torch.jit.script(nn.LSTM(3, 4)),
    "'meta'": lambda: nn.LSTM(3, 4, device="meta"),
    "DataParallel": lambda: nn.DataParallel(nn.Sequential(nn.LSTM(3, 4))),
    "FSDP": lambda: type("FullyShardedDataParallel", (nn.Sequential,), {})(nn.LSTM(3, 4)),
}


@pytest.mark.filterwarnings("ignore")  # what PyTorch says of its own old ways
@pytest.mark.parametrize("reason", REFUSED)
def test_what_cannot_be_read_exactly_is_refused_with_the_reason(tmp_path, reason):
    model = REFUSED[reason]()
    said = reason.replace("weight norm", "a weight norm")
    with pytest.raises(ValueError, match="cannot be tapped: ") as refused:
        tap(nn.Sequential(model), tmp_path / "run.unroll")
    assert said in str(refused.value)
    assert not (tmp_path / "run.unroll").exists()


def test_a_shared_weight_is_refused(tmp_path):
    model = nn.ModuleDict({"one": nn.GRU(3, 4), "other": nn.GRU(3, 4)})
    model["other"].weight_hh_l0 = model["one"].weight_hh_l0
    with pytest.raises(ValueError, match="other cannot be tapped: it shares weight_hh_l0 with one"):
        tap(model, tmp_path / "run.unroll")


@pytest.mark.parametrize(
    ("training", "settings", "said"),
    [
        (True, {"num_layers": 2, "dropout": 0.5}, "dropout=0.5 between its layers"),
        (False, {}, "eval mode"),
        (True, {}, None),
    ],
)
def test_on_cuda_what_cudnn_hides_is_refused(training, settings, said):
    """There is no GPU here: the question is asked of weights that say they are on one."""

    class OnCuda:
        device = torch.device("cuda")

    module = nn.LSTM(3, 4, **settings).train(training)
    module._parameters = dict.fromkeys(module._parameters, OnCuda())
    reason = why_not(module)
    assert (reason is None) if said is None else (said in reason)


@pytest.mark.parametrize(
    ("more", "error", "said"),
    [
        ({"every": 0}, ValueError, "every must be a whole number from 1 on, got 0"),
        ({"sequences": 1.5}, ValueError, "sequences must be a whole number from 1 on, got 1.5"),
        ({"keep_tapes": -1}, ValueError, "keep_tapes must be a whole number from 0 to 100, got -1"),
        ({"max_norm": 0}, ValueError, "max_norm must be more than 0, got 0"),
        ({"modules": "encoder"}, TypeError, "modules must be a list of names, got the text"),
        ({"modules": ["coder"]}, ValueError, r"the model has no 'coder'; it has \['encoder'\]"),
    ],
)
def test_a_wrong_argument_is_named(tmp_path, more, error, said):
    with pytest.raises(error, match=said):
        tap(Model(), tmp_path / "run.unroll", **more)
    assert not (tmp_path / "run.unroll").exists()


def test_a_model_is_asked_for_and_a_file_is_not_overwritten(tmp_path):
    with pytest.raises(TypeError, match=r"model must be a torch\.nn\.Module, got int"):
        tap(3, tmp_path / "run.unroll")
    path = tmp_path / "run.unroll"
    path.write_text("mine")
    with pytest.raises(FileExistsError, match="overwrite=True"):
        tap(Model(), path)
    assert path.read_text() == "mine"
    with once(Model(), path, overwrite=True) as run:
        assert run.steps == [1]
    with pytest.raises(FileNotFoundError, match="there is no"):
        tap(Model(), tmp_path / "nowhere" / "run.unroll")


def test_only_the_chosen_modules_are_tapped(tmp_path):
    model = nn.ModuleDict({"a": nn.GRU(3, 3), "b": nn.Sequential(nn.LSTM(3, 3))})
    assert [one.name for one in tappable(model)] == ["a", "b.0"]
    assert [one.name for one in tappable(model, ["b.0"])] == ["b.0"]


def test_where_no_gradient_comes_it_is_said_once(tmp_path):
    model = Model()
    with tap(model, tmp_path / "run.unroll", every=1) as recorder:
        with pytest.warns(UserWarning, match="no gradient reached encoder in update 1: it was not"):
            recorder.step()
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            recorder.step()


def test_a_loss_that_is_not_finite_has_the_next_update_recorded(tmp_path):
    model = Model()
    with tap(model, tmp_path / "run.unroll", every=100) as recorder:
        for update in range(1, 9):
            model(torch.randn(5, 3, 3))[0].sum().backward()
            recorder.step(loss=float("nan") if update in (3, 4) else 1.0)
    with Recording.open(tmp_path / "run.unroll") as run:
        assert run.steps == [1, 4]
        assert np.isnan(run.moments.loss[[2, 3]]).all()


def test_trouble_with_the_file_does_not_end_the_training(tmp_path, monkeypatch):
    model = Model()
    with tap(model, tmp_path / "run.unroll", every=1) as recorder:

        def full(*_):
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(recorder._writer, "records", full)
        model(torch.randn(5, 3, 3))[0].sum().backward()
        with pytest.warns(UserWarning, match="could not be recorded in run.unroll: .*No space"):
            recorder.step()
        assert hooks_of(model)  # the next update's
    assert hooks_of(model) == []


def test_wrong_numbers_for_a_step_are_refused(tmp_path):
    with (
        tap(Model(), tmp_path / "run.unroll") as recorder,
        pytest.raises(TypeError, match="loss must be a number, got str"),
    ):
        recorder.step(loss="low")


def test_pads_are_beyond_the_end_when_lengths_are_given(tmp_path):
    model = Model("GRU")
    with tap(model, tmp_path / "run.unroll", every=1) as recorder:
        model(torch.randn(10, 3, 3))[0].pow(2).sum().backward()
        recorder.step(lengths=[10, 1, 2])
    with Recording.open(tmp_path / "run.unroll") as run:
        norms = run.log10_norms("encoder")
        assert (~np.isnan(norms)).sum(axis=0).tolist() == [10, 1, 2]
        assert np.isfinite(run.series("encoder", "h")).all()
        assert [finding.kind for finding in run.doctor()][-1] == "pads"


@pytest.mark.parametrize("backend", ["eager", "aot_eager", "inductor"])
def test_a_compiled_model_is_tapped_before_its_first_call(tmp_path, backend):
    make, update, _ = CASES["lstm"]
    if backend == "inductor" and not _has_compiler():
        pytest.skip("no C++ compiler for inductor")

    def compiled(model):
        torch.compiler.reset()
        return torch.compile(model, backend=backend)

    path = tmp_path / "run.unroll"
    more = {"updates": 5, "before": compiled}
    alone = train(make, update, {}, **more)
    tapped = train(make, update, {}, path, every=2, **more)
    assert alone[0] == tapped[0]
    assert all(torch.equal(a, b) for a, b in zip(alone[1], tapped[1], strict=True))
    with Recording.open(path) as run:
        assert run.steps == [1, 3, 5] and run.check("encoder") < 1e-5


def _has_compiler():
    from torch._inductor.cpp_builder import get_cpp_compiler

    try:
        return bool(get_cpp_compiler())
    except Exception:
        return False


DDP = """
import sys, torch
from torch import nn
from rnn_core.pytorch import tap
rank, folder = int(sys.argv[1]), sys.argv[2]
torch.distributed.init_process_group(
    "gloo", init_method=f"file://{folder}/meet", rank=rank, world_size=2
)
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder, self.head = nn.LSTM(3, 4, 2), nn.Linear(4, 1)
    def forward(self, x):
        return self.head(self.encoder(x)[0])
def trained(tapped):
    torch.manual_seed(0)
    model = nn.parallel.DistributedDataParallel(Model())
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    data = torch.Generator().manual_seed(rank)
    recorder = tap(model, f"{folder}/run.unroll", every=3).__enter__() if tapped else None
    for _ in range(10):
        optimizer.zero_grad()
        loss = model(torch.randn(6, 4, 3, generator=data)).pow(2).mean()
        loss.backward()
        optimizer.step()
        if tapped:
            recorder.step(loss=loss.detach())
    if tapped:
        recorder.close()
    return [p.detach() for p in model.parameters()]
plain, tapped = trained(False), trained(True)
torch.distributed.barrier()  # who leaves first breaks off what the other is still saying
torch.distributed.destroy_process_group()
sys.exit(not all(torch.equal(a, b) for a, b in zip(plain, tapped, strict=True)))
"""


@pytest.mark.skipif(not torch.distributed.is_available(), reason="no torch.distributed here")
def test_under_ddp_the_first_process_records_its_own_share(tmp_path):
    """Its proof is against the gradient before the processes' are averaged."""
    ranks = [
        subprocess.Popen([sys.executable, "-c", DDP, str(rank), str(tmp_path)], cwd=ROOT)
        for rank in (0, 1)
    ]
    assert [rank.wait(timeout=300) for rank in ranks] == [0, 0]
    with Recording.open(tmp_path / "run.unroll") as run:
        assert run.steps == [1, 4, 7, 10]
        assert all(run.check("encoder", step=k) < 1e-5 for k in range(4))


WRITES = """
import sys, torch
from rnn_core.pytorch import tap
model = torch.nn.LSTM(8, 32)
with tap(model, sys.argv[1], every=1) as recorder:
    for k in range(10_000):
        model(torch.randn(20, 4, 8))[0].pow(2).mean().backward()
        recorder.step(loss=k)
        print(k + 1, flush=True)
"""


def test_a_killed_process_loses_at_most_the_record_under_way(tmp_path):
    path = tmp_path / "run.unroll"
    process = subprocess.Popen(
        [sys.executable, "-c", WRITES, str(path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    for line in process.stdout:
        said = int(line)
        if said >= 6:
            time.sleep(0.017)  # into the next update, or its writing
            process.kill()
            break
    process.wait()
    with Recording.open(path) as run:
        steps = run.steps
        assert steps == list(range(1, len(steps) + 1)) and len(steps) >= said
        assert run.moments.loss.tolist()[:said] == list(range(said))
        for k in range(len(steps)):
            assert run.check("model", step=k) < 1e-4


def test_a_reader_follows_while_it_is_written(tmp_path):
    path = tmp_path / "run.unroll"
    model = Model()
    with tap(model, path, every=1) as recorder, Recording.open(path) as run:
        assert run.steps == [] and run.doctor() == [] and "nothing recorded" in run.told()
        for update in range(1, 6):
            model(torch.randn(5, 3, 3))[0].sum().backward()
            recorder.step(loss=update)
            assert run.steps[-1] == update and run.moments.loss[-1] == update
            assert run.log10_norms("encoder").shape == (5, 3)
            assert recorder.scalars()["unroll/encoder/0/horizon"] > 0
