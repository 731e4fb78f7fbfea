// The panels as a figure for other pages; as high as there is room for them.

import { Panels, ready } from "../panels/panels.js";
import { one, show } from "./figure.js";

show(one(Panels), [ready]);
