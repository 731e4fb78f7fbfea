"""Starting points on the cliff, each with what to look at."""

from __future__ import annotations

from ui.settings.scene import Scene


def _cliff(w=6.0, b=-1.5, *, rate=1.0, threshold=0.3, steps=50, value=False) -> dict:
    return {
        "cliff_w": w,
        "cliff_b": b,
        "cliff_rate": rate,
        "cliff_threshold": threshold,
        "cliff_steps": steps,
        "cliff_updates": 150,
        "cliff_target": 0.7,
        "cliff_value": value,
        "cliff_log": False,
        "cliff_at": 500,
    }


CLIFF_SCENES: dict[str, Scene] = {
    "wall": Scene(
        label="Into the wall",
        changes=_cliff(),
        look="Press play: the two paths are one until the wall. Does clipping change anything "
        "before it?",
    ),
    "high": Scene(
        label="Threshold too high",
        changes=_cliff(threshold=1000.0),
        look="Both leave: a threshold of 1000 still lets a step of 1000 pass. How far down must it "
        "go?",
    ),
    "low": Scene(
        label="Threshold too low",
        changes=_cliff(threshold=0.001),
        look="Every update is clipped, so every step is equally short. It is safe, and gets "
        "nowhere.",
    ),
    "value": Scene(
        label="By value",
        changes=_cliff(value=True),
        look="Clipped by value, both entries become equal, and the step turns to 45°. Where does "
        "that path end?",
    ),
    "luck": Scene(
        label="A hundredth beside",
        changes=_cliff(b=-1.51),
        look="The start has moved by 0.01 in b. Without clipping that decides everything; with it, "
        "nothing.",
        surprise=True,
    ),
    "no_wall": Scene(
        label="No wall",
        changes=_cliff(w=2.0, b=-3.0),
        look="Below w = 4 the unit has one stable state, and the loss no wall. Raise the start w, "
        "and find it.",
        surprise=True,
    ),
}
