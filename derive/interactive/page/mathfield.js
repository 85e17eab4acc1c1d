// A field in which mathematics is typed as it looks: MathLive, loaded when it is first wanted, its fonts in the page.

import {address, inflated, parts} from "./packed.js";

/** @typedef {HTMLElement & {value: string, getValue(format: string): string}} MathField */

/** @type {Promise<any> | undefined} */ let loading;

/** @returns {Promise<any>} */
async function load() {
  const packed = parts(document.getElementById("mathlive")?.textContent ?? "{}");
  const fonts = Object.keys(packed).filter(name => name.endsWith(".woff2"));
  await Promise.all(fonts.map(async name => {
    const [family, style] = name.replace(".woff2", "").split("-");
    const look = {weight: style.startsWith("Bold") ? "bold" : "normal", style: style.endsWith("Italic") ? "italic" : "normal"};
    document.fonts.add(new FontFace(family, await inflated(packed[name]).arrayBuffer(), look));
  }));
  const {MathfieldElement} = await import(await address(inflated(packed["mathlive.mjs"], "text/javascript")));
  MathfieldElement.fontsDirectory = null;
  MathfieldElement.soundsDirectory = null;
  return MathfieldElement;
}

/** What is typed behind `_` is a subscript as long as it is letters and digits: an operator leaves it. @param {any} field */
function leaveSubscripts(field) {
  let inside = false;
  field.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    if (inside && /^[-+*/=^()[\];,·⊙ ]$/.test(event.key)) field.executeCommand("moveAfterParent");
    inside = event.key === "_" || (inside && /^([\p{L}\p{N}]|Shift)$/u.test(event.key));
  }, {capture: true});
}

/**
 * A field for mathematics. @param {string} label @param {string} value @param {string} decimal
 * @returns {Promise<MathField>}
 */
export async function mathField(label, value, decimal) {
  loading ??= load();
  const Field = await loading;
  const field = new Field();
  Field.decimalSeparator = decimal;
  field.setAttribute("aria-label", label);
  field.smartFence = true;
  leaveSubscripts(field);
  field.value = value;
  return field;
}
