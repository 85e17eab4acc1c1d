// The worked page with every given number to be moved: values, gradients and pictures follow; the loss by one weight.

import {byId, element, fill, settled, told} from "./dom.js";
import {givenFields} from "./givens.js";
import {plot} from "./plot.js";

/** A weight to choose. @param {{id: string, text: string}} weight */
const option = weight => element("option", {value: weight.id}, weight.text);

/** @param {import("./steps.js").Surroundings} around @param {import("./givens.js").Given[]} givens */
export function explore(around, givens) {
  const {judge, say, decimal} = around, first = JSON.stringify(givens);
  const fault = element("p", {role: "alert"}), page = element("div", {id: "explored"});
  const picture = element("div", {className: "plot"}), pass = element("div", {className: "bar"});
  const weight = element("select", {id: "weight", onchange: () => void drawn()});
  let now = 0, waiting = false, again = false;

  const drawn = async () => {
    if (!weight.value) return;
    const reply = await judge.ask({do: "curve", values: fields.values(), weight: weight.value});
    if (!reply.faults) picture.replaceChildren(plot(reply, weight.selectedOptions[0].text, decimal));
  };
  /** @param {{pass: number, html: string}[]} passes */
  const show = passes => {
    now = Math.max(0, Math.min(passes.length - 1, now));
    const turn = (/** @type {number} */ by) => () => { now += by; show(passes); };
    const step = (/** @type {string} */ text, /** @type {number} */ by, /** @type {boolean} */ off) =>
      element("button", {type: "button", onclick: turn(by), disabled: off}, text);
    pass.replaceChildren(step(say("before"), -1, now === 0), element("span", {role: "status"},
      say("pass", {k: passes[now].pass, of: passes[passes.length - 1].pass})), step(say("after"), 1, now === passes.length - 1));
    pass.hidden = passes.length < 2;
    fill(page, passes[now].html);
  };
  const follow = async () => {
    if (waiting) { again = true; return; }
    waiting = true;
    const reply = await judge.ask({do: "explore", values: fields.values()});
    waiting = false;
    fault.textContent = reply.faults ? told(reply.faults) : "";
    if (reply.passes) {
      show(reply.passes);
      if (!weight.options.length) weight.replaceChildren(...reply.weights.map(option));
      curve.hidden = !weight.options.length;
      await drawn();
    }
    byId("explore").dataset.shown = String(Number(byId("explore").dataset.shown ?? 0) + 1);
    if (again) { again = false; void follow(); }
  };
  const fields = givenFields(givens, decimal, settled(40, () => void follow()));
  const back = element("button", {type: "button", onclick: () => { fields.set(JSON.parse(first)); void follow(); }}, say("original"));
  const curve = element("details", {className: "curve", open: true}, element("summary", {}, say("curve")),
    element("label", {htmlFor: "weight"}, `${say("weight")} `), weight, picture);
  byId("explore").replaceChildren(
    element("h2", {}, say("explore")), element("p", {className: "note"}, say("explore_how")), fields.element,
    element("div", {className: "bar"}, back), fault, curve, pass, page,
  );
  return follow;
}
