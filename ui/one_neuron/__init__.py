"""The page One neuron, by hand."""
