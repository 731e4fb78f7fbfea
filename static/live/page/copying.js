// Copying what stands in a field, with a button that says so.

const COPIED_MS = 1800;

// navigator.clipboard exists on secure pages only; a class often opens http://teacher:8501.
async function copy(field) {
  if (navigator.clipboard && window.isSecureContext) {
    return navigator.clipboard.writeText(field.value);
  }
  field.select();
  if (!document.execCommand("copy")) throw new Error("copying is not allowed here");
}

/**
 * Copy `field`, and say on `button` that it is done, or how to do it by hand.
 * @param {HTMLInputElement | HTMLTextAreaElement} field
 * @param {HTMLButtonElement} button
 * @param {string} label of the button as it rests
 */
export async function copyFrom(field, button, label) {
  try {
    await copy(field);
    button.textContent = "Copied";
  } catch {
    field.focus();
    field.select();
    button.textContent = "Press Ctrl+C";
  }
  setTimeout(() => (button.textContent = label), COPIED_MS);
}
