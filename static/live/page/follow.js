// Where a part of the page begins that follows what leads: nothing to be seen. Python's side is
// ui/live/follow.py.

import * as followers from "../core/followers.js";
import { component } from "../core/mount.js";

const keys = new WeakMap(); // parent -> key

export default component(
  ({ key, stamp }, { parentElement: parent, setStateValue }) => {
    keys.set(parent, key);
    parent.classList.add("unroll-follow");
    followers.follow(key, stamp, (wanted) => setStateValue("seen", wanted), parent);
  },
  (parent) => followers.unfollow(keys.get(parent)),
);
