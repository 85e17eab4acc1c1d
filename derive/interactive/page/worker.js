// The worker that judges: it starts Python from the engine's parts, and answers requests by derive.interactive.desk.
// It is a classic worker, for a page from the file system may not start one of modules; Pyodide, which refuses these,
// is told the contrary by hiding `importScripts`. What it imports stands before it in the file.

import {address, inflated} from "./packed.js";

/** @type {any} */ const scope = self;
const NOWHERE = "https://engine.invalid/";
/** @typedef {import("./packed.js").Parts} Parts */
/** Pyodide's list of packages, of which the page needs none. */
const LOCK = {
  info: {abi_version: "2026_0", arch: "wasm32", platform: "emscripten_5_0_3", python: "3.14.2", version: "314.0.7"},
  packages: {},
};

const SCRIPTS = ["pyodide.mjs", "pyodide.asm.mjs"];
const LIBRARIES = ["libgmp.so", "libmpfr.so", "libflint.so"];  // each behind those that it needs
const CODE = "application/wasm";
const PACKAGES = "/lib/python3.14/site-packages";

scope.importScripts = () => { throw new TypeError("a module"); };

/** What Pyodide would fetch comes out of the page; nothing else is fetched. @param {Parts} parts by the names it asks for */
function stayOffline(parts) {
  const plain = self.fetch;
  self.fetch = (asked, options) => {
    const url = String(asked instanceof Request ? asked.url : asked), name = url.slice(NOWHERE.length);
    if (url.startsWith(NOWHERE) && parts[name]) return Promise.resolve(inflated(parts[name], name.endsWith(".wasm") ? CODE : undefined));
    return url.startsWith("blob:") ? plain(asked, options) : Promise.reject(new TypeError(`nothing is fetched: ${url}`));
  };
}

/**
 * Link a library that python-flint needs. It is compiled as it is unpacked, and lies in no file: that would be the largest
 * part of what the page holds. @param {any} system Pyodide's Emscripten @param {string} name @param {Response} code
 */
async function link(system, name, code) {
  const how = {loadAsync: true, nodelete: true, global: true};
  system.preloadedWasm[name] = await system.loadWebAssemblyModule(await WebAssembly.compileStreaming(code), how, name, {});
  await system.loadDynamicLibrary(name, how);
}

/** @param {Parts} engine @param {string} desk where the class lies that answers: `module:Class` */
async function start(engine, desk) {
  stayOffline(engine);
  const addresses = await Promise.all(SCRIPTS.map(name => address(inflated(engine[name], "text/javascript"))));
  const [{loadPyodide}, {default: createPyodideModule}] = await Promise.all(addresses.map(script => import(script)));
  addresses.forEach(URL.revokeObjectURL);
  const python = await loadPyodide({
    createPyodideModule, indexURL: NOWHERE, packageBaseUrl: NOWHERE, lockFileContents: JSON.stringify(LOCK),
    env: {DERIVE_CACHE: "", HOME: "/home"},
  });
  for (const name of LIBRARIES) await link(python._module, name, inflated(engine[name], CODE));
  python.unpackArchive(await inflated(engine["packages.tar.xz"]).arrayBuffer(), "xztar", {extractDir: PACKAGES});
  const [module, name] = desk.split(":");
  python.runPython(`from ${module} import ${name}\ndesk = ${name}()`);
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
