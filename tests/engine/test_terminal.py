"""`python -m rnn_core`: a run in the terminal is the engine's, and its options are the config's."""

import json
import math
import os
import re
import subprocess
import sys
from dataclasses import fields

import numpy as np
import pytest

import rnn_core
from rnn_core import CHOICES, RNNConfig, gradient_flow
from rnn_core.__main__ import main, parser
from rnn_core.terminal import HEIGHT, WIDTH, curve, report
from tests.tools import ROOT


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "rnn_core", *arguments],
        cwd=ROOT,
        env=os.environ | {"PYTHONIOENCODING": "utf-8"} | environment,
        capture_output=True,
        timeout=60,
    )


def printed(capsys, *arguments: str) -> str:
    main(list(arguments))
    return capsys.readouterr().out


def test_every_field_of_the_config_is_an_option_with_its_limits_and_its_default() -> None:
    asked = vars(parser().parse_args([]))
    assert set(asked) == {f.name for f in fields(RNNConfig)} | {"json"}
    asked.pop("json")
    assert RNNConfig(**asked) == RNNConfig()
    said = " ".join(parser().format_help().split())
    assert "--hidden-size N from 1 to 256 (64)" in said
    assert f"--cell NAME {', '.join(CHOICES['cell'])} (vanilla)" in said
    assert said.isascii(), "a terminal that knows no other characters shows it too"


def test_the_json_is_the_run(capsys) -> None:
    found = json.loads(printed(capsys, "--cell", "gru", "--gain", "1.5", "--seq-len=9", "--json"))
    config = RNNConfig(cell="gru", gain=1.5, seq_len=9)
    flow = gradient_flow(config)
    assert RNNConfig(**found["config"]) == config
    for name in ("verdict", "cause", "factor", "half_life", "horizon", "log10_ratio"):
        assert found[name] == getattr(flow, name), name
    assert found["rnn_core"] == rnn_core.__version__
    for name in ("median", "low", "high"):
        assert np.array_equal(found["log10_norms"][name], getattr(flow.spread, name))


def test_the_json_is_strict_where_numbers_are_not_finite(capsys) -> None:
    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is not JSON")

    found = json.loads(printed(capsys, "--gain", "0", "--json"), parse_constant=refuse)
    assert found["log10_norms"]["median"][0] == found["log10_ratio"] == "-inf"
    assert found["factor"] is None and found["zero_until"] == 59
    assert "NaN is null" in parser().epilog and "'-inf'" in parser().epilog


@pytest.mark.parametrize("cell", CHOICES["cell"])
@pytest.mark.parametrize(
    "more",
    [
        {},
        {"gain": 0.0},
        {"gain": 10.0, "activation": "linear", "seq_len": 1000, "batch_size": 1},
        {"loss_at": "every", "loss_kind": "squared_error", "seq_len": 2},
    ],
    ids=["default", "zero", "overflow", "every"],
)
def test_the_report_fits_a_terminal_and_names_the_verdict(cell, more) -> None:
    flow = gradient_flow(RNNConfig(cell=cell, hidden_size=6, **more))
    lines = report(flow).splitlines()
    assert max(map(len, lines)) <= 80, max(lines, key=len)
    assert len(lines) <= 30
    facts = dict(re.split(r"  +", line.strip(), maxsplit=1) for line in lines[HEIGHT + 4 :])
    assert facts["verdict"] == flow.verdict
    if not flow.zero_until:
        assert facts["factor"] == f"× {flow.factor:.4g} per step back"
    if flow.horizon is not None:
        assert facts["horizon"].startswith(f"{flow.horizon} step")
    assert ("overflow" in facts) == (flow.overflow is not None)


def test_the_curve_has_a_dot_for_every_step_at_its_height() -> None:
    T = WIDTH  # so that no two share a column
    lines = curve(np.linspace(-14.0, 0.0, T))
    rows = [line[10:].ljust(WIDTH) for line in lines[:HEIGHT]]
    heights = [HEIGHT - 1 - [row[t] for row in rows].index("•") for t in range(T)]
    assert heights == sorted(heights) and heights[0] == 0 and heights[-1] == HEIGHT - 1
    assert sum(row.count("•") for row in rows) == T
    assert lines[0].split()[0] == "0.00" and lines[HEIGHT - 1].split()[0] == "-14.00"
    assert lines[-1].split() == ["t", "=", "1", "t", "=", str(T)]


def test_what_is_exactly_0_has_no_dot_and_a_flat_curve_stays_flat() -> None:
    half = np.where(np.arange(WIDTH) < 10, -math.inf, 0.25)
    rows = [line[10:] for line in curve(half)[:HEIGHT]]
    assert [row.count("•") for row in rows if "•" in row] == [WIDTH - 10]
    assert "nothing to draw" in curve(np.full(5, -math.inf))[0]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--hidden-size", "257"], "hidden_size must be from 1 to 256, got 257"),
        (["--gain", "much"], "gain must be a number, got 'much'"),
        (["--gain", "nan"], "gain must be from 0 to 10, got nan"),
        (["--seq-len", "9.5"], "seq_len must be a whole number, got 9.5"),
        (["--cell", "rnn"], "cell must be one of vanilla, irnn"),
        (["--hidden"], "argument --hidden-size: expected one argument"),
        (["--colour", "red"], "unrecognized arguments: --colour red"),
    ],
)
def test_a_wrong_value_is_one_line_and_exit_code_2(capsys, arguments, says) -> None:
    with pytest.raises(SystemExit) as end:
        main(arguments)
    assert end.value.code == 2
    out, err = capsys.readouterr()
    assert not out and err.count("\n") == 1
    assert err.startswith(f"python -m rnn_core: {says}")


def test_in_a_terminal_without_such_characters_it_is_plain_ascii() -> None:
    done = run("--cell", "lstm", "--loss-at", "every", PYTHONIOENCODING="ascii")
    assert done.returncode == 0 and not done.stderr
    text = done.stdout.decode("ascii")
    assert "log10 ||dL_T/d(h, c)_t||" in text and "*" in text and "?" not in text
    assert "‖∂L/∂h_t‖" in run().stdout.decode()


@pytest.mark.skipif(sys.platform == "win32", reason="a shell's pipe is needed")
def test_a_reader_who_goes_early_is_no_error() -> None:
    """`| head -1`: longer than what a pipe holds, so that it is cut off in the middle."""
    command = f"{sys.executable} -m rnn_core --seq-len 1000 --json | head -1"
    done = subprocess.run(command, shell=True, cwd=ROOT, capture_output=True, timeout=60)
    assert done.stdout == b"{\n" and not done.stderr
