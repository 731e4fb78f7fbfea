"""What a new cell goes through besides the tests of every cell: each page, each chart's table, each
program that is taken away. `tests/test_adding.py` runs this with a cell that is made up."""

import re

import numpy as np
import pytest

from rnn_core import RNNConfig, TrainConfig, gradient_flow
from rnn_core.cells import CELLS
from rnn_core.studies.architectures import NAMES, compare_cells
from rnn_core.training.trainer import Trainer
from tests.tools import ROOT
from tests.tools.on_page import html, open_app, payloads
from tests.tools.output import read_csv, run_alone, valid
from ui import export
from ui.architectures import export as arch_export
from ui.training import export as training_export

NEW = list(CELLS)[-1:]
PAGES = sorted(f"pages/{path.name}" for path in (ROOT / "pages").glob("*.py"))
SMALL = {"seq_len": 14, "hidden_size": 5, "batch_size": 3}
BROKEN = re.compile(r"\b(nan|NaN|Infinity|None|undefined|Traceback)\b")


@pytest.mark.parametrize("cell", NEW)
@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens_with_it(page, cell):
    query = {**SMALL, "cell": cell, "train_cell": cell, "cells": ",".join(NAMES), "seeds": 1}
    app = open_app(page, **query)
    assert not app.exception
    parts = payloads(app)
    for part in parts.values():
        if "figure" in part:
            valid(part["figure"])
    said = html(app) + " ".join(p.get("caption", "") + p.get("alt", "") for p in parts.values())
    assert not BROKEN.search(re.sub("“[^”]*”", "", said))  # what is quoted is spoken of


@pytest.mark.parametrize("cell", NEW)
def test_its_line_is_drawn_among_the_others(cell):
    app = open_app("pages/architectures.py", **SMALL, cells=f"vanilla,lstm,{cell}", seeds=2)
    data = payloads(app)["architectures"]["figure"]["data"]
    assert CELLS[cell].label in {trace["name"] for trace in data}
    assert CELLS[cell].colour in html(app)
    if CELLS[cell].kept:
        valid(payloads(app)[f"gates_{cell}"]["figure"])


@pytest.mark.parametrize("cell", NEW)
def test_its_tables_hold_its_curves(cell):
    config = RNNConfig(cell=cell, **SMALL)
    flow = gradient_flow(config)
    rows = read_csv(export.csv(flow))
    assert np.allclose([float(r["log10_norm_median"]) for r in rows], flow.spread.median)
    comparison = compare_cells(config, (cell, "attention"), 2)
    rows = [r for r in read_csv(arch_export.csv(comparison)) if r["cell"] == cell]
    found = [float(r["log10_norm"]) for r in rows if r["seed"] == "7"]
    assert np.allclose(found, comparison[cell].medians[:, 0])


@pytest.mark.parametrize("cell", NEW)
def test_the_program_of_a_comparison_prints_its_curve_beside_every_other(cell, tmp_path):
    config = RNNConfig(cell=cell, loss_at="every", **SMALL)
    text = run_alone(arch_export.script(config, tuple(NAMES), [config.seed]), tmp_path)
    found = [float(r["log10_norm"]) for r in read_csv(text) if r["cell"] == cell]
    assert np.allclose(found, gradient_flow(config).spread.median, atol=1e-9)


@pytest.mark.parametrize("cell", NEW)
def test_the_program_of_a_training_makes_the_same_updates(cell, tmp_path):
    config = TrainConfig(cell=cell, length=8, hidden_size=5, batch_size=4, steps=12, truncation=3)
    trainer = Trainer(config)
    while trainer.step():
        pass
    text = run_alone(training_export.script(trainer.started, trainer.history.read()), tmp_path)
    assert "agrees to 1e-08 with the recorded run" in text and "differs" not in text
