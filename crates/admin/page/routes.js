// Routes, and what an operator does to them.

import { attribute, byId, el, keyed, pairs, text } from "./dom.js";
import { count, plain } from "./format.js";

export function routes(all, act) {
  byId("no-routes").hidden = all.length > 0;
  keyed(byId("routes"), all, ({ name }) => name, (route) => card(route, act));
}

function card({ name }, act) {
  const decisions = el("span", { class: "note" });
  const strategy = el("span", { class: "chip" });
  const chips = el("div", { class: "chips" });
  const words = el("dl", { class: "pairs" });
  const end = el("button", { type: "button", class: "button small" }, "End maintenance");
  end.addEventListener("click", () => act.endMaintenance(name));
  const maintenance = el("div", { class: "maintenance warn" }, words, end);
  const backends = el("tbody");
  const table = el("table", { class: "rows" },
    el("thead", {}, el("tr", {},
      el("th", { scope: "col" }, "Backend"),
      el("th", { scope: "col" }, "State"),
      el("th", { scope: "col", class: "number" }, "Weight"),
      el("th", { scope: "col", class: "number" }, "Referrals"),
      el("th", { scope: "col", "aria-label": "Commands" }))),
    backends);
  const none = el("p", { class: "empty" }, "No backend: whoever comes here is turned away.");
  const node = el("article", { class: "card", "aria-label": `Route ${name}` },
    el("div", { class: "route-head" }, el("h3", {}, name), strategy, decisions),
    chips, maintenance, table, none);
  return {
    node,
    update(route) {
      text(decisions, `${count(route.decisions)} decisions`);
      text(strategy, route.strategy);
      const conditions = [...(route.patterns.length > 0 ? route.patterns : ["any host"]), ...route.conditions];
      keyed(chips, conditions, (line) => line, (line) => ({ node: el("span", { class: "chip mono" }, line), update() {} }));
      maintenance.hidden = route.maintenance === null;
      pairs(words, closed(route.maintenance));
      table.hidden = route.backends.length === 0;
      none.hidden = route.backends.length > 0;
      keyed(backends, route.backends, ({ address }) => address, (backend) => row(backend, act));
    },
  };
}

/** What there is to say of a maintenance; the text for players is the first of it. */
function closed(maintenance) {
  const { text: words, in_force: inForce, ...rest } = maintenance ?? {};
  const list = Object.entries(words === undefined ? rest : { text: words, ...rest });
  return [[inForce === false ? "Maintenance, not in force" : "In maintenance", ""], ...list.map(([name, value]) => [name, plain(value)])];
}

function row({ address }, act) {
  let drained = null;
  const state = el("span", { class: "chip" });
  const weight = el("td", { class: "number", "data-label": "Weight" });
  const referrals = el("td", { class: "number", "data-label": "Referrals" });
  const button = el("button", { type: "button", class: "button small" });
  button.addEventListener("click", () => act.drainBackend(address, drained === null));
  const node = el("tr", {},
    el("td", { class: "first address", "data-label": "Backend" }, address),
    el("td", { class: "whole", "data-label": "State" }, state),
    weight, referrals,
    el("td", { class: "action", "data-label": "" }, button));
  return {
    node,
    update(backend) {
      drained = backend.drained;
      text(state, drained === null ? "serving" : `drained by ${drained}`);
      attribute(state, "class", `chip ${drained === null ? "good" : "warn"}`);
      text(weight, count(backend.weight));
      text(referrals, count(backend.referrals));
      text(button, drained === null ? "Drain" : "Resume");
      attribute(button, "aria-label", `${drained === null ? "Drain" : "Resume"} ${address}`);
      // What the configuration drained, it has to resume.
      button.disabled = drained === "config";
      button.title = drained === "config" ? "The configuration drains it" : "";
    },
  };
}
