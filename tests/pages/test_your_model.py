"""Your model: a recording of a training, looked into; by name, or dropped; whatever the file is."""

import re
import sqlite3

import numpy as np
import pytest

from rnn_core.flow.verdict import VERDICTS
from rnn_core.numbers.said import PLAIN
from rnn_core.recording import Recording
from rnn_core.recording.layer_record import LayerRecord
from rnn_core.recording.writer import Writer
from tests.hunt.of_plain_words import NAMES, SIGNS, amount
from tests.hunt.reading import plain
from tests.tools.on_page import held, html, link, open_app, payloads, view
from ui.settings import shelf
from ui.settings.shelf import EXAMPLES, SHELF

PAGE = "pages/your_model.py"


def opened(**query):
    return open_app(PAGE, **query)


def said(app) -> str:
    """Everything written as HTML, as text."""
    return re.sub(r"<style>.*?</style>|<[^>]*>", " ", html(app), flags=re.DOTALL)


def recorded(path, *, T=12, updates=(1, 5), module="encoder", kind="LSTM", slope=0.5, **run):
    """A recording with one layer whose gradient loses `slope` decades a step."""
    writer = Writer(path, {"model": "Net", "every": "4"} | run, [(module, kind, {})])
    for step in updates:
        write(writer, step, T=T, module=module, slope=slope)
    writer.close()
    return path


def write(writer, step, *, T=12, module="encoder", slope=0.5):
    curve = slope * np.arange(1 - T, 1, dtype=np.float32)
    series = {
        "h": np.repeat(curve[:, None], 2, axis=1),
        "W_h": np.repeat(curve[:, None], 2, axis=1),
        "length": np.full(2, T, np.int32),
        "sequence": np.arange(2, dtype=np.int32),
    }
    about = {"batch": 2, "calls": 1, "norm": 0.5, "broken": None}
    writer.moment(step, 1.0 / step, 0.5, 0.1)
    assert writer.records(step, [LayerRecord(module, 0, 0, 1e-7, about, series)])


LAYERS = []
for _name in EXAMPLES:
    with Recording.open(SHELF[_name].path) as _run:
        LAYERS += [(_name, one.path, k) for k in (0, -1) for one in _run.readings(k)]


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_opens_small_and_as_a_stranger_s_file_may(name):
    path = SHELF[name].path
    assert path.stat().st_size < 300_000
    with Recording.open(path, stranger=True) as run:
        assert run.steps and all(run.check(module, step=0) < 1e-4 for module in run.modules)


def test_the_examples_are_what_their_words_say():
    with Recording.open(SHELF["forgets"].path) as run:
        found = {finding.kind for finding in run.doctor()}
        assert len(run.readings()) == 4 and "vanishing" in found
        assert run.moments.loss[-50:].mean() > 0.9 * run.moments.loss[:50].mean()
    with Recording.open(SHELF["breaks"].path) as run:
        assert run.doctor()[0].kind == "broken" and run.first_broken().step == run.steps[-1]
        assert run.readings(0)[0].finite


@pytest.mark.parametrize(("name", "layer", "place"), LAYERS)
def test_every_layer_of_an_example_at_its_first_and_last_update(name, layer, place):
    """The verdict on screen is the reading's, the chart is its median, the link reopens it."""
    with Recording.open(SHELF[name].path) as run:
        step = run.steps[place]
        one = next(each for each in run.readings(place) if each.path == layer)
    app = opened(recording=name, recorded_layer=layer, recorded_update=step)
    text = said(app)
    assert f"In update {step:,}, {one.title}" in text
    assert not app.error and not app.warning
    found = payloads(app)
    line = next(
        trace
        for trace in found["recorded_norms"]["figure"]["data"]
        if trace.get("name", "").startswith("median")
    )
    if one.finite:
        drawn = line["y"][::-1] if one.direction else line["y"]
        assert np.allclose(drawn[np.isfinite(drawn)], one.curve[np.isfinite(one.curve)])
        assert {"recorded_shares", "recorded_gates"} <= set(found)
    assert {"recorded_map", "recorded_training", "recorded_update"} <= set(found)
    again = opened(**link(app))
    assert said(again) == text


