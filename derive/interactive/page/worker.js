// The worker that judges: it starts Python from the engine's parts, and answers requests by derive.interactive.desk.
// It is a classic worker, for a page from the file system may not start one of modules; Pyodide, which refuses these,
// is told the contrary by hiding `importScripts`. What it imports stands before it in the file.

import {address, inflated} from "./packed.js";

/** @type {any} */ const scope = self;
const NOWHERE = "https://engine.invalid/";
const FLINT = "python_flint-0.9.0-cp314-cp314-pyemscripten_2026_0_wasm32.whl";
/** @typedef {import("./packed.js").Parts} Parts */
/** Pyodide's list of packages, of which the page needs none. */
const LOCK = {
  info: {abi_version: "2026_0", arch: "wasm32", platform: "emscripten_5_0_3", python: "3.14.2", version: "314.0.7"},
  packages: {},
};

const SCRIPTS = ["pyodide.mjs", "pyodide.asm.mjs"];
/** @type {Record<string, string>} */ const TYPES = {"pyodide.asm.wasm": "application/wasm"};
const PACKAGES = "/lib/python3.14/site-packages";
/** A library that has been linked is not read again: its file is memory for nothing. */
const CLEAR = `
import gc
from pathlib import Path
for library in Path("${PACKAGES}").rglob("*.so"):
    library.unlink()
gc.collect()
gc.freeze()
`;

scope.importScripts = () => { throw new TypeError("a module"); };

/** What Pyodide would fetch comes out of the page; nothing else is fetched. @param {Parts} parts by the names it asks for */
function stayOffline(parts) {
  const plain = self.fetch;
  self.fetch = (asked, options) => {
    const url = String(asked instanceof Request ? asked.url : asked), name = url.slice(NOWHERE.length);
    if (url.startsWith(NOWHERE) && parts[name]) return Promise.resolve(inflated(parts[name], TYPES[name]));
    return url.startsWith("blob:") ? plain(asked, options) : Promise.reject(new TypeError(`nothing is fetched: ${url}`));
  };
}

/** @param {Parts} engine @param {string} desk where the class lies that answers: `module:Class` */
async function start(engine, desk) {
  stayOffline({...engine, [FLINT]: engine["flint.zip"]});
  const addresses = await Promise.all(SCRIPTS.map(name => address(inflated(engine[name], "text/javascript"))));
  const [{loadPyodide}, {default: createPyodideModule}] = await Promise.all(addresses.map(script => import(script)));
  addresses.forEach(URL.revokeObjectURL);
  const python = await loadPyodide({
    createPyodideModule, indexURL: NOWHERE, packageBaseUrl: NOWHERE, lockFileContents: JSON.stringify(LOCK),
    env: {DERIVE_CACHE: "", HOME: "/home"},
  });
  python.unpackArchive(await inflated(engine["derive.zip"]).arrayBuffer(), "zip", {extractDir: PACKAGES});
  const quiet = {checkIntegrity: false, messageCallback() {}, errorCallback(/** @type {string} */ text) { throw new Error(text); }};
  await python.loadPackage([NOWHERE + FLINT], quiet);
  const [module, name] = desk.split(":");
  python.runPython(`from ${module} import ${name}\ndesk = ${name}()\n${CLEAR}`);
  return python.globals.get("desk");
}

/** @type {Promise<any>} */ let desk;
self.onmessage = async ({data}) => {
  if (data.engine) {
    const began = performance.now();
    desk = start(data.engine, data.desk);
    desk.then(() => postMessage({ready: performance.now() - began}), error => postMessage({failed: String(error)}));
    return;
  }
  try {
    postMessage({id: data.id, reply: (await desk).answer(data.request)});
  } catch (error) {
    postMessage({id: data.id, failed: String(error)});
  }
};
