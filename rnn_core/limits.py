"""Every bound of the engine, with its reason: what one network, one text and one run may be.

What a server bounds besides, for all its users together, is in ui/server/limits.py.
"""

# The (lowest, highest) legal value of each number of RNNConfig.
LIMITS: dict[str, tuple[float, float]] = {
    # The forward and backward pass of the largest network, an LSTM of 256 units over 1000 steps and
    # 64 sequences, take 4 s and 2 GB (a server bounds their product). Doubling H costs four times.
    "hidden_size": (1, 256),
    "seq_len": (2, 1000),
    "batch_size": (1, 64),
    "input_size": (1, 64),
    "output_size": (1, 64),
    # Beyond these nothing new is to be seen; the arithmetic itself has no limit but float64's.
    "gain": (0.0, 10.0),
    "input_scale": (0.0, 100.0),
    "alpha": (0.0, 1.0),
    "forget_bias": (-10.0, 10.0),
    # |λ| below 1: at 1 the linear recurrent unit's input gain √(1-|λ|²) is 0.
    "lambda_low": (0.01, 0.9999),
    "lambda_high": (0.01, 0.9999),
    "seed": (0, 2**32 - 1),  # 32 bits, which every program takes for a seed
}

# The same of TrainConfig, where it has fields of its own.
OF_TRAINING: dict[str, tuple[float, float]] = {
    "input_gain": (0.0, 10.0),
    "learning_rate": (1e-6, 100.0),  # far past where anything learns: seeing it fail is a lesson
    "momentum": (0.0, 0.999),
    "max_norm": (1e-4, 1e4),
    "clip_value": (1e-6, 1e3),
    "truncation": (0, 1000),  # steps, the longest sequence; 0 is none
    "omega": (0.0, 100.0),
    "steps": (1, 100_000),  # updates; minutes of the smallest network, hours of the largest
}

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
