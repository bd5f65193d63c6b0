// The latest decisions.

import { attribute, byId, el, keyed, text } from "./dom.js";
import { clock, latency } from "./format.js";

/** As many as are shown. */
export const SHOWN = 50;

const COLUMNS = [
  ["Time", ({ time }) => clock(time)],
  ["Reason", ({ reason }) => reason],
  ["Host", ({ host }) => host],
  ["Route", ({ route }) => route],
  ["Backend", ({ backend }) => backend],
  ["Client", client],
  ["Took", ({ total_us: total }) => latency(total === undefined ? null : total / 1e6)],
];

function client({ generation, build, language, identity, client: address }) {
  return [generation, build && `build ${build}`, language, identity, address].filter(Boolean).join(", ");
}

export function decisions(all) {
  byId("decisions-table").hidden = all.length === 0;
  byId("no-decisions").hidden = all.length > 0;
  keyed(byId("decisions"), all, ({ connection }) => connection, () => {
    const cells = COLUMNS.map(([label]) => el("td", { "data-label": label }));
    const reason = el("span");
    cells[1].append(reason);
    return {
      node: el("tr", {}, ...cells),
      update(decision) {
        COLUMNS.forEach(([label, value], at) => {
          const shown = value(decision) ?? "";
          const classes = ["whole", label === "Took" ? "number" : "", shown === "" ? "absent" : ""];
          attribute(cells[at], "class", classes.filter(Boolean).join(" "));
          text(label === "Reason" ? reason : cells[at], shown);
        });
        attribute(reason, "class", `chip ${decision.outcome === "referral" ? "good" : "bad"}`);
        cells[1].title = [decision.plugins, decision.ticket, decision.error].filter(Boolean).join("; ");
      },
    };
  });
}
