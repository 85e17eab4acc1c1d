// A grid of cells for a vector or a matrix: arrow keys go from cell to cell, a pasted matrix fills it.

/**
 * Numbers that stand in a text, row by row. A comma that may be a decimal sign or stand between numbers is what makes as
 * many numbers as are wanted. @param {string} text @param {number} [wanted] @returns {string[][]}
 */
export function rowsOf(text, wanted = 0) {
  const usual = rowsBy(text, false), apart = rowsBy(text, true);
  return usual.flat().length !== wanted && apart.flat().length === wanted ? apart : usual;
}

/** @param {string} text @param {boolean} commas whether every comma stands between numbers @returns {string[][]} */
function rowsBy(text, commas) {
  const inner = text.trim().replace(/\\begin\{\w+\}|\\end\{\w+\}|\\left|\\right/g, "").replace(/^[[({\s]+|[\])}\s]+$/g, "");
  const nested = /[\])}]\s*[,;]?\s*[[({]/;
  const rows = inner.split(nested.test(inner) ? nested : /;|\n|\\\\/).map(row => row.trim()).filter(Boolean);
  return rows.map(row => {
    const entries = row.split(/\t|&|;|,\s+|\s+/).filter(Boolean);
    return entries.length === 1 && (commas || (row.match(/,/g) ?? []).length > 1) ? row.split(",") : entries;
  });
}

/** The texts of cells in lists as the shape says. @param {string[]} flat @param {number[]} shape @returns {any} */
export function nested(flat, shape) {
  if (!shape.length) return flat[0];
  const [count, ...rest] = shape, size = flat.length / count;
  return Array.from({length: count}, (_, i) => nested(flat.slice(i * size, (i + 1) * size), rest));
}

/**
 * The keys of a grid. @param {HTMLInputElement[]} inputs @param {number} columns
 * @param {() => void} changed after a paste
 */
export function wire(inputs, columns, changed) {
  inputs.forEach((input, at) => {
    input.inputMode = "text";
    input.addEventListener("keydown", event => {
      const to = neighbour(event, input, at, columns);
      if (to === at || !inputs[to]) return;
      event.preventDefault();
      inputs[to].focus();
      inputs[to].select();
    });
    input.addEventListener("paste", event => {
      const rows = rowsOf(event.clipboardData?.getData("text") ?? "", inputs.length);
      if (rows.flat().length < 2) return;
      event.preventDefault();
      paste(rows, inputs, at, columns);
      changed();
    });
  });
}

/** The cell that an arrow leads to. @param {KeyboardEvent} event @param {HTMLInputElement} input @param {number} at @param {number} columns */
function neighbour(event, input, at, columns) {
  if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return at;
  const start = input.selectionStart === 0, end = input.selectionEnd === input.value.length;
  const whole = start && end;
  switch (event.key) {
    case "ArrowUp": return at - columns;
    case "ArrowDown": return at + columns;
    case "ArrowLeft": return (start && input.selectionEnd === 0) || whole ? at - 1 : at;
    case "ArrowRight": return (end && input.selectionStart === input.value.length) || whole ? at + 1 : at;
    default: return at;
  }
}

/** @param {string[][]} rows @param {HTMLInputElement[]} inputs @param {number} at @param {number} columns */
function paste(rows, inputs, at, columns) {
  const flat = rows.flat();
  if (flat.length === inputs.length) return flat.forEach((text, i) => { inputs[i].value = text; });
  rows.forEach((row, i) => row.forEach((text, j) => {
    const cell = inputs[at + i * columns + j];
    if (cell && at % columns + j < columns) cell.value = text;
  }));
}
