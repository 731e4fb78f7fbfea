"""Lessons: one question beside a real page, and a goal that is checked from what was computed.

A lesson is one Markdown file: a header in TOML, the words for its reader, and under the heading
“When you have it” what the result means. `lesson` reads one, `progress` says how far a result has
come, `trying` tries a file, `signing` proves what was met.
"""