@pytest.mark.parametrize("name", EXAMPLES)
def test_in_plain_words_no_sign_is_left_and_the_numbers_are_the_same(name):
    app = opened(recording=name, words=PLAIN)
    told = [said(app)]
    for piece in payloads(app).values():
        told += [plain(str(piece.get(key) or "")) for key in ("html", "title", "caption", "alt")]
        for trace in piece.get("figure", {}).get("data", []):
            told.append(plain(str(trace.get("name", ""))))
    for text in told:
        assert not (got := SIGNS.search(NAMES.sub("", text))), (got[0], text)
    with Recording.open(SHELF[name].path) as run:
        one = next(each for each in run.readings() if f", {each.title}:" in told[0])
    if one.verdict in VERDICTS:
        far = re.search(r"<dt>[^<]*far end</dt><dd>([^<]*)</dd>", html(app))
        assert far and amount(far[1]).means(one.reading.reach.log10_ratio)


def test_the_update_slider_stands_at_the_record_that_is_shown():
    app = opened(recording="breaks", recorded_update="30")
    with Recording.open(SHELF["breaks"].path) as run:
        at = max(step for step in run.steps if step <= 30)
    slider = payloads(app)["recorded_update"]
    assert slider["value"] == at and f"In update {at}," in said(app)


def test_a_click_shows_the_other_example_and_forgets_what_was_looked_at():
    app = opened(recording="forgets", recorded_layer="encoder/0", recorded_update="1")
    app.button(key="recorded_breaks").click().run()
    assert not app.exception
    assert held(app) == {"recording": "breaks"}
    assert "not finite from update 118 on" in said(app)


def test_a_layer_is_chosen_by_its_title():
    app = opened()
    box = view(app.selectbox, "view_recorded_layer")
    box.set_value("encoder/0_reverse").run()
    assert held(app)["recorded_layer"] == "encoder/0_reverse"
    assert "encoder (LSTM), layer 1, second direction" in said(app)


def test_a_layer_that_is_not_there_is_told_and_the_top_one_is_shown():
    app = opened(recorded_layer="decoder/3")
    assert any("no layer “decoder/3”" in caption.value for caption in app.caption)
    assert "encoder (LSTM), layer 2: the gradient" in said(app)


def test_the_doctor_gives_code_for_the_module():
    app = opened()
    assert any("rnn = model.encoder" in block.value for block in app.code)


# -- a layer that is run again


def again(**query):
    app = opened(**query)
    assert "recorded_laws" not in payloads(app)  # computed once somebody asks
    app.session_state["recorded_again"] = True
    app.run()
    assert not app.exception
    return app, [caption.value for caption in app.caption]


@pytest.mark.parametrize("layer", ["encoder/0", "encoder/0_reverse", "encoder/1"])
def test_a_layer_whose_tape_was_kept_is_run_again(layer):
    app, captions = again(recorded_layer=layer)
    found = payloads(app)
    assert any("run again by the engine" in text for text in captions)
    assert "λ<sub>max</sub> = −0." in found["recorded_singular"]["caption"]
    assert "LSTM shortcut" in found["recorded_laws"]["caption"]
    with Recording.open(SHELF["forgets"].path) as run:
        one = next(each for each in run.readings() if each.path == layer)
    # As on the first page, where its steps are counted as the page counts them.
    assert ("recorded_river" in found) is not one.direction
    if not one.direction:
        walk = found["recorded_river"]["walk"]["log10"]
        assert np.allclose(np.diff(walk), -np.log10(found["recorded_river"]["walk"]["step"][1:]))
    # Of h and c together, so that only the far end is near that of h alone.
    line = found["recorded_laws"]["figure"]["data"][-1]["y"]
    assert line[0] == 0 and abs(line[-1] - one.reading.reach.log10_ratio) < 1


def test_where_none_was_kept_it_says_where():
    app, captions = again(recorded_update="151")
    assert any("but of 2 others: 1, 451." in text for text in captions)
    app.button(key="recorded_tape_1").click().run()
    assert "In update 1, encoder" in said(app) and "recorded_laws" in payloads(app)


def test_the_sequences_of_a_broken_update_that_are_whole_are_run_again():
    _, captions = again(recording="breaks")
    assert any("of update 118, run again by the engine" in text for text in captions)


# -- a file that is dropped


def dropped(app, name, data):
    app.file_uploader[0].set_value((name, data, "application/octet-stream")).run()
    assert not app.exception
    return app


