// The steps that an exercise asks: fields, verdicts, hints, what was read. derive wrote the page; this makes it answer.

import {all, announce, button, element, fill, settled, told, unmarked} from "./dom.js";
import {nested, wire} from "./cells.js";
import {mathField} from "./mathfield.js";
import {untouched} from "./store.js";

/**
 * @typedef {import("./judge.js").Judge} Judge
 * @typedef {{id: string, math: string, number: number, shape: number[], pass: number}} Asked
 * @typedef {{verdict: string, entries: any, message: string, html: string, marks: number, of: number, again: string[]}} Item
 * @typedef {{judge: Judge, say: import("./dom.js").Say, decimal: string, work: {value: import("./store.js").Work, save(): void, clear(): void},
 *   mathematics: () => boolean, told: (exercise: Exercise) => void}} Surroundings
 */

/** Focus a field that has just been put in place: MathLive takes none before it is drawn. @param {HTMLElement} field */
const focused = field => new Promise(done => requestAnimationFrame(() => setTimeout(() => { field.focus(); done(undefined); })));

const SIGNS = {correct: "✓", follows: "↳", wrong: "✗", unreadable: "?", missing: "–"};
const READ_AFTER = 250;  // milliseconds

/** One step that is asked. */
export class Step {
  /** @param {Asked} asked @param {HTMLInputElement[]} inputs @param {Exercise} exercise */
  constructor(asked, inputs, exercise) {
    this.asked = asked;
    this.exercise = exercise;
    this.inputs = inputs;
    this.block = /** @type {HTMLDetailsElement} */ (inputs[0].closest("details.step"));
    const {work, say} = exercise.around;
    this.state = {...untouched(), ...work.value.steps[asked.id]};
    /** @type {Item | null} */ this.item = null;
    this.labels = inputs.map(input => input.getAttribute("aria-label") ?? input.name);
    this.read = element("div", {className: "read", hidden: true});
    this.verdict = element("div", {className: "verdicts", hidden: true});
    this.help = element("div", {className: "help", hidden: true});
    this.whole = element("div", {className: "whole", hidden: true});
    this.check = button(say("check"), () => void this.judge(), {className: "main"});
    this.form = button(say("as_formula"), () => void this.#turn());
    this.hint = button(say("hint"), () => void this.#hint());
    this.#controls();
    this.cells = inputs.map((input, i) => this.#cell(input, i));
    const {shape} = asked;
    wire(inputs, shape.length > 1 ? shape[shape.length - 1] : 1, () => this.#edited());
    if (this.state.form === "whole") void this.field();
    this.show();
  }

  /** What is under the fields. */
  #controls() {
    const {say} = this.exercise.around;
    const solution = button(say("solution"), () => void this.#solution());
    const skip = button(say("skip"), () => this.#skip());
    const bar = element("div", {className: "bar", role: "group", "aria-label": this.asked.id},
      this.check, this.form, this.hint, solution, skip);
    const place = element("div", {className: "asked"}, this.whole, this.read, bar, this.verdict, this.help);
    const lines = this.inputs.map(input => input.closest(".chain, .lines"));
    lines[lines.length - 1]?.after(place);
  }

  /** A field with room for the sign of its verdict. @param {HTMLInputElement} input @param {number} i */
  #cell(input, i) {
    const cell = element("span", {className: "cell"});
    input.replaceWith(cell);
    cell.append(input);
    input.value = this.state.cells[i] ?? "";
    input.addEventListener("input", () => this.#edited());
    input.addEventListener("keydown", event => { if (event.key === "Enter") this.#enter(); });
    return cell;
  }

  #enter() {
    if (this.state.checked && ["correct", "follows"].includes(this.item?.verdict ?? "")) this.exercise.next(this)?.focus();
    else void this.judge();
  }

  #edited = () => {
    this.state.cells = this.inputs.map(input => input.value);
    this.state.checked = this.state.skipped = false;
    this.item = null;
    this.save();
    this.show();
    this.#reading();
    this.exercise.around.told(this.exercise);
  };

  #reading = settled(READ_AFTER, async () => {
    const {judge, say} = this.exercise.around, answer = this.answer();
    if (answer === null) return fill(this.read, "");
    const reply = await judge.ask({do: "read", step: this.asked.id, answer});
    if (this.state.checked) return;
    fill(this.read, reply.math ? `<span class="word">${say("read")}</span> ${reply.math}` : "");
    if (reply.why) this.read.append(element("p", {className: "remark"}, unmarked(reply.why)));
    this.read.hidden = !reply.math && !reply.why;
  });

  /** What is answered: the text of the field, or the texts of the cells as the step's shape has them; null for nothing. */
  answer() {
    if (this.state.form === "whole") return this.state.whole.trim() || null;
    const texts = this.inputs.map(input => input.value.trim());
    return texts.some(Boolean) ? nested(texts, this.asked.shape) : null;
  }

  async judge() {
    const {say} = this.exercise.around;
    if (this.answer() === null) return announce(say("nothing"));
    this.state.checked = true;
    this.state.skipped = false;
    this.save();
    await this.exercise.judge();
    announce(`${this.asked.id}: ${this.item?.message ?? ""}`);
  }

  /** The verdict of the whole work on this step. @param {Item | null} item */
  take(item) {
    this.item = item;
    this.show();
  }

  /** The state as it is seen and heard. */
  show() {
    const {say} = this.exercise.around, {item, state} = this, flat = item ? [item.entries].flat(Infinity) : [];
    const whole = state.form === "whole";
    this.form.textContent = whole ? say("as_cells") : say("as_formula");
    this.form.hidden = false;
    for (const cell of this.cells) cell.closest(".fields")?.classList.toggle("aside-form", whole);
    this.cells.forEach((cell, i) => {
      const verdict = whole ? "" : flat[i] ?? "";
      cell.dataset.verdict = verdict;
      cell.dataset.sign = verdict ? SIGNS[/** @type {keyof typeof SIGNS} */ (verdict)] : "";
      this.inputs[i].disabled = whole;
      this.inputs[i].setAttribute("aria-invalid", String(verdict === "wrong" || verdict === "unreadable"));
      this.inputs[i].setAttribute("aria-label", [this.labels[i], verdict && say(verdict)].filter(Boolean).join(", "));
    });
    this.whole.hidden = !whole;
    fill(this.verdict, item ? item.html : "");
    this.verdict.className = `verdicts ${item?.verdict ?? ""}`;
    if (item) fill(this.read, "");
    if (item?.again.length) this.verdict.append(this.#again(item.again));
    this.hint.textContent = state.hints ? say("more") : say("hint");
    this.hint.disabled = state.hints >= 3;
  }

  /** Links to where the cause lies. @param {string[]} steps */
  #again(steps) {
    const place = element("p", {className: "again"}, `${this.exercise.around.say("again")} `);
    for (const step of steps.map(id => this.exercise.steps.get(id)).slice(0, 1)) {
      if (step) place.append(button("", () => step.focus(), {innerHTML: step.asked.math, "aria-label": step.asked.id}));
    }
    return place;
  }

  /** The field for a formula, or for all as one text: MathLive's, or a plain one where that is wanted. */
  async field() {
    const {say, mathematics, decimal} = this.exercise.around, {id} = this.asked;
    const label = `${id}: ${say("formula")}`;
    const typed = () => {
      if (field.value === this.state.whole) return;
      this.state.whole = field.value;
      this.#edited();
    };
    /** @type {HTMLElement & {value: string}} */ let field = element("input", {"aria-label": label, value: this.state.whole});
    if (mathematics()) {
      const own = await mathField(label, this.state.whole, decimal).catch(error => console.info("no MathLive:", error));
      if (own) field = own;
    }
    field.addEventListener("input", typed);
    field.addEventListener("keydown", event => {
      if (event.key !== "Enter") return;
      typed();  // MathLive tells what was typed a moment later
      this.#enter();
    });
    this.whole.replaceChildren(field);
    return field;
  }

  async #turn() {
    this.state.form = this.state.form === "cells" ? "whole" : "cells";
    this.state.checked = false;
    this.item = null;
    this.save();
    this.show();
    fill(this.read, "");
    if (this.state.form === "whole") await this.field().then(focused);
    else this.inputs[0].focus();
  }

  async #hint() {
    const level = Math.min(3, this.state.hints + 1);
    this.state.hints = level;
    this.save();
    this.show();
    const reply = await this.exercise.around.judge.ask({
      do: "hint", step: this.asked.id, level, answers: this.exercise.known(),
    });
    this.#helped(reply);
  }

  async #solution() {
    this.state.shown = true;
    this.save();
    this.#helped(await this.exercise.around.judge.ask({do: "solution", step: this.asked.id}));
    this.exercise.around.told(this.exercise);
  }

