// Helpers for the document. External text is only set as textContent.

export const byId = (id) => document.getElementById(id);

/** Makes an element. `attributes.class` and the like are set as attributes; children are nodes or text. */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

/** Makes an element of SVG. */
export function svg(tag, attributes = {}) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) {
    node.setAttribute(name, value);
  }
  return node;
}

/** Sets the text of a node, and leaves it alone when nothing changes: what is selected stays selected. */
export function text(node, value) {
  const wanted = String(value);
  if (node.textContent !== wanted) {
    node.textContent = wanted;
  }
}

export function attribute(node, name, value) {
  if (node.getAttribute(name) !== value) {
    node.setAttribute(name, value);
  }
}

const lists = new WeakMap();

/**
 * Updates a list. Keeps the nodes of items between updates, with their focus and their buttons.
 * `make(item)` returns `{ node, update(item) }`; these are returned in the order of the items. Items with the same key are distinguished by their order.
 */
export function keyed(parent, items, keyOf, make) {
  const before = lists.get(parent) ?? new Map();
  const after = new Map();
  let next = parent.firstChild;
  for (const item of items) {
    let key = String(keyOf(item));
    while (after.has(key)) {
      key += "\u0000";
    }
    const row = before.get(key) ?? make(item);
    row.update(item);
    after.set(key, row);
    if (row.node === next) {
      next = next.nextSibling;
    } else {
      parent.insertBefore(row.node, next);
    }
  }
  for (const [key, row] of before) {
    if (after.get(key) !== row) {
      row.node.remove();
    }
  }
  lists.set(parent, after);
  return [...after.values()];
}

/** Shows names and values in a `dl`. A pair is `[name, value]`, or `[name, value, "long"]` for a line of its own. */
export function pairs(parent, list) {
  keyed(parent, list, ([name]) => name, ([name, , long]) => {
    const value = el("dd", long ? { class: "mono" } : {});
    const node = el("div", long ? { class: "long" } : {}, el("dt", {}, name), value);
    return { node, update: ([, shown]) => text(value, shown) };
  });
}
