import { lstat, unlink } from "node:fs/promises";
import { connect } from "node:net";

import type { Server } from "@grpc/grpc-js";

import { addressOf, credentialsOf, type ServerSettings } from "./settings.js";

/**
 * Listens, and returns the address with the port that was taken.
 *
 * @throws Error The address is in use or invalid, or a TLS file cannot be read.
 */
export async function bind(server: Server, settings: ServerSettings): Promise<string> {
  const address = addressOf(settings);
  const credentials = credentialsOf(settings);
  const isUnix = address.startsWith("unix:");
  if (isUnix) {
    await removeAbandoned(address.slice("unix:".length));
  } else if (!/:\d+$/.test(address)) {
    throw new Error(`cannot listen on ${address}; allowed: host:port or unix:PATH`);
  }
  return await new Promise((resolve, reject) => {
    server.bindAsync(address, credentials, (error, port) => {
      if (error) {
        reject(new Error(`cannot listen on ${address}: ${error.message}`));
      } else {
        resolve(isUnix ? address : address.replace(/:\d+$/, `:${port}`));
      }
    });
  });
}

/** Accepts no more connections, and finishes running calls within milliseconds. Returns whether all have finished. */
export function stop(server: Server, drain: number): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      server.forceShutdown();
      resolve(false);
    }, drain);
    server.tryShutdown(() => {
      clearTimeout(timer);
      resolve(true);
    });
  });
}

/** Removes the socket file of a killed server: no process listens on it. */
async function removeAbandoned(path: string): Promise<void> {
  const file = await lstat(path).catch(() => undefined);
  if (file?.isSocket() !== true) {
    return;
  }
  const isAbandoned = await new Promise<boolean>((resolve) => {
    const socket = connect(path);
    socket.once("connect", () => {
      socket.destroy();
      resolve(false);
    });
    socket.once("error", (error: NodeJS.ErrnoException) => resolve(error.code === "ECONNREFUSED"));
  });
  if (isAbandoned) {
    await unlink(path);
  }
}
