// Writing into nodes only what differs: the browser then has nothing to lay out again.

/**
 * @param {Node} target
 * @param {string} text
 */
export const say = (target, text) => {
  if (target.textContent !== text) target.textContent = text;
};

/**
 * @param {Element} target
 * @param {string} name
 * @param {any} value
 */
export const attribute = (target, name, value) => {
  if (target.getAttribute(name) !== String(value)) target.setAttribute(name, value);
};
