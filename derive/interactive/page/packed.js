// What is packed in the page: deflated, then written in base 85.

const LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%.()*+-;,=>?@^_`{|}~";

/** The bytes that a text of base 85 writes. @param {string} text @returns {Uint8Array<ArrayBuffer>} */
export function bytes(text) {
  const values = new Uint8Array(128);
  [...LETTERS].forEach((letter, i) => { values[letter.charCodeAt(0)] = i; });
  const made = new Uint8Array(Math.ceil(text.length / 5) * 4);
  for (let i = 0, at = 0; i < text.length; i += 5) {
    let word = 0;
    for (let j = i; j < i + 5; j++) word = word * 85 + (j < text.length ? values[text.charCodeAt(j)] : 84);
    made[at++] = word >>> 24;
    made[at++] = word >>> 16;
    made[at++] = word >>> 8;
    made[at++] = word;
  }
  return made.subarray(0, made.length - (5 - text.length % 5) % 5);
}

/** The bytes that were deflated. @param {string} text @returns {Promise<Uint8Array<ArrayBuffer>>} */
export async function inflated(text) {
  const stream = new Blob([bytes(text)]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** An address for bytes that lie in memory. @param {Uint8Array<ArrayBuffer>} part @param {string} type */
export const address = (part, type) => URL.createObjectURL(new Blob([part], {type}));
