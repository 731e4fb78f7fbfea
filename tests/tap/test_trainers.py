"""Other people's training loops, run for real: with the callback the training is the training
without it, and what is recorded proves itself."""

import warnings

import numpy as np
import pytest
import torch
from torch import nn

from rnn_core.recording import Recording
from tests.tools.ecosystem import need

T, B, UPDATES, EVERY = 6, 4, 5, 2
DATA = torch.Generator().manual_seed(1)
X = torch.randn(2 * UPDATES, B, T, 3, generator=DATA)
Y = torch.randn(2 * UPDATES, B, 2, generator=DATA)


class Model(nn.Module):
    """What the Trainer of transformers takes: it gives its loss, if it knows the labels."""

    def __init__(self, breaks=False):
        super().__init__()
        self.breaks = breaks
        self.encoder = nn.LSTM(3, 4, 2, dropout=0.3, batch_first=True, bidirectional=True)
        self.head = nn.Linear(8, 2)

    def forward(self, x, labels=None):
        if self.breaks:
            raise RuntimeError("the model broke")
        logits = self.head(self.encoder(x)[0][:, -1])
        return {"loss": (logits - labels).pow(2).mean(), "logits": logits}


def hooks_of(model):
    tables = [m._forward_hooks | m._forward_pre_hooks for m in model.modules()]
    tables += [p._backward_hooks or {} for p in model.parameters()]
    return [hook for table in tables for hook in table.values()]


def the_same(alone, tapped):
    assert alone[0] == tapped[0] and len(alone[0]) == UPDATES and np.isfinite(alone[0]).all()
    assert all(torch.equal(a, b) for a, b in zip(alone[1], tapped[1], strict=True))
    assert torch.equal(alone[2], tapped[2])


def recorded(path, losses):
    """Every second update, each layer and direction proved, the numbers of the trainer beside."""
    with Recording.open(path) as run:
        assert run.steps == [1, 3, 5] and run.run["max_norm"] == "0.5"
        names = list(run.modules)
        assert len(names) == 1 and run.run["model"] in ("Model", "Module")
        for k in range(len(run.steps)):
            assert run.layers(names[0], k) == [(0, 0), (0, 1), (1, 0), (1, 1)]
            assert run.check(names[0], step=k) < 1e-5
            assert run.about(names[0], step=k)["calls"] == 2  # accumulated over two batches
            assert run.log10_norms(names[0], step=k).shape == (T, 2 * B)
        assert run.moments.loss.tolist() == pytest.approx(losses, rel=1e-6)
        assert (run.moments.grad_norm > 0).all()
        assert run.moments.learning_rate[0] == pytest.approx(0.1)
        return run.scalars()


def lightning_fit(name, path, breaks=False):
    """Losses of the updates, weights and generator state, and what its logger was given."""
    (pl,) = need(name)
    Logger = need(f"{name}.loggers.logger")[0].DummyLogger
    from rnn_core.pytorch.lightning import TapCallback

    class Module(pl.LightningModule):
        def __init__(self):
            super().__init__()
            self.inner, self.losses = Model(breaks), []

        def training_step(self, batch, batch_idx):
            loss = self.inner(*batch)["loss"]
            self.losses.append(float(loss.detach()))
            return loss

        def validation_step(self, batch, batch_idx):
            self.inner(*batch)

        def configure_optimizers(self):
            return torch.optim.SGD(self.parameters(), lr=0.1, momentum=0.9)

    class Notes(Logger):
        def __init__(self):
            super().__init__()
            self.told = {}

        def log_metrics(self, metrics, step):
            self.told |= {(step, name): value for name, value in metrics.items()}

    torch.manual_seed(3)
    module, notes = Module(), Notes()
    loader = torch.utils.data.DataLoader(list(zip(X, Y, strict=True)), batch_size=None)
    trainer = pl.Trainer(
        accelerator="cpu",
        max_epochs=1,
        accumulate_grad_batches=2,
        gradient_clip_val=0.5,
        log_every_n_steps=1,
        num_sanity_val_steps=1,
        logger=notes,
        callbacks=[] if path is None else [TapCallback(path, every=EVERY)],
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
    )
    try:
        trainer.fit(module, loader, loader)
    finally:
        assert hooks_of(module) == []
    losses = np.array(module.losses).reshape(-1, 2).mean(axis=1).tolist()
    weights = [p.detach().clone() for p in module.parameters()]
    return losses, weights, torch.get_rng_state(), notes.told


quiet = pytest.mark.filterwarnings("ignore")  # of other people's libraries


@quiet
@pytest.mark.parametrize("name", ["lightning.pytorch", "pytorch_lightning"])
def test_lightning_trains_as_without_and_its_logger_gets_the_scalars(tmp_path, name):
    alone, tapped = (lightning_fit(name, p) for p in (None, tmp_path / "run.unroll"))
    the_same(alone, tapped)
    scalars = recorded(tmp_path / "run.unroll", alone[0])
    ours = {what for step, what in tapped[3] if step == UPDATES and what.startswith("unroll/")}
    assert ours == set(scalars) and len(ours) > 10
    assert {step for step, what in tapped[3] if what.startswith("unroll/")} == {1, 3, 5}


@quiet
def test_an_exception_in_lightning_leaves_no_hook_and_a_whole_file(tmp_path):
    with pytest.raises(RuntimeError, match="the model broke"):
        lightning_fit("lightning.pytorch", tmp_path / "run.unroll", breaks=True)
    with Recording.open(tmp_path / "run.unroll") as run:
        assert run.steps == []


def transformers_train(path, folder):
    (hf,) = need("transformers")
    need("accelerate")
    from rnn_core.pytorch.transformers import TapCallback

    torch.manual_seed(3)
    model = Model()
    arguments = hf.TrainingArguments(
        str(folder),
        max_steps=UPDATES,
        per_device_train_batch_size=B,
        gradient_accumulation_steps=2,
        max_grad_norm=0.5,
        learning_rate=0.1,
        logging_steps=1,
        eval_strategy="steps",
        eval_steps=2,
        save_strategy="no",
        report_to="none",
        use_cpu=True,
        disable_tqdm=True,
        seed=3,
    )
    data = [{"x": x, "labels": y} for x, y in zip(X.flatten(0, 1), Y.flatten(0, 1), strict=True)]
    trainer = hf.Trainer(
        model,
        arguments,
        train_dataset=data,
        eval_dataset=data[:B],
        callbacks=[] if path is None else [TapCallback(path, every=EVERY)],
    )
    trainer.train()
    assert hooks_of(model) == []
    losses = [told["loss"] for told in trainer.state.log_history if "loss" in told]
    return losses, [p.detach().clone() for p in model.parameters()], torch.get_rng_state()


@quiet
def test_the_trainer_of_transformers_trains_as_without(tmp_path, capsys):
    alone, tapped = (transformers_train(p, tmp_path) for p in (None, tmp_path / "run.unroll"))
    the_same(alone, tapped)
    recorded(tmp_path / "run.unroll", alone[0])


@quiet
def test_a_second_training_needs_a_file_of_its_own(tmp_path, capsys):
    transformers_train(tmp_path / "run.unroll", tmp_path)
    with pytest.raises(FileExistsError, match=r"run\.unroll"):
        transformers_train(tmp_path / "run.unroll", tmp_path)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        Recording.open(tmp_path / "run.unroll").close()
