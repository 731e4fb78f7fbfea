// One neuron as a figure for other pages.

import { Neuron, ready } from "../neuron/neuron.js";
import { one, show } from "./figure.js";

show(one(Neuron), [ready]);
