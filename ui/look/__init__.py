"""The look: colours, typesetting, the base of every figure."""
