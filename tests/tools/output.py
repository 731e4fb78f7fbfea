"""What the app gives away, as those who take it would read it: figures, tables, scripts."""

import csv
import subprocess
import sys
from pathlib import Path

import plotly.graph_objects as go


def valid(figure: dict) -> None:
    """Plotly knows every property, once the theme's colours ("$text") are in their places."""

    def resolved(value):
        if isinstance(value, str):
            return "#888" if value.startswith("$") else value
        if isinstance(value, dict):
            return {key: resolved(item) for key, item in value.items()}
        if isinstance(value, list):
            return [resolved(item) for item in value]
        return value

    go.Figure(resolved({"data": figure["data"], "layout": figure["layout"]}))


def comments(text: str) -> list[str]:
    """The lines before a table's head."""
    return [line for line in text.splitlines() if line.startswith("#")]


def read_csv(text: str) -> list[dict[str, str]]:
    """The rows of a CSV file whose comments begin with "#", by column."""
    return list(csv.DictReader(line for line in text.splitlines() if not line.startswith("#")))


def run_alone(script: str, folder: Path) -> str:
    """What a script prints that has nothing but itself: no module of ours, and no warning."""
    path = folder / "script.py"
    path.write_text(script, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-I", "-W", "error", str(path)], cwd=folder, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert not done.stderr
    return done.stdout
