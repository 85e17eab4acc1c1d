// The practice page: it can be read at once, and answers when the engine has started.

import {all, amount, announce, button, byId, download, element, fill, saying, told} from "./dom.js";
import {outerJudge, workerJudge} from "./judge.js";
import {explore} from "./explore.js";
import {givenFields} from "./givens.js";
import {parts} from "./packed.js";
import {digest, kept} from "./store.js";
import {Exercise} from "./steps.js";
import {freeWorking} from "./working.js";

const data = JSON.parse(byId("data").textContent ?? "{}");
const say = saying(data.words);
const key = digest(JSON.stringify(data.open));
/** @type {ReturnType<typeof kept<import("./store.js").Choices>>} */
const choices = kept(key, {seed: "", values: null, mathematics: true});
const judge = data.outside ? outerJudge() : workerJudge(JSON.parse(byId("worker").textContent ?? ""), parts(byId("engine").textContent ?? ""));
byId("engine")?.remove();  // its text is large, and not read again
byId("mathematics").hidden = Boolean(data.outside);
const opened = judge.ready.then(() => judge.ask({do: "open", ...data.open}));
/** Every request waits until the problem lies open. @type {import("./judge.js").Judge} */
const patient = {...judge, ask: request => opened.then(() => judge.ask(request))};
const PLACES = ["exercise", "working", "explore"];
/** @type {Exercise} */ let exercise;
/** @type {any} */ let current;
/** @type {import("./steps.js").Surroundings} */ let around;

/** Lay an exercise out with what was done of it. @param {any} description @param {boolean} [written] whether the page has it already */
function lay(description, written = false) {
  const root = byId("exercise");
  current = description;
  if (!written) root.innerHTML = description.exercise;
  const work = kept(`${key} ${digest(JSON.stringify(description.givens))}`, {steps: {}, work: ""});
  around = {judge: patient, say, decimal: description.decimal, work, mathematics: () => choices.value.mathematics && !data.outside, told: progress};
  exercise = new Exercise(root, description.steps, around);
  freeWorking(around);
  const follow = explore(around, description.givens);
  byId("to-explore").onclick = () => { turn("explore"); void follow(); };
  numbers(description);
  fill(byId("summary"), "");
  progress(exercise);
}

/** How far one is: a mark for each step, and the numbers. @param {Exercise} now */
function progress(now) {
  const steps = [...now.steps.values()];
  const last = steps[steps.length - 1]?.asked.pass;
  byId("progress").replaceChildren(...steps.flatMap((step, i) => {
    const state = step.mark, {pass} = step.asked;
    const link = button("", () => { turn("exercise"); step.focus(); }, {
      innerHTML: step.asked.math, className: `mark ${state}`, "aria-label": state ? `${step.asked.id}, ${say(state)}` : step.asked.id,
    });
    const begins = last > 1 && pass !== steps[i - 1]?.asked.pass;
    return [...(begins ? [element("li", {className: "pass"}, say("pass", {k: pass, of: last}))] : []), element("li", {}, link)];
  }));
  const done = steps.filter(step => ["correct", "follows"].includes(step.mark)).length;
  const [marks, of] = [now.marks, now.of || data.of].map(count => amount(count, around.decimal));
  byId("count").textContent = say("progress", {done, all: steps.length, marks, of});
}

/** Show one of the places. @param {string} place */
function turn(place) {
  for (const each of PLACES) {
    byId(each).hidden = each !== place;
    byId(`to-${each}`).setAttribute("aria-pressed", String(each === place));
  }
  for (const each of ["exercise-tools", "summary"]) byId(each).hidden = place !== "exercise" || !byId(each).childElementCount;
}

/** Other numbers: drawn ones, or those that are typed. @param {any} description */
function numbers(description) {
  const place = byId("numbers"), fault = element("p", {role: "alert"});
  const change = async (/** @type {Record<string, any>} */ request, /** @type {Partial<typeof choices.value>} */ chosen) => {
    const reply = await patient.ask(request);
    if (reply.faults) { fault.textContent = told(reply.faults); return; }
    Object.assign(choices.value, chosen);
    choices.save();
    lay(reply);
    byId("numbers").append(element("p", {className: "note"}, say("changed")));
    announce(say("changed"));
  };
  const fields = givenFields(description.givens, description.decimal, () => {});
  const apply = button(say("apply"), () => void change({do: "change", values: fields.values()}, {values: fields.values(), seed: ""}));
  const original = button(say("original"), () => void change({do: "open", ...data.open}, {values: null, seed: ""}));
  const draw = button(say("new_numbers"), () => {
    const seed = `${Date.now()}`;
    void change({do: "draw", seed}, {values: null, seed});
  });
  place.replaceChildren(...(description.variants ? [element("div", {className: "bar"}, draw)] : []),
    element("details", {}, element("summary", {}, say("change_numbers")), fields.element, element("div", {className: "bar"}, apply, original)), fault);
}

async function handIn() {
  const student = /** @type {HTMLInputElement} */ (byId("student")).value.trim();
  const reply = await patient.ask({do: "save", answers: exercise.answers(true), student});
  if (reply.text) download(reply.file, reply.text);
  announce(say("saved", {file: reply.file}));
}

async function summarise() {
  const reply = await patient.ask({do: "summary", answers: exercise.answers()});
  const helped = [...exercise.steps.values()].filter(step => step.state.hints || step.state.shown).map(step => step.asked.math);
  fill(byId("summary"), `<h2>${say("summary")}</h2>${reply.html}`);
  if (helped.length) byId("summary").append(element("p", {innerHTML: `${say("helped")} ${helped.join(", ")}`}));
  byId("summary").focus();
}

function startAnew() {
  if (!confirm(say("anew_sure"))) return;
  around.work.clear();
  lay(current);
}

for (const place of PLACES) byId(`to-${place}`).addEventListener("click", () => turn(place));
byId("hand-in").addEventListener("click", () => void handIn());
byId("summarise").addEventListener("click", () => void summarise());
byId("anew").addEventListener("click", startAnew);
byId("mathematics").setAttribute("aria-pressed", String(choices.value.mathematics));
byId("mathematics").addEventListener("click", () => {
  choices.value.mathematics = !choices.value.mathematics;
  choices.save();
  byId("mathematics").setAttribute("aria-pressed", String(choices.value.mathematics));
  for (const step of exercise.steps.values()) if (step.state.form === "whole") void step.field();
});

const state = byId("state");
state.textContent = say("starting");
const first = {...data.description, exercise: byId("exercise").innerHTML};
const changed = choices.value.seed || choices.value.values;
lay(first, true);
turn("exercise");
opened.then(async reply => {
  if (reply.faults) throw new Error(told(reply.faults));
  const {seed, values} = choices.value;
  if (changed) lay(await judge.ask(seed ? {do: "draw", seed} : {do: "change", values}));
  await exercise.judge();
  state.textContent = say("ready");
  document.body.dataset.ready = String(Math.round(performance.now()));
}).catch(error => {
  state.textContent = say("broken", {why: String(error.message ?? error)});
  document.body.dataset.failed = String(error);
});
