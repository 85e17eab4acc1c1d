// CodeMirror in the place of a plain field: colours, messages under the lines, offers of names and operations.

import {address, inflated, parts} from "./packed.js";
import {element, told} from "./dom.js";
import {beginning, offers, token} from "./problem_file.js";

/** @typedef {import("./judge.js").Fault} Fault */

/** @type {Promise<any> | undefined} */ let loading;

/** CodeMirror's modules, unpacked in the order in which they import each other. @returns {Promise<any>} */
async function load() {
  /** @type {Record<string, string>} */ const addresses = {};
  const packed = parts(document.getElementById("code")?.textContent ?? "{}");
  for (const [name, part] of Object.entries(packed)) {
    const text = await inflated(part).text();
    const linked = text.replace(/\bfrom\s*(["'])([^"'\n]+)\1/g, (whole, _, used) => addresses[used] ? `from "${addresses[used]}"` : whole);
    addresses[name] = await address(new Response(linked, {headers: {"content-type": "text/javascript"}}));
  }
  const names = ["@codemirror/state", "@codemirror/view", "@codemirror/language", "@codemirror/commands",
    "@codemirror/autocomplete", "@lezer/highlight"];
  return Object.assign({}, ...await Promise.all(names.map(name => import(addresses[name]))));
}

/** @param {import("./editor.js").Writing} writing @returns {Promise<import("./editor.js").Editor>} */
export async function codeField({field, changed, vocabulary, say}) {
  const code = await (loading ??= load());
  /** @type {import("./problem_file.js").Named[]} */ let names = [];
  /** @type {Fault[]} */ let faults = [];
  const messages = messagesUnderLines(code), laid = code.Annotation.define();
  const place = element("div", {className: "code"});
  field.after(place);
  field.hidden = true;

  const complete = (/** @type {any} */ context) => {
    const text = context.state.sliceDoc(0, context.pos), found = offers(text, vocabulary, names);
    const typed = found ? text.slice(found.from) : "";
    if (!found || (!context.explicit && (!typed || found.options.some(each => each.label === typed)))) return null;
    const called = (/** @type {import("./problem_file.js").Offer} */ each) =>
      each.type === "function" ? {...each, apply: code.snippet(`${each.label}(\${})`)} : each;
    return {from: found.from, options: found.options.map(called), validFor: /^[\p{L}\p{N}_{}',\\-]*$/u};
  };
  const next = (/** @type {any} */ view) => {
    const line = view.state.doc.lineAt(view.state.selection.main.head).number;
    const fault = faults.find(each => each.line > line) ?? faults[0];
    if (fault) go(fault);
    return Boolean(fault);
  };
  const view = new code.EditorView({
    doc: field.value,
    parent: place,
    extensions: [
      code.lineNumbers(), code.history(), code.EditorView.lineWrapping, code.closeBrackets(), code.bracketMatching(),
      code.highlightActiveLine(), code.EditorState.tabSize.of(2), messages.field, ...colours(code, vocabulary),
      code.autocompletion({override: [complete], icons: false}),
      code.keymap.of([...code.closeBracketsKeymap, ...code.completionKeymap, ...code.historyKeymap, {key: "F8", run: next},
        ...code.defaultKeymap]),
      code.EditorView.contentAttributes.of({"aria-label": say("file"), tabindex: "0"}),
      code.EditorView.updateListener.of((/** @type {any} */ update) => {
        if (!update.docChanged) return;
        field.value = update.state.doc.toString();
        if (!update.transactions.some((/** @type {any} */ each) => each.annotation(laid))) changed();
      }),
    ],
  });

  /** @param {Fault} fault */
  function go(fault) {
    const [from, to] = span(view.state.doc, fault) ?? [0, 0];
    view.dispatch({selection: {anchor: from, head: to}, scrollIntoView: true});
    view.focus();
  }
  return {
    get value() { return field.value; },
    set value(text) { view.dispatch({changes: {from: 0, to: view.state.doc.length, insert: text}, selection: {anchor: 0}, annotations: laid.of(true)}); },
    mark(now, wrong) {
      faults = now;
      view.dispatch({effects: messages.set.of({faults, wrong})});
    },
    go,
    names(now) { names = now; },
    close() {
      view.destroy();
      place.remove();
      field.hidden = false;
    },
  };
}

/** Where a message belongs in a text: its words, or its line; null for one about the whole file. @param {any} doc @param {Fault} fault */
function span(doc, fault) {
  if (!fault.line || fault.line > doc.lines) return null;
  const line = doc.line(fault.line), shift = line.text.indexOf(fault.text);
  if (fault.start === null || shift < 0) return [line.from, line.to];
  const from = Math.min(line.to, line.from + shift + fault.start);
  return [from, Math.min(line.to, from + fault.length)];
}

/** The messages of derive, each under its line. @param {any} code */
function messagesUnderLines(code) {
  const {Decoration, EditorView, StateEffect, StateField, WidgetType} = code;
  const set = StateEffect.define();
  class Message extends WidgetType {
    constructor(/** @type {string} */ text, /** @type {boolean} */ wrong) {
      super();
      this.text = text;
      this.wrong = wrong;
    }

    eq(/** @type {Message} */ other) { return other.text === this.text && other.wrong === this.wrong; }

    toDOM() { return element("div", {className: `under ${this.wrong ? "fault" : "warning"}`}, this.text); }
  }
  /** @param {any} doc @param {{faults: Fault[], wrong: boolean}} told */
  const placed = (doc, {faults, wrong}) => Decoration.set(faults.flatMap(fault => {
    const found = span(doc, fault);
    if (!found) return [];
    const under = Decoration.widget({widget: new Message(told([fault]), wrong), block: true, side: 1});
    const marks = found[0] < found[1] ? [Decoration.mark({class: wrong ? "slip" : "noted"}).range(...found)] : [];
    return [...marks, under.range(doc.lineAt(found[0]).to)];
  }), true);
  const field = StateField.define({
    create: () => Decoration.none,
    update: (/** @type {any} */ value, /** @type {any} */ transaction) => transaction.effects.reduce(
      (/** @type {any} */ now, /** @type {any} */ effect) => effect.is(set) ? placed(transaction.state.doc, effect.value) : now,
      value.map(transaction.changes)),
    provide: (/** @type {any} */ own) => EditorView.decorations.from(own),
  });
  return {set, field};
}

/** The colours of tokens, as classes of the page's style. @param {any} code @param {import("./problem_file.js").Vocabulary} vocabulary */
function colours(code, vocabulary) {
  const {StreamLanguage, tagHighlighter, tags, syntaxHighlighting} = code;
  const operations = new Set(vocabulary.operations.map(each => each.label));
  const table = {
    comment: tags.comment, heading: tags.heading, property: tags.propertyName, text: tags.string, number: tags.number,
    atom: tags.atom, operator: tags.operator, operation: tags.function(tags.name), name: tags.variableName,
  };
  const language = StreamLanguage.define({
    name: "derive",
    startState: beginning,
    copyState: (/** @type {any} */ place) => ({...place}),
    token: (/** @type {any} */ stream, /** @type {any} */ place) => token(stream, place, operations),
    tokenTable: table,
    languageData: {commentTokens: {line: "#"}},
  });
  const classes = Object.entries(table).map(([name, tag]) => ({tag, class: `is-${name}`}));
  return [language, syntaxHighlighting(tagHighlighter(classes))];
}
