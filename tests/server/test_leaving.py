"""A page that is left while it still asks for something, as a browser says it."""

import time

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from tests.tools.server import served, stream


def ask(socket, page_name="", page="", fragment=""):
    message = BackMsg()
    message.rerun_script.query_string = ""
    message.rerun_script.page_name = page_name
    message.rerun_script.page_script_hash = page
    if fragment:
        message.rerun_script.fragment_id = fragment
    socket.send(message.SerializeToString())


def heard(socket, quiet=2.0, most=60.0):
    """What comes until the server has been silent for a while, after a run has ended."""
    found, give_up = [], time.monotonic() + most
    while time.monotonic() < give_up:
        try:
            message = ForwardMsg.FromString(socket.recv(timeout=quiet))
        except TimeoutError:
            if any(each.WhichOneof("type") == "script_finished" for each in found):
                break
            continue
        found.append(message)
    return found


def runs(messages):
    """(page, fragments) of every run that began."""
    return [
        (each.new_session.page_script_hash, list(each.metadata.run.fragment_ids))
        for each in messages
        if each.WhichOneof("type") == "new_session"
    ]


def test_a_fragment_of_the_page_that_is_left_brings_nobody_back(tmp_path):
    """Its request comes right after the click on a link: what runs in the end is the page of the
    link, as a whole."""
    with served(tmp_path / "log") as (_, port), stream(port) as socket:
        ask(socket, page_name="one_neuron")
        first = heard(socket)
        old = runs(first)[-1][0]
        fragments = {m.delta.fragment_id for m in first if m.WhichOneof("type") == "delta"} - {""}
        pages = {m.navigation.page_script_hash: m for m in first if m.HasField("navigation")}
        links = [p for m in pages.values() for p in m.navigation.app_pages]
        new = next(p.page_script_hash for p in links if p.url_pathname == "clipping")
        ask(socket, page=new)
        for fragment in fragments:
            ask(socket, page=old, fragment=fragment)
        after = runs(heard(socket))
    assert new != old and after
    assert {page for page, _ in after} == {new}
    assert after[-1][1] == []
