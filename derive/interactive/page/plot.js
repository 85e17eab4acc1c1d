// A curve with its tangent.

/**
 * @typedef {{points: [number, number][], at: number, loss: number, slope: number, html: string, text: string}} Curve
 *   `html` and `text` say the same in a sentence.
 */

const WIDTH = 560, HEIGHT = 260, EDGE = 34;

/** Both ends of an axis, with as many digits as tell them apart. @param {number} low @param {number} high @param {string} decimal */
export function ends(low, high, decimal) {
  const text = (/** @type {number} */ value, /** @type {number} */ digits) =>
    String(Number(value.toPrecision(digits))).replace("-", "−").replace(".", decimal);
  let digits = 3;
  while (digits < 15 && low !== high && text(low, digits) === text(high, digits)) digits++;
  return [text(low, digits + 1), text(high, digits + 1)];
}

/** The loss by one weight, the point where it stands, the tangent there. @param {Curve} curve @param {string} weight @param {string} decimal */
export function plot(curve, weight, decimal) {
  const xs = curve.points.map(([x]) => x), ys = curve.points.map(([, y]) => y).concat(curve.loss);
  const [left, right, low, high] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const tall = high - low || Math.abs(high) || 1;
  const x = (/** @type {number} */ value) => EDGE + (value - left) / (right - left || 1) * (WIDTH - 2 * EDGE);
  const y = (/** @type {number} */ value) => HEIGHT - EDGE - (value - low) / tall * (HEIGHT - 2 * EDGE);
  const path = curve.points.map(([a, b], i) => `${i ? "L" : "M"}${x(a).toFixed(1)} ${y(b).toFixed(1)}`).join("");
  const reach = (right - left) / 4, tangent = (/** @type {number} */ value) => curve.loss + curve.slope * (value - curve.at);
  const [from, to] = [curve.at - reach, curve.at + reach];
  const [first, last] = ends(left, right, decimal), [least, most] = ends(low, high, decimal);
  const holder = document.createElement("figure");
  holder.innerHTML = `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img"><title></title>
<rect x="${EDGE}" y="${EDGE / 2}" width="${WIDTH - 2 * EDGE}" height="${HEIGHT - 1.5 * EDGE}" class="frame"/>
<clipPath id="inside"><rect x="${EDGE}" y="${EDGE / 2}" width="${WIDTH - 2 * EDGE}" height="${HEIGHT - 1.5 * EDGE}"/></clipPath>
<g clip-path="url(#inside)"><path d="${path}" class="loss"/>
<line x1="${x(from)}" y1="${y(tangent(from))}" x2="${x(to)}" y2="${y(tangent(to))}" class="tangent"/></g>
<circle cx="${x(curve.at)}" cy="${y(curve.loss)}" r="5" class="here"/>
<text x="${WIDTH - EDGE}" y="${HEIGHT - 8}" text-anchor="end"></text>
<text x="${EDGE}" y="${HEIGHT - 8}">${first} … ${last}</text>
<text x="${EDGE + 4}" y="${EDGE}">${most}</text><text x="${EDGE + 4}" y="${HEIGHT - EDGE - 4}">${least}</text></svg><figcaption></figcaption>`;
  /** @type {Element} */ (holder.querySelector("title")).textContent = curve.text;
  /** @type {Element} */ (holder.querySelector("text")).textContent = weight;
  /** @type {Element} */ (holder.querySelector("figcaption")).innerHTML = curve.html;
  return holder;
}
