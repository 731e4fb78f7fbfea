"""The browser-side pieces: sliders that send while they move, charts that redraw in place, the
unrolled network, and the address bar."""

from ui.live.address import address
from ui.live.chart import chart, drawer
from ui.live.cliff import cliff
from ui.live.follow import follows
from ui.live.fragment import fragment
from ui.live.neuron import neuron
from ui.live.panels import panels
from ui.live.pump import pump, still
from ui.live.river import river
from ui.live.session import set_stamp
from ui.live.slider import slider

__all__ = [
    "address",
    "chart",
    "cliff",
    "drawer",
    "follows",
    "fragment",
    "neuron",
    "panels",
    "pump",
    "river",
    "set_stamp",
    "slider",
    "still",
]
