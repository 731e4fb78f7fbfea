"""How much training one server process does and remembers, and why so much."""

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

# Runs of one tab that exist at once: the one on screen, and one beside it to compare with.
RUNS_PER_TAB = 2

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
