"""The error of a fragment whose containers are gone."""

from __future__ import annotations

try:
    from streamlit.errors import StreamlitInvalidLayoutContextError as LostContainers
except ImportError:  # the name has changed: then nothing is caught, and the error is shown as any

    class LostContainers(Exception):  # type: ignore[no-redef]
        """Raised by nobody."""


__all__ = ["LostContainers"]
