// Status page: shows the events, and runs the commands of its buttons.

import * as api from "./api.js";
import { SHOWN, decisions } from "./decisions.js";
import { attribute, byId, el, text } from "./dom.js";
import { attention, banners, show, state } from "./view.js";

/** Milliseconds between looks at the decisions, and between tries to come back to the router. */
const DECISIONS = 4000;
const PATIENCE = [1000, 2000, 4000, 8000, 15000];
const NOTICE = 8000;

const wait = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

const act = {
  reload: () => command({
    title: "Reload the configuration?",
    words: "The router reads the configuration and all files that it refers to. If there is a mistake, the active configuration stays.",
    yes: "Reload",
    run: api.reload,
    done: ({ restart_needed: keys }) =>
      (keys.length > 0 ? `Reloaded. Restart required for: ${keys.join(", ")}` : "Reloaded."),
  }),
  drainBackend: (address, drained, lastOf) => command({
    title: drained ? `Drain ${address}?` : `Resume ${address}?`,
    words: drained
      ? `${last(lastOf)}This router sends no more players to it, on any route. Players on the backend stay connected. `
        + "The drain survives reloads, ends at a restart, and applies to this router only."
      : "The backend receives its share of new players again.",
    yes: drained ? "Drain" : "Resume",
    run: () => api.drainBackend(address, drained),
    done: () => (drained ? `${address} is drained.` : `${address} receives players again.`),
  }),
  endMaintenance: (route) => command({
    title: `End the maintenance of ${route}?`,
    words: "The route sends players to its backends again, unless the configuration also closes it.",
    yes: "End maintenance",
    run: () => api.endMaintenance(route),
    done: () => `${route} is open.`,
  }),
};

function last(routes) {
  if (routes.length === 0) {
    return "";
  }
  const names = routes.slice(0, 3).join(", ") + (routes.length > 3 ? ` and ${routes.length - 3} more` : "");
  return `This is the last serving backend of ${names}. Players of these routes go to a fallback, or are refused. `;
}

/** Asks for confirmation, runs the command, and shows its result. */
async function command({ title, words, yes, run, done }) {
  if (!(await confirmed(title, words, yes))) {
    return;
  }
  try {
    notice(done(await run()), []);
  } catch (error) {
    notice(error.message, error.mistakes ?? [], "failed");
  }
}

function confirmed(title, words, yes) {
  const dialog = byId("confirm");
  if (dialog.open) {
    return Promise.resolve(false);
  }
  text(byId("confirm-title"), title);
  text(byId("confirm-text"), words);
  text(byId("confirm-yes"), yes);
  dialog.showModal();
  return new Promise((resolve) => {
    // Not `close`: this event arrives late, when the dialog may be open again.
    const asking = new AbortController();
    const answer = (yes) => {
      asking.abort();
      resolve(yes);
    };
    const { signal } = asking;
    byId("confirm-form").addEventListener("submit", ({ submitter }) => answer(submitter?.value === "yes"), { signal });
    dialog.addEventListener("cancel", () => answer(false), { signal });
  });
}

function notice(words, mistakes, kind = "") {
  const list = el("ul", {}, ...mistakes.map((line) => el("li", {}, line)));
  const node = el("div", { class: `notice ${kind}` }, el("strong", {}, words), list);
  byId("notices").append(node);
  setTimeout(() => node.remove(), kind === "failed" ? 3 * NOTICE : NOTICE);
}

/** Asks for the token until it is there. */
function askToken(wrong) {
  byId("board").hidden = true;
  byId("reload").disabled = true;
  banners([]);
  state("locked", "warn");
  const form = byId("token");
  text(byId("token-error"), wrong ? "The token is wrong." : "");
  form.hidden = false;
  byId("secret").focus();
  return new Promise((resolve) => {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      api.keepToken(byId("secret").value.trim());
      byId("secret").value = "";
      form.hidden = true;
      resolve();
    }, { once: true });
  });
}

async function lost(error, tries) {
  const milliseconds = PATIENCE[Math.min(tries, PATIENCE.length - 1)];
  const full = error.status === 503;
  const what = full ? "Too many open pages" : "Connection lost";
  const title = `${what}, retrying in ${milliseconds / 1000} s.${byId("board").hidden ? "" : " The page shows old data."}`;
  const list = error instanceof api.Refused ? [error.message] : [];
  banners([{ kind: "bad", title, list }]);
  state(full ? "too many pages" : "connection lost", "bad");
  byId("reload").disabled = true;
  await wait(milliseconds * (0.75 + Math.random() / 2));
}

async function watch() {
  for (let tries = 0; ;) {
    try {
      await api.events((status) => {
        tries = 0;
        byId("board").hidden = false;
        byId("reload").disabled = false;
        show(status, act);
        banners(attention(status));
      });
    } catch (error) {
      if (error.status === 401) {
        const wrong = api.hasToken();
        api.forgetToken();
        await askToken(wrong);
        continue;
      }
      await lost(error, tries);
      tries += 1;
    }
  }
}

async function watchDecisions() {
  for (;;) {
    if (!byId("board").hidden) {
      // Errors are ignored: the event stream detects a lost connection.
      await api.decisions(SHOWN).then(decisions, () => {});
      await wait(DECISIONS);
    } else {
      await wait(200);
    }
  }
}

function theme() {
  const kept = localStorage.getItem("hyrouter-theme") ?? "";
  const choose = (name) => (name === ""
    ? document.documentElement.removeAttribute("data-theme")
    : attribute(document.documentElement, "data-theme", name));
  byId("theme").value = kept;
  choose(kept);
  byId("theme").addEventListener("change", ({ target }) => {
    localStorage.setItem("hyrouter-theme", target.value);
    choose(target.value);
  });
}

theme();
byId("reload").addEventListener("click", act.reload);
watch();
watchDecisions();
