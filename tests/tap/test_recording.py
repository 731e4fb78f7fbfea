"""The file: what is written is read; what is no recording is refused by a sentence, whatever it
holds; and what the readings, the doctor, the report and the commands say of one."""

import hashlib
import html.parser
import json
import os
import re
import sqlite3
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_core.cells import CELLS
from rnn_core.recording import BadRecording, Recording, schema
from rnn_core.recording.layer_record import LayerRecord
from rnn_core.recording.writer import Writer
from tests.tools import ROOT
from unroll_rnn import command

MODULES = [
    ("encoder", "LSTM", {"num_layers": 2, "dtype": "float32"}),
    ("loop", "GRUCell", {"dtype": "float32"}),
    ("plain", "RNN", {"nonlinearity": "tanh", "dtype": "float32"}),
    ("own", "state", {}),
]
RUN = {"unroll": "0", "torch": "2", "model": "Net", "every": "10", "started": "now"}
FUZZED = int(os.environ.get("UNROLL_FUZZED_FILES", "120"))  # 2000 were tried


def record(module="encoder", layer=0, direction=0, *, curve=None, T=40, n=3, check=1e-7, **about):
    """A layer whose norms are `curve`, (T,) log₁₀, the same for every sequence."""
    curve = np.linspace(-1, 0, T) if curve is None else np.asarray(curve, float)
    h = np.repeat(curve[:, None], n, axis=1)
    series = {
        "h": h.astype(np.float32),
        "W_h": (h - 1).astype(np.float32),
        "length": np.full(n, len(curve), np.int32),
        "sequence": np.arange(n, dtype=np.int32),
    }
    series |= about.pop("series", {})
    told = {"batch": n, "calls": 1, "norm": 0.5, "broken": None, **about}
    return LayerRecord(module, layer, direction, check, told, series)


def written(path, updates, moments=(), *, run=None, **more):
    """A recording with these records by update."""
    writer = Writer(path, RUN | (run or {}), MODULES, **more)
    for moment in moments:
        writer.moment(*moment)
    for step, records in updates.items():
        assert writer.records(step, records)
    writer.close()
    return path


@settings(max_examples=25)
@given(
    steps=st.lists(st.integers(1, 10**9), min_size=1, max_size=4, unique=True),
    values=st.lists(st.floats(width=32), min_size=1, max_size=30),
    double=st.booleans(),
    loss=st.floats(allow_nan=False),
)
def test_what_is_written_is_read(tmp_path_factory, steps, values, double, loss):
    path = tmp_path_factory.mktemp("file") / "run.unroll"
    array = np.array(values, np.float64 if double else np.float32).reshape(-1, 1)
    series = {"h": array, "length": np.array([len(array)], np.int32)}
    updates = {step: [record(series=series, T=len(array), n=1)] for step in sorted(steps)}
    written(path, updates, [(1, loss, None, 0.1)])
    with Recording.open(path, stranger=True) as run:
        assert run.steps == sorted(steps) and list(run.modules) == [m[0] for m in MODULES]
        found = run.log10_norms("encoder", step=0)
        assert found.dtype == array.dtype and np.array_equal(found, array, equal_nan=True)
        assert run.check("encoder") == 1e-7 and np.isnan(run.check("loop"))
        assert run.moments.loss.tolist() == [loss] and np.isnan(run.moments.grad_norm).all()


def test_a_wrong_question_names_what_there_is(tmp_path):
    with Recording.open(written(tmp_path / "a.unroll", {3: [record()]})) as run:
        with pytest.raises(KeyError, match="no module 'decoder'; there are encoder, loop"):
            run.check("decoder")
        with pytest.raises(KeyError, match="encoder has no layer 4, direction 0"):
            run.log10_norms("encoder", layer=4)
        with pytest.raises(IndexError, match="a place among 1 records, got 1"):
            run.log10_norms("encoder", step=1)
        with pytest.raises(KeyError, match="no series 'c'"):
            run.log10_norms("encoder", of="c")


def test_tapes_stay_of_the_first_the_worst_the_broken_and_the_latest(tmp_path, monkeypatch):
    from rnn_core.recording import writer

    monkeypatch.setattr(writer, "TAPE_EVERY", -1.0)
    updates = {}
    for step in range(1, 12):
        one = record(curve=np.linspace(-9.0 if step == 5 else -1.0, 0, 8))
        if step in (7, 8):
            broken = {"way": "back", "what": "∂L/∂h", "t": 3, "sequence": 1}
            one = record(curve=np.linspace(-1, 0, 8), broken=broken)
        one.tape["x"] = np.full((2, 1, 1), step, np.float32)
        updates[step] = [one]
    path = written(tmp_path / "a.unroll", updates, keep_tapes=2)
    with sqlite3.connect(path) as db:
        ask = "SELECT DISTINCT step FROM record JOIN tape ON tape.record = record.id"
        assert sorted(row[0] for row in db.execute(ask)) == [1, 5, 7, 10, 11]


