"""What Streamlit does not promise, name by name: what we expect of it, and that without it the app
goes on."""

import re
import subprocess
import sys
from types import SimpleNamespace

import pytest
from streamlit import delta_generator, runtime
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.pages_manager import PagesManager
from streamlit.runtime.scriptrunner.script_runner import ScriptRunner
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData, ScriptRequests
from streamlit.runtime.scriptrunner_utils.script_run_context import ScriptRunContext
from streamlit.runtime.state import SafeSessionState, SessionState

from tests.tools import ROOT
from ui.internals import clicks, leaving, runs, sessions
from ui.internals.layout import LostContainers
from ui.internals.version import wrong


def test_a_session_takes_messages_and_a_handler_of_errors():
    assert callable(AppSession._enqueue_forward_msg)
    assert "_on_script_error" in AppSession.__init__.__code__.co_names
    assert callable(runtime.Runtime.get_app_session) and callable(runtime.Runtime.is_active_session)
    assert "_session_mgr" in runtime.Runtime.__init__.__code__.co_names


def test_a_message_has_room_for_a_payload():
    message = ForwardMsg()
    message.backend_operation_response.dataframe_chunk.arrow_data.data = b"x"
    assert b"x" in message.SerializeToString()


def test_a_run_knows_its_session_and_its_script():
    names = ScriptRunContext.__dataclass_fields__
    assert {"session_id", "on_script_error"} <= set(names)
    assert hasattr(ScriptRunContext, "main_script_path") or "main_script_path" in names


def test_the_old_kind_of_pages_can_be_forgotten():
    assert hasattr(PagesManager, "uses_pages_directory")


def test_the_first_element_asks_for_a_shell_once():
    assert hasattr(delta_generator, "_use_warning_has_been_displayed")


def test_lost_containers_have_an_error_of_their_own():
    from streamlit import errors

    assert LostContainers is errors.StreamlitInvalidLayoutContextError


class _Stopped(Exception):
    """As Streamlit stops a run."""


@pytest.fixture
def session(monkeypatch):
    """A session whose one click has a callback of two steps, and is stopped between them."""
    clicks.finish_what_began()
    done, stopped = [], []

    def look_up():
        if stopped:
            raise _Stopped

    state = SafeSessionState(SessionState(), look_up)

    def callbacks(self, states, **more):
        done.append("first step")
        stopped.append(True)
        state["anything"] = done
        done.append("second step")

    monkeypatch.setattr(SessionState, "on_script_will_rerun", callbacks)
    return SimpleNamespace(state=state, done=done, stopped=stopped)


def test_a_click_is_done_whole_and_its_run_stops_after_it(session):
    session.state.on_script_will_rerun(None)
    assert session.done == ["first step", "second step"]
    with pytest.raises(_Stopped):
        session.state["anything"]


def test_a_click_whose_run_has_been_stopped_does_nothing(session):
    session.stopped.append(True)
    with pytest.raises(_Stopped):
        session.state.on_script_will_rerun(None)
    assert session.done == []


def test_a_session_state_knows_its_lock_and_when_to_stop():
    assert {"_lock", "_yield_callback"} <= set(vars(SafeSessionState(SessionState(), lambda: None)))


def test_a_request_for_a_run_names_its_page_and_its_fragments():
    """What a request of the page that is left does is in test_leaving.py."""
    names = {"page_script_hash", "page_name", "query_string", "fragment_id", "fragment_id_queue"}
    assert names | {"is_fragment_scoped_rerun"} <= set(RerunData.__dataclass_fields__)
    requests = ScriptRequests()
    assert requests._state.name == "CONTINUE" and isinstance(requests._rerun_data, RerunData)
    assert callable(ScriptRunner._run_script) and callable(ScriptRequests._request_rerun_locked)
    assert isinstance(PagesManager.current_page_script_hash, property)


def test_a_fragments_request_joins_the_page_that_waits_to_run():
    leaving.stay_on_the_page_that_was_clicked()
    requests = ScriptRequests()
    requests.request_rerun(RerunData(page_script_hash="new", query_string="a=1"))
    requests.request_rerun(RerunData(page_script_hash="old", query_string="b=2", fragment_id="f"))
    found = requests.on_scriptrunner_ready().rerun_data
    assert (found.page_script_hash, found.query_string) == ("new", "a=1")
    assert found.fragment_id_queue == []


# -- without them


