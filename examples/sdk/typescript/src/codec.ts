import { status } from "@grpc/grpc-js";

import { PluginFailure } from "./failure.js";
import type { ConnectRequest, ConnectResponse } from "./types.js";

/** Maximum length of a request in bytes, enough for some thousands of candidates. */
export const MAX_REQUEST = 4 * 1024 * 1024;
/** Maximum length of a response in bytes. The router reads no longer one. */
export const MAX_RESPONSE = 1024 * 1024;

/** Depth of the objects and lists of a request: the request, `candidates`, a candidate, and its `meta`. */
const DEPTH = 4;

/**
 * Decodes a request. Parts that the router always sends get their empty value if they are absent. Null is the same as
 * absent.
 *
 * @throws PluginFailure The bytes are not the JSON of an object. The message does not quote them, because they can
 * contain data of the player.
 */
export function decodeRequest(bytes: Uint8Array): ConnectRequest {
  const request = parse(bytes);
  if (!isObject(request)) {
    throw new PluginFailure("the request is not a JSON object", status.INVALID_ARGUMENT);
  }
  removeNulls(request, DEPTH);
  return {
    ...request,
    event: isObject(request["event"]) ? { sni: "", ...request["event"] } : { sni: "" },
    strategy: request["strategy"] ?? "",
    candidates: request["candidates"] ?? [],
    selected_index: request["selected_index"] ?? -1,
    backend: request["backend"] ?? { host: "", port: 0, weight: 0, meta: {} },
  } as ConnectRequest;
}

/**
 * Encodes a response. Nothing is the response without changes.
 *
 * @throws PluginFailure The response is too long.
 */
export function encodeResponse(response: ConnectResponse | null | undefined): Buffer {
  const bytes = Buffer.from(JSON.stringify(response ?? {}));
  if (bytes.length > MAX_RESPONSE) {
    throw new PluginFailure(`the response has ${bytes.length} bytes; at most ${MAX_RESPONSE} are allowed`, status.INTERNAL);
  }
  return bytes;
}

/**
 * Decodes the operator's config. Without one it is null.
 *
 * @throws Error The bytes are not JSON.
 */
export function decodeConfig(bytes: Uint8Array | undefined): unknown {
  const config = bytes === undefined ? null : parse(bytes);
  if (config === undefined) {
    throw new Error("not JSON");
  }
  return config;
}

/** Returns undefined for bytes that are not JSON. The errors of `JSON.parse` quote them, so they are dropped. */
function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

function removeNulls(value: object, depth: number): void {
  for (const [key, field] of Object.entries(value)) {
    if (typeof field === "object" && field !== null && depth > 1) {
      removeNulls(field as object, depth - 1);
    } else if (field === null && !Array.isArray(value)) {
      delete (value as Record<string, unknown>)[key];
    }
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