def test_a_reader_that_does_not_let_go_does_not_hold_the_training(tmp_path):
    path = tmp_path / "a.unroll"
    writer = Writer(path, RUN, MODULES)
    with sqlite3.connect(path, isolation_level=None) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM record").fetchone()
        assert not writer.records(1, [record()])
        reader.execute("COMMIT")
    assert writer.records(2, [record()])
    writer.close()
    with Recording.open(path) as run:
        assert run.steps == [1, 2]


def test_what_a_dead_process_left_in_the_middle_of_a_write_is_taken_back_in_a_copy(tmp_path):
    """A journal beside the file says how it was; the file itself is left as it lies."""
    path = written(tmp_path / "a.unroll", {1: [record()]})
    code = (
        "import os, sqlite3, sys\n"
        "db = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "db.execute('PRAGMA cache_size=1'); db.execute('BEGIN IMMEDIATE')\n"
        "db.execute('DELETE FROM record')\n"
        "for k in range(3000): db.execute('INSERT INTO run VALUES (?, ?)', (str(k), 'x' * 300))\n"
        "os._exit(1)\n"
    )
    subprocess.run([sys.executable, "-c", code, str(path)], check=False)
    assert path.with_name("a.unroll-journal").exists()
    before = path.read_bytes()
    with Recording.open(path) as run:
        assert run.steps == [1] and run.run["model"] == "Net"
    assert path.read_bytes() == before


# -- strangers


def whole(path):
    """Everything that a reader asks, of every module and record."""
    with Recording.open(path, stranger=True, max_bytes=2**24) as run:
        run.told(), run.scalars(), run._repr_html_(), run.moments, run.run
        for module in run.modules:
            for step in range(len(run.steps)):
                for layer, direction in run.layers(module, step):
                    at = {"layer": layer, "direction": direction, "step": step}
                    run.tape(module, **at), run.all_series(module, **at)


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    """A recording with something of everything in it."""
    path = tmp_path_factory.mktemp("good") / "good.unroll"
    H = 2
    tape = {
        "W_h": np.eye(4 * H, H), "W_x": np.ones((4 * H, 3)), "x": np.ones((5, 1, 3)),
        "h0": np.zeros((1, H)), "c0": np.zeros((1, H)), "arrived": np.ones((5, 1, H)),
    }  # fmt: skip
    updates = {}
    for step in (1, 11, 21):
        gates = {f"gate/{g}/unit_mean": np.full(H, 0.01) for g in "ifo"}
        gates |= {f"gate/{g}/unit_std": np.zeros(H) for g in "ifo"}
        one = record(curve=np.linspace(-9, 0, 30), series=gates)
        one.tape.update(tape, length=np.array([5], np.int32))
        broken = {"way": "forward", "what": "gate f", "t": 3, "sequence": 1}
        lost = record("encoder", 1, 1, broken=broken if step == 21 else None, lengths=[9, 3, 2])
        updates[step] = [one, lost, record("plain"), record("own", check=float("nan"))]
    moments = [(k, 1.0 / k, 5.0 + k, 0.1) for k in range(1, 40)]
    written(path, updates, moments, run={"max_norm": "0.5"})
    whole(path)
    return path.read_bytes()


def limited(code, *arguments):
    """Run in a process of 1.5 GB and 20 s of processor time: none of it may be reached."""
    start = (
        "import resource, sys\n"
        "resource.setrlimit(resource.RLIMIT_AS, (1_500_000_000, 1_500_000_000))\n"
        "resource.setrlimit(resource.RLIMIT_CPU, (1200, 1200))\n"
    )
    return subprocess.run(
        [sys.executable, "-c", start + code, *map(str, arguments)],
        cwd=ROOT, capture_output=True, text=True, timeout=3000,
    )  # fmt: skip