@pytest.fixture
def emptied(monkeypatch):
    """A server whose runtime has lost every private name."""
    monkeypatch.setattr(runtime, "exists", lambda: True)
    monkeypatch.setattr(runtime, "get_instance", lambda: SimpleNamespace())


def test_without_the_names_nothing_is_sent_and_nobody_known(emptied):
    assert sessions.connected("a") is None
    assert not sessions.send("a", b"payload")
    sessions.on_error(lambda error: True)


@pytest.mark.parametrize(
    "gone",
    [
        "streamlit.runtime.pages_manager.PagesManager",
        "streamlit.runtime.state.safe_session_state.SafeSessionState",
        "streamlit.runtime.scriptrunner_utils.script_requests.ScriptRequests",
        "streamlit.runtime.scriptrunner.get_script_run_ctx",
        "streamlit.runtime.get_instance",
        "streamlit.runtime.exists",
        "streamlit.proto.ForwardMsg_pb2.ForwardMsg",
        "streamlit.runtime.scriptrunner.script_runner.ScriptRunner",
        "streamlit.delta_generator._use_warning_has_been_displayed",
        "streamlit.errors.StreamlitInvalidLayoutContextError",
    ],
)
def test_a_name_that_is_gone_stops_nothing(gone):
    module, _, name = gone.rpartition(".")
    code = (
        f"import {module} as module; del module.{name}\n"
        "from ui.internals import clicks, layout, leaving, runs, sessions\n"
        "leaving.stay_on_the_page_that_was_clicked()\n"
        "clicks.finish_what_began()\n"
        "runs.forget_the_old_kind_of_pages(); runs.skip_the_question_for_a_shell()\n"
        "runs.mark_framed(); assert not runs.outside_the_frame()\n"
        "assert not sessions.served() and sessions.connected('a') is None\n"
        "assert not sessions.send('a', b''); sessions.on_error(lambda error: True)\n"
        "assert issubclass(layout.LostContainers, Exception) and sessions.current() == ''\n"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, timeout=60)


def test_outside_of_a_run_no_frame_is_missed():
    runs.mark_framed()
    assert not runs.outside_the_frame()


@pytest.mark.parametrize("name", ["_lock", "_yield_callback"])
def test_without_its_lock_a_session_state_calls_as_streamlit_does(name):
    state = SimpleNamespace(_lock=None, _yield_callback=None)
    delattr(state, name)
    assert clicks.whole(lambda self, states: (self, states))(state, 7) == (state, 7)


def test_without_its_names_a_request_is_streamlits_own():
    bare, asked = SimpleNamespace(), object()
    assert leaving._while_it_waits(lambda self, data: data)(bare, asked) is asked
    ran = []
    leaving._when_it_runs(lambda self, data: ran.append(data))(bare, asked)
    assert ran == [asked]


# -- the version


@pytest.mark.parametrize(
    ("version", "says"),
    [("1.60.0", "too old"), ("0.9", "too old"), ("1.68.0", "too new"), ("2.0.1", "too new")],
)
def test_another_streamlit_is_told_in_one_sentence(version, says):
    sentence = wrong(version)
    assert says in sentence and version in sentence and "1.67" in sentence
    assert "requirements.txt" in sentence and ". " not in sentence


@pytest.mark.parametrize("version", ["1.67.0", "1.67.4", "1.67.1rc2", "unknown", ""])
def test_this_streamlit_is_fine(version):
    assert wrong(version) == ""
    assert wrong() == ""


def test_the_range_is_that_of_the_requirements():
    from ui.internals.version import BEFORE, FROM

    project = (ROOT / "pyproject.toml").read_text()
    (asked,) = re.findall(r'"streamlit==(\d+)\.(\d+)\.\*"', project)
    (pinned,) = re.findall(
        r"^streamlit==(\d+)\.(\d+)", (ROOT / "requirements.txt").read_text(), re.M
    )
    assert FROM == tuple(map(int, asked)) == tuple(map(int, pinned))
    assert (FROM[0], FROM[1] + 1) == BEFORE


def test_the_app_says_it_before_it_needs_anything_of_that_streamlit(monkeypatch):
    """Nothing but the sentence is on the page, and no traceback."""
    import streamlit as st
    from streamlit.testing.v1 import AppTest

    monkeypatch.setattr(st, "__version__", "1.60.0")
    for name in [name for name in sys.modules if name.startswith(("ui.frame", "ui.live"))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "ui.frame", None)  # cannot be imported there
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
    assert [error.value for error in app.error] == [wrong("1.60.0")]
    assert not app.exception
