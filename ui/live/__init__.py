"""The browser-side pieces: sliders that send while they move, charts that redraw in place, the
unrolled network, and the address bar."""

from ui.live.address import address
from ui.live.chart import chart, drawer
from ui.live.cliff import cliff
from ui.live.drawing import gathers, group, note, set_stamp, words
from ui.live.follow import follows
from ui.live.fragment import fragment
from ui.live.neuron import neuron
from ui.live.panels import panels
from ui.live.river import river
from ui.live.room import room
from ui.live.sheet import sheet
from ui.live.slider import slider
from ui.live.stack import stack
from ui.live.streams import still, stream

__all__ = [
    "address",
    "chart",
    "cliff",
    "drawer",
    "follows",
    "fragment",
    "gathers",
    "group",
    "neuron",
    "note",
    "panels",
    "river",
    "room",
    "set_stamp",
    "sheet",
    "slider",
    "stack",
    "still",
    "stream",
    "words",
]
