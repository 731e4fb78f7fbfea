// What one pastes into a page of one's own to have a figure of ours in it: a frame of fixed height,
// written as each kind of page wants it.

/** @typedef {{ address: string, title: string, height: number }} Figure */

const ENTITIES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const escaped = (text) => text.replace(/[&<>"]/g, (c) => ENTITIES[c]);

/** @param {Figure} figure */
const frame = ({ address, title, height }) =>
  `<iframe src="${escaped(address)}" title="${escaped(title)}" width="100%" height="${height}" ` +
  'loading="lazy" style="border: 0"></iframe>';

/** @type {Record<string, { label: string, note: string, write: (figure: Figure) => string }>} */
export const KINDS = {
  html: {
    label: "HTML",
    note: "Anywhere in the page.",
    write: (figure) => `${frame(figure)}\n`,
  },
  myst: {
    label: "MyST, Jupyter Book",
    // As it is: Sphinx's parser passes it on, mystmd makes a frame of its own from it, and would
    // print a {raw} block as text.
    note: "A line of its own in a Markdown file or cell, empty lines around it. Jupyter Book 2 gives " +
      "frames a height of its own; the figure scrolls there.",
    write: (figure) => `\n${frame(figure)}\n\n`,
  },
  quarto: {
    label: "Quarto",
    note: "On lines of its own in a .qmd file; other formats than HTML leave it out.",
    write: (figure) => `\`\`\`{=html}\n${frame(figure)}\n\`\`\`\n`,
  },
  moodle: {
    label: "Moodle",
    note: "Into the source view of the text editor (<>). Should your Moodle take frames out, the link stays.",
    write: (figure) =>
      `<p>${frame(figure)}</p>\n` +
      `<p><a href="${escaped(figure.address)}" target="_blank" rel="noopener">` +
      `${escaped(figure.title)}</a></p>\n`,
  },
};
