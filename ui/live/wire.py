"""Payloads for the browser as compact bytes: a JSON header and raw arrays behind it.

Layout: header length (4 bytes, little-endian), JSON header, padding to 8 bytes, array blobs, each
padded to 8 bytes. An array anywhere in the payload becomes ``{"$nd": i}``, the i-th entry of the
header's ``arrays``. `static/live/wire.js` reads it.

Streamlit hashes a component's bytes but parses and dumps its JSON twice; a chart of 1000 numbers is
4 kB this way instead of 20, and the browser sees typed arrays, which Plotly takes as they are.
"""

import hashlib
import json
import math
import struct
from dataclasses import dataclass
from typing import Any

import numpy as np

_ALIGN = 8
_INT32 = np.iinfo(np.int32)


@dataclass(frozen=True, eq=False)
class Full:
    """An array that must keep its float64 digits on the way (float32 shows seven)."""

    array: np.ndarray


def _portable(array: np.ndarray) -> np.ndarray:
    """`array` in a type that JavaScript has a typed array for: float32, int32 or uint8."""
    if array.dtype.kind == "f":
        # A float64 beyond float32's range becomes inf, which a plot leaves out: no warning needed.
        with np.errstate(over="ignore", under="ignore"):
            array = array.astype("<f4", copy=False)
    elif array.dtype.kind in "iu" and array.dtype != np.uint8:
        fits = not array.size or (_INT32.min <= array.min() and array.max() <= _INT32.max)
        array = array.astype("<i4" if fits else "<f8", copy=False)
    elif array.dtype.kind == "b":
        array = array.astype(np.uint8)
    return np.ascontiguousarray(array)


def _plain(value: Any, arrays: list[np.ndarray]) -> Any:
    """`value` as JSON can write it, its arrays moved to `arrays`."""
    if isinstance(value, str) or value is None or value is True or value is False:
        return value
    if isinstance(value, Full):
        arrays.append(np.ascontiguousarray(value.array, dtype="<f8"))
        return {"$nd": len(arrays) - 1}
    if isinstance(value, np.ndarray):
        if value.dtype.kind not in "fiub":
            return _plain(value.tolist(), arrays)
        arrays.append(_portable(value))
        return {"$nd": len(arrays) - 1}
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        return value if math.isfinite(value) else None  # JSON has no NaN
    if isinstance(value, dict):
        if "$nd" in value:
            raise ValueError('a payload cannot have the key "$nd": it marks arrays on the wire')
        return {str(key): _plain(item, arrays) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item, arrays) for item in value]
    return value


def _json(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def pack(payload: dict, envelope: dict | None = None) -> bytes:
    """`payload` (nested dicts and lists, NumPy arrays anywhere in them) as bytes.

    float64 arrays travel as float32 unless wrapped in `Full`, integers as int32, booleans as uint8.
    NaN and infinity survive inside arrays; as single numbers they become null.

    `envelope` (moves it knows of, stamp) is merged into the payload on arrival, but not into its
    digest: equal digests mean that the same thing would be drawn again.
    """
    arrays: list[np.ndarray] = []
    plain = _plain(payload, arrays)
    entries, offset = [], 0
    for array in arrays:
        entries.append({"dtype": array.dtype.name, "shape": array.shape, "offset": offset})
        offset += array.nbytes + -array.nbytes % _ALIGN
    blobs = b"".join(array.tobytes() + b"\0" * (-array.nbytes % _ALIGN) for array in arrays)
    body = _json({"payload": plain, "arrays": entries})
    if envelope is not None:
        digest = hashlib.blake2b(body + blobs, digest_size=8).hexdigest()
        rest = _json({"envelope": _plain(envelope, []), "digest": digest})
        body = body[:-1] + b"," + rest[1:]
    head = struct.pack("<I", len(body)) + body
    return head + b"\0" * (-len(head) % _ALIGN) + blobs


def unpack(data: bytes) -> dict:
    """The payload that `pack` was given, with float32 arrays; for tests and notebooks."""
    (length,) = struct.unpack_from("<I", data)
    header = json.loads(data[4 : 4 + length])
    start = 4 + length + -(4 + length) % _ALIGN

    def array(entry: dict) -> np.ndarray:
        count = math.prod(entry["shape"])
        flat = np.frombuffer(data, entry["dtype"], count, start + entry["offset"])
        return flat.reshape(entry["shape"])

    def restore(value: Any) -> Any:
        if isinstance(value, dict):
            if "$nd" in value:
                return array(header["arrays"][value["$nd"]])
            return {key: restore(item) for key, item in value.items()}
        if isinstance(value, list):
            return [restore(item) for item in value]
        return value

    return restore(header["payload"]) | header.get("envelope", {})
