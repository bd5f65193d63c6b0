// Discovery providers.

import { attribute, byId, el, keyed, text } from "./dom.js";
import { count, latency, span } from "./format.js";

const COLUMNS = ["Backends", "Age", "Failures", "Unusable"];

export function providers(all) {
  byId("discovery").hidden = all.length === 0;
  keyed(byId("providers"), all, ({ name }) => name, row);
}

function row({ name, kind }) {
  const error = el("div", { class: "error" });
  const problems = el("div", { class: "quiet" });
  const chip = el("span");
  const values = COLUMNS.map((column) => el("td", { class: "number", "data-label": column }));
  const title = el("div", {}, el("span", { class: "strong" }, name), " ", el("span", { class: "quiet" }, kind), error, problems);
  const node = el("tr", {},
    el("td", { class: "first", "data-label": "Provider" }, title),
    el("td", { class: "whole", "data-label": "State" }, chip),
    ...values);
  return {
    node,
    update(provider) {
      const [state, kindOfState] = stateOf(provider);
      text(chip, state);
      attribute(chip, "class", `chip ${kindOfState}`);
      text(error, provider.error ?? "");
      const dropped = provider.dropped > 0 ? [`${count(provider.dropped)} left out, beyond max_backends`] : [];
      text(problems, [...provider.problems, ...dropped].join("; "));
      const shown = [count(provider.backends), age(provider.age_seconds), count(provider.failures), count(provider.unusable)];
      values.forEach((cell, at) => text(cell, shown[at]));
    },
  };
}

function stateOf(provider) {
  if (!provider.synced) {
    return ["waiting for its first backends", "bad"];
  }
  if (provider.stale) {
    return [`too old: ${span(provider.age_seconds)}`, "bad"];
  }
  return provider.error === null ? ["good", "good"] : ["failing; its last backends are used", "warn"];
}

const age = (seconds) => (seconds === null || seconds < 1 ? latency(seconds) : span(seconds));
