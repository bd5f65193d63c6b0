import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";

import { ServerCredentials } from "@grpc/grpc-js";

/** Where a plugin listens, and its certificate. The defaults are of the environment. */
export interface ServerSettings {
  /** `host:port` or `unix:PATH`; port 0 takes a free port. Default: `--listen`, `PLUGIN_ADDRESS`, `127.0.0.1:7777`. */
  address?: string;
  /** PEM file of the certificate chain. Default: `PLUGIN_TLS_CERT`, else no TLS. */
  tlsCert?: string;
  /** PEM file of the certificate's private key. Default: `PLUGIN_TLS_KEY`. */
  tlsKey?: string;
  /** PEM file of the CAs of the routers' certificates. With it, each router needs one. Default: `PLUGIN_TLS_CLIENT_CA`. */
  tlsClientCa?: string;
  /** Maximum time in milliseconds that calls continue after the server is asked to stop. Default: 10,000. */
  drain?: number;
}

/** Returns the address to listen on. */
export function addressOf(settings: ServerSettings): string {
  if (settings.address !== undefined) {
    return settings.address;
  }
  const { values } = parseArgs({ options: { listen: { type: "string" } }, strict: false });
  return typeof values.listen === "string" ? values.listen : (process.env["PLUGIN_ADDRESS"] || "127.0.0.1:7777");
}

/**
 * Returns the TLS credentials of the server.
 *
 * @throws Error A file cannot be read, or only some of the settings are there.
 */
export function credentialsOf(settings: ServerSettings): ServerCredentials {
  const cert = settings.tlsCert ?? process.env["PLUGIN_TLS_CERT"];
  const key = settings.tlsKey ?? process.env["PLUGIN_TLS_KEY"];
  const clientCa = settings.tlsClientCa ?? process.env["PLUGIN_TLS_CLIENT_CA"];
  if (cert === undefined && key === undefined && clientCa === undefined) {
    return ServerCredentials.createInsecure();
  }
  if (cert === undefined || key === undefined) {
    throw new Error("PLUGIN_TLS_CERT and PLUGIN_TLS_KEY must both be set for TLS");
  }
  const chain = { cert_chain: readFileSync(cert), private_key: readFileSync(key) };
  return ServerCredentials.createSsl(clientCa === undefined ? null : readFileSync(clientCa), [chain], clientCa !== undefined);
}
