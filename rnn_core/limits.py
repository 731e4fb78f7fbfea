"""Every bound of the engine that is no setting's own, with its reason: what one text, one run and
one result may be. A setting's limits stand where it is declared.

What a server bounds besides, for all its users together, is in ui/server/limits.py.
"""

# Steps × hidden units × gates of one training sequence. An update holds several arrays of 64
# sequences of that, and a validation reads 128: at the limit half a gigabyte (with PyTorch three
# quarters) and a second or so, in which a run neither obeys nor lets others have their turn.
MOST_UNIT_STEPS = 2**17

# Rows that a run's history keeps of its scalars, and of its training × time matrix: more than a
# screen has pixels for. When full, every second row is dropped; at most 3 MB however long it runs.
CAPACITY = 4096
STATE_CAPACITY = 512

# Characters of a pasted text, and how many of them may differ. Every update makes windows of the
# text one-hot; 64 is the largest input_size.
TEXT_LIMITS = (40, 20_000)
DIFFERENT_LIMITS = (2, 64)

# Characters that a network in training writes at once, between two of its updates.
MOST_WRITTEN = 1000

# Digits of the string of the page with one neuron: as many as an eye can follow; and updates of its
# training, after which nobody would go on watching.
MOST_BITS = 12
MOST_UPDATES = 1000

# Steps × states³ of reading the product of all Jacobians, and of predicting from each of them:
# beyond these a reader would wait for seconds.
MOST_OF_PRODUCT = 1000 * 64**3
MOST_OF_JACOBIANS = 3e8

# Windows of truncated backpropagation: a backward sweep each. Beyond so many they are spaced, close
# together where they are short.
MOST_SWEEPS = 72

# Rows of the matrix "who teaches whom", each a backward sweep of a loss; and numbers in the sweeps
# that are made at once (32 MB), since one of all rows would need a gigabyte for the largest LSTM.
TEACHING_ROWS = 60
TEACHING_NUMBERS = 2**22
