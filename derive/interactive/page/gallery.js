// The built-in problems by topic, to open.

import {button, element} from "./dom.js";

/**
 * @param {HTMLElement} place @param {{topic: string, problems: {name: string, title: string}[]}[]} topics
 * @param {import("./dom.js").Say} say @param {(name: string) => void} open
 */
export function gallery(place, topics, say, open) {
  place.replaceChildren(
    element("p", {className: "note"}, say("gallery_how")),
    element("div", {tabIndex: 0, role: "group", "aria-label": say("gallery")}, ...topics.flatMap(({topic, problems}) => [
      element("h2", {}, topic),
      element("ul", {}, ...problems.map(({name, title}) =>
        element("li", {}, button(title, () => open(name), {"data-example": name})))),
    ])),
  );
}
