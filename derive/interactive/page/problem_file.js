// What stands where in a problem file: the kind of each token, for highlighting, and what may be written at a place.

/**
 * @typedef {{label: string, detail?: string, info?: string, type: string, apply?: string}} Offer
 * @typedef {{tables: Record<string, {key: string, meaning: string, table: boolean}[]>, choices: {table: string, key: string, words: string[]}[],
 *   operations: {label: string, detail: string, info: string, first: boolean}[], activations: string[], losses: string[],
 *   layers: {key: string, summary: string, stands_for: string, settings: Setting[]}[]}} Vocabulary
 * @typedef {{key: string, entered: string, expected: string, choices: string[], required: boolean}} Setting
 * @typedef {{match(pattern: RegExp): any, next(): any, sol(): boolean, eol(): boolean}} Stream
 * @typedef {{table: string, key: string, inner: string, layer: string, value: boolean, depth: number, quotes: string}} Place
 *   a place: its table, the key whose value stands there, inside brackets the key there and the layer's kind, whether it is
 *   behind the sign =, how deep in brackets, and the quotes that a text there was opened with
 * @typedef {{name: string, shape: number[]}} Named
 */

/** The beginning of a file. @returns {Place} */
export const beginning = () => ({table: "", key: "", inner: "", layer: "", value: false, depth: 0, quotes: ""});

