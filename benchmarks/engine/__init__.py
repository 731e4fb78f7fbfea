"""What the engine costs, beside others in the same run. `python -m benchmarks.engine.engine`."""

from ui.server import boot

boot.prepare_blas()  # the app's own choice; NumPy must not be imported before it
