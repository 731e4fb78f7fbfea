"""`unroll view run.unroll`: what it refuses, and which address it gives."""

import os

import pytest

from ui.settings import shelf
from ui.settings.shelf import EXAMPLES, FOLDER, SHELF
from unroll_rnn import command, viewing

EXAMPLE = FOLDER / f"{next(iter(EXAMPLES))}{shelf.SUFFIX}"


@pytest.fixture
def no_runs(monkeypatch):
    monkeypatch.delenv(shelf.RUNS, raising=False)
    yield
    os.environ.pop(shelf.RUNS, None)


def test_the_app_offers_the_file_by_its_name_from_whatever_folder(no_runs, tmp_path, monkeypatch):
    path = tmp_path / "my run.unroll"
    path.write_bytes(EXAMPLE.read_bytes())
    monkeypatch.chdir(tmp_path)
    assert viewing.RUNS == shelf.RUNS
    assert viewing.page_of("my run.unroll") == "your_model?recording=my+run.unroll"
    monkeypatch.chdir("/")  # as the command goes to the app's own folder
    assert SHELF["my run.unroll"].path == path and SHELF["my run.unroll"].grows
    assert list(SHELF) == [*EXAMPLES, "my run.unroll"]


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("none.unroll", None, "there is no file"),
        ("text.unroll", b"no recording at all", "it is not an SQLite file"),
    ],
)
def test_what_is_no_recording_is_refused_before_anything_is_served(
    no_runs, tmp_path, capsys, name, data, says
):
    if data is not None:
        (tmp_path / name).write_bytes(data)
    with pytest.raises(SystemExit) as done:
        command.main(["view", str(tmp_path / name)])
    assert done.value.code == 2 and says in capsys.readouterr().err
    assert shelf.RUNS not in os.environ


def test_without_a_folder_only_the_examples_are_offered(no_runs, monkeypatch, tmp_path):
    assert list(SHELF) == list(EXAMPLES)
    monkeypatch.setenv(shelf.RUNS, str(tmp_path / "none"))
    assert list(SHELF) == list(EXAMPLES)


def test_no_browser_is_opened_where_there_is_no_screen(monkeypatch):
    monkeypatch.setattr("sys.platform", "linux")
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("threading.Thread.start", lambda _: pytest.fail("a browser is waited for"))
    viewing.open_later("http://localhost:1/", "localhost", 1)
