// Given values as cells: to change the numbers of an exercise, and to explore a page.

import {element} from "./dom.js";
import {nested, wire} from "./cells.js";

/** @typedef {{id: string, shape: number[], math: string, parameter: boolean, values: any}} Given */

const DRAG = 6;  // pixels for one unit of the last place

/**
 * Fields for given values. @param {Given[]} givens @param {string} decimal @param {() => void} changed
 * @returns {{element: HTMLElement, values(): Record<string, any>, set(givens: Given[]): void}}
 */
export function givenFields(givens, decimal, changed) {
  /** @type {Map<string, HTMLInputElement[]>} */ const fields = new Map();
  const place = element("div", {className: "numbers"});
  for (const given of givens) {
    const flat = [given.values].flat(Infinity), columns = given.shape.length > 1 ? given.shape[given.shape.length - 1] : 1;
    const inputs = flat.map((text, i) => {
      const label = given.shape.length ? `${given.id}[${position(i, given.shape).join(",")}]` : given.id;
      return element("input", {value: text, "aria-label": label, autocomplete: "off", name: `given ${label}`});
    });
    for (const input of inputs) draggable(input, decimal, changed);
    wire(inputs, columns, changed);
    const grid = element("span", {className: "fields"}, ...inputs);
    grid.style.setProperty("--columns", String(columns));
    place.append(element("div", {role: "group", "aria-label": given.id}, element("span", {innerHTML: given.math}), "=", grid));
    fields.set(given.id, inputs);
  }
  return {
    element: place,
    values: () => Object.fromEntries(givens.map(given =>
      [given.id, nested((fields.get(given.id) ?? []).map(input => input.value), given.shape)])),
    set(others) {
      for (const given of others) {
        [given.values].flat(Infinity).forEach((text, i) => {
          const input = fields.get(given.id)?.[i];
          if (input) input.value = text;
        });
      }
    },
  };
}

/** The place of a flat entry, from 1. @param {number} at @param {number[]} shape @returns {number[]} */
export function position(at, shape) {
  return shape.map((_, axis) => {
    const size = shape.slice(axis + 1).reduce((product, count) => product * count, 1);
    return Math.floor(at / size) % shape[axis] + 1;
  });
}

/** A number moved by units of its last written place. @param {string} text @param {number} units @param {string} decimal */
export function moved(text, units, decimal) {
  const plain = text.trim().replace("−", "-").replace(",", "."), places = (plain.split(".")[1] ?? "").length;
  const number = Number(plain);
  if (plain === "" || Number.isNaN(number)) return text;
  return (number + units / 10 ** places).toFixed(places).replace(".", decimal);
}

/** Dragging sideways, and Alt with an arrow, change a number. @param {HTMLInputElement} input @param {string} decimal @param {() => void} changed */
function draggable(input, decimal, changed) {
  let from = 0, start = "";
  input.addEventListener("input", changed);
  input.addEventListener("keydown", event => {
    if (!event.altKey || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
    event.preventDefault();
    input.value = moved(input.value, event.key === "ArrowUp" ? 1 : -1, decimal);
    changed();
  });
  input.addEventListener("pointerdown", event => {
    if (document.activeElement === input) return;
    from = event.clientX;
    start = input.value;
    input.setPointerCapture(event.pointerId);
  });
  input.addEventListener("pointermove", event => {
    if (!input.hasPointerCapture(event.pointerId)) return;
    const value = moved(start, Math.round((event.clientX - from) / DRAG), decimal);
    if (value !== input.value) {
      input.value = value;
      changed();
    }
  });
}
