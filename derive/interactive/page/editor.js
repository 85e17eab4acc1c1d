// The field in which a problem file is written: with colours, messages under the lines and offers, or a plain one.

import {button} from "./dom.js";
import {codeField} from "./code_field.js";
import {kept} from "./store.js";

/**
 * @typedef {import("./judge.js").Fault} Fault
 * @typedef {import("./problem_file.js").Named} Named
 * @typedef {{value: string, mark(faults: Fault[], wrong: boolean): void, go(fault: Fault): void,
 *   names(names: Named[]): void, close(): void}} Editor
 *   `mark` shows messages at their lines, `go` leads to one of them, `names` tells what the problem has names for
 * @typedef {{field: HTMLTextAreaElement, changed: () => void, vocabulary: import("./problem_file.js").Vocabulary,
 *   say: import("./dom.js").Say}} Writing
 *   what an editor writes in: the field holds the text, whatever shows it
 */

/** @param {HTMLElement} bar where the choice stands @param {Writing} writing @returns {Editor} */
export function editing(bar, writing) {
  const choice = kept("editor", {plain: false}), {field, say} = writing;
  /** @type {[Fault[], boolean]} */ let marked = [[], false];
  /** @type {Named[]} */ let named = [];
  let now = plainField(field);
  const plain = button(say("plain"), () => {
    choice.value.plain = !choice.value.plain;
    choice.save();
    void chosen();
  });
  async function chosen() {
    now.close();
    now = plainField(field);
    plain.setAttribute("aria-pressed", String(choice.value.plain));
    if (!choice.value.plain) now = await codeField(writing);
    now.mark(...marked);
    now.names(named);
    field.dataset.shown = choice.value.plain ? "plain" : "code";
  }
  field.addEventListener("input", writing.changed);
  if (document.getElementById("code")) {
    bar.append(plain);
    chosen().catch(error => console.info("the plain field stays:", error));
  }
  return {
    get value() { return now.value; },
    set value(text) { now.value = text; },
    mark(...what) { now.mark(...(marked = what)); },
    go: fault => now.go(fault),
    names(names) { now.names(named = names); },
    close: () => now.close(),
  };
}

/** @param {HTMLTextAreaElement} field @returns {Editor} */
function plainField(field) {
  return {
    get value() { return field.value; },
    set value(text) { field.value = text; },
    mark() {},
    names() {},
    close() {},
    go(fault) {
      const before = field.value.split("\n").slice(0, Math.max(0, fault.line - 1));
      const start = before.reduce((sum, line) => sum + line.length + 1, 0) + (fault.start ?? 0);
      field.focus();
      field.setSelectionRange(start, start + fault.length);
    },
  };
}
