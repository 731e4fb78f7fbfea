"""The doctor: the reading of a training run, without a screen."""
