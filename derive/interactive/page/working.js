// A whole page of work at once: typed or pasted, marked line by line.

import {amount, announce, button, byId, element, fill, told} from "./dom.js";

/** @param {import("./steps.js").Surroundings} around */
export function freeWorking(around) {
  const {judge, say, decimal, work} = around;
  const text = element("textarea", {rows: 16, value: work.value.work, spellcheck: false, id: "work"});
  const result = element("div", {className: "report"});
  const mark = async () => {
    const reply = await judge.ask({do: "mark", work: text.value});
    if (reply.faults) return fill(result, `<p>${told(reply.faults)}</p>`);
    fill(result, reply.html);
    announce(say("earned", {marks: amount(reply.marks, decimal), of: amount(reply.of, decimal)}));
  };
  text.addEventListener("input", () => {
    work.value.work = text.value;
    work.save();
  });
  text.addEventListener("keydown", event => { if (event.key === "Enter" && event.ctrlKey) void mark(); });
  byId("working").replaceChildren(
    element("h2", {}, say("working")), element("p", {className: "note"}, say("working_how")),
    element("label", {htmlFor: "work", className: "spoken"}, say("working")), text,
    element("div", {className: "bar"}, button(say("mark"), () => void mark(), {className: "main"})), result,
  );
}
