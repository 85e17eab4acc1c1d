// Something that judges and can be stopped while it does: what was asked fails then, and it starts anew.

/** @typedef {import("./judge.js").Judge} Judge */

/** @param {() => Judge} start @returns {Judge & {stop(): void}} */
export function stoppable(start) {
  let judge = start();
  /** @type {(why: Error) => void} */ let fail;
  const newStop = () => {
    const made = new Promise((_, reject) => { fail = reject; });
    made.catch(() => {});  // nobody may be waiting
    return made;
  };
  let stopped = newStop();
  return {
    get ready() { return judge.ready; },
    ask: request => Promise.race([judge.ready.then(() => judge.ask(request)), stopped]),
    close: () => judge.close(),
    stop() {
      judge.close();
      fail(new Stopped("stopped"));
      stopped = newStop();
      judge = start();
    },
  };
}

/** Why what was asked has no reply. */
export class Stopped extends Error {}
