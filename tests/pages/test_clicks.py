"""A scene applies whole or not at all, whatever the browser still says of the widgets before it."""

import pytest

from tests.tools.on_page import held, link, open_app, view
from ui.pages import PAGES

# A scene of each page that has some, and a link from which it changes boxes, switches and sliders.
SCENES = {
    "gradient_flow": ("scene_lstm", {"cell": "gru", "init": "sparse", "activation": "relu"}),
    "training": ("scene_clip_norm", {"train_cell": "gru", "train_clip": "value"}),
    "one_neuron": ("start_kept", {"bits": "1100", "neuron_activation": "relu"}),
    "clipping": ("cliff_value", {"cliff_value": "1", "cliff_log": "1"}),
}


def page_of(name):
    return next(page for page in PAGES if page.name == name)


def opened(name):
    page = page_of(name)
    return open_app(None if page.first else page.script, **SCENES[name][1])


def said(app):
    """What a browser would say of every widget on screen; of a button only that it was pressed."""
    states = app._tree.get_widget_states()
    kept = [state for state in states.widgets if state.WhichOneof("value") != "trigger_value"]
    del states.widgets[:]
    states.widgets.extend(kept)
    return states


@pytest.mark.parametrize("name", SCENES)
def test_what_the_browser_said_before_it_saw_the_scene_undoes_nothing(name):
    """Its next message still says of every widget what stood there before."""
    app, button = opened(name), SCENES[name][0]
    before = said(app)
    app.button(key=button).click().run()
    scene, address = held(app), link(app)
    for _ in range(2):
        app._run(before)
        assert held(app) == scene
        assert link(app) == address


def test_a_readers_choice_after_the_scene_counts_though_it_was_there_before():
    app = opened("training")
    app.button(key="scene_clip_norm").click().run()
    view(app.segmented_control, "view_train_clip").set_value("value").run()
    assert held(app)["train_clip"] == "value"
    view(app.selectbox, "view_train_cell").set_value("gru").run()
    assert held(app)["train_cell"] == "gru"


def test_a_choice_that_is_not_taken_goes_back():
    app = open_app("pages/architectures.py", cells="gru,lstm")
    gated = "view_cells_1"
    assert view(app.pills, gated).value == ["gru", "lstm"]
    for _ in range(2):
        view(app.pills, gated).set_value([]).run()
        assert view(app.pills, gated).value == ["gru", "lstm"]
