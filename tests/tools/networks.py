"""Small networks of any kind, for hypothesis to draw."""

from hypothesis import strategies as st

from rnn_core import CHOICES, RNNConfig


def small_networks(**settings: object) -> st.SearchStrategy[RNNConfig]:
    """A network of at most 8 units and 40 steps; `settings` are as they are given."""
    drawn = {
        "hidden_size": st.integers(1, 8),
        "seq_len": st.integers(2, 40),
        "batch_size": st.integers(1, 4),
        "gain": st.floats(0, 4),
        "input_scale": st.floats(0, 10),
        "start_scale": st.just(0.0) | st.floats(0, 10),
        "bias_scale": st.just(0.0) | st.floats(0, 10),
        "seed": st.integers(0, 10_000),
    }
    chosen = ("cell", "activation", "init", "input", "loss_at", "loss_kind")
    drawn |= {name: st.sampled_from(CHOICES[name]) for name in chosen}
    drawn |= {name: st.just(value) for name, value in settings.items()}
    return st.builds(RNNConfig, **drawn)
