// A curve with its tangent.

/**
 * @typedef {{points: [number, number][], at: number, loss: number, slope: number,
 *   texts: {at: string, loss: string, slope: string}}} Curve
 */

const WIDTH = 560, HEIGHT = 260, EDGE = 34;

/** A number at an axis. @param {number} value */
const short = value => String(Number(value.toPrecision(4)));

/** The loss by one weight, the point where it stands, the tangent there. @param {Curve} curve @param {string} weight @param {import("./dom.js").Say} say */
export function plot(curve, weight, say) {
  const xs = curve.points.map(([x]) => x), ys = curve.points.map(([, y]) => y).concat(curve.loss);
  const [left, right, low, high] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const tall = high - low || Math.abs(high) || 1;
  const x = (/** @type {number} */ value) => EDGE + (value - left) / (right - left || 1) * (WIDTH - 2 * EDGE);
  const y = (/** @type {number} */ value) => HEIGHT - EDGE - (value - low) / tall * (HEIGHT - 2 * EDGE);
  const path = curve.points.map(([a, b], i) => `${i ? "L" : "M"}${x(a).toFixed(1)} ${y(b).toFixed(1)}`).join("");
  const reach = (right - left) / 4, tangent = (/** @type {number} */ value) => curve.loss + curve.slope * (value - curve.at);
  const ends = [curve.at - reach, curve.at + reach];
  const text = say("slope", {weight, ...curve.texts});
  const holder = document.createElement("figure");
  holder.innerHTML = `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img"><title></title>
<rect x="${EDGE}" y="${EDGE / 2}" width="${WIDTH - 2 * EDGE}" height="${HEIGHT - 1.5 * EDGE}" class="frame"/>
<clipPath id="inside"><rect x="${EDGE}" y="${EDGE / 2}" width="${WIDTH - 2 * EDGE}" height="${HEIGHT - 1.5 * EDGE}"/></clipPath>
<g clip-path="url(#inside)"><path d="${path}" class="loss"/>
<line x1="${x(ends[0])}" y1="${y(tangent(ends[0]))}" x2="${x(ends[1])}" y2="${y(tangent(ends[1]))}" class="tangent"/></g>
<circle cx="${x(curve.at)}" cy="${y(curve.loss)}" r="5" class="here"/>
<text x="${WIDTH - EDGE}" y="${HEIGHT - 8}" text-anchor="end"></text>
<text x="${EDGE}" y="${HEIGHT - 8}">${short(left)} … ${short(right)}</text>
<text x="${EDGE + 4}" y="${EDGE}">${short(high)}</text><text x="${EDGE + 4}" y="${HEIGHT - EDGE - 4}">${short(low)}</text></svg><figcaption></figcaption>`;
  /** @type {Element} */ (holder.querySelector("title")).textContent = text;
  /** @type {Element} */ (holder.querySelector("text")).textContent = weight;
  /** @type {Element} */ (holder.querySelector("figcaption")).textContent = text;
  return holder;
}
