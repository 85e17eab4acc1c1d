// The studio: a problem file on one side, its worked page on the other, which follows what is written.

import {announce, button, byId, download, element, fill, saying, settled, told} from "./dom.js";
import {editing} from "./editor.js";
import {gallery} from "./gallery.js";
import {serverJudge, workerJudge} from "./judge.js";
import {networkForm} from "./network.js";
import {onDisk} from "./on_disk.js";
import {parts} from "./packed.js";
import {Stopped, stoppable} from "./stoppable.js";
import {kept} from "./store.js";

/** @typedef {import("./judge.js").Fault} Fault */

const WORK_AFTER = 350, SAY_AFTER = 1500, STOP_AFTER = 4000;  // milliseconds without a key, or without a page
const data = JSON.parse(byId("data").textContent ?? "{}");
const say = saying(data.words);
const judge = stoppable(() => data.server ? serverJudge(data.server.address, data.server.token) :
  workerJudge(JSON.parse(byId("worker").textContent ?? ""), parts(byId("engine").textContent ?? ""), data.desk));
const draft = kept("studio", {...data.open});
const name = /** @type {HTMLInputElement} */ (byId("name"));
const state = byId("state");
const PLACES = ["file", "network", "gallery"];
let waiting = false, again = false, heard = "";
name.value = data.open.name;
if (!data.server) laidDown();

/** What was written here the last time. */
function laidDown() {
  name.value = draft.value.name;
  /** @type {HTMLTextAreaElement} */ (byId("problem")).value = draft.value.problem;
}

/** What a request tells of the file. */
const file = () => ({problem: editor.value, name: name.value.trim()
  .replace(/^[^\p{L}\p{N}_]+/u, "").replace(/[^\p{L}\p{N}_. -]+/gu, "_") || "problem"});

const changed = settled(WORK_AFTER, () => void work());
const editor = editing(byId("name-bar"), {
  field: /** @type {HTMLTextAreaElement} */ (byId("problem")), vocabulary: data.vocabulary, say,
  changed: () => {
    keep();
    changed();
  },
});

function keep() {
  if (data.server) return;
  Object.assign(draft.value, file());
  draft.save();
}

/** Work out what is written; while that lasts, what is typed waits. */
async function work() {
  if (waiting) { again = true; return; }
  waiting = true;
  document.body.dataset.working = "yes";
  state.textContent = say("working_out");
  /** @type {number | undefined} */ let long;
  try {
    await judge.ready;
    if (!data.server) long = setTimeout(() => { byId("stop").hidden = false; }, STOP_AFTER);
    const asked = file(), reply = await judge.ask({do: "work", ...asked});
    if (reply.network && asked.problem === editor.value) form(reply.network);
    show(reply);
  } catch (error) {
    broken(error);
  }
  clearTimeout(long);
  byId("stop").hidden = true;
  waiting = false;
  delete document.body.dataset.working;
  if (again) { again = false; void work(); }
}

/** @param {any} reply */
function show(reply) {
  const faults = reply.faults ?? reply.warnings;
  messages(faults, Boolean(reply.faults));
  byId("page").classList.toggle("before", Boolean(reply.faults));
  if (reply.faults) state.textContent = say("not_worked_out", {count: faults.length});
  else {
    const article = element("article", {lang: reply.language}, element("h1", {}, reply.title));
    article.insertAdjacentHTML("beforeend", reply.html);
    byId("page").replaceChildren(article);
    state.textContent = faults.length ? say("warned", {count: faults.length}) : say("worked_out");
    editor.names(reply.names);
  }
  document.body.dataset.shown = String(Number(document.body.dataset.shown ?? 0) + 1);
}

/** The messages under the file, and at their lines. @param {Fault[]} faults @param {boolean} wrong */
function messages(faults, wrong) {
  const list = byId("faults");
  editor.mark(faults, wrong);
  list.replaceChildren(...faults.map(fault => element("li", {className: wrong ? "fault" : "warning"},
    button(worded(fault), () => editor.go(fault)))));
  list.hidden = !faults.length;
  hear(faults.map(worded).join("\n"));
}

/** @param {Fault} fault */
const worded = fault => fault.line ? say("at_line", {k: fault.line, text: told([fault])}) : told([fault]);

/** Say the messages to those who hear the page, once nothing more is typed. @param {string} text */
function hear(text) {
  if (text !== heard) saySoon();
  heard = text;
}
const saySoon = settled(SAY_AFTER, () => announce(heard || say("worked_out")));

/** @param {unknown} error */
function broken(error) {
  const why = error instanceof Error ? error.message : String(error);
  const gone = data.server && error instanceof TypeError;  // what `fetch` throws where nobody answers
  state.textContent = error instanceof Stopped ? say("stopped") : gone ? say("no_server") : say("broken_studio", {why});
  announce(state.textContent);
  if (!(error instanceof Stopped)) document.body.dataset.failed = why;
}

/** Lay another file open; what was written before can be taken back. @param {{problem: string, name: string}} other @param {string} [place] */
function open(other, place = "file") {
  const before = {problem: editor.value, name: name.value};
  byId("back").hidden = false;
  byId("back").onclick = () => open(before);
  name.value = other.name;
  editor.value = other.problem;
  keep();
  turn(place);
  void work();
  announce(say("opened", {name: other.name}));
}

/** Show one of the places. @param {string} place */
function turn(place) {
  for (const each of PLACES) {
    byId(each).hidden = each !== place;
    byId(`to-${each}`).setAttribute("aria-pressed", String(each === place));
  }
}

/** Save what a request gives. @param {Record<string, any>} request */
async function save(request) {
  const reply = await judge.ask({...request, ...file()}).catch(broken);
  if (!reply) return;
  if (reply.faults) {
    state.textContent = told(reply.faults);
    return announce(state.textContent);
  }
  for (const id of reply.fill ?? []) {
    reply.text = reply.text.replace(`id="${id}"></script>`, () => `id="${id}">${byId(id).textContent}</script>`);
  }
  download(reply.file, reply.text);
  announce(say("saved", {file: reply.file}));
}

byId("stop").addEventListener("click", () => judge.stop());
byId("downloads").append(
  element("span", {}, say("download")),
  button(say("as_problem"), () => { download(`${file().name}.toml`, editor.value); announce(say("saved", {file: `${file().name}.toml`})); }),
  ...[["html", "HTML"], ["md", "Markdown"], ["tex", "LaTeX"]].map(([format, label]) =>
    button(label, () => void save({do: "download", format}))),
  button(say("as_practice"), () => void save({do: "practice"})),
);
for (const place of PLACES) byId(`to-${place}`).addEventListener("click", () => turn(place));
name.addEventListener("change", () => { keep(); void work(); });
const form = networkForm(byId("network"), {
  judge, say, vocabulary: data.vocabulary, file,
  write: problem => {
    if (problem === editor.value) return;
    editor.value = problem;
    keep();
    void work();
  },
  begin: async units => {
    const reply = await judge.ask({do: "begin", units, name: "network"});
    if (!reply.faults) open(reply, "network");
    return reply;
  },
});
gallery(byId("gallery"), data.gallery, say, async chosen => open(await judge.ask({do: "example", name: chosen})));
if (data.server) onDisk({bar: byId("on-disk"), room: byId("class"), made: byId("made")}, {judge, say, server: data.server, file});
state.textContent = say("starting_studio");
judge.ready.then(async () => {
  await work();
  announce(state.textContent ?? "");
  document.body.dataset.ready = String(Math.round(performance.now()));
}).catch(broken);
