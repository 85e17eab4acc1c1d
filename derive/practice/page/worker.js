// The worker that judges: it starts Python from the engine's parts, and answers requests by derive.practice.desk.
// It is a classic worker, for a page from the file system may not start one of modules; Pyodide, which refuses these,
// is told the contrary by hiding `importScripts`.

/** @type {any} */ const scope = self;
const NOWHERE = "https://engine.invalid/";
const FLINT = "python_flint-0.9.0-cp314-cp314-pyemscripten_2026_0_wasm32.whl";
const LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%.()*+-;,=>?@^_`{|}~";
/** Pyodide's list of packages, of which the page needs none. */
const LOCK = {
  info: {abi_version: "2026_0", arch: "wasm32", platform: "emscripten_5_0_3", python: "3.14.2", version: "314.0.7"},
  packages: {},
};

scope.importScripts = () => { throw new TypeError("a module"); };

/** Bytes written in base 85. @param {string} text @returns {Uint8Array<ArrayBuffer>} */
function bytes(text) {
  const values = new Uint8Array(128);
  [...LETTERS].forEach((letter, i) => { values[letter.charCodeAt(0)] = i; });
  const short = (5 - text.length % 5) % 5;
  const made = new Uint8Array(Math.ceil(text.length / 5) * 4);
  for (let i = 0, at = 0; i < text.length; i += 5) {
    let word = 0;
    for (let j = i; j < i + 5; j++) word = word * 85 + (j < text.length ? values[text.charCodeAt(j)] : 84);
    made[at++] = word >>> 24; made[at++] = word >>> 16; made[at++] = word >>> 8; made[at++] = word;
  }
  return made.subarray(0, made.length - short);
}

/** @param {string} text @returns {Promise<Uint8Array<ArrayBuffer>>} */
async function inflated(text) {
  const stream = new Blob([bytes(text)]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** @param {Uint8Array<ArrayBuffer>} part @param {string} type */
const address = (part, type) => URL.createObjectURL(new Blob([part], {type}));

/** What Pyodide would fetch comes from memory; nothing else is fetched. @param {Record<string, Uint8Array<ArrayBuffer>>} parts */
function stayOffline(parts) {
  const plain = self.fetch;
  self.fetch = (asked, options) => {
    const url = String(asked instanceof Request ? asked.url : asked);
    if (url.endsWith("pyodide.asm.wasm")) {
      return Promise.resolve(new Response(parts["pyodide.asm.wasm"], {headers: {"content-type": "application/wasm"}}));
    }
    if (url.endsWith(FLINT)) return Promise.resolve(new Response(parts["flint.zip"]));
    return url.startsWith("blob:") ? plain(asked, options) : Promise.reject(new TypeError(`nothing is fetched: ${url}`));
  };
}

/** @param {Record<string, string>} engine */
async function start(engine) {
  /** @type {Record<string, Uint8Array<ArrayBuffer>>} */ const parts = {};
  await Promise.all(Object.entries(engine).map(async ([name, text]) => { parts[name] = await inflated(text); }));
  stayOffline(parts);
  const script = "text/javascript";
  const {loadPyodide} = await import(address(parts["pyodide.mjs"], script));
  const createPyodideModule = (await import(address(parts["pyodide.asm.mjs"], script))).default;
  const python = await loadPyodide({
    createPyodideModule, stdLibURL: address(parts["python_stdlib.zip"], "application/zip"), indexURL: NOWHERE,
    packageBaseUrl: NOWHERE, lockFileContents: JSON.stringify(LOCK), env: {DERIVE_CACHE: "", HOME: "/home"},
  });
  python.unpackArchive(parts["derive.zip"].buffer, "zip", {extractDir: "/lib/python3.14/site-packages"});
  const quiet = {checkIntegrity: false, messageCallback() {}, errorCallback(/** @type {string} */ text) { throw new Error(text); }};
  await python.loadPackage([NOWHERE + FLINT], quiet);
  python.runPython("from derive.practice.desk import Desk\ndesk = Desk()");
  return python.globals.get("desk");
}

/** @type {Promise<any>} */ let desk;
self.onmessage = async ({data}) => {
  if (data.engine) {
    const began = performance.now();
    desk = start(JSON.parse(data.engine));
    desk.then(() => postMessage({ready: performance.now() - began}), error => postMessage({failed: String(error)}));
    return;
  }
  try {
    postMessage({id: data.id, reply: (await desk).answer(data.request)});
  } catch (error) {
    postMessage({id: data.id, failed: String(error)});
  }
};
