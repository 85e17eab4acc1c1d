// Elements, sentences and what is announced.

/** @typedef {(key: string, fields?: Record<string, string | number>) => string} Say */

/** The page's sentences by key, with their places filled. @param {Record<string, string>} words @returns {Say} */
export const saying = words => (key, fields = {}) =>
  words[key].replace(/\{(\w+)\}/g, (_, name) => String(fields[name]));

/**
 * An element. Properties that begin with `on` are listeners, those with a dash or `role` attributes, the others fields.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag @param {Record<string, any>} [properties] @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [key, value] of Object.entries(properties)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (key.includes("-") || key === "role") made.setAttribute(key, value);
    else /** @type {any} */ (made)[key] = value;
  }
  made.append(...children);
  return made;
}

/** A button. @param {string} text @param {() => void} onclick @param {Record<string, any>} [properties] */
export const button = (text, onclick, properties = {}) =>
  element("button", {type: "button", onclick, ...properties}, text);

/** @param {string} selector @param {ParentNode} [from] @returns {HTMLElement[]} */
export const all = (selector, from = document) => [...from.querySelectorAll(selector)].map(found => /** @type {HTMLElement} */ (found));

/** The element with an id, which the frame has. @param {string} id @returns {HTMLElement} */
export const byId = id => /** @type {HTMLElement} */ (document.getElementById(id));

/** Put HTML that derive wrote into a place. @param {HTMLElement} place @param {string} html */
export function fill(place, html) {
  place.innerHTML = html;
  place.hidden = !html;
}

/** Tell those who hear the page what happened. @param {string} text */
export function announce(text) {
  const place = byId("announce");
  place.textContent = "";
  setTimeout(() => { place.textContent = text; }, 30);
}

/** A message without the marks that a terminal has around what was typed. @param {string} message */
export const unmarked = message => message.replaceAll("`", "");

/** What is wrong with a request, in words. @param {import("./judge.js").Fault[]} faults */
export const told = faults => unmarked(faults.map(fault => [fault.message, fault.hint].filter(Boolean).join(" – ")).join("\n"));

/** Marks, to two decimals. @param {number} marks @param {string} decimal */
export const amount = (marks, decimal) => String(Math.round(marks * 100) / 100).replace(".", decimal);

const SHORT = 1_000_000;  // characters

/**
 * Save a text as a file. A short one stands in the address itself: Firefox does not save blobs in every kind of window.
 * @param {string} name @param {string} text
 */
export function download(name, text) {
  const href = text.length < SHORT ? `data:text/plain;charset=utf-8,${encodeURIComponent(text)}`
    : URL.createObjectURL(new Blob([text], {type: "text/plain"}));
  element("a", {download: name, href}).click();
}

/** Call a function once nothing has happened for a while. @param {number} wait @param {() => void} call */
export function settled(wait, call) {
  /** @type {number | undefined} */ let timer;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(call, wait);
  };
}
