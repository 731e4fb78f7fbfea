// What Share gives for pages of one's own.

import assert from "node:assert/strict";
import test from "node:test";

import { KINDS } from "../../static/live/page/snippets.js";

const FIGURE = {
  address: "https://unroll.test/lab/?view=river&gain=0.9",
  title: 'A "river" of <1',
  height: 440,
};

for (const [name, { label, note, write }] of Object.entries(KINDS)) {
  test(`${name}: a lazy frame of the figure's height, its address and title escaped`, () => {
    const code = write(FIGURE);
    assert.ok(label && note);
    assert.match(code, /<iframe src="https:\/\/unroll\.test\/lab\/\?view=river&amp;gain=0\.9" /);
    assert.match(code, / title="A &quot;river&quot; of &lt;1" width="100%" height="440" loading="lazy" /);
    assert.equal(code.match(/<script/), null); // a learning platform takes them out
  });
}

test("Quarto has it in a raw block, the others as it is", () => {
  assert.match(KINDS.quarto.write(FIGURE), /^```\{=html\}\n<iframe .*<\/iframe>\n```\n$/);
  for (const name of ["html", "myst", "moodle"]) {
    assert.equal(KINDS[name].write(FIGURE).includes("```"), false);
  }
});

test("Moodle keeps a link where it takes the frame out", () => {
  const left = KINDS.moodle.write(FIGURE).replace(/<iframe.*?<\/iframe>/, "");
  assert.match(left, /<a href="https:\/\/unroll\.test\/lab\/\?view=river&amp;gain=0\.9" target="_blank" rel="noopener">/);
});
