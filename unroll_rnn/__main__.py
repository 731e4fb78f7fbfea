"""`python -m unroll_rnn`, for where the command is not on the PATH."""

from unroll_rnn.command import main

main()
