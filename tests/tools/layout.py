"""What is wrong with a page's layout as a browser shows it: cut, overprinted, too wide."""

FAULTS = """() => {
  const seen = (node) => node.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  const found = [];
  const name = (node) => {
    const text = node.textContent.trim().replace(/\\s+/g, " ").slice(0, 40);
    const at = node.closest("[data-key], [class*=st-key-], [data-words]");
    const key = at?.dataset.key ?? at?.dataset.words ?? at?.className.match?.(/st-key-\\S+/)?.[0];
    return `“${text}” in ${key ?? node.tagName}`;
  };
  // For screen readers only, or set twice (a formula as MathML); nobody reads it with the eye.
  const UNSEEN = ".ur-hidden, .hidden, [class*=hidden], [style*='clip: rect'], .katex-mathml, " +
    "[data-testid=stSkipToContent], .unroll-sheet span, .un-hidden";
  const clips = (style, axis) => ["hidden", "clip"].includes(style[`overflow${axis}`]);
  const lines = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  texts: while (walker.nextNode()) {
    const node = walker.currentNode;
    const parent = node.parentElement;
    const code = ["SCRIPT", "STYLE", "NOSCRIPT", "TITLE", "DESC", "OPTION"];
    if (!node.data.trim() || code.includes(parent.tagName.toUpperCase()) || !seen(parent)) continue;
    if (parent.closest(UNSEEN) || parent.closest("dialog:not([open])")) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const boxes = [...range.getClientRects()].filter((box) => box.width > 1 && box.height > 1);
    if (!boxes.length) continue;
    const text = range.getBoundingClientRect();
    if (text.right <= 0) continue; // a drawer that is shut
    const over = "[class*=st-key-first_sliders], .st-key-settings, header, dialog, .unroll-bar";
    const above = parent.closest(over);
    const fixed = (above && getComputedStyle(above).position !== "static")
      || parent.closest("[role=tooltip]"); // the pointer may rest on a help button
    let scrolls = false;
    // A line's box is higher than its letters by what stands above and below them.
    const air = Math.max(2, 0.3 * parseFloat(getComputedStyle(parent).fontSize));
    for (let up = parent; up && up !== document.body; up = up.parentElement) {
      const style = getComputedStyle(up);
      if (style.clipPath === "inset(50%)") continue texts; // nothing is left to see of it
      const box = up.getBoundingClientRect();
      if (["auto", "scroll"].includes(style.overflowX) && up.scrollWidth > up.clientWidth) {
        scrolls = true;
        break; // the rest is a scroll away
      }
      if (["auto", "scroll"].includes(style.overflowY)) break;
      if (style.display === "inline" || style.display === "contents") continue;
      if (clips(style, "X") && (text.right > box.right + 2 || text.left < box.left - 2)) {
        found.push(`cut at its side: ${name(parent)}`);
        break;
      }
      if (clips(style, "Y") && (text.bottom > box.bottom + air || text.top < box.top - air)) {
        found.push(`cut through its height: ${name(parent)}`);
        break;
      }
    }
    // What lies over the page may cover it; what scrolls sideways is covered by nothing.
    if (!fixed && !scrolls) for (const box of boxes) lines.push({ box, parent, air });
  }
  // Letters over letters. Indices and exponents share a line with what they belong to.
  // What a button says may take a second line, not a second half of a word.
  for (const said of document.querySelectorAll(".stButton button p, .stDownloadButton button p")) {
    const text = said.firstChild;
    if (text?.nodeType !== Node.TEXT_NODE || !seen(said)) continue;
    for (const { index, 0: word } of text.data.matchAll(/[^\\s-]+/g)) {
      const range = document.createRange();
      range.setStart(text, index);
      range.setEnd(text, index + word.length);
      const tops = new Set([...range.getClientRects()].map((box) => Math.round(box.top)));
      if (tops.size > 1) found.push(`broken in a word: ${name(said)}`);
    }
  }
  const line = (node) => node.closest("p, h1, h2, h3, li, dt, dd, td, th, label, button, text, " +
    "figcaption, summary, .ur-equation, .title, .un-equation") ?? node;
  lines.sort((a, b) => a.box.top - b.box.top);
  const twice = new Set();
  for (let i = 0; i < lines.length; i += 1) {
    const a = lines[i];
    for (let j = i + 1; j < lines.length && lines[j].box.top < a.box.bottom; j += 1) {
      const b = lines[j];
      if (line(a.parent) === line(b.parent)) continue;
      const width = Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left);
      const height = Math.min(a.box.bottom, b.box.bottom) - b.box.top;
      if (width < 3 || height < a.air + b.air - 1) continue;
      const said = `overprinted: ${name(a.parent)} by ${name(b.parent)}`;
      if (!twice.has(said)) found.push(said);
      twice.add(said);
    }
  }
  const main = document.querySelector(".stMain");
  const wider = (node, room) => node.scrollWidth > room + 1;
  if (wider(document.documentElement, innerWidth) || wider(main, main.clientWidth)) {
    const edge = main.getBoundingClientRect().right;
    const wide = [...main.querySelectorAll("*")].filter((node) =>
      seen(node) && node.getBoundingClientRect().right > edge + 1);
    found.push(`wider than the screen: ${wide.slice(0, 2).map(name)}`);
  }
  return found;
}"""


def faults(page) -> list[str]:
    """Each place where text is cut or overprinted, and what makes the page scroll sideways."""
    return page.evaluate(FAULTS)
