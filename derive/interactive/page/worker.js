// The worker that judges: it starts Python from the engine's parts, and answers requests by derive.interactive.desk.
// It is a classic worker, for a page from the file system may not start one of modules; Pyodide, which refuses these,
// is told the contrary by hiding `importScripts`. What it imports stands before it in the file.

import {address, inflated} from "./packed.js";

/** @type {any} */ const scope = self;
const NOWHERE = "https://engine.invalid/";
const FLINT = "python_flint-0.9.0-cp314-cp314-pyemscripten_2026_0_wasm32.whl";
/** Pyodide's list of packages, of which the page needs none. */
const LOCK = {
  info: {abi_version: "2026_0", arch: "wasm32", platform: "emscripten_5_0_3", python: "3.14.2", version: "314.0.7"},
  packages: {},
};

scope.importScripts = () => { throw new TypeError("a module"); };

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

/** @param {Record<string, string>} engine @param {string} desk where the class lies that answers: `module:Class` */
async function start(engine, desk) {
  /** @type {Record<string, Uint8Array<ArrayBuffer>>} */ const parts = {};
  await Promise.all(Object.entries(engine).map(async ([name, text]) => { parts[name] = await inflated(text); }));
  stayOffline(parts);
  const script = "text/javascript";
  const addresses = [address(parts["pyodide.mjs"], script), address(parts["pyodide.asm.mjs"], script),
    address(parts["python_stdlib.zip"], "application/zip")];
  const {loadPyodide} = await import(addresses[0]);
  const createPyodideModule = (await import(addresses[1])).default;
  const python = await loadPyodide({
    createPyodideModule, stdLibURL: addresses[2], indexURL: NOWHERE,
    packageBaseUrl: NOWHERE, lockFileContents: JSON.stringify(LOCK), env: {DERIVE_CACHE: "", HOME: "/home"},
  });
  python.unpackArchive(parts["derive.zip"].buffer, "zip", {extractDir: "/lib/python3.14/site-packages"});
  const quiet = {checkIntegrity: false, messageCallback() {}, errorCallback(/** @type {string} */ text) { throw new Error(text); }};
  await python.loadPackage([NOWHERE + FLINT], quiet);
  addresses.forEach(URL.revokeObjectURL);
  for (const name of Object.keys(parts)) delete parts[name];  // they lie in Python's own memory now
  const [module, name] = desk.split(":");
  python.runPython(`from ${module} import ${name}\ndesk = ${name}()`);
  return python.globals.get("desk");
}

/** @type {Promise<any>} */ let desk;
self.onmessage = async ({data}) => {
  if (data.engine) {
    const began = performance.now();
    desk = start(JSON.parse(data.engine), data.desk);
    desk.then(() => postMessage({ready: performance.now() - began}), error => postMessage({failed: String(error)}));
    return;
  }
  try {
    postMessage({id: data.id, reply: (await desk).answer(data.request)});
  } catch (error) {
    postMessage({id: data.id, failed: String(error)});
  }
};
