// The form for [network]: layers with their settings, units to be dragged. It writes the file; weights follow in derive.

import {announce, button, element, told} from "./dom.js";

/**
 * @typedef {import("./problem_file.js").Vocabulary} Vocabulary
 * @typedef {{layer: string, settings: Record<string, any>} | {text: string}} Layer
 *   a layer with its settings, or as text where the form has nothing for it
 * @typedef {{of: "network" | "equations" | "nothing", loss?: string, layers?: Layer[]}} Form
 * @typedef {{judge: import("./judge.js").Judge, say: import("./dom.js").Say, vocabulary: Vocabulary,
 *   file(): {problem: string, name: string}, write(problem: string): void, begin(units: string): Promise<any>}} Writes
 */

const MOST_UNITS = 12;

/** The form in a place; what it gives shows another state of the file. @param {HTMLElement} place @param {Writes} around */
export function networkForm(place, around) {
  const {judge, say, vocabulary} = around;
  /** @type {(Layer & {was: number | null})[]} */ let layers = [];
  let loss = "", drawn = "", waiting = false, again = false;
  const fault = element("p", {role: "alert", className: "fault"});
  const list = element("ol", {className: "layers"});

  /** Write what the form says into the file; while that lasts, what is changed waits. */
  async function write() {
    if (waiting) { again = true; return; }
    waiting = true;
    const sent = layers;
    const reply = await judge.ask({do: "network", ...around.file(), layers: sent, loss});
    waiting = false;
    fault.textContent = reply.faults ? told(reply.faults) : "";
    if (reply.problem !== undefined) {
      const places = new Map(sent.map((layer, i) => [layer, i]));
      layers.forEach(layer => { layer.was = places.get(layer) ?? null; });
      drawn = stateOf();
      around.write(reply.problem);
    }
    if (again) { again = false; void write(); }
  }

  const stateOf = () => JSON.stringify([loss, layers.map(({was, ...layer}) => layer)]);

  /** Other layers: drawn anew, with the focus on one of them. @param {typeof layers} now @param {number} at */
  function arrange(now, at) {
    layers = now;
    draw();
    const group = list.children[Math.min(at, list.children.length - 1)];
    /** @type {HTMLElement | null} */ (group?.querySelector("select, input"))?.focus();
    announce(say("layers_now", {n: layers.length}));
    void write();
  }

  function draw() {
    list.replaceChildren(...layers.map((layer, i) => row(layer, i)));
    const kinds = select(vocabulary.layers.map(({key}) => key), "dense", () => {}, "new-layer");
    const add = () => arrange([...layers, {was: null, layer: kinds.value, settings: fresh(kinds.value)}], layers.length);
    const losses = select(["", ...vocabulary.losses], loss, chosen => { loss = chosen; void write(); }, "loss");
    place.replaceChildren(list, fault,
      element("div", {className: "bar"}, element("label", {htmlFor: "new-layer"}, say("kind")), kinds, button(say("add_layer"), add, {className: "main"})),
      element("div", {className: "bar"}, element("label", {htmlFor: "loss"}, say("loss")), losses));
  }

  /** The settings that a new layer begins with. @param {string} key */
  function fresh(key) {
    const kind = vocabulary.layers.find(each => each.key === key);
    const needed = (kind?.settings ?? []).filter(({required}) => required);
    const first = {count: 2, flag: true, function: "ReLU", choice: "", text: "2"};
    return {...Object.fromEntries(needed.map(({key: name, entered}) => [name, first[/** @type {keyof typeof first} */ (entered)]])),
      ...(key === "dense" ? {activation: "ReLU"} : {})};
  }

  /** @param {Layer & {was: number | null}} layer @param {number} i */
  function row(layer, i) {
    const name = say("layer", {k: i + 1}), others = layers.filter(each => each !== layer);
    const to = (/** @type {number} */ at) => arrange([...others.slice(0, at), layer, ...others.slice(at)], at);
    const tools = element("div", {className: "bar"},
      button("↑", () => to(i - 1), {"aria-label": say("move_up", {k: i + 1}), disabled: i === 0}),
      button("↓", () => to(i + 1), {"aria-label": say("move_down", {k: i + 1}), disabled: i === layers.length - 1}),
      button("✕", () => arrange(others, i), {"aria-label": say("remove_layer", {k: i + 1}), disabled: layers.length === 1}));
    const fields = "text" in layer ? [element("code", {}, layer.text)] : settings(layer, i);
    return element("li", {}, element("fieldset", {}, element("legend", {}, name), ...fields, tools));
  }

  /** @param {{layer: string, settings: Record<string, any>} & {was: number | null}} layer @param {number} i */
  function settings(layer, i) {
    const kind = vocabulary.layers.find(each => each.key === layer.layer), id = `layer-${i + 1}`;
    const turned = (/** @type {string} */ key) => {
      const now = [...layers];
      now[i] = {was: null, layer: key, settings: fresh(key)};
      arrange(now, i);
    };
    const kinds = select(vocabulary.layers.map(({key}) => key), layer.layer, turned, `${id}-kind`);
    const shown = (kind?.settings ?? []).map(setting => {
      const {key} = setting, field = `${id}-${key}`;
      const set = (/** @type {any} */ value) => {
        if (value === "" || value === null) delete layer.settings[key];
        else layer.settings[key] = value;
        void write();
      };
      return element("div", {className: "setting"}, element("label", {htmlFor: field}, key), ...entry(setting, layer.settings[key], field, set));
    });
    return [element("div", {className: "setting"}, element("label", {htmlFor: `${id}-kind`}, say("kind")), kinds), ...shown];
  }

  /** The fields of a setting. @param {import("./problem_file.js").Setting} setting @param {any} value @param {string} id @param {(value: any) => void} set */
  function entry({key, entered, expected, choices}, value, id, set) {
    if (entered === "count") return count(key, value, id, set);
    if (entered === "function") return [select(offered(vocabulary.activations, value), value ?? "", set, id)];
    if (entered === "choice") return [select(["", ...choices], value ?? "", set, id)];
    if (entered === "flag") return [select(["", "true", "false"], value === undefined ? "" : String(value), chosen => set(chosen && chosen === "true"), id)];
    return [element("input", {id, value: value ?? "", placeholder: expected, title: expected, autocomplete: "off",
      onchange: (/** @type {Event} */ event) => set(/** @type {HTMLInputElement} */ (event.target).value.trim())})];
  }

  /** A number to type, and a slider to drag. @param {string} key @param {any} value @param {string} id @param {(value: any) => void} set */
  function count(key, value, id, set) {
    const number = element("input", {id, type: "number", min: 1, step: 1, value: value ?? ""});
    const slider = element("input", {type: "range", min: 1, max: Math.max(MOST_UNITS, Number(value) || 1), step: 1, value: value ?? 1, "aria-label": key});
    number.addEventListener("input", () => {
      if (!number.checkValidity()) return;
      slider.value = number.value;
      set(number.value && Number(number.value));
    });
    slider.addEventListener("input", () => {
      number.value = slider.value;
      set(Number(slider.value));
    });
    return [number, slider];
  }

  /** Where there is no network: what there is instead, and a new one. @param {string} of */
  function without(of) {
    const sizes = element("input", {id: "sizes", value: "2-3-1", autocomplete: "off"});
    const begin = async () => {
      const reply = await around.begin(sizes.value);
      fault.textContent = reply?.faults ? told(reply.faults) : "";
    };
    place.replaceChildren(element("p", {className: "note"}, say(of === "equations" ? "of_equations" : "of_nothing")),
      element("div", {className: "bar"}, element("label", {htmlFor: "sizes"}, say("sizes")), sizes, button(say("new_network"), () => void begin(), {className: "main"})), fault);
  }

  return (/** @type {Form} */ form) => {
    if (waiting || again) return;
    const state = form.of === "network" ? JSON.stringify([form.loss, form.layers]) : form.of;
    if (state === drawn) return;
    drawn = state;
    if (form.of !== "network") return without(form.of);
    loss = form.loss ?? "";
    layers = (form.layers ?? []).map((layer, i) => ({...layer, was: i}));
    draw();
  };
}

/** The words of a menu with one that it does not have. @param {string[]} words @param {string | undefined} value */
const offered = (words, value) => value === undefined ? ["", ...words] : [...new Set([value, ...words])];

/** A menu. @param {string[]} words @param {string} value @param {(chosen: string) => void} chosen @param {string} id */
function select(words, value, chosen, id) {
  const menu = element("select", {id}, ...words.map(word => element("option", {value: word, selected: word === value}, word || "–")));
  menu.addEventListener("change", () => chosen(menu.value));
  return menu;
}
