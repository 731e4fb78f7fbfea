// The river as a figure for other pages; as high as there is room for it.

import { River, ready } from "../river/river.js";
import { one, show } from "./figure.js";

show(one(River, (payload) => ({ ...payload, height: 0 })), [ready]);
