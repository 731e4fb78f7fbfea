"""The command `unroll`; in an installed copy the app lies beside it, in the folder app."""
