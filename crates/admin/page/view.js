// Display of the status.

import { attribute, byId, el, keyed, pairs, text } from "./dom.js";
import { clock, count, date, day, latency, limit, rate, span } from "./format.js";
import { draw } from "./chart.js";
import { History } from "./history.js";
import { providers } from "./providers.js";
import { routes } from "./routes.js";

const outcomes = new History();
const refusals = new History();
const STATES = { serving: "good", draining: "warn", starting: "warn" };

/** Shows a status. `act` has the commands that buttons give. */
export function show(status, act) {
  outcomes.add(status, status.decisions.outcomes);
  refusals.add(status, status.refusals);
  frame(status);
  tiles(status);
  draw(outcomes, status.decisions.outcomes);
  steps(status.decisions.latency);
  connections(status.connections);
  routes(status.routes, status.totals, act);
  providers(status.providers);
  plugins(status.plugins);
  refused(status.refusals);
  identity(status.identity);
  pairs(byId("limits"), Object.entries(status.limits).map(([name, value]) => [name, limit(name, value)]));
  config(status.config, status.warnings);
}

export function state(name, kind) {
  text(byId("state"), name);
  attribute(byId("state"), "class", `pill ${kind}`);
  document.title = `${name} · Hyrouter`;
}

function frame(status) {
  state(status.state, STATES[status.state] ?? "");
  text(byId("version"), status.version);
  const endpoints = status.endpoints === 1 ? "1 endpoint" : `${status.endpoints} endpoints`;
  text(byId("listen"), `${status.listen} (${endpoints})`);
  text(byId("uptime"), span(status.uptime_seconds));
}

/** Returns the conditions that need attention, as `{ kind, title, list }`. */
export function attention(status) {
  const found = [];
  if (status.state === "draining") {
    found.push({ kind: "warn", title: "Draining: connections in progress finish, and new ones are refused.", list: [] });
  }
  if (status.problems.length > 0) {
    const list = status.problems.map(({ part, problem }) => `${part}: ${problem}`);
    found.push({ kind: "bad", title: "Not ready: load balancers must not send players to this router.", list });
  }
  const error = status.config.last_error;
  if (error) {
    const title = `The configuration of ${clock(error.at)} was refused; the previous one stays active.`;
    found.push({ kind: "bad", title, list: error.mistakes });
  }
  const certificate = status.config.certificate;
  if (certificate && (!certificate.is_valid || certificate.ends_soon)) {
    const { is_valid: valid, not_before: from, not_after: until } = certificate;
    const title = valid ? `The certificate expires at ${date(until)}.`
      : `The certificate is not valid now; it is valid from ${date(from)} until ${date(until)}.`;
    found.push({ kind: valid ? "warn" : "bad", title, list: [] });
  }
  if (status.config.restart_needed.length > 0) {
    const title = `Restart required for: ${status.config.restart_needed.join(", ")}`;
    found.push({ kind: "warn", title, list: [] });
  }
  if (status.config.lowered.length > 0) {
    const title = "Reloads have relaxed checks since the start, as the configuration permits.";
    found.push({ kind: "warn", title, list: status.config.lowered });
  }
  return found;
}

export function banners(found) {
  keyed(byId("banners"), found, ({ title }) => title.replace(/\d+/g, ""), () => {
    const title = el("strong");
    const list = el("ul");
    const node = el("div", {}, title, list);
    return {
      node,
      update(item) {
        attribute(node, "class", `banner ${item.kind}`);
        text(title, item.title);
        list.hidden = item.list.length === 0;
        keyed(list, item.list, (line) => line, (line) => ({ node: el("li", {}, line), update() {} }));
      },
    };
  });
}

function tiles(status) {
  const all = status.decisions.outcomes.reduce((sum, { name }) => sum + outcomes.recent(name), 0);
  const referred = all > 0 ? `${((100 * outcomes.recent("referred")) / all).toFixed(0)} %` : "–";
  const { open, half_open: halfOpen, refused: turned, retries } = status.connections;
  const { backends, drained } = status.totals;
  const shown = [
    ["Decisions per second", rate(all), `${count(status.decisions.total)} in total`],
    ["Sent to a backend", referred, "in the last seconds"],
    ["Total latency, p99", latency(status.decisions.latency.exchange.p99), "since the start"],
    ["Open connections", count(open), `${count(halfOpen)} in handshake`],
    ["Refused connections", count(turned), `${count(retries)} retries`],
    ["Backends serving", `${count(backends - drained)} / ${count(backends)}`, drained > 0 ? `${count(drained)} drained` : "none drained"],
  ];
  keyed(byId("tiles"), shown, ([name]) => name, ([name]) => {
    const value = el("div", { class: "value" });
    const under = el("div", { class: "under" });
    const node = el("div", { class: "tile" }, el("div", { class: "name" }, name), value, under);
    return {
      node,
      update([, shown, more]) {
        text(value, shown);
        text(under, more);
      },
    };
  });
}

