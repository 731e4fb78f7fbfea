"""Settings worth reading a page at: any that a link may have, and more often those where something
stops, dies, sticks, or is too short to be judged.

Networks are small: a reader meets every sentence at a few units and steps, and two thousand pages
are read in minutes.
"""

from __future__ import annotations

from hypothesis import strategies as st

from rnn_core.settings import NETWORK, NEVER, Choice, Flag, Number, Several
from ui.settings.every import SETTINGS, owned

# At most, for a network that is computed once; the pages of many networks have less (`SMALLER`).
LARGEST = {"seq_len": 60, "hidden_size": 8, "batch_size": 5, "input_size": 3, "output_size": 3}
SMALLER = {"seq_len": 40, "hidden_size": 5, "batch_size": 3}
PANELS = {"panel_sequences": 4, "cell_sequences": 3, "seeds": 3}
BITS = 12
LAWS = "norm_bound,realised_bound,spectral_radius,mean_field,lyapunov"
# What a page's own settings are not asked for: how its pictures look, and the session's training.
STILL = {"step", "whole_range", "whole_axis", "cliff_log", "node", "neuron_rate", "train_on"}

# Corners of the space, by what is special there.
CORNERS: dict[str, dict[str, str]] = {
    "anything": {},
    "two steps": {"seq_len": "2"},
    "few steps": {"seq_len": "5"},
    "one unit": {"hidden_size": "1", "batch_size": "1"},
    "one sequence": {"batch_size": "1"},
    "losses at every step": {"loss_at": "every", "loss_kind": "squared_error"},
    "saturated": {"input_scale": "5", "gain": "3"},
    "dead": {"activation": "relu", "init": "gaussian", "gain": "0.6", "input": "constant"},
    "latched": {"input": "zeros", "gain": "2", "hidden_size": "2"},
    "several attractors": {"input": "zeros", "gain": "1.2"},
    "linear": {"activation": "linear", "init": "gaussian"},
    "nothing carried": {"gain": "0"},
    "gates shut": {"cell": "gru", "update_bias": "-4", "forget_bias": "-4"},
    "gates open": {"cell": "lstm", "update_bias": "6", "forget_bias": "8"},
    "grows": {"activation": "relu", "gain": "3", "init": "gaussian"},
}


def _value(key: str, most: dict[str, float]) -> st.SearchStrategy[str] | None:
    """What a link may say of a setting, its ends more often than others; None for what is left
    as it is."""
    setting = SETTINGS[key]
    if isinstance(setting, Number):
        low, high = setting.low, min(setting.high, most.get(key, setting.high))
        if setting.whole:
            return st.integers(int(low), int(high)).map(str)
        ends = st.sampled_from([low, high, setting.default])
        inside = st.floats(low, high).map(lambda x: min(max(round(x, 2), low), high))
        return (ends | inside).map(setting.write)
    if isinstance(setting, Choice):
        return st.sampled_from(list(setting.words))
    if isinstance(setting, Several):
        names = st.lists(st.sampled_from(list(setting.words)), min_size=1, max_size=4, unique=True)
        return names.map(",".join)
    if isinstance(setting, Flag):
        return st.sampled_from(setting.texts)
    return None


@st.composite
def links(draw: st.DrawFn, page: str) -> dict[str, str]:
    """A link to a page: a corner, sizes, and a few other settings at any legal value."""
    if page == "one_neuron":
        link = {"bits": draw(st.text("01", min_size=1, max_size=BITS))}
        return link | _some(draw, [key for key in _moved(page) if key != "bits"], {})
    several = page in ("initialisation", "architectures")
    most = {**LARGEST, **(SMALLER if several else {}), **PANELS}
    sizes = ("seq_len", "hidden_size", "batch_size")
    link = {key: draw(_value(key, most)) for key in sizes}
    link |= {key: str(min(3, SETTINGS[key].high)) for key in PANELS if several}
    link |= CORNERS[draw(st.sampled_from(sorted(CORNERS)))]
    link |= _some(draw, [key for key in _moved(NETWORK) if key not in sizes], most)
    link |= _some(draw, _moved(page), most)
    if page == "initialisation":
        link |= {key: draw(_value(key, most)) for key in ("inits", "activations")}
    if page == "gradient_flow":  # what can be drawn to check a sentence is drawn
        link |= {"sequences": "each", "laws": LAWS}
    return _within(link)


def _moved(owner: str) -> list[str]:
    return [s.key for s in owned(owner) if s.linked != NEVER and s.key not in STILL]


def _some(draw: st.DrawFn, keys: list[str], most: dict[str, float]) -> dict[str, str]:
    chosen = draw(st.lists(st.sampled_from(sorted(keys)), max_size=5, unique=True))
    values = {key: _value(key, most) for key in chosen}
    return {key: draw(value) for key, value in values.items() if value is not None}


def _within(link: dict[str, str]) -> dict[str, str]:
    """Two limits of one range, in their order."""
    low, high = (float(link.get(k, SETTINGS[k].default)) for k in ("lambda_low", "lambda_high"))
    if low > high:
        return {**link, "lambda_low": str(high), "lambda_high": str(low)}
    return link
