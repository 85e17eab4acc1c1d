// Something that judges: it is asked with an object and replies with one. In a page a worker does it, with derive inside;
// in a studio that runs on a computer a server does. What can be asked: derive/interactive/desk.py.

/**
 * @typedef {{message: string, hint: string, file: string, line: number, text: string, start: number | null, length: number}} Fault
 * @typedef {{ask(request: Record<string, any>): Promise<any>, ready: Promise<number>, close(): void}} Judge
 *   `ask` rejects only if the judge itself breaks; what is wrong with a request is its reply's `faults`.
 *   `ready` gives the milliseconds that the start took.
 */

const DESK = "derive.interactive.desk:Desk";

/**
 * A worker with derive inside. @param {string} script the worker's text
 * @param {import("./packed.js").Parts} engine
 * @param {string} [desk] where the class lies that answers @returns {Judge}
 */
export function workerJudge(script, engine, desk = DESK) {
  const worker = new Worker(URL.createObjectURL(new Blob([script], {type: "text/javascript"})));
  /** @type {Map<number, {resolve: (reply: any) => void, reject: (error: Error) => void}>} */ const waiting = new Map();
  let asked = 0;
  const ready = new Promise((resolve, reject) => {
    worker.onerror = event => reject(new Error(event.message));
    worker.onmessage = ({data}) => {
      const caller = waiting.get(data.id);
      if (data.id === undefined) return data.failed ? reject(new Error(data.failed)) : resolve(data.ready);
      waiting.delete(data.id);
      return data.failed ? caller?.reject(new Error(data.failed)) : caller?.resolve(JSON.parse(data.reply));
    };
  });
  worker.postMessage({engine, desk});
  return {
    ready,
    ask: request => new Promise((resolve, reject) => {
      waiting.set(++asked, {resolve, reject});
      worker.postMessage({id: asked, request: JSON.stringify(request)});
    }),
    close: () => worker.terminate(),
  };
}

/** The window around the page: a notebook, whose kernel judges. @returns {Judge} */
export function outerJudge() {
  /** @type {Map<number, (reply: any) => void>} */ const waiting = new Map();
  let asked = 0;
  addEventListener("message", ({data, source}) => {
    if (source !== parent || data?.derive === undefined) return;
    waiting.get(data.derive)?.(JSON.parse(data.reply));
    waiting.delete(data.derive);
  });
  return {
    ready: Promise.resolve(0),
    ask: request => new Promise(resolve => {
      waiting.set(++asked, resolve);
      parent.postMessage({derive: asked, request: JSON.stringify(request)}, "*");
    }),
    close() {},
  };
}

/** A server, which knows its own page by a token. @param {string} address @param {string} token @returns {Judge} */
export function serverJudge(address, token) {
  return {
    ready: Promise.resolve(0),
    ask: async request => {
      const headers = {"content-type": "application/json", "x-derive-token": token};
      const reply = await fetch(address, {method: "POST", headers, body: JSON.stringify(request)});
      if (!reply.ok) throw new Error(`${reply.status} ${reply.statusText}`);
      return reply.json();
    },
    close() {},
  };
}