const GIVEN = ["data", "parameters", "samples"];
/** @type {Set<string>} */ const NONE = new Set();
const WORD = /^(?:\\[A-Za-z]+|\p{L}(?:[\p{L}\p{M}\p{N}_]|'(?!''))*(?:\{[^}\s]*\}?)?)/u;
const NUMBER = /^[-+]?\d[\d_]*(?:\.\d+)?(?:[eE][-+]?\d+)?/;
const HEADER = /^\s*\[\[?\s*([\w."'-]*)\s*\]{0,2}\s*(?=#|$)/;

/**
 * The kind of the next token; the place goes on behind it. @param {Stream} stream @param {Place} place
 * @param {Set<string>} operations @returns {string | null}
 */
export function token(stream, place, operations) {
  if (stream.sol()) newLine(stream, place);
  if (place.quotes) return inText(stream, place, operations);
  if (stream.match(/^\s+/)) return null;
  if (stream.match(/^#.*/)) return "comment";
  if (!place.value) return leftSide(stream, place);
  const quotes = stream.match(/^("""|'''|"|')/);
  if (quotes) {
    place.quotes = quotes[0];
    return "text";
  }
  const key = stream.match(/^[\w-]+(?=\s*=)/);
  if (key) {
    place.inner = key[0];
    return "property";
  }
  if (stream.match(NUMBER)) return "number";
  if (stream.match(/^(?:true|false)\b/)) return "atom";
  bracket(stream.next(), place);
  return null;
}

/** @param {Stream} stream @param {Place} place */
function newLine(stream, place) {
  if (place.quotes.length === 1) place.quotes = "";
  if (place.quotes) return;
  if (!place.depth) Object.assign(place, {value: false, key: "", inner: "", layer: ""});
}

/** @param {string | void} sign @param {Place} place */
function bracket(sign, place) {
  if (sign === "[" || sign === "{") place.depth++;
  if ((sign === "]" || sign === "}") && place.depth) place.depth--;
  if (sign === "{" || sign === "}") place.layer = place.inner = "";
}

/** @param {Stream} stream @param {Place} place */
function leftSide(stream, place) {
  const header = stream.match(HEADER);
  if (header) {
    place.table = header[1];
    return "heading";
  }
  if (stream.match(/^=/)) {
    place.value = true;
    return null;
  }
  const key = stream.match(/^(?:"[^"]*"|'[^']*'|[^\s=#"']+)/);
  if (key) place.key = key[0].replace(/^["']|["']$/g, "");
  else stream.next();
  return "property";
}

/** @param {Stream} stream @param {Place} place @param {Set<string>} operations */
function inText(stream, place, operations) {
  const {quotes} = place, end = new RegExp(`^${quotes}`);
  if (stream.match(end)) {
    place.quotes = "";
    return "text";
  }
  if (place.key === "equations") return inEquation(stream, operations, quotes);
  let text = "", closed = false;
  while (!closed && !stream.eol()) {
    closed = Boolean(stream.match(end));
    if (!closed) text += stream.match(/^\\./)?.[0] ?? stream.next();
  }
  if (place.inner === "layer") place.layer = text;
  if (closed) place.quotes = "";
  return "text";
}

/** @param {Stream} stream @param {Set<string>} operations @param {string} quotes */
function inEquation(stream, operations, quotes) {
  if (stream.match(/^\s+/)) return null;
  if (stream.match(/^#.*/)) return "comment";
  const word = stream.match(WORD);
  if (word) {
    if (operations.has(word[0]) && stream.match(/^(?=\s*\()/)) return "operation";
    return word[0] === "for" ? "atom" : "name";
  }
  if (stream.match(/^\d+(?:\.\d+)?/)) return "number";
  if (!stream.match(new RegExp(`^[^\\s\\w\\\\${quotes[0]}(){},;]+`))) stream.next();
  return "operator";
}

/** A line as CodeMirror's streams have it. @param {string} text @returns {Stream} */
export function lineStream(text) {
  let at = 0;
  return {
    sol: () => at === 0,
    eol: () => at >= text.length,
    next: () => text[at++],
    match: pattern => {
      const found = text.slice(at).match(pattern);
      if (found) at += found[0].length;
      return found;
    },
  };
}

/** The place at the end of a text. @param {string} text @returns {Place} */
export function placeAt(text) {
  const place = beginning();
  for (const line of text.split("\n")) {
    if (place.quotes.length === 1) place.quotes = "";
    if (!line && !place.quotes && !place.depth) newLine(lineStream(line), place);
    for (const stream = lineStream(line); !stream.eol();) token(stream, place, NONE);
  }
  return place;
}

/**
 * What may be written at the end of a text, and where the word begins that it takes the place of; null for nothing.
 * @param {string} text @param {Vocabulary} words @param {Named[]} names @returns {{from: number, options: Offer[]} | null}
 */
export function offers(text, words, names) {
  const line = text.slice(text.lastIndexOf("\n") + 1), header = line.match(/^\s*\[{1,2}([\w.]*)$/);
  if (header) return {from: text.length - header[1].length, options: words.tables[""].filter(each => each.table).map(keyed)};
  const place = placeAt(text), known = [...names, ...written(text).filter(each => !names.some(({name}) => name === each.name))];
  const found = place.quotes ? inQuotes(place, text, words, known) : outside(place, line, words, known);
  return found.options.length ? {from: text.length - found.typed.length, options: found.options} : null;
}

/** The names on the left of a text: given values, and equations above its last line. @param {string} text @returns {Named[]} */
function written(text) {
  const place = beginning(), found = new Set();
  for (const line of text.split("\n").slice(0, -1)) {
    const left = line.match(/^\s*(\p{L}[^\s=(]*)\s*(?:=|≈)/u)?.[1];
    const inside = place.quotes ? place.key === "equations" : GIVEN.includes(place.table);
    if (left && inside) found.add(left);
    for (const stream = lineStream(line); !stream.eol();) token(stream, place, NONE);
  }
  return [...found].map(name => ({name, shape: []}));
}

/** @param {Place} place @param {string} text @param {Vocabulary} words @param {Named[]} names */
function inQuotes(place, text, words, names) {
  if (place.key === "equations") {
    const typed = text.match(/(?:\\[A-Za-z]*|\p{L}[\p{L}\p{M}\p{N}_']*(?:\{[^}\s]*)?)$/u)?.[0] ?? "";
    return {typed, options: [...names.map(named), ...words.operations.filter(each => each.first).map(operation)]};
  }
  const typed = text.slice(Math.max(text.lastIndexOf('"'), text.lastIndexOf("'")) + 1);
  return {typed, options: valueOffers(place, words, names)};
}

/** @param {Place} place @param {string} line @param {Vocabulary} words @param {Named[]} names */
function outside(place, line, words, names) {
  const typed = line.match(/[\w-]*$/)?.[0] ?? "";
  if (line.includes("#")) return {typed, options: []};
  if (!place.value) {
    const keys = line.trim() === typed ? (words.tables[place.table] ?? []).filter(each => place.table || !each.table) : [];
    return {typed, options: keys.map(each => ({...keyed(each), apply: `${each.key} = `}))};
  }
  if (place.depth) return {typed, options: place.table === "network" && place.depth > 1 && !line.endsWith("= ") ? settings(place, words) : []};
  return {typed, options: valueOffers(place, words, names).map(each => ({...each, apply: `"${each.label}"`}))};
}

const NAMED = ["input", "target", "loss", "losses", "gradients", "ask", "only"];

/** @param {Place} place @param {Vocabulary} words @param {Named[]} names @returns {Offer[]} */
function valueOffers(place, words, names) {
  const {table, key, inner} = place;
  const constant = (/** @type {string} */ label) => ({label, type: "constant"});
  if (inner === "layer") return words.layers.map(layer => ({label: layer.key, detail: layer.summary, info: layer.stands_for, type: "class"}));
  if (inner === "activation" || inner === "function") return words.activations.map(constant);
  const choice = words.choices.find(each => each.table === table && each.key === key);
  if (choice) return choice.words.map(constant);
  return NAMED.includes(key) ? names.map(named) : [];
}

/** The settings of the layer that is written, or of every kind. @param {Place} place @param {Vocabulary} words @returns {Offer[]} */
function settings(place, words) {
  const kinds = words.layers.filter(layer => layer.key === (place.layer || "dense"));
  return [{label: "layer", type: "property", apply: 'layer = "'},
    ...kinds.flatMap(kind => kind.settings).map(({key, expected}) => ({label: key, detail: expected, type: "property", apply: `${key} = `}))];
}

/** @param {Named} each @returns {Offer} */
const named = ({name, shape}) => ({label: name, detail: shape.join("×"), type: "variable"});

/** @param {{label: string, detail: string, info: string}} each @returns {Offer} */
const operation = ({label, detail, info}) => ({label, detail: info, info: detail, type: "function", apply: `${label}(`});

/** @param {{key: string, meaning: string}} each @returns {Offer} */
const keyed = ({key, meaning}) => ({label: key, info: meaning, type: "property"});
