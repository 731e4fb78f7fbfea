"""What a network is made of: activations, initialisations, inputs, parameters, random streams."""
