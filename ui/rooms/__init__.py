"""Rooms: a class predicts on its phones what a network does, and sees it computed.

A teacher opens a room and gets a code of four letters and a token; students join by the code, each
with a token of their own. Rounds are sent, answered, revealed. What a room holds stands in a
database (`database`), the only thing that processes and replicas share. `rooms` reads and writes
it, `asking` prepares what is asked and computes the truth, `route` speaks HTTP. Nothing here
draws, and no more than the routes is imported before somebody asks for a room: SQLAlchemy takes a
quarter of a second.
"""
