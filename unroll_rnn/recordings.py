"""`unroll doctor` and `unroll report`: what a recording says, in the terminal and as a page.

They need NumPy alone, so they run where the app is not installed.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

COMMANDS = ("doctor", "report")


def run(arguments: list[str]) -> int:
    """The exit code: 0, or 2 with a sentence where the file cannot be read or written."""
    from rnn_core.recording import BadRecording, Recording
    from rnn_core.terminal import fitting

    asked = _options().parse_args(arguments)
    try:
        with Recording.open(asked.recording) as recording:
            if asked.command == "doctor":
                print(fitting(recording.told(), sys.stdout.encoding or "utf-8"), end="")
            else:
                page = asked.output or Path(asked.recording).with_suffix(".html")
                recording.report(page)
                print(f"unroll: {page} opens in any browser")
    except (BadRecording, OSError) as error:
        print(f"unroll: {error}", file=sys.stderr)
        return 2
    return 0


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="unroll")
    commands = parser.add_subparsers(dest="command", required=True)
    doctor = commands.add_parser("doctor", help="print what a recording of the tap shows")
    report = commands.add_parser("report", help="write it as one HTML page that opens anywhere")
    for command in (doctor, report):
        command.add_argument("recording", help="the file that the tap wrote")
    report.add_argument("-o", "--output", type=Path, help="default: the recording’s name, .html")
    return parser
