// The cliff as a figure for other pages: the one that needs plotly.js, for its map.

import { Cliff, ready } from "../cliff/cliff.js";
import { take } from "../cliff/terrain.js";
import { one, show } from "./figure.js";

const draws = one(Cliff);

show((key, parent) => (key === "cliff" ? draws(key, parent) : take), [ready]);
