"""The page Class: what it offers, and that nothing of it tells an answer."""

from rnn_core.flow.verdict import VERDICTS
from tests.tools.on_page import open_app, payloads
from ui.gradient_flow.scenes import SCENES
from ui.rooms.questions import OF_NETWORKS


def test_the_page_offers_every_scene_and_question_and_names_none_by_what_it_shows():
    app = open_app("pages/classroom.py")
    assert not app.exception
    room = payloads(app)["room"]
    scenes = {offer["name"] for offer in room["offers"] if offer["source"] == "scene"}
    assert scenes == set(SCENES)
    assert [kind["name"] for kind in room["questions"]] == [one.name for one in OF_NETWORKS]
    networks = [offer for offer in room["offers"] if offer["source"] != "claim"]
    shown = " ".join(offer["setting"] for offer in networks).lower()
    assert not any(scene.label.lower() in shown for scene in SCENES.values())
    assert not any(word.it in shown for word in VERDICTS.values())