def test_a_dropped_file_is_shown_and_is_not_in_the_link(tmp_path):
    path = recorded(tmp_path / "mine.unroll", module="net.rnn")
    app = dropped(opened(), "mine.unroll", path.read_bytes())
    assert "net.rnn (LSTM), layer 1: the gradient vanishes" in said(app)
    assert "mine.unroll" in said(app) and "not in the link" in said(app)
    assert link(app) == {}
    app.button(key="recorded_forgets").click().run()
    assert "encoder (LSTM)" in said(app) and "net.rnn" not in said(app)


BAD = {
    "no SQLite": (b"torch.save was here", "it is not an SQLite file"),
    "empty": (b"", "it is not an SQLite file"),
    "cut": (None, "damaged|cannot be read"),
}


@pytest.mark.parametrize("kind", BAD)
def test_what_is_no_recording_is_refused_by_a_sentence(kind, tmp_path):
    data, sentence = BAD[kind]
    if data is None:
        data = recorded(tmp_path / "run.unroll").read_bytes()[:9000]
    app = dropped(opened(), "run.unroll", data)
    (box,) = app.error
    assert re.search(sentence, box.value) and "run.unroll" in box.value
    assert "encoder (LSTM), layer 2" in said(app)  # what was there before


def test_another_database_is_refused(tmp_path):
    other = tmp_path / "history.db"
    with sqlite3.connect(other) as db:
        db.execute("CREATE TABLE urls (url TEXT)")
    db.close()
    app = dropped(opened(), "history.db", other.read_bytes())
    assert "no recording of Unroll" in app.error[0].value


def test_a_name_from_a_file_is_text_and_nothing_else(tmp_path):
    path = recorded(tmp_path / "run.unroll", module="<img src=x onerror=alert(1)>")
    app = dropped(opened(), "<b>run</b>.unroll", path.read_bytes())
    assert "<img" not in html(app) and "<b>run" not in html(app)
    assert all("<img" not in p.get("caption", "") for p in payloads(app).values())


def test_nothing_of_a_dropped_file_stays_on_the_disk(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temp"))
    (tmp_path / "temp").mkdir()
    path = recorded(tmp_path / "run.unroll")
    app = dropped(opened(), "run.unroll", path.read_bytes())
    assert "In update 5" in said(app)
    assert list((tmp_path / "temp").iterdir()) == []


# -- a folder of recordings


@pytest.fixture
def folder(tmp_path, monkeypatch):
    there = tmp_path / "runs"
    there.mkdir()
    monkeypatch.setenv(shelf.RUNS, str(there))
    return there


def test_a_folder_is_offered_by_name(folder):
    recorded(folder / "mine.unroll", module="net")
    (folder / "notes.txt").write_text("no recording")
    app = opened(recording="mine.unroll")
    assert "net (LSTM), layer 1" in said(app)
    assert view(app.selectbox, "view_recording").options == ["mine.unroll"]
    assert link(app) == {"recording": "mine.unroll"}


@pytest.mark.parametrize(
    "name", ["../outside.unroll", "/etc/passwd", "linked.unroll", "a/b.unroll"]
)
def test_no_name_leaves_the_folder(folder, name):
    recorded(folder.parent / "outside.unroll", module="secret")
    (folder / "linked.unroll").symlink_to(folder.parent / "outside.unroll")
    assert name not in SHELF
    app = opened(recording=name)
    assert "secret" not in said(app)
    assert "This link had values" in app.warning[0].value


def test_a_file_that_has_gone_is_told(folder):
    path = recorded(folder / "mine.unroll")
    app = opened(recording="mine.unroll")
    path.unlink()
    app.run()
    assert not app.exception and "no longer there" in app.error[0].value


def test_what_has_come_since_is_on_the_next_drawing(folder):
    writer = Writer(folder / "mine.unroll", {"model": "Net"}, [("net", "LSTM", {})])
    app = opened(recording="mine.unroll")
    assert "no record so far" in said(app)
    for step in (1, 5):
        write(writer, step, module="net")
        app.run()
        assert f"In update {step}, net (LSTM)" in said(app)
    app = opened(recording="mine.unroll", recorded_update="1")
    write(writer, 9, module="net")
    app.run()
    assert "In update 1, net (LSTM)" in said(app)  # it stays where the reader looks
    writer.close()


# -- the way there


def test_the_first_page_has_a_plain_link_to_it():
    app = open_app()
    assert '<a href="your_model">' in html(app)
    assert [e.proto.page for e in app.get("page_link")] == ["your_model"]
