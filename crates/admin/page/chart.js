// Decisions per second, stacked by outcome.

import { attribute, byId, el, keyed, svg, text } from "./dom.js";
import { rate } from "./format.js";
import { SPAN } from "./history.js";

const WIDTH = 600;
const HEIGHT = 160;
/** Series with a color of their own; the last one is the rest. */
const SERIES = 6;
const REST = "others";

/** Names in the order they were first seen, so that a color keeps its meaning. What sends players on is the first. */
const order = ["referred"];

export function draw(history, outcomes) {
  for (const { name, count } of [...outcomes].sort((a, b) => b.count - a.count)) {
    if (count > 0 && !order.includes(name)) {
      order.push(name);
    }
  }
  const own = order.length > SERIES ? order.slice(0, SERIES - 1) : order;
  const rest = order.slice(own.length);
  const samples = history.rates().map(({ age, rates }) => {
    const values = own.map((name) => rates.get(name) ?? 0);
    if (rest.length > 0) {
      values.push(rest.reduce((sum, name) => sum + (rates.get(name) ?? 0), 0));
    }
    return { age, values };
  });
  const names = rest.length > 0 ? [...own, REST] : own;
  const peak = Math.max(0, ...samples.map(({ values }) => values.reduce((sum, value) => sum + value, 0)));
  const top = ceiling(peak);
  areas(names, samples, top);
  scale(top);
  legend(names, (name) => (name === REST && rest.length > 0
    ? rest.reduce((sum, inner) => sum + history.recent(inner), 0)
    : history.recent(name)));
}

/** The next round number: 1, 2, 4 or 5 times a power of ten. */
function ceiling(peak) {
  const power = 10 ** Math.floor(Math.log10(Math.max(peak, 1)));
  return [1, 2, 4, 5, 10].map((step) => step * power).find((top) => top >= peak && top >= 2) ?? 10 * power;
}

const colour = (names, name) => (name === REST ? SERIES - 1 : names.indexOf(name));

function areas(names, samples, top) {
  const chart = byId("chart");
  if (!chart.firstChild) {
    for (const y of [0.5, HEIGHT / 2, HEIGHT - 0.5]) {
      chart.append(svg("line", { class: "grid-line", x1: 0, x2: WIDTH, y1: y, y2: y }));
    }
    chart.append(svg("g"));
  }
  const x = (age) => (WIDTH * (1 - age / SPAN)).toFixed(1);
  const y = (value) => (HEIGHT * (1 - value / top)).toFixed(1);
  const floors = samples.map(() => 0);
  const stacked = names.map((name, series) => {
    const below = samples.map(({ age }, at) => `${x(age)},${y(floors[at])}`).reverse();
    const above = samples.map(({ age, values }, at) => {
      floors[at] += values[series];
      return `${x(age)},${y(floors[at])}`;
    });
    return { name, colour: colour(names, name), path: samples.length > 1 ? `M${above.join("L")}L${below.join("L")}Z` : "" };
  });
  keyed(chart.lastChild, stacked, ({ name }) => name, () => {
    const node = svg("path");
    return {
      node,
      update({ colour, path }) {
        attribute(node, "class", `series-${colour}`);
        attribute(node, "d", path);
      },
    };
  });
}

function scale(top) {
  keyed(byId("scale"), [top, top / 2, 0], (value) => value, () => {
    const node = el("li");
    return { node, update: (value) => text(node, rate(value)) };
  });
}

function legend(names, recent) {
  const shown = names.map((name) => ({ name, colour: colour(names, name), value: rate(recent(name)) }));
  keyed(byId("legend"), shown, ({ name }) => name, ({ name }) => {
    const swatch = el("span", { "aria-hidden": "true" });
    const value = el("span", { class: "value" });
    const node = el("li", {}, swatch, el("span", {}, name), value);
    return {
      node,
      update(item) {
        attribute(swatch, "class", `swatch series-${item.colour}`);
        text(value, item.value);
      },
    };
  });
  const spoken = shown.map(({ name, value }) => `${name} ${value}`).join(", ");
  attribute(byId("chart"), "aria-label", `Decisions per second by outcome; now ${spoken}`);
}
