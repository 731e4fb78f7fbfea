"""A registry takes no half-filled entry: what is missing is named when the entry is made."""

from dataclasses import MISSING, fields, replace

import pytest

from rnn_core.laws import LAWS
from rnn_core.network.activations import ACTIVATIONS
from rnn_core.network.initialisations import INITIALISATIONS
from rnn_core.network.inputs import INPUTS
from rnn_core.network.starts import STARTS
from rnn_core.registry import load
from rnn_core.remedies import REMEDIES
from rnn_core.studies.remedies import CHANGES
from rnn_core.tasks import TASKS
from ui.pages import PAGES
from ui.settings.scene import Scene

ENTRIES = {
    type(entry).__name__: entry
    for entry in (
        LAWS["mean_field"],
        TASKS["copy"],
        ACTIVATIONS["tanh"],
        INITIALISATIONS["sparse"],
        INPUTS["sine"],
        STARTS["pytorch"],
        CHANGES[0],
        REMEDIES["orthogonal"],
        PAGES[0],
        Scene(label="A scene", changes={"gain": 1.0}, look="Look here."),
    )
}
TEXTS = [
    (kind, field.name)
    for kind, entry in ENTRIES.items()
    for field in fields(entry)
    if field.default is MISSING and str(field.type) == "str"
]
FUNCTIONS = [
    (kind, field.name)
    for kind, entry in ENTRIES.items()
    for field in fields(entry)
    if str(field.type).startswith("Callable")
]


@pytest.mark.parametrize(("kind", "field"), TEXTS)
def test_an_entry_without_a_text_is_refused_by_the_name_of_the_field(kind, field):
    with pytest.raises(ValueError, match=f"{kind} needs {field}.* got ''"):
        replace(ENTRIES[kind], **{field: ""})


@pytest.mark.parametrize(("kind", "field"), FUNCTIONS)
def test_what_should_be_a_function_and_is_none_is_refused(kind, field):
    with pytest.raises(ValueError, match=f"{kind} needs {field} .* got 3"):
        replace(ENTRIES[kind], **{field: 3})


def test_a_law_with_a_line_that_no_page_can_draw_is_refused():
    with pytest.raises(ValueError, match=r"colour must be one of line, guide, .* got 'teal'"):
        replace(LAWS["mean_field"], colour="teal")
    with pytest.raises(ValueError, match=r"dash must be one of solid, .* got 'wavy'"):
        replace(LAWS["mean_field"], dash="wavy")


def test_a_file_without_its_entry_and_a_name_listed_twice_are_refused():
    kind = type(TASKS["copy"])
    with pytest.raises(TypeError, match=r"rnn_core.tasks.recall must hold TASK, a Task, got None"):
        load("rnn_core.tasks", ("recall",), "TASK", kind)
    with pytest.raises(ValueError, match=r"copy stands twice in the registry of rnn_core.tasks"):
        load("rnn_core.tasks", ("copy", "copy"), "TASK", kind)
