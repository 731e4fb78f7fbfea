"""The page Class: what a teacher shows while students predict on their phones. The rooms themselves
are in ui/rooms/."""
