"""What the page says before a room is open."""

TITLE = "What do thirty people expect of this gradient, and who is right?"
ABOUT = (
    "Open a room: it has four letters and a QR code, and students join from their phones, without "
    "an account. Send a network; everybody predicts what its gradient does, and the answers stand "
    "here as they come. Then it is computed in front of everybody."
)
KEPT = (
    "A room ends when you close it, or by itself after a day; then everything in it is deleted. "
    "Nothing is kept of a student but the answers and, if you ask for one, a nickname."
)
