// Routes and their commands.

import { attribute, byId, el, keyed, pairs, text } from "./dom.js";
import { count, plain } from "./format.js";

let shown = [];

export function routes(all, totals, act) {
  shown = all;
  byId("no-routes").hidden = all.length > 0;
  const more = totals.routes - all.length;
  byId("more-routes").hidden = more <= 0;
  text(byId("more-routes"), `${count(more)} more ${more === 1 ? "route is" : "routes are"} not shown. `
    + "Routes with a drained backend or a maintenance are shown first.");
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
  const weight = el("th", { scope: "col", class: "number" }, "Weight");
  const table = el("table", { class: "rows" },
    el("thead", {}, el("tr", {},
      el("th", { scope: "col" }, "Backend"),
      el("th", { scope: "col" }, "State"),
      weight,
      el("th", { scope: "col", class: "number" }, "Referrals"),
      el("th", { scope: "col" }, el("span", { class: "unseen" }, "Command")))),
    backends);
  const hidden = el("p", { class: "empty" });
  const none = el("p", { class: "empty" }, "No backends. The route refuses all players.");
  const node = el("article", { class: "card", "aria-label": `Route ${name}` },
    el("div", { class: "route-head" }, el("h3", {}, name), strategy, decisions),
    chips, maintenance, table, none, hidden);
  return {
    node,
    update(route) {
      text(decisions, `${count(route.decisions)} decisions`);
      text(strategy, route.strategy);
      const conditions = [...(route.patterns.length > 0 ? route.patterns : ["any host"]), ...route.conditions];
      keyed(chips, conditions, (line) => line, (line) => ({ node: el("span", { class: "chip mono" }, line), update() {} }));
      maintenance.hidden = route.maintenance === null;
      // Only the configuration can end its own maintenance.
      end.hidden = route.maintenance?.by === "config";
      pairs(words, closed(route.maintenance));
      table.hidden = route.backends.length === 0;
      none.hidden = route.backends.length > 0;
      hidden.hidden = route.more_backends === 0;
      text(hidden, `${count(route.more_backends)} more backends are not shown.`);
      // Other strategies ignore the weight.
      const weighted = route.strategy === "weighted";
      weight.hidden = !weighted;
      keyed(backends, route.backends, ({ address }) => address, (backend) => row(backend, act))
        .forEach((line) => line.weighted(weighted));
    },
  };
}

/** The routes whose only serving backend has this address. */
function lastOf(address) {
  return shown.filter(({ backends, more_backends: more }) => {
    const serving = backends.filter(({ drained }) => drained === null);
    return more === 0 && serving.length > 0 && serving.every((backend) => backend.address === address);
  }).map(({ name }) => name);
}

/** What there is to say of a maintenance; the text for players is the first of it. */
function closed(maintenance) {
  const { text: words, in_force: inForce, ...rest } = maintenance ?? {};
  const list = Object.entries(words === undefined ? rest : { text: words, ...rest });
  return [[inForce === false ? "Maintenance, not active" : "In maintenance", ""], ...list.map(([name, value]) => [name, plain(value)])];
}

function row({ address }, act) {
  let drained = null;
  const state = el("span", { class: "chip" });
  const provider = el("span", { class: "quiet" });
  const weight = el("td", { class: "number", "data-label": "Weight" });
  const referrals = el("td", { class: "number", "data-label": "Referrals" });
  const button = el("button", { type: "button", class: "button small" });
  button.addEventListener("click", () => act.drainBackend(address, drained === null, lastOf(address)));
  const node = el("tr", {},
    el("td", { class: "first address", "data-label": "Backend" }, address, " ", provider),
    el("td", { class: "whole", "data-label": "State" }, state),
    weight, referrals,
    el("td", { class: "action", "data-label": "" }, button));
  return {
    node,
    weighted(is) {
      weight.hidden = !is;
    },
    update(backend) {
      drained = backend.drained;
      text(provider, backend.provider ?? "");
      text(state, drained === null ? "serving" : `drained by ${drained}`);
      attribute(state, "class", `chip ${drained === null ? "good" : "warn"}`);
      text(weight, count(Math.max(1, backend.weight)));
      text(referrals, count(backend.referrals));
      text(button, drained === null ? "Drain" : "Resume");
      attribute(button, "aria-label", `${drained === null ? "Drain" : "Resume"} ${address}`);
      // A command ends only the drain of a command.
      const own = { config: "The configuration drains it", provider: "Its discovery provider drains it" }[drained];
      button.disabled = own !== undefined;
      button.title = own ?? "";
    },
  };
}
