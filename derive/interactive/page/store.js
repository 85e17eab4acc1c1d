// What a student has done, kept in this browser for one file and its numbers. Nothing leaves the machine.

/**
 * @typedef {{form: "cells" | "whole", cells: string[], whole: string, checked: boolean, hints: number, shown: boolean, skipped: boolean}} StepState
 * @typedef {{steps: Record<string, StepState>, work: string}} Work
 * @typedef {{seed: string, values: Record<string, any> | null, mathematics: boolean}} Choices
 */

/** @returns {StepState} */
export const untouched = () =>
  ({form: "cells", cells: [], whole: "", checked: false, hints: 0, shown: false, skipped: false});

/** A short name for a text. @param {string} text */
export function digest(text) {
  let hash = 0xcbf29ce484222325n;
  for (const letter of text) hash = BigInt.asUintN(64, (hash ^ BigInt(letter.codePointAt(0) ?? 0)) * 0x100000001b3n);
  return hash.toString(36);
}

/**
 * Something kept under a key; where the browser keeps nothing, it lasts as long as the page.
 * @template T @param {string} key @param {T} fresh @returns {{value: T, save(): void, clear(): void}}
 */
export function kept(key, fresh) {
  const name = `derive practice ${key}`;
  /** @type {T} */ let value = {...fresh};
  try {
    value = {...fresh, ...JSON.parse(localStorage.getItem(name) ?? "{}")};
  } catch (error) {
    console.info("nothing is kept here:", error);
  }
  return {
    value,
    save() { write(() => localStorage.setItem(name, JSON.stringify(value))); },
    clear() { write(() => localStorage.removeItem(name)); },
  };
}

/** @param {() => void} change */
function write(change) {
  try {
    change();
  } catch (error) {
    console.info("nothing is kept here:", error);
  }
}