  /** @param {{html?: string, faults?: import("./judge.js").Fault[]}} reply */
  #helped(reply) {
    const shown = element("div", {tabIndex: -1}, reply.faults ? told(reply.faults) : "");
    if (reply.html) shown.innerHTML = reply.html;
    const inner = shown.querySelector(".step > div");
    if (inner) shown.replaceChildren(...inner.childNodes);
    this.help.append(shown);
    this.help.hidden = false;
    shown.focus({preventScroll: true});
  }

  #skip() {
    this.state.skipped = true;
    this.save();
    this.exercise.around.told(this.exercise);
    this.exercise.next(this)?.focus();
  }

  focus() {
    this.block.open = true;
    const field = this.state.form === "whole" ? this.whole.firstElementChild : this.inputs[0];
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.block.scrollIntoView({block: "center", behavior: calm ? "auto" : "smooth"});
    /** @type {HTMLElement | null} */ (field)?.focus({preventScroll: true});
  }

  /** What the list of steps shows of it. */
  get mark() {
    if (this.item) return this.item.verdict;
    return this.state.shown ? "shown" : this.state.skipped ? "skipped" : this.answer() === null ? "" : "open";
  }

  save() {
    const {work} = this.exercise.around;
    work.value.steps[this.asked.id] = this.state;
    work.save();
  }
}

