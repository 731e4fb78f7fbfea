"""The wire between Python and the browser, and the browser's side of a moving slider."""

import base64
import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as nps

from ui.live import assets, bundle, wire

STATIC = Path(__file__).resolve().parents[2] / "static"

ARRAYS = st.one_of(
    nps.arrays(np.float32, nps.array_shapes(max_dims=3, max_side=5)),
    nps.arrays(np.float64, nps.array_shapes(max_dims=3, max_side=5)),
    nps.arrays(np.int64, nps.array_shapes(max_side=9), elements=st.integers(-(2**40), 2**40)),
    nps.arrays(np.bool_, nps.array_shapes(max_side=9)),
)
LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**53), 2**53), st.text(max_size=9), ARRAYS
)
KEYS = st.text(max_size=5).filter("$nd".__ne__)
PAYLOADS = st.dictionaries(
    KEYS,
    st.recursive(
        LEAVES,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
        max_leaves=8,
    ),
    max_size=4,
)


def same(got, sent) -> bool:
    """Whether `got` is `sent` as the wire promises it: float32, integers exact."""
    if isinstance(sent, dict):
        return got.keys() == sent.keys() and all(same(got[key], sent[key]) for key in sent)
    if isinstance(sent, list):
        return len(got) == len(sent) and all(map(same, got, sent))
    if isinstance(sent, np.ndarray):
        if sent.dtype.kind == "f":
            with np.errstate(over="ignore", under="ignore"):
                sent = sent.astype(np.float32)
        return got.shape == sent.shape and np.array_equal(
            got, sent, equal_nan=sent.dtype.kind == "f"
        )
    return got == sent


@given(PAYLOADS)
def test_what_is_packed_comes_out(payload):
    """Any nesting of plain values and arrays survives, arrays in float32 or exact integers."""
    assert same(wire.unpack(wire.pack(payload)), payload)


def test_full_precision_on_request():
    """`Full` keeps the digits that float32 has not."""
    x = np.array([1 + 2.0**-40])
    got = wire.unpack(wire.pack({"plain": x, "full": wire.Full(x)}))
    assert got["full"] == x
    assert got["plain"] == 1 != x


def test_what_json_cannot_say_becomes_null_or_stays_in_an_array():
    """NaN and infinity live in arrays; as single numbers they are null, never invalid JSON."""
    values = [np.nan, np.inf, -np.inf]
    got = wire.unpack(wire.pack({"numbers": values, "array": np.array(values)}))
    assert got["numbers"] == [None, None, None]
    assert np.array_equal(got["array"], values, equal_nan=True)


def test_numpy_scalars_and_text_arrays_are_plain_json():
    """A stray np.float64 or an array of names does not break a payload."""
    payload = {"a": np.float64(0.5), "b": np.int64(3), "c": np.array(["x", "y"]), "d": (1, 2)}
    assert wire.unpack(wire.pack(payload)) == {"a": 0.5, "b": 3, "c": ["x", "y"], "d": [1, 2]}


def test_the_mark_of_an_array_is_no_key():
    """A payload that the browser would misread is refused where it is made."""
    with pytest.raises(ValueError, match=r"\$nd"):
        wire.pack({"a": [{"$nd": 0}]})


def digest(data: bytes) -> str:
    return json.loads(data[4 : 4 + int.from_bytes(data[:4], "little")])["digest"]


def test_the_envelope_is_not_part_of_the_digest():
    """The same drawing after another move has the same digest; another number has not."""
    payload = {"y": np.arange(3.0)}
    first, second = (wire.pack(payload, {"told": told, "stamp": "s"}) for told in (1, 2))
    assert digest(first) == digest(second)
    assert digest(first) != digest(wire.pack({"y": np.arange(3.0) + 1}, {"told": 1, "stamp": "s"}))
    assert wire.unpack(second)["told"] == 2


@given(PAYLOADS)
def test_every_array_is_aligned(payload):
    """JavaScript's typed arrays start at multiples of their element size, or throw."""
    data = wire.pack(payload)
    length = int.from_bytes(data[:4], "little")
    start = 4 + length + -(4 + length) % 8
    header = json.loads(data[4 : 4 + length])
    assert all((start + entry["offset"]) % 8 == 0 for entry in header["arrays"])


@pytest.fixture
def served(tmp_path, monkeypatch):
    """A checkout of its own for what Streamlit serves."""
    shutil.copytree(STATIC / "live", tmp_path / "live")
    for name, folder in (("_LIVE", "live"), ("_VENDOR", "vendor")):
        monkeypatch.setattr(assets, name, tmp_path / folder)
    for remembered in (assets._digest, assets._version, assets._folder):
        remembered.cache_clear()
        monkeypatch.setattr(assets, remembered.__name__, remembered)
    yield tmp_path
    for remembered in (assets._digest, assets._version, assets._folder):
        remembered.cache_clear()


