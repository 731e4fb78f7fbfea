"""A recording: what the tap kept of a training, in one file that anybody may open.

    from rnn_core.recording import Recording
    run = Recording.open("run.unroll")

NumPy and the standard library only.
"""

from rnn_core.recording.guard import BadRecording
from rnn_core.recording.recording import Recording

__all__ = ["BadRecording", "Recording"]