/** The steps of an exercise in their order. */
export class Exercise {
  /** @param {HTMLElement} root @param {Asked[]} asked @param {Surroundings} around */
  constructor(root, asked, around) {
    this.around = around;
    /** @type {Map<string, Step>} */ this.steps = new Map();
    this.marks = this.of = 0;
    for (const step of asked) {
      const inputs = /** @type {HTMLInputElement[]} */ (all("input[name]", root))
        .filter(input => input.name === step.id || input.name.startsWith(`${step.id}[`));
      if (inputs.length) this.steps.set(step.id, new Step(step, inputs, this));
    }
  }

  /** The answers that were checked, as they are judged together. */
  answers(every = false) {
    const found = [...this.steps.values()].filter(step => every || step.state.checked).map(step => [step.asked.id, step.answer()]);
    return Object.fromEntries(found.filter(([, answer]) => answer !== null));
  }

  /** The steps whose numbers a hint may use: those answered, and those that were shown. */
  known() {
    return [...this.steps.values()].filter(step => step.state.checked || step.state.shown).map(step => step.asked.id);
  }

  async judge() {
    const reply = await this.around.judge.ask({do: "judge", answers: this.answers()});
    if (reply.faults) return announce(told(reply.faults));
    this.marks = reply.marks;
    this.of = reply.of;
    for (const step of this.steps.values()) step.take(step.state.checked ? reply.items[step.asked.id] ?? null : null);
    this.around.told(this);
  }

  /** The next step that has not been answered, from one on, round the end. @param {Step} from */
  next(from) {
    const every = [...this.steps.values()], at = every.indexOf(from) + 1;
    return [...every.slice(at), ...every.slice(0, at)].find(step => !step.state.checked && step !== from);
  }
}