def test_plotly_is_copied_once_and_whole(served, monkeypatch):
    """`ensure` writes the installed package's plotly.js, then leaves it alone, read-only or not."""
    target = assets.ensure()
    assert target.read_bytes() == assets._PLOTLY_SOURCE.read_bytes()
    assert [path.name for path in target.parent.iterdir()] == [target.name]
    monkeypatch.setattr(assets, "_put", lambda *_: pytest.fail("written twice"))
    assert assets.ensure() == target
    assert assets.plotly_js() == f"app/static/vendor/{assets.PLOTLY}"


def test_the_folder_of_the_modules_carries_their_version(served):
    """A changed module has a new address, and so have all that it imports: no browser runs
    yesterday's."""
    first = assets.module("slider/slider")
    assert first == f"app/static/vendor/live-{assets.version()}/{assets.ALL}"
    copy = served / first.removeprefix("app/static/")
    assert copy.read_text() == bundle.bundle(assets._sources())
    own = copy.parent / "slider/slider.js"
    assert own.read_bytes() == (STATIC / "live/slider/slider.js").read_bytes()
    (served / "live/core/post.js").write_text("// changed")
    assets._version.cache_clear()  # which looks once a second
    second = assets.module("slider/slider")
    assert second != first and copy.exists()


def test_where_nothing_may_be_written_the_checkout_is_served_as_it_is(served, monkeypatch):
    """And plotly.js by a route, from the package."""
    monkeypatch.setattr(assets.tempfile, "TemporaryDirectory", forbidden)
    assert assets.module("page/address") == "app/static/live/page/address.js"
    assert assets.ensure() == assets._PLOTLY_SOURCE
    assert assets.plotly_js() == f"live/{assets.PLOTLY}"


def forbidden(**_):
    raise PermissionError("read-only")


def test_modules_import_each_other_in_a_way_that_every_browser_and_proxy_can_follow():
    """Statically, by relative paths, to files that are there; a component's folder takes from
    core/ alone, but for what stands in for the page until it is there. WebKit dies on an await
    outside of functions; a proxy may strip what `location.origin` does not."""
    for path in (STATIC / "live").rglob("*.js"):
        text = re.sub(r"/\*.*?\*/|^ *//.*", "", path.read_text(), flags=re.DOTALL | re.MULTILINE)
        assert "location.origin" not in text, path
        assert not re.search(r"\bimport\(", text), path
        assert not re.search(r"^(export )?(const .*= )?await\b", text, re.MULTILINE), path
        for name in re.findall(r"^import .*from \"(.*)\";$", text, re.MULTILINE):
            target = (path.parent / name).resolve()
            assert target.is_file(), f"{path} imports {name}"
            if path.name != "early.js":
                assert target.parent in (path.parent, STATIC / "live/core"), f"{path}: {name}"


# --- in the browser -------------------------------------------------------------------------------


@pytest.fixture
def modules(page):
    """A blank page that can import the modules of static/live; nothing leaves the machine."""

    def answer(route):
        name = route.request.url.split("unroll.test/")[1].split("?")[0]
        path = STATIC / name
        if name and path.is_file():
            kind = "css" if path.suffix == ".css" else "javascript"
            route.fulfill(path=path, content_type=f"text/{kind}")
        else:
            route.fulfill(body="<!doctype html><title>blank</title>", content_type="text/html")

    page.route("http://unroll.test/**", answer)
    page.goto("http://unroll.test/")
    return page


def test_the_browser_reads_what_python_packs(modules):
    """Typed arrays with their values, matrices as rows, at any alignment of the incoming bytes."""
    payload = {
        "name": "σ ≈ 1",
        "list": [{"y": np.array([1.5, np.nan, -np.inf])}],
        "z": np.arange(6.0).reshape(2, 3),
        "ints": np.array([1, -2]),
        "full": wire.Full(np.array([0.1])),
    }
    data = base64.b64encode(wire.pack(payload, {"seq": 7})).decode()
    got = modules.evaluate(
        """async (text) => {
          const { unpack } = await import("/live/core/wire.js");
          const packed = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
          const shifted = new Uint8Array(packed.length + 3);
          shifted.set(packed, 3);
          const p = unpack(shifted.subarray(3));
          return {
            name: p.name, seq: p.seq,
            y: Array.from(p.list[0].y, String), z: p.z.map((row) => [...row]),
            kinds: [p.list[0].y, p.z[0], p.ints, p.full].map((a) => a.constructor.name),
            ints: [...p.ints], full: p.full[0],
          };
        }""",
        data,
    )
    assert got == {
        "name": "σ ≈ 1",
        "seq": 7,
        "y": ["1.5", "NaN", "-Infinity"],
        "z": [[0, 1, 2], [3, 4, 5]],
        "kinds": ["Float32Array", "Float32Array", "Int32Array", "Float64Array"],
        "ints": [1, -2],
        "full": 0.1,
    }
