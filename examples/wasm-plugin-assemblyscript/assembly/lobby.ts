// A lobby for VIPs: players whose name has a prefix go to a separate lobby, and each player carries referral data with
// the name of the lobby.
import { Reader, base64, quote } from "./json";

/** Maximum length of a backend's host in bytes, the limit of a referral packet. */
const MAX_HOST: i32 = 256;

/** The operator's `config` of this plugin. */
export class Config {
  /** Prefix of the names of VIPs. */
  prefix: string = "VIP";
  /** Name of the lobby: in the referral data, and as `lobby` in the `meta` of its backends. */
  tag: string = "vip";
  /** Backend of VIPs if no candidate is a lobby. By default they stay on the router's choice. */
  backend: Address | null = null;

  /** Reads a configuration. Returns the reason if it is not allowed, else `null`. */
  read(reader: Reader): string | null {
    if (!reader.object()) return null;
    while (reader.nextKey()) {
      if (reader.is("prefix")) this.prefix = reader.text();
      else if (reader.is("tag")) this.tag = reader.text();
      else if (reader.is("backend")) {
        const backend = new Address();
        const mistake = backend.read(reader);
        if (mistake) return mistake;
        this.backend = backend;
      } else return `unknown key ${quote(reader.key)}; allowed: prefix, tag, backend`;
    }
    return this.prefix == "" ? "prefix: must not be empty, since every name would match" : null;
  }
}

/** A backend that need not be a candidate. */
class Address {
  host: string = "";
  port: f64 = 0;

  /** Reads an address. Returns the reason if it is not allowed, else `null`. */
  read(reader: Reader): string | null {
    if (reader.object()) {
      while (reader.nextKey()) {
        if (reader.is("host")) this.host = reader.text();
        else if (reader.is("port")) this.port = reader.number();
        else return `unknown key ${quote("backend." + reader.key)}; allowed: host, port`;
      }
    }
    const bytes = String.UTF8.byteLength(this.host);
    if (bytes < 1 || bytes > MAX_HOST) return `backend.host: has ${bytes} bytes; allowed: 1 to ${MAX_HOST}`;
    if (this.port < 1 || this.port > u16.MAX_VALUE || this.port != Math.floor(this.port)) {
      return `backend.port: is ${this.port}; allowed: 1 to ${u16.MAX_VALUE}`;
    }
    return null;
  }

  json(): string {
    return `{"host":${quote(this.host)},"port":${this.port as i32}}`;
  }
}

/** What this plugin uses of a request. */
class Request {
  username: string = "";
  /** Index of the first candidate that is a lobby, or -1. */
  lobby: i32 = -1;

  /** Reads a request; `tag` is that of the lobby. */
  read(reader: Reader, tag: string): void {
    if (!reader.object()) return;
    while (reader.nextKey()) {
      if (reader.is("event")) this.readEvent(reader);
      else if (reader.is("candidates")) this.readCandidates(reader, tag);
      else reader.skip();
    }
    reader.finish();
  }

  private readEvent(reader: Reader): void {
    if (!reader.object()) return;
    while (reader.nextKey()) {
      if (reader.is("username")) this.username = reader.isNull() ? "" : reader.text();
      else reader.skip();
    }
  }

  private readCandidates(reader: Reader, tag: string): void {
    if (!reader.list()) return;
    for (let index = 0; reader.nextItem(); index++) {
      if (!reader.object()) continue;
      while (reader.nextKey()) {
        if (!reader.is("meta") || this.lobby >= 0) reader.skip();
        else if (isLobby(reader, tag)) this.lobby = index;
      }
    }
  }
}

/**
 * Reads the `meta` of a backend. Returns whether it is the lobby with this tag. Discovered backends have their labels
 * under `label.`, static ones have the operator's keys.
 */
function isLobby(reader: Reader, tag: string): bool {
  let found = false;
  if (!reader.object()) return found;
  while (reader.nextKey()) {
    if (reader.is("lobby") || reader.is("label.lobby")) found = reader.text() == tag || found;
    else reader.skip();
  }
  return found;
}

/**
 * Decides about one player, and returns the response as JSON. What a response leaves out does not change.
 *
 * The name comes from the client. Check `event.identity.verified` before granting anything of value by it.
 */
export function onConnect(config: Config, reader: Reader): string {
  const request = new Request();
  request.read(reader, config.tag);
  const name = request.username;
  if (name == "deny") return `{"deny":true,"deny_reason":"denied by the example WASM plugin in AssemblyScript"}`;
  if (!name.startsWith(config.prefix)) return `{"referral_data":"${base64('{"lobby":"main"}')}"}`;
  const data = base64(`{"lobby":${quote(config.tag)},"name":${quote(name)}}`);
  const backend = config.backend;
  if (request.lobby >= 0) return `{"referral_data":"${data}","selected_index":${request.lobby}}`;
  if (backend) return `{"referral_data":"${data}","backend":${backend.json()}}`;
  return `{"referral_data":"${data}"}`;
}
