import { status, type Metadata } from "@grpc/grpc-js";

import { decodeConfig } from "./codec.js";
import { PluginFailure } from "./failure.js";

/** Metadata with the operator's config, at most 4,096 bytes of JSON. */
const CONFIG_KEY = "hyrouter-config-bin";

/** Reads the operator's config, which is in each call. Keeps the last one, because it rarely changes. */
export class ConfigReader<C> {
  readonly #read: (value: unknown) => C;
  #last: { bytes: Buffer | undefined; config: C } | undefined;

  constructor(read: (value: unknown) => C) {
    this.#read = read;
  }

  /**
   * Returns the config of a call.
   *
   * @throws PluginFailure The config is invalid, with the reason: the operator reads it in the router's log.
   */
  config(metadata: Metadata): C {
    const sent = metadata.get(CONFIG_KEY)[0];
    const bytes = sent === undefined ? undefined : Buffer.from(sent);
    if (this.#last === undefined || !isSame(this.#last.bytes, bytes)) {
      this.#last = { bytes, config: this.#decode(bytes) };
    }
    return this.#last.config;
  }

  #decode(bytes: Buffer | undefined): C {
    try {
      return this.#read(decodeConfig(bytes));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new PluginFailure(`config: ${reason}`, status.FAILED_PRECONDITION);
    }
  }
}

function isSame(a: Buffer | undefined, b: Buffer | undefined): boolean {
  return a === undefined || b === undefined ? a === b : a.equals(b);
}