function steps(all) {
  const names = { handshake: "Handshake", connect: "Connect", decision: "Decision", exchange: "Exchange" };
  numbers(byId("latency"), Object.entries(names).map(([key, name]) => {
    const { p50, p90, p99 } = all[key];
    return [name, latency(p50), latency(p90), latency(p99)];
  }));
}

function connections(all) {
  pairs(byId("connections"), [
    ["Open", count(all.open)],
    ["In handshake", count(all.half_open)],
    ["Handshakes failed", count(all.handshakes_failed)],
    ["Refused before the handshake", count(all.refused)],
    ["Address validated by Retry", count(all.retries)],
  ]);
}

/** Rows of a name and numbers. */
function numbers(body, rows) {
  keyed(body, rows, ([name]) => name, ([name, ...values]) => {
    const cells = values.map(() => el("td"));
    const node = el("tr", {}, el("th", { scope: "row" }, name), ...cells);
    return { node, update: ([, ...shown]) => cells.forEach((cell, at) => text(cell, shown[at])) };
  });
}

function plugins(all) {
  byId("plugins-table").hidden = all.length === 0;
  byId("no-plugins").hidden = all.length > 0;
  const columns = ["Plugin", "Stage", "Breaker", "Calls", "Failures", "Denials", "Running", "Waiting", "p50", "p99"];
  keyed(byId("plugins"), all, ({ name }) => name, ({ name, kind }) => {
    const error = el("div", { class: "error" });
    const cached = el("div", { class: "quiet" });
    const breaker = el("span");
    const values = columns.slice(3).map((column) => el("td", { class: "number", "data-label": column }));
    const stage = el("td", { class: "whole", "data-label": "Stage" });
    const title = el("div", {}, el("span", { class: "strong" }, name), " ", el("span", { class: "quiet" }, kind), cached, error);
    const node = el("tr", {},
      el("td", { class: "first", "data-label": "Plugin" }, title),
      stage,
      el("td", { class: "whole", "data-label": "Breaker" }, breaker),
      ...values);
    return {
      node,
      update(plugin) {
        text(stage, `${plugin.stage}, ${plugin.mode}`);
        text(breaker, plugin.breaker);
        attribute(breaker, "class", `chip ${plugin.breaker === "closed" ? "good" : plugin.breaker === "open" ? "bad" : "warn"}`);
        const { cache } = plugin;
        text(cached, cache ? `${count(cache.hits)} of ${count(cache.hits + cache.misses)} from its cache` : "");
        text(error, plugin.last_error ?? "");
        const { calls, failures, denials, running, waiting, latency: { p50, p99 } } = plugin;
        const shown = [...[calls, failures, denials, running, waiting].map(count), latency(p50), latency(p99)];
        values.forEach((cell, at) => text(cell, shown[at]));
      },
    };
  });
}

function refused(all) {
  const some = all.filter(({ count }) => count > 0);
  byId("refusals-table").hidden = some.length === 0;
  byId("no-refusals").hidden = some.length > 0;
  const rows = some.map(({ name, count: total }) => ({ name, total, grown: refusals.grown(name) }));
  rows.sort((a, b) => b.total - a.total);
  numbers(byId("refusals"), rows.map(({ name, total, grown }) => [name, count(grown), count(total)]));
}

function identity(all) {
  const age = all.keys_age_seconds === null ? "" : `, ${span(all.keys_age_seconds)} old`;
  pairs(byId("identity"), [
    ["Mode", all.mode],
    ...(all.keys === null ? [] : [["Keys", `${all.keys}${age}`]]),
    ...all.results.map(({ name, count: times }) => [name, count(times)]),
  ]);
  text(byId("identity-problem"), all.problem ?? "");
}

function config(all, warnings) {
  pairs(byId("config"), [
    ["Source", all.source, "long"],
    ["In effect since", day(all.loaded_at)],
    ["Reloads", count(all.reloads)],
    ["Reloads refused", count(all.failed_reloads)],
    ...(all.certificate === null ? [] : [
      ["Certificate, SHA-256", all.certificate.sha256, "long"],
      ["Certificate valid until", date(all.certificate.not_after)],
    ]),
  ]);
  byId("warnings-title").hidden = warnings.length === 0;
  keyed(byId("warnings"), warnings, (line) => line, (line) => ({ node: el("li", {}, line), update() {} }));
}
