"""The page What helps: every remedy that applies, trained beside the run as it is."""
