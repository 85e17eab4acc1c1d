// What the studio does where a server of this computer answers: files on disk, PDF, sheets, classes.

import {announce, button, element, told} from "./dom.js";

/**
 * @typedef {{address: string, made: string, token: string, known: string}} Server
 * @typedef {{judge: import("./judge.js").Judge, say: import("./dom.js").Say, server: Server,
 *   file(): {problem: string, name: string}}} OnDisk
 *   the server, where it shows what it made, the token of this run, the file as it was on disk; and what is written
 */

/** @param {{bar: HTMLElement, room: HTMLElement, made: HTMLElement}} places @param {OnDisk} around */
export function onDisk({bar, room, made}, {judge, say, server, file}) {
  let known = server.known;

  /** @param {...(Node | string)} shown */
  const show = (...shown) => {
    made.replaceChildren(...shown);
    made.hidden = false;
    announce(made.textContent ?? "");
  };
  const fault = (/** @type {import("./judge.js").Fault[]} */ faults) => show(element("p", {className: "fault"}, told(faults)));

  /** Ask, with the buttons off while that lasts. @param {Record<string, any>} request */
  async function ask(request) {
    bar.inert = true;
    show(say("making"));
    const reply = await judge.ask({...request, ...file()}).catch(error =>
      ({faults: [{message: error instanceof TypeError ? say("no_server") : String(error), hint: ""}]}));
    bar.inert = false;
    if (reply.faults) fault(reply.faults);
    return reply;
  }

  async function store(over = false) {
    const {problem} = file(), reply = await ask({do: "store", known, over});
    if (reply.exists) {
      const anyway = button(say("over"), () => void store(true));
      show(element("p", {className: "fault"}, say("exists", {file: reply.exists})), anyway);
      anyway.focus();
    } else if (reply.file) {
      known = problem;
      show(say("saved", {file: reply.file}));
    }
  }

  /** @param {Record<string, any>} request */
  async function make(request) {
    const reply = await ask(request);
    if (!reply.files) return;
    const links = reply.files.map((/** @type {{name: string, path: string}} */ {name, path}) => element("li", {}, name ?
      element("a", {href: `${server.made}${encodeURIComponent(name)}?token=${server.token}`, target: "_blank"}, path) : path));
    const messages = (reply.messages ?? []).map((/** @type {string} */ text) => element("p", {className: "fault"}, text));
    show(say("written"), element("ul", {}, ...links), ...messages);
  }

  const roster = element("input", {type: "file", id: "roster", accept: ".csv,.xlsx,.ods,.tsv,.txt"});
  const making = button(say("make_class"), async () => {
    const chosen = roster.files?.[0];
    if (!chosen) return announce(say("roster"));
    const bytes = new Uint8Array(await chosen.arrayBuffer());
    const data = btoa([...bytes].map(byte => String.fromCharCode(byte)).join(""));
    await make({do: "class", roster: {name: chosen.name, data}});
  });
  room.append(element("div", {className: "bar"}, element("label", {htmlFor: "roster"}, say("roster")), roster, making));
  const group = button(say("class"), () => {
    room.hidden = !room.hidden;
    group.setAttribute("aria-expanded", String(!room.hidden));
    if (!room.hidden) roster.focus();
  }, {"aria-expanded": "false", "aria-controls": room.id});
  bar.append(
    button(say("save"), () => void store(), {className: "main", "aria-keyshortcuts": "Control+S"}),
    button("PDF", () => void make({do: "pdf"})), button(say("sheet"), () => void make({do: "sheet"})), group,
  );
  bar.hidden = false;
  addEventListener("keydown", event => {
    if (event.key !== "s" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    void store();
  });
  addEventListener("beforeunload", event => { if (known !== file().problem) event.preventDefault(); });
}
