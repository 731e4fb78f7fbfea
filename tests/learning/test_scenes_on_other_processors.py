"""The scenes of training say the same on other processors.

NumPy chooses its loops and OpenBLAS its kernels by the processor, and they round differently. Both
can be told to work as on another one, by variables that they read as they are loaded: hence a
process for each, which runs the very tests of the scenes, and of what the doctor reads in them.
"""

import os
import subprocess
import sys
from itertools import product

import pytest
from numpy._core import _multiarray_umath as loops

from tests.tools import ROOT

# What NumPy has loops for and this processor can do: with AVX2, with AVX-512, and some beyond.
HERE = [name for name in loops.__cpu_dispatch__ if loops.__cpu_features__[name]]
AVX2 = "X86_V3"
AVX512 = " ".join(name for name in HERE if name != AVX2)
ALL = " ".join(HERE)
# What kernels of OpenBLAS need. It takes those it is told to, also where they are illegal.
NEEDS = {
    "SkylakeX": "AVX512_SKX",
    "Haswell": "AVX2",
    "Sandybridge": "AVX",
    "Nehalem": "SSE42",
    "Prescott": "SSE3",
}
FILES = ("tests/screen/test_training_scenes.py", "tests/learning/test_doctor.py")
# These show the margin by other settings: once, here, is enough.
SCENES = "test_training_scenes and not (rounding_error or other_starts)"
# Where the course of a run, or what the doctor says of it, may hang on rounding. In most of the
# others one run learns nothing at all, which takes long: these are run on one processor only.
WILD = f"""({SCENES} and (spike or hair or clip or first_lessons))
    or (scenes_are_read_as_what_they_are and (spike or truncation))""".replace("\n", "")

SCRIPT = """
import sys, numpy, pytest, threadpoolctl
blas = threadpoolctl.ThreadpoolController().select(internal_api="openblas").info()
print("kernels:", *(one["architecture"] for one in blas), flush=True)
sys.exit(pytest.main(sys.argv[1:]))
"""


def said_on_another(without: str, core: str, only: str) -> str:
    """What pytest says of the tests `only`, with NumPy's loops but those that need the features
    `without`, and OpenBLAS's kernels for `core`. Skips where these cannot be had."""
    if not loops.__cpu_features__.get(NEEDS[core]):
        pytest.skip(f"this processor has no {NEEDS[core]}, which OpenBLAS's {core} needs")
    # No conftest: it would load the app.
    options = ("-q", "-x", "--noconftest", "-p", "no:cacheprovider", "-k", only)
    answer = subprocess.run(
        [sys.executable, "-c", SCRIPT, *FILES, *options],
        cwd=ROOT,
        env=os.environ | {"NPY_DISABLE_CPU_FEATURES": without, "OPENBLAS_CORETYPE": core},
        capture_output=True,
        text=True,
        timeout=600,
    )
    said = answer.stdout + answer.stderr
    assert answer.stdout.startswith("kernels:"), said
    kernels = answer.stdout.partition("\n")[0].removeprefix("kernels:").strip()
    # Prescott reports the name of the first that had these kernels.
    if kernels not in (core, "Katmai" if core == "Prescott" else core):
        pytest.skip(f"asked for {core}, OpenBLAS takes its kernels for {kernels or 'none'}")
    assert answer.returncode == 0, said
    return said


# All of NumPy's loops and all kernels once (Haswell's below); by hand each with each:
# EVERY_PROCESSOR=1.
PROCESSORS = [("", "Sandybridge"), (AVX512, "SkylakeX"), (AVX2, "Nehalem"), (ALL, "Prescott")]
if "EVERY_PROCESSOR" in os.environ:
    PROCESSORS = list(product(("", AVX512, AVX2, ALL), NEEDS))


@pytest.mark.parametrize(
    ("without", "core"), PROCESSORS, ids=lambda value: value.replace(" ", "+") or "all_loops"
)
def test_the_wild_scenes_say_the_same(without, core):
    assert " passed" in said_on_another(without, core, WILD)


def test_every_scene_says_the_same_without_avx512():
    """As most laptops compute."""
    assert " passed" in said_on_another(AVX512, "Haswell", SCENES)
