import { readFileSync, statSync } from "node:fs";

/** Interval in milliseconds of checking the file. A change is in effect after this time at the latest. */
const INTERVAL = 1000;

/** A banned player. Without a reason, the player gets a text in the client's language. */
export interface Ban {
  reason?: string;
}

/** Banned players by UUID or name, in lower case. */
export class BanList {
  readonly #bans = new Map<string, Ban>();

  /** Reads a line for each player: UUID or name, then a space and the reason. Skips lines that begin with `#`. */
  constructor(text: string) {
    for (const line of text.split("\n").map((line) => line.trim())) {
      if (line !== "" && !line.startsWith("#")) {
        const [, player = line, reason = ""] = /^(\S+)\s*(.*)$/.exec(line) ?? [];
        this.#bans.set(player.toLowerCase(), reason === "" ? {} : { reason });
      }
    }
  }

  /** Returns the ban of the first of these, UUIDs or names, that is on the list. */
  find(...players: (string | undefined)[]): Ban | undefined {
    const banned = players.find((player) => player !== undefined && this.#bans.has(player.toLowerCase()));
    return banned === undefined ? undefined : this.#bans.get(banned.toLowerCase());
  }
}

/** A list that is read again when its file changes. */
export class BanFile {
  /** The list as it was last read. */
  list: BanList;
  readonly #path: string;
  #version: string;
  #fault = "";

  /** Reads the file, and checks it each second. The process can end while the file is checked. */
  constructor(path: string) {
    this.#path = path;
    this.#version = this.#currentVersion();
    this.list = this.#read();
    setInterval(() => this.reload(), INTERVAL).unref();
  }

  /** Reads the file if it changed. If it cannot be read, the list stays, and the log has the reason once. */
  reload(): void {
    try {
      const version = this.#currentVersion();
      if (version !== this.#version) {
        this.list = this.#read();
        this.#version = version;
      }
      this.#fault = "";
    } catch (error) {
      const fault = `the ban list is unchanged: ${error instanceof Error ? error.message : String(error)}`;
      if (fault !== this.#fault) {
        console.error(fault);
      }
      this.#fault = fault;
    }
  }

  /** Time and length of the file, which distinguish its states without reading it. */
  #currentVersion(): string {
    const { mtimeMs, size } = statSync(this.#path);
    return `${mtimeMs} ${size}`;
  }

  /** Reads the file without a byte order mark, which the decoder drops. */
  #read(): BanList {
    const decoder = new TextDecoder("utf-8", { fatal: true });
    return new BanList(decoder.decode(readFileSync(this.#path)));
  }
}
