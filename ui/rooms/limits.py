"""What a room may hold and how often it may be asked, and why so much."""

from __future__ import annotations

# Seconds from its opening after which a room ends, with all that it holds.
LASTS = 24 * 3600.0

# Seconds from one look for rooms that have ended to the next: so long their content may stay.
TIDIED = 3600.0

# Students of a room: a lecture. Two cores carry 200 of them (benchmarks.app.classroom).
STUDENTS = 300

# Rounds of a room: a morning of them.
ROUNDS = 60

# Rooms at once on one database, and rooms that one address opens within an hour: a school is one
# address. With so many rooms one code in two hundred and fifty is somebody's.
ROOMS, OPENED_PER_ADDRESS = 200, 30

# Codes that no room has: within ten minutes from one address (a class that mistypes), and from all
# together. Whoever tries codes needs hours to find a room, and cannot say which.
WRONG_PER_ADDRESS, WRONG_IN_ALL, WRONG_WITHIN = 30, 300, 600.0

# Characters of a nickname: what a line of the ranking holds.
NICKNAME = 20

# Bytes of what a browser sends: a link of Gradient flow, and what stands around it.
BODY = 6000

# Seconds for which a process answers from what it has read of a room. An answer is on the projector
# after this, the projector's own pause and two trips at the most.
REMEMBERED = 0.2

# Seconds between two questions of a browser: a projector's; a phone's, at least, and questions a
# second of all phones of a room together.
PROJECTOR_PAUSE, PHONE_PAUSE, PHONES_PER_SECOND = 0.3, 1.0, 120

# Threads that wait for the database, and connections to it.
THREADS = 8
