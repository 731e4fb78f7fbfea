"""Readings: what was computed, as named numbers and words, for whoever asks by name.

    from rnn_core.readings import of_flow
    from rnn_core.readings.expression import parse

    readings = of_flow.readings(gradient_flow(RNNConfig(gain=1.2)))
    readings["horizon"], readings.say("log10_reach")
    parse('log10_reach > -1 and activation == "tanh"', of_flow.NAMES).holds(readings)

One file for each kind of result: of_flow, of_run, of_neuron, of_clipping, of_cells, of_grid. Each
has NAMES, what can be asked for, and `readings(result)`, which computes what is asked for and no
more. `expression` is the language of goals, `text` puts readings into sentences.
"""
