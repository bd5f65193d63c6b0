import { status } from "@grpc/grpc-js";

/**
 * The plugin cannot answer. Code and message are in the router's log, so the message must not contain data of the
 * player. A failure is not a denial: the operator's `on_error` decides about the player.
 */
export class PluginFailure extends Error {
  /** Status code of gRPC. */
  readonly code: status;

  /** The code is a status of gRPC; the default is `UNAVAILABLE`, such as for a database that does not respond. */
  constructor(message: string, code: status = status.UNAVAILABLE) {
    super(message);
    this.name = "PluginFailure";
    this.code = code;
  }
}

/** Returns the status for the router. The text of other errors can contain data of the player, so it is left out. */
export function statusOf(error: unknown): { code: status; details: string } {
  if (error instanceof PluginFailure) {
    return { code: error.code, details: error.message };
  }
  return { code: status.INTERNAL, details: `the handler failed: ${error instanceof Error ? error.name : typeof error}` };
}

/** Maximum length of an error in the log, in UTF-16 units. */
const MAX_DESCRIPTION = 4096;

/** Returns an error as printable text for the plugin's own log. */
export function describe(error: unknown): string {
  const text = error instanceof Error ? (error.stack ?? `${error.name}: ${error.message}`) : String(error);
  // A player's name could forge lines or colors of a terminal, so only the line ends of the stack remain.
  return text.slice(0, MAX_DESCRIPTION).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) =>
    character === "\n" ? "\n    " : `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}
