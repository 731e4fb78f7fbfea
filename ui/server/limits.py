"""What one server process does for its users, and why so much. What a single network may be is in
rnn_core/limits.py; the README has a table of both.

Work is counted in multiply-adds of W_h: steps × sequences × hidden² × gates × runs. A core does
about 5·10⁹ a second of them.
"""

import math
import os
from pathlib import Path


def _cores() -> int:
    """Cores that this process may use: a container may have fewer than its host."""
    here = hasattr(os, "sched_getaffinity")  # not on macOS and Windows
    found = len(os.sched_getaffinity(0)) if here else os.cpu_count() or 1
    try:
        quota, period = Path("/sys/fs/cgroup/cpu.max").read_text().split()
        found = min(found, math.ceil(int(quota) / int(period)))
    except (OSError, ValueError):  # no such file; or "max", no quota
        pass
    return max(1, found)


CORES = _cores()

# -- computing for the pages

# Steps × units × gates × sequences of one network: 1000 steps of 256 units get 32 sequences, or 8
# of an LSTM. At the limit a result holds a quarter of a gigabyte, the process 0.6 while it computes
# it, and it takes about a second.
MOST_NUMBERS = 2**23

# Light computations at once. Threads that take and release Python's lock in every small NumPy call
# starve each other: beyond one for each core the whole process slows down threefold.
LIGHT_JOBS = CORES

# Of those that follow once a slider rests, each some ten times as long as what moves with it: with
# one at a time, thirty readers who look at them do not keep the sliders of thirty others waiting.
FOLLOWING_JOBS = 1

# Work from which a computation waits in line: a fifth of a second. Below, a line would cost more
# than it saves.
HEAVY = 1e9

# Heavy computations at once. One core is left to the small networks of everybody else; and each
# takes up to half a gigabyte while it runs.
HEAVY_JOBS = max(1, CORES - 1)

# Bytes of results kept, for all users together: a class that opens one link computes it once. The
# first page at its default is 2 MB, the largest network 273: that one is kept alone.
CACHE_BYTES = 256 * 1024**2

# Work of one run up to which the page tries what would help: two dozen runs, in half a second.
TRIED = 4e7

# Work up to which PyTorch checks the gradient: it keeps a graph of every step, and beyond this it
# would take seconds and gigabytes.
CHECKED = 4e8

# Work of one backward sweep for each window up to which truncation is compared: a second and more.
TRUNCATED = 6e9

# Seconds of runs after which a comparison of cells makes do with fewer seeds.
COMPARING_SECONDS = 2.0

# Characters of a pasted text that a link carries; browsers and chats cut longer ones.
TEXT_IN_LINK = 1500

# MB of an upload and of what a browser sends at once; Streamlit keeps to them
# (.streamlit/config.toml), nginx to one MB more for the form around a file (deploy/nginx.conf). The
# file is a recording, of some 20 kB for each record; a session holds it twice. The longest thing a
# browser sends besides is a pasted text.
UPLOAD_MB, MESSAGE_MB = 20, 2

# Connections from one address at nginx (deploy/nginx.conf). A school is one address: 30 browsers
# that open six connections each while a page loads.
CONNECTIONS = 256

# Threads that make live answers. They compute in turn, one for each core; the others wait for a
# turn or for a large network, and small ones must find a thread meanwhile.
ANSWERING = 32

# -- training

# Threads that train at the same instant. An update is many small NumPy calls, which hold Python's
# lock most of the time: a second thread mostly waits for it, and keeps the pages waiting as well.
WORKERS = 1

# Seconds of updates a run makes before the next run's turn. A turn costs some 20 µs; three users
# see their charts move every 0.1 s.
TURN = 0.03

# Runs that take turns. With more of them each would hardly move; a further one waits in a queue.
MAX_RUNNING = 8

# Seconds after which a run makes room if others wait in the queue, and goes to the end of it: a
# class of thirty goes round in about two minutes, and nobody's long run shuts the others out.
SLOT = 30.0

# Runs of one tab that exist at once: the one on screen, one beside it to compare with, and the
# trials of what helps, which are one run after the other.
RUNS_PER_TAB = 3

# Multiply-adds of all trials of what helps together: about three minutes of a core. Beyond, each
# trial makes fewer updates.
TRIALS = 1e12

# Runs that a tab keeps for comparison: as many as a chart has colours that one can tell apart.
MAX_KEPT = 6

# Bytes of kept records of all users together. One is at most some 2 MB (`History` thins itself), so
# this is a class of twenty that keeps all it can.
KEPT_BYTES = 256 * 1024**2

# Seconds a tab may be disconnected before its runs pause: a reload takes one, a closed tab stops
# training soon enough.
GRACE = 2.0

# Seconds after which a tab that has not come back is forgotten with its runs: time enough for a
# flaky network or the wrong button, and half of what Streamlit itself keeps a session for.
FORGOTTEN = 60.0

# Seconds between two looks at who is still connected.
WATCH = 0.5

# Only where the server cannot say who is connected: a tab not heard of for so long is gone. Hidden
# tabs may ask once a minute only.
SILENCE = 70.0
