// Requests to the router.

const KEPT = "hyrouter-token";
/** The router sends a status each second; without one for so many milliseconds the connection is lost. */
const SILENCE = 6000;

export class Refused extends Error {
  constructor(status, body) {
    super(body?.error ?? `the router responded with status ${status}`);
    this.status = status;
    this.mistakes = body?.mistakes ?? [];
  }
}

export const keepToken = (token) => sessionStorage.setItem(KEPT, token);
export const forgetToken = () => sessionStorage.removeItem(KEPT);
export const hasToken = () => sessionStorage.getItem(KEPT) !== null;

/** Sends a request. Throws `Refused` if the response is an error. */
async function ask(path, options = {}) {
  const headers = { "Content-Type": "application/json" };
  const token = sessionStorage.getItem(KEPT);
  if (token !== null) {
    headers.Authorization = `Bearer ${token}`;
  }
  const response = await fetch(path, { cache: "no-store", ...options, headers });
  if (!response.ok) {
    throw new Refused(response.status, await response.json().catch(() => null));
  }
  return response;
}

export const decisions = async (limit) => (await ask(`/api/decisions?limit=${limit}`)).json();
export const reload = async () => (await ask("/reload", { method: "POST" })).json();
export const drainBackend = (address, drained) =>
  ask(`/api/backends/${encodeURIComponent(address)}/drain`, { method: drained ? "POST" : "DELETE" });
export const endMaintenance = (route) =>
  ask(`/api/routes/${encodeURIComponent(route)}/maintenance`, { method: "DELETE" });

/**
 * Reads the events until the router ends the stream, each minute. `EventSource` cannot send the token.
 */
export async function events(onStatus) {
  const abort = new AbortController();
  let silence;
  const wait = () => {
    clearTimeout(silence);
    silence = setTimeout(() => abort.abort(), SILENCE);
  };
  wait();
  try {
    const response = await ask("/api/events", { signal: abort.signal });
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let kept = "";
    let seen = false;
    for (;;) {
      const { value, done } = await reader.read();
      if (done && seen) {
        return;
      }
      if (done) {
        throw new Error("the router ended the connection");
      }
      wait();
      const whole = (kept + value).split("\n\n");
      kept = whole.pop();
      for (const event of whole) {
        const lines = event.split("\n");
        if (lines.includes("event: status")) {
          seen = true;
          onStatus(JSON.parse(lines.filter((line) => line.startsWith("data: ")).map((line) => line.slice(6)).join("\n")));
        }
      }
    }
  } finally {
    clearTimeout(silence);
    abort.abort();
  }
}
