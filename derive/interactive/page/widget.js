// What runs in a notebook's page: it carries requests to the kernel and replies back.

const HEIGHT = 820; // CSS pixels

/**
 * @typedef {{derive: unknown, request?: string}} Question  what a page asks
 * @typedef {{get(key: string): string, send(message: object): void, on(event: string, tell: Tell): void,
 *   off(event: string, tell: Tell): void}} Model  the widget in the kernel
 * @typedef {(message: {id: unknown, reply: unknown}) => void} Tell
 */

export default {
  /** @param {{model: Model, el: HTMLElement}} widget */
  render({model, el}) {
    const frame = document.createElement("iframe");
    frame.srcdoc = model.get("page");
    frame.title = model.get("title");
    frame.style.cssText = `width: 100%; height: ${HEIGHT}px; border: 0`;
    const ask = (/** @type {MessageEvent<Question | undefined>} */ {data, source}) => {
      if (source === frame.contentWindow && data?.derive !== undefined && data.request)
        model.send({id: data.derive, request: data.request});
    };
    /** @type {Tell} */
    const tell = ({id, reply}) => frame.contentWindow?.postMessage({derive: id, reply}, "*");
    addEventListener("message", ask);
    model.on("msg:custom", tell);
    el.append(frame);
    return () => { removeEventListener("message", ask); model.off("msg:custom", tell); };
  },
};
