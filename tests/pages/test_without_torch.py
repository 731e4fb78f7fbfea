"""Without PyTorch every page opens, and what needs it says in one sentence what to install."""

import sys

import pytest

from rnn_core import RNNConfig, TrainConfig, Trainer, gradient_flow
from rnn_core.pytorch import reference, weights
from rnn_core.pytorch.missing import MissingTorch, need_torch
from tests.tools import ROOT
from tests.tools.on_page import open_app
from ui import background as training

PAGES = sorted(f"pages/{path.name}" for path in (ROOT / "pages").glob("*.py"))
SENTENCE = "PyTorch is not installed where Unroll runs, `pip install torch` brings it."


@pytest.fixture
def no_torch(monkeypatch) -> None:
    """Python then refuses to import it, and finds none."""
    for name in [name for name in sys.modules if name.startswith("torch.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "torch", None)


@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens(no_torch, page) -> None:
    app = open_app(page)
    assert [box.value for box in (*app.error, *app.warning)] == []


def test_the_check_says_what_to_install(no_torch) -> None:
    app = open_app(seq_len=12)
    app.button(key="check").click().run()
    assert not app.exception
    assert [box.value for box in app.info] == [SENTENCE]


def test_the_engine_of_a_training_run_says_it_and_nothing_else_breaks(no_torch) -> None:
    app = open_app("pages/training.py", train_engine="torch")
    says = f"These settings cannot run: {SENTENCE} What is on screen stays as it is."
    assert [box.value for box in app.error] == [says]
    app.button(key="run_step").click().run()
    assert not app.exception
    run = training.TABS._tabs[app.session_state["training_token"]].runs["main"]
    assert (run.steps, run.config.engine, run.message) == (1, "numpy", "")


def test_a_second_run_by_its_engine_says_it_too(no_torch) -> None:
    app = open_app("pages/training.py", train_versus="engine:torch")
    (box,) = app.error
    assert SENTENCE in box.value and "The run to compare with" in box.value


ASKED = {
    "check": lambda: reference.compare(gradient_flow(RNNConfig(seq_len=5, hidden_size=4))),
    "cell": lambda: weights.to_torch("gru", gradient_flow(RNNConfig(cell="gru")).params),
    "engine": lambda: Trainer(TrainConfig(engine="torch")),
}


@pytest.mark.parametrize("asked", ASKED)
def test_the_engine_says_it_wherever_it_is_asked_for(no_torch, asked) -> None:
    with pytest.raises(MissingTorch) as refused:
        ASKED[asked]()
    assert str(refused.value) == SENTENCE and refused.value.name == "torch"


def test_a_torch_that_is_there_and_broken_is_not_called_missing(
    no_torch, monkeypatch, tmp_path
) -> None:
    """Nobody is sent to install what is installed."""
    (tmp_path / "torch.py").write_text("raise ImportError('a library of it is missing')")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "torch")
    with pytest.raises(ImportError, match="a library of it") as raised:
        need_torch()
    assert not isinstance(raised.value, MissingTorch)
