// The field in which a problem file is written.

/**
 * @typedef {import("./judge.js").Fault} Fault
 * @typedef {{value: string, mark(faults: Fault[], wrong: boolean): void, go(fault: Fault): void,
 *   names(names: {name: string, shape: number[]}[]): void}} Editor
 *   `mark` shows messages at their lines, `go` leads to one of them, `names` tells what the problem has names for.
 */

/** @param {HTMLElement} place @param {HTMLTextAreaElement} field @param {() => void} changed @returns {Editor} */
export function editing(place, field, changed) {
  field.addEventListener("input", changed);
  return {
    get value() { return field.value; },
    set value(text) { field.value = text; },
    mark() {},
    names() {},
    go(fault) {
      const lines = field.value.split("\n"), before = lines.slice(0, Math.max(0, fault.line - 1));
      const start = before.reduce((sum, line) => sum + line.length + 1, 0) + (fault.start ?? 0);
      field.focus();
      field.setSelectionRange(start, start + fault.length);
    },
  };
}