FUZZ = """
import random, time
from pathlib import Path
from rnn_core.recording import BadRecording
from tests.tap.test_recording import whole
good, path, number = Path(sys.argv[1]).read_bytes(), Path(sys.argv[2]), int(sys.argv[3])
refused, longest = 0, 0.0
for seed in range(number):
    draw = random.Random(seed)
    data = bytearray(good)
    kind = draw.randrange(6)
    if kind == 0:
        del data[draw.randrange(len(data)):]
    elif kind == 1:
        page = 4096 * draw.randrange(len(data) // 4096)
        data[page:page + 4096] = draw.randbytes(4096)
    elif kind == 2:
        a, b = (4096 * draw.randrange(len(data) // 4096) for _ in range(2))
        data[a:a + 4096], data[b:b + 4096] = data[b:b + 4096], data[a:a + 4096]
    elif kind == 3:
        at = draw.randrange(100)
        data[at] = draw.randrange(256)
    else:
        for _ in range(draw.choice((1, 3, 30, 300))):
            at = draw.randrange(100 if draw.random() < 0.1 else len(data))
            data[at] = draw.randrange(256)
    path.write_bytes(data)
    start = time.process_time()
    try:
        whole(path)
    except BadRecording as error:
        refused += 1
        assert 10 < len(str(error)) < 600, error
    longest = max(longest, time.process_time() - start)
assert longest < 20, longest
print(refused, number, f"{longest:.2f} s")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows limits no process's memory")
def test_a_damaged_file_is_a_sentence_or_a_reading(tmp_path, good):
    (tmp_path / "good.unroll").write_bytes(good)
    done = limited(FUZZ, tmp_path / "good.unroll", tmp_path / "bad.unroll", FUZZED)
    assert done.returncode == 0, done.stderr[-2000:]
    refused, number, _ = done.stdout.split(maxsplit=2)
    assert int(refused) > 0.2 * int(number)  # the damage is not merely to what nobody reads
    print(done.stdout)


HOSTILE = {
    "a view": "CREATE VIEW spy AS SELECT * FROM run",
    "a trigger": "CREATE TRIGGER spy AFTER INSERT ON run BEGIN DELETE FROM record; END",
    "an index": "CREATE INDEX spy ON record (step)",
    "a foreign table": "CREATE TABLE spy (x)",
    "a virtual table": "CREATE VIRTUAL TABLE spy USING fts4(x)",
    "a missing table": "DROP TABLE tape",
    "another column": "ALTER TABLE record ADD COLUMN spy",
    "a newer format": "PRAGMA user_version=99",
    "another application": "PRAGMA application_id=7",
    "a shape too large": "UPDATE series SET shape='[4000000000, 4000000000]'",
    "a shape that is negative": "UPDATE series SET shape='[-3, -40]'",
    "a shape that is no list": "UPDATE series SET shape='{\"a\": 1}'",
    "a shape that is no number": "UPDATE series SET shape='[true, 1e3]'",
    "a shape of many sides": "UPDATE series SET shape='[1,1,1,1,1,1,1]'",
    "a deep shape": f"UPDATE series SET shape='{'[' * 90}'",
    "another type": "UPDATE series SET dtype='O'",
    "a pickled type": "UPDATE series SET dtype='|V8'",
    "an array that is text": "UPDATE series SET data='hello'",
    "an array that is short": "UPDATE series SET data=x'00'",
    "a giant array": "UPDATE series SET data=zeroblob(70000000) WHERE rowid=1",
    "a norm with three sides": "UPDATE series SET shape='[40, 3, 1]' WHERE name='h'",
    "a record without its norms": "DELETE FROM series WHERE name='h'",
    "a module that is a number": "UPDATE module SET name=x'ff00'",
    "settings that are no object": "UPDATE module SET settings='[1]'",
    "settings that are no JSON": "UPDATE module SET settings='{'",
    "a record of text": "UPDATE record SET layer='first'",
    "an infinite layer": "UPDATE record SET layer=9e999",
    "a layer beyond": "UPDATE record SET layer=1000000",
    "a step below": "UPDATE record SET step=-1",
    "a broken that is a list": 'UPDATE record SET about=\'{"broken": {"t": []}}\'',
    "lengths that are text": 'UPDATE record SET about=\'{"lengths": ["a"]}\'',
    "lengths of another number": "UPDATE record SET about='{\"lengths\": [1]}'",
    "a norm that is text": 'UPDATE record SET about=\'{"norm": "a"}\'',
    "a check that is text": "UPDATE record SET \"check\"='a'",
    "a loss that is text": "UPDATE moment SET loss='a'",
    "a tape that does not fit": "UPDATE tape SET shape='[2, 8]' WHERE name='W_h'",
    "a text of megabytes": "UPDATE run SET value=hex(zeroblob(35000000)) WHERE name='model'",
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_file_is_refused_by_a_sentence(tmp_path, good, what):
    path = tmp_path / "bad.unroll"
    path.write_bytes(good)
    with sqlite3.connect(path, isolation_level=None) as db:
        if "spy USING fts4" in HOSTILE[what] and not _has_fts(db):
            pytest.skip("this SQLite has no fts4")
        db.execute(HOSTILE[what])
    with pytest.raises(BadRecording) as refused:
        whole(path)
    assert path.name in str(refused.value) and len(str(refused.value)) < 400


def _has_fts(db):
    return any("FTS4" in row[0] for row in db.execute("PRAGMA compile_options"))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is no recording: it is not an SQLite file"),
        (b"PK\x03\x04" + bytes(5000), "is no recording: it is not an SQLite file"),
        (b"SQLite format 3\x00" + bytes(5000), "cannot be read"),
        (None, "is no file"),
    ],
)
def test_what_is_no_recording_is_said(tmp_path, data, said):
    path = tmp_path / "a.unroll"
    path.mkdir() if data is None else path.write_bytes(data)
    with pytest.raises(BadRecording, match=f"a.unroll.* {said}|a.unroll {said}"):
        Recording.open(path)


def test_a_file_beyond_the_limit_is_not_read(tmp_path, good):
    path = tmp_path / "a.unroll"
    path.write_bytes(good)
    with pytest.raises(BadRecording, match=r"has \d+ MB, the limit is 0 MB"):
        Recording.open(path, max_bytes=1000)
    with pytest.raises(FileNotFoundError, match="there is no file"):
        Recording.open(tmp_path / "b.unroll")


def test_texts_of_a_stranger_stay_text_on_the_page(tmp_path):
    bad = "<script>alert(1)</script>\"'&"
    path = tmp_path / "a.unroll"
    writer = Writer(path, RUN | {"model": bad}, [(bad, "LSTM", {})])
    writer.records(1, [record(bad, curve=np.linspace(-9, 0, 30))])
    writer.close()
    with Recording.open(path) as run:
        run.report(tmp_path / "a.html")
        page = (tmp_path / "a.html").read_text(encoding="utf-8")
        assert "<script" not in page and "&lt;script&gt;" in page
        assert "<script" not in run._repr_html_()


# -- readings


@pytest.mark.parametrize(
    ("low", "verdict", "kinds"),
    [(-9, "vanishing", ["vanishing"]), (-2, "fading", []), (0, "flowing", []), (2, "growing", []),
     (7, "exploding", ["exploding"])],
)  # fmt: skip
def test_the_verdict_is_the_words_of_the_first_page(tmp_path, low, verdict, kinds):
    path = written(tmp_path / "a.unroll", {1: [record(curve=np.linspace(low, 0, 50))]})
    with Recording.open(path) as run:
        one = run.reading("encoder")
        assert one.verdict == verdict
        assert one.horizon == (17 if low == -9 else 50)
        found = run.doctor()
        assert [finding.kind for finding in found] == kinds
        text = run.told()
        assert verdict in text and "proved" in text
        for finding in found:
            for remedy in finding.remedies:
                compile(remedy.code, finding.kind, "exec")
                assert "model" in remedy.code


def test_the_second_direction_is_read_from_its_own_loss_end(tmp_path):
    curve = np.linspace(0, -9, 30)
    path = written(tmp_path / "a.unroll", {1: [record(direction=1, curve=curve)]})
    with Recording.open(path) as run:
        assert run.reading("encoder", direction=1).verdict == "vanishing"


def test_a_loss_at_the_first_step_alone_says_that_nothing_travels(tmp_path):
    curve = np.full(20, -np.inf)
    curve[0] = 0.0
    path = written(tmp_path / "a.unroll", {1: [record(curve=curve)]})
    with Recording.open(path) as run:
        assert run.reading("encoder").verdict == "still" and run.doctor() == []
        assert "nothing travels" in run.told()


def test_what_the_last_arrival_sends_back_is_what_is_read(tmp_path):
    last = np.repeat(np.linspace(-9, 0, 40)[:, None], 3, axis=1).astype(np.float32)
    path = written(tmp_path / "a.unroll", {1: [record(curve=np.zeros(40), series={"last": last})]})
    with Recording.open(path) as run:
        one = run.reading("encoder")
        assert one.verdict == "vanishing" and not one.total.any()


def test_a_healthy_parameter_norm_does_not_hide_vanishing(tmp_path):
    path = written(tmp_path / "a.unroll", {1: [record(curve=np.linspace(-9, 0, 50), norm=0.75)]})
    with Recording.open(path) as run:
        (found,) = run.doctor()
        assert "0.750, and shows nothing of it: the last 5 steps make up" in " ".join(
            found.evidence
        )


def test_a_gate_that_is_open_is_not_to_be_opened_and_what_came_with_learning_is_said(tmp_path):
    is_open = {"gate/f": np.full(40, 0.96)}
    c = np.repeat(np.linspace(-2, 0, 40)[:, None], 3, axis=1)
    late = record(curve=np.linspace(-9, 0, 40), series={**is_open, "c": c})
    moments = [(1, 0.69, None, None), (9, 0.001, None, None)]
    path = written(tmp_path / "a.unroll", {1: [record(curve=np.zeros(40))], 9: [late]}, moments)
    with Recording.open(path) as run:
        (found,) = run.doctor()
    assert found.kind == "vanishing" and found.remedies == ()
    assert found.title.endswith("∂L/∂h_t vanishes 14 steps back, ∂L/∂c_t does not")
    assert found.evidence[-2:] == (
        "The forget gate f is open already: it keeps 0.960 of c_{t−1}, and of ∂L/∂c_t 0.0100 times "
        "its size at the loss end is left at the far end.",
        "In update 1 it was flowing; the loss was 0.690 then, and is 0.00100 now.",
    )


def test_code_that_two_layers_are_told_is_written_once(tmp_path):
    down = np.linspace(-9, 0, 40)
    both = [record(curve=down), record(layer=1, curve=down)]
    with Recording.open(written(tmp_path / "a.unroll", {1: both})) as run:
        run.report(tmp_path / "a.html")
        texts = run.told(), (tmp_path / "a.html").read_text(encoding="utf-8")
    for text in texts:
        assert text.count("rnn = model.encoder") == text.count("written above") == 1


def test_a_stuck_gate_is_named_and_an_open_forget_gate_is_not(tmp_path):
    still = {"gate/f/unit_std": np.zeros(4), "gate/o/unit_std": np.zeros(4)}
    means = {"gate/f/unit_mean": np.full(4, 0.99), "gate/o/unit_mean": np.array([0, 0, 0.5, 0.5])}
    path = written(tmp_path / "a.unroll", {1: [record(series=still | means)]})
    with Recording.open(path) as run:
        (found,) = run.doctor()
        assert found.title == "encoder (LSTM), layer 1: gate o is stuck shut"
        assert "50 %" in found.evidence[0] and "3 * H : 4 * H" in found.remedies[0].code


def test_saturated_units_are_told(tmp_path):
    series = {"unit_saturated": np.array([1.0, 1.0, 0.0, 0.0])}
    path = written(tmp_path / "a.unroll", {1: [record("plain", series=series)]})
    with Recording.open(path) as run:
        (found,) = run.doctor()
        assert found.kind == "stuck" and "50 %" in found.evidence[0]


@pytest.mark.parametrize(("norm", "kinds"), [(5.0, ["clipped"]), (0.6, []), (0.1, [])])
def test_clipping_all_the_time_is_told_where_the_threshold_is_known(tmp_path, norm, kinds):
    moments = [(k, 1.0, norm, 0.1) for k in range(1, 60)]
    path = written(tmp_path / "a.unroll", {1: [record()]}, moments, run={"max_norm": "0.5"})
    other = written(tmp_path / "b.unroll", {1: [record()]}, moments)
    with Recording.open(path) as run, Recording.open(other) as unknown:
        assert [finding.kind for finding in run.doctor()] == kinds and unknown.doctor() == []


def test_the_first_number_that_is_not_finite_is_named(tmp_path):
    broken = {"way": "forward", "what": "gate f", "t": 7, "sequence": 2}
    later = {"way": "forward", "what": "the input x", "t": 1, "sequence": 1}
    nan = np.full(40, np.nan)
    path = written(
        tmp_path / "a.unroll",
        {
            1: [record()],
            11: [record("encoder", 1, curve=nan, broken=later), record(curve=nan, broken=broken)],
            21: [record(curve=nan, broken=later)],
        },
    )
    with Recording.open(path) as run:
        found = run.doctor()[0]
        assert found.kind == "broken" and "from update 11 on" in found.title
        assert "gate f of encoder (LSTM), layer 1" in found.evidence[0]
        assert (
            "at step 7 of 40, in sequence 2 of the batch, on the way forward" in found.evidence[0]
        )
        assert "not finite: see below.\n  not proved: it holds a number" in run.told()


def test_a_record_that_does_not_prove_itself_is_not_read(tmp_path):
    path = written(tmp_path / "a.unroll", {1: [record(curve=np.linspace(-9, 0, 9), check=0.3)]})
    with Recording.open(path) as run:
        assert [finding.kind for finding in run.doctor()] == ["unproved"]


class Page(html.parser.HTMLParser):
    """What a page would load, and whether its tags close."""

    def __init__(self):
        super().__init__()
        self.open, self.loads = [], []

    def handle_starttag(self, tag, attributes):
        self.loads += [v for k, v in attributes if k in ("src", "href", "xlink:href")]
        if tag in ("script", "link", "object", "embed"):
            self.loads.append(tag)
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        self.handle_endtag(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_the_report_stands_by_itself(tmp_path, good):
    path = tmp_path / "good.unroll"
    path.write_bytes(good)
    with Recording.open(path) as run:
        run.report(tmp_path / "a.html")
        framed = run._repr_html_()
    text = (tmp_path / "a.html").read_text(encoding="utf-8")
    page = Page()
    page.feed(text)
    assert page.open == [] and page.loads == []
    assert not re.search(r"https?://|@import|url\(", text)
    assert "default-src 'none'" in text and "prefers-color-scheme: dark" in text
    assert text.count("<svg") >= 4 and text.count("aria-label") == text.count("<svg")
    assert "Vanishing" in text and "gradient vanishes" in text and "gate f" in text
    shown = re.sub(r"<pre.*?</pre>|aria-label=\"[^\"]*\"|<title>.*?</title>", "", text, flags=re.S)
    assert "c<sub>t−1</sub>" in shown and "∂L/∂h<sub>t</sub>" in shown and "_" not in shown
    assert framed.startswith("<iframe srcdoc=") and "sandbox" in framed


def test_the_commands_print_and_write(tmp_path, good, capsys):
    path = tmp_path / "good.unroll"
    path.write_bytes(good)
    for arguments, code, out in (
        (["doctor", str(path)], 0, "encoder (LSTM), layer 1: the gradient vanishes"),
        (["report", str(path)], 0, "good.html opens in any browser"),
        (["report", str(path), "-o", str(tmp_path / "b.html")], 0, "b.html"),
        (["doctor", str(tmp_path / "none.unroll")], 2, "there is no file"),
        (["report", str(path), "-o", str(tmp_path / "no" / "b.html")], 2, "No such file"),
    ):
        with pytest.raises(SystemExit) as done:
            command.main(arguments)
        said = capsys.readouterr()
        assert done.value.code == code and out in said.out + said.err
    assert (tmp_path / "good.html").exists() and (tmp_path / "b.html").exists()


def test_a_recording_is_read_without_torch_or_an_app(tmp_path, good):
    path = tmp_path / "good.unroll"
    path.write_bytes(good)
    code = (
        "import sys\n"
        "for name in ('torch', 'streamlit', 'plotly'): sys.modules[name] = None\n"
        "from unroll_rnn.command import main\n"
        "main(['doctor', sys.argv[1]])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0 and "vanishes" in done.stdout, done.stderr


def test_scalars_are_plain_numbers_for_json(tmp_path, good):
    path = tmp_path / "good.unroll"
    path.write_bytes(good)
    with Recording.open(path) as run:
        found = run.scalars()
    json.dumps(found, allow_nan=False)
    assert {"unroll/encoder/0/horizon", "unroll/encoder/0/factor", "unroll/encoder/0/ratio",
            "unroll/encoder/0/share_of_last_5", "unroll/grad_norm"} <= set(found)  # fmt: skip
    assert found["unroll/encoder/0/ratio"] == pytest.approx(-9)


def test_every_cell_of_pytorch_has_a_remedy_for_a_gradient_that_vanishes():
    from rnn_core.recording.remedies import keep_more

    for kind in {cell.torch_module.removesuffix("Cell") for cell in CELLS.values()} - {""}:
        for remedy in keep_more("a.0", kind):
            compile(remedy.code, kind, "exec")
            assert "parametriz" not in remedy.code and "get_submodule('a.0')" in remedy.code


def test_the_schema_is_the_one_of_version_1():
    """A table that changes needs a new version, and the old one must still be read."""
    text = "".join(schema.TABLES.values())
    assert (schema.VERSION, hashlib.sha256(text.encode()).hexdigest()[:12]) == (1, "bad03332a1e6")
