"""The tap: every ∂L/∂h_t of a running PyTorch training, without touching it.

hooks keep what went into a layer, and the gradient that arrived    listening.py
the layer is run again from that input, step by step                layers.py, recurrence.py
several calls of it put together, where it goes on with its state   carried.py
the arrived gradient is swept back through those steps              recurrence.py
Σ_t of its terms must be the gradient that PyTorch itself found     measured.py
and what was found goes into a file                                 rnn_core/recording/
"""
