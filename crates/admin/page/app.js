// The status page: it reads the events, shows them, and gives the commands of its buttons.

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
    words: "It is read again with all files it names. When anything is wrong with it, the one in effect stays.",
    yes: "Reload",
    run: api.reload,
    done: ({ restart_needed: keys }) =>
      (keys.length > 0 ? `Reloaded. Waits for a restart: ${keys.join(", ")}` : "Reloaded."),
  }),
  drainBackend: (address, drained, lastOf) => command({
    title: drained ? `Drain ${address}?` : `Send players to ${address} again?`,
    words: drained
      ? `${last(lastOf)}This router sends no more players there, by any route. Players who are there stay. `
        + "The command survives a reload, is lost at a restart, and holds for this router only."
      : "It takes its share of new players from now on.",
    yes: drained ? "Drain" : "Resume",
    run: () => api.drainBackend(address, drained),
    done: () => (drained ? `${address} gets no more players.` : `${address} gets players again.`),
  }),
  endMaintenance: (route) => command({
    title: `End the maintenance of ${route}?`,
    words: "Players are sent to its backends again, unless the configuration closes the route too.",
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
  return `No other backend of ${names} serves: their players go to a fallback of the route, or are refused. `;
}

/** Asks whether it is meant, does it, and says what it came to. */
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
    // Not `close`: it comes late, when the dialog may be open again for another question.
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
  text(byId("token-error"), wrong ? "The router does not take this token." : "");
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
  const title = `${what}, retrying in ${milliseconds / 1000} s.${byId("board").hidden ? "" : " What is shown is old."}`;
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
      // Whether the router is there is told by the events.
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
