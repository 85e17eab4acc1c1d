// What is packed in the page: deflated, then written in base 85. It is unpacked as it is read, and never lies there whole.

/** @typedef {Record<string, Blob>} Parts packed texts by name, which the browser keeps outside of the page's memory */

const LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%.()*+-;,=>?@^_`{|}~";
const VALUES = new Uint8Array(128);
[...LETTERS].forEach((letter, i) => { VALUES[letter.charCodeAt(0)] = i; });

/** What a text packs by name. @param {string} text @returns {Parts} */
export const parts = text =>
  Object.fromEntries(Object.entries(JSON.parse(text)).map(([name, packed]) => [name, new Blob([packed])]));

/** Letters of base 85 to the bytes that they write, five to four. @returns {TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>} */
function unwritten() {
  let word = 0, count = 0;
  return new TransformStream({
    transform(letters, out) {
      const made = new Uint8Array(4 * Math.ceil((count + letters.length) / 5));
      let at = 0;
      for (let i = 0; i < letters.length; i++) {
        word = word * 85 + VALUES[letters[i]];
        if (++count < 5) continue;
        made[at++] = word >>> 24;
        made[at++] = word >>> 16;
        made[at++] = word >>> 8;
        made[at++] = word;
        word = count = 0;
      }
      out.enqueue(made.subarray(0, at));
    },
    flush(out) {
      if (!count) return;
      for (let i = count; i < 5; i++) word = word * 85 + 84;
      out.enqueue(Uint8Array.of(word >>> 24, word >>> 16, word >>> 8).subarray(0, count - 1));
    },
  });
}

/** The bytes of a part, as a server would give them. @param {Blob} part @param {string} [type] */
export function inflated(part, type = "application/octet-stream") {
  const stream = part.stream().pipeThrough(unwritten()).pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream, {headers: {"content-type": type}});
}

/** An address for a text or for bytes. @param {Response} content */
export const address = async content => URL.createObjectURL(await content.blob());
