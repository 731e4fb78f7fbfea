"""The button that opens the settings of a page on a narrow screen."""

from ui.live import drawing


def sheet() -> None:
    """Mount the button among the sliders that stand at the foot of a narrow screen."""
    drawing.show("page/sheet", {}, key="sheet", height=1)
