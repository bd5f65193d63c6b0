import { Server, status, type sendUnaryData, type ServerUnaryCall } from "@grpc/grpc-js";

import { decodeRequest, encodeResponse, MAX_REQUEST } from "./codec.js";
import { ConfigReader } from "./config.js";
import { describe, PluginFailure, statusOf } from "./failure.js";
import { HealthService } from "./health.js";
import { bind, stop } from "./listener.js";
import type { ServerSettings } from "./settings.js";
import type { ConnectRequest, ConnectResponse } from "./types.js";

/** Maximum number of calls at the same time: four routers with their default of 256. */
const MAX_CALLS = 1024;
/** Default of `drain`: 10 times the default timeout of a router. */
const DRAIN = 10_000;
/** Maximum number of calls at the same time of one connection, in HTTP/2. */
const MAX_STREAMS = 256;
/** Time in milliseconds without data after which a router gets a ping, and the time for its response. */
const PING = { "grpc.keepalive_time_ms": 30_000, "grpc.keepalive_timeout_ms": 10_000 };

/**
 * Decides about one player, who waits for the response: at most 1 s by default (`timeout` in the router's
 * configuration). Many calls can be in progress at the same time. `{}` changes nothing.
 */
export type Handler<C = unknown> = (
  request: ConnectRequest,
  config: C,
) => ConnectResponse | null | undefined | Promise<ConnectResponse | null | undefined>;

/** How a plugin is served. */
export interface PluginOptions<C> extends ServerSettings {
  /**
   * Returns the config for the handler from the operator's JSON, which is null if there is none. It throws an error if
   * the config is invalid. The operator then reads the error's message in the router's log. Default: the JSON.
   */
  config?: (value: unknown) => C;
}

/** A server that listens. */
export interface PluginServer {
  /** Address in the form of the router's configuration: `127.0.0.1:7777` or `unix:/run/bans.sock`. */
  readonly address: string;
  /**
   * Accepts no more connections, and finishes running calls within 10 s, or the time `drain`. Returns whether all have
   * finished. Handlers of the others continue, but their responses are dropped.
   */
  stop(): Promise<boolean>;
}

/**
 * Serves a plugin until SIGTERM or SIGINT. Prints `listening on ADDRESS` when the server accepts calls. If calls still
 * run after the maximum time, it ends the process with 0; else it returns.
 *
 * @throws Error The server cannot listen, or a TLS file cannot be read.
 */
export async function serve<C = unknown>(handler: Handler<C>, options: PluginOptions<C> = {}): Promise<void> {
  const server = await start(handler, options);
  const stopped = new Promise<void>((resolve) => {
    process.once("SIGTERM", resolve);
    process.once("SIGINT", resolve);
  });
  console.log(`listening on ${server.address}`);
  await stopped;
  if (!(await server.stop())) {
    console.error("calls still run after the maximum time and are ended");
    // Their handlers would keep the process alive.
    process.exit(0);
  }
}

/**
 * Starts a server and returns when it accepts calls. For tests and programs with their own signals; else `serve`.
 *
 * @throws Error The server cannot listen, or a TLS file cannot be read.
 */
export async function start<C = unknown>(handler: Handler<C>, options: PluginOptions<C> = {}): Promise<PluginServer> {
  const server = new Server({
    "grpc.max_receive_message_length": MAX_REQUEST,
    "grpc.max_concurrent_streams": MAX_STREAMS,
    ...PING,
  });
  const health = new HealthService();
  health.addTo(server);
  const unchanged = (bytes: Buffer): Buffer => bytes;
  server.addService(
    {
      OnConnect: {
        path: "/hyrouter.Plugin/OnConnect",
        requestStream: false,
        responseStream: false,
        // Messages stay bytes here, so that faults of their JSON get a status that quotes no player.
        requestSerialize: unchanged,
        requestDeserialize: unchanged,
        responseSerialize: unchanged,
        responseDeserialize: unchanged,
      },
    },
    { OnConnect: method(handler, new ConfigReader(options.config ?? ((value) => value as C))) },
  );
  const address = await bind(server, options);
  return {
    address,
    stop: () => {
      health.drain();
      return stop(server, options.drain ?? DRAIN);
    },
  };
}

function method<C>(handler: Handler<C>, configs: ConfigReader<C>) {
  let running = 0;
  return (call: ServerUnaryCall<Buffer, Buffer>, callback: sendUnaryData<Buffer>): void => {
    if (running >= MAX_CALLS) {
      callback({ code: status.RESOURCE_EXHAUSTED, details: `${MAX_CALLS} calls are running, the maximum` });
      return;
    }
    running += 1;
    answer(handler, configs, call)
      .finally(() => (running -= 1))
      .then(
        (response) => callback(null, response),
        (error: unknown) => {
          if (!(error instanceof PluginFailure)) {
            console.error(`the handler failed: ${describe(error)}`);
          }
          callback(statusOf(error));
        },
      );
  };
}

async function answer<C>(
  handler: Handler<C>,
  configs: ConfigReader<C>,
  call: ServerUnaryCall<Buffer, Buffer>,
): Promise<Buffer> {
  const config = configs.config(call.metadata);
  return encodeResponse(await handler(decodeRequest(call.request), config));
}

