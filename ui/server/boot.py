"""The server's hidden costs, removed in one place.

A stock Streamlit 1.67 server adds about 40 ms to every rerun, in two ways that hide each other:

1. Its listening socket is made without a protocol number, so asyncio does not set TCP_NODELAY on
   the connections it accepts, and the small messages of a rerun wait for the browser's delayed
   acknowledgement. uvloop sets it always, and Streamlit runs on uvloop by itself where it is
   installed (`_run_server_loop` in streamlit/web/bootstrap.py): being in requirements.txt is all it
   takes, for `streamlit run` as for the container. uvloop does not exist for Windows; the sockets
   cannot be reached from a script there, so reruns in quick succession stay slower on that system.
2. After every run it calls ``gc.collect(2)`` (`_on_script_finished` in
   streamlit/runtime/scriptrunner/script_runner.py) while the answer still waits for the interpreter
   lock: 20–50 ms, most of it spent on looking through imported modules, and more with every
   session (17 ms with thirty of them). So `runner.postScriptGC` is off in .streamlit/config.toml.
   Instead a thread collects every few seconds what runs and sessions have left behind, and freezes
   modules, which no collection looks through from then on.

`tests/server/test_costs.py` proves it on a running server.
"""

import contextlib
import ctypes
import gc
import logging
import os
import sys
import threading
import time
from collections.abc import AsyncIterator

from threadpoolctl import threadpool_limits

# An import worth a new freeze brings more modules than this (torch: over a thousand).
_NOTICEABLE = 20

# Seconds from the end of the first run to the first freeze, 0.1 s of work: the first page is out by
# then. And from one collection to the next; with thirty sessions it takes 20 ms.
_SOON, _EVERY = 0.25, 5.0

_log = logging.getLogger("unroll")  # as ui.server.serve has it
_lock = threading.Lock()
_settled_at = 0  # len(sys.modules) when BLAS was last limited
_keeper: threading.Thread | None = None
_prepared = False


def prepare_blas() -> None:
    """Choose how NumPy's BLAS runs; call before NumPy is imported, as app.py and the benchmarks do.

    One thread: small matrices are slower on several, and those starve the other users. What the
    environment already says stands.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    os.environ.setdefault("OMP_NUM_THREADS", "1")


def prepare() -> None:
    """Call at the start of every run of app.py: what makes the first page of a server late.

    Modules that are there already need not be looked through by the collections that the import of
    the others brings about (40 ms). Nor need Streamlit look for a shell (30 ms).
    """
    global _prepared
    prepare_blas()
    if not _prepared:
        _prepared = True
        gc.freeze()
        from ui.internals import runs  # here: importing Streamlit comes after the freeze

        runs.skip_the_question_for_a_shell()


@contextlib.asynccontextmanager
async def serving(_app: object) -> AsyncIterator[None]:
    """While the server serves: says in the log that it does.

    The engine is imported before anybody comes. Its packages gather what their modules define, and
    of two threads that import such a package and a module of it at the same time, one finds half
    of it.
    """
    prepare_blas()
    import rnn_core  # noqa: F401

    _log.info("serving")
    yield


def settle() -> None:
    """Call at the end of every run of app.py, and after a lazy import of something large.

    Does nothing (a microsecond) unless modules have been imported since the last call.
    """
    global _settled_at, _keeper
    if len(sys.modules) - _settled_at < _NOTICEABLE or not _lock.acquire(blocking=False):
        return
    try:
        # For libraries that were there before `prepare_blas`, or that do not read its variables.
        threadpool_limits(limits=1)
        _settled_at = len(sys.modules)
        if _keeper is None:
            _keeper = threading.Thread(target=_keep_tidy, name="collector", daemon=True)
            _keeper.start()
    finally:
        _lock.release()


def _keep_tidy() -> None:
    time.sleep(_SOON)
    keeper = Keeper()
    while True:
        keeper.tidy()
        time.sleep(_EVERY)


class Keeper:
    """Collects what has come up since the last time, freezes modules, and gives memory back."""

    def __init__(self) -> None:
        self.frozen_at = 0  # len(sys.modules) at the last freeze
        self.busy = False

    def tidy(self) -> None:
        grown = len(sys.modules) - self.frozen_at >= _NOTICEABLE
        was_busy, self.busy = self.busy, any(gc.get_count()[1:])
        if grown or self.busy:  # else fewer than 700 new objects: an idle server
            gc.collect()
        elif was_busy:
            give_back()
        if grown:
            gc.freeze()
            self.frozen_at = len(sys.modules)


def give_back() -> None:
    """Give the system back what freed arrays and sessions have left in C's heaps.

    It takes 0.1 s in which other threads may wait for memory: for an idle server only.
    """
    with contextlib.suppress(OSError, TypeError, AttributeError):  # no glibc
        ctypes.CDLL(None).malloc_trim(0)
