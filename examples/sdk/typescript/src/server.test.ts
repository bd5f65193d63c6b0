import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { Client, credentials, Metadata, status, type ServiceError } from "@grpc/grpc-js";

import { PluginFailure, start, type Handler, type PluginOptions } from "./index.js";

const METHOD = "/hyrouter.Plugin/OnConnect";
const HEALTH = "/grpc.health.v1.Health/";
const request = (username: string) => JSON.stringify({ event: { sni: "", username } });

class Caller {
  readonly #client: Client;

  constructor(address: string) {
    this.#client = new Client(address, credentials.createInsecure(), {
      "grpc.use_local_subchannel_pool": 1,
    });
  }

  call(path: string, body: string | Buffer, config?: string): Promise<Buffer> {
    const metadata = new Metadata();
    if (config !== undefined) {
      metadata.set("hyrouter-config-bin", Buffer.from(config));
    }
    return new Promise((resolve, reject) => {
      const bytes = (value: Buffer): Buffer => value;
      this.#client.makeUnaryRequest(path, bytes, bytes, Buffer.from(body), metadata, (error, answer) =>
        error ? reject(error) : resolve(answer ?? Buffer.alloc(0)),
      );
    });
  }

  async ask(body: string | Buffer, config?: string): Promise<unknown> {
    return JSON.parse((await this.call(METHOD, body, config)).toString());
  }

  watch(name: string) {
    const bytes = (value: Buffer): Buffer => value;
    return this.#client.makeServerStreamRequest(`${HEALTH}Watch`, bytes, bytes, health(name));
  }

  close(): void {
    this.#client.close();
  }
}

/** Returns a request of the health service: field 1 is the name. */
function health(name: string): Buffer {
  return Buffer.concat([Buffer.from([0x0a, name.length]), Buffer.from(name)]);
}

async function served<C>(
  handler: Handler<C>,
  options: PluginOptions<C>,
  body: (caller: Caller, stop: () => Promise<boolean>) => Promise<void>,
): Promise<void> {
  const server = await start(handler, { address: "127.0.0.1:0", ...options });
  const caller = new Caller(server.address);
  try {
    await body(caller, server.stop);
  } finally {
    caller.close();
    await server.stop();
  }
}

const isStatus = (code: status, details: RegExp) => (error: unknown) => {
  const failure = error as ServiceError;
  assert.equal(failure.code, code, failure.details);
  assert.match(failure.details, details);
  return true;
};

test("the handler answers, and many calls at once are not mixed up", async () => {
  await served(
    async ({ event }) => ({ deny: true, deny_reason: event.username ?? "" }),
    {},
    async (caller) => {
      const names = Array.from({ length: 200 }, (_, index) => `player-${index}`);
      const answers = await Promise.all(names.map((name) => caller.ask(request(name))));
      assert.deepEqual(
        answers,
        names.map((name) => ({ deny: true, deny_reason: name })),
      );
    },
  );
});

test("an exception is INTERNAL without its text, and the server goes on", async (context) => {
  const log = context.mock.method(console, "error", () => {});
  await served(
    ({ event }) => {
      if (event.username === "Alder\n") {
        throw new TypeError(`cannot read ${event.username}`);
      }
      return {};
    },
    {},
    async (caller) => {
      await assert.rejects(caller.ask(request("Alder\n")), isStatus(status.INTERNAL, /^the handler failed: TypeError$/));
      assert.deepEqual(await caller.ask(request("Birch")), {});
      assert.equal(log.mock.callCount(), 1);
    },
  );
});

test("a failure has its own status and text", async () => {
  await served(
    () => {
      throw new PluginFailure("the database does not respond");
    },
    {},
    async (caller) => {
      await assert.rejects(caller.ask("{}"), isStatus(status.UNAVAILABLE, /^the database does not respond$/));
    },
  );
});

test("a wrong request is refused", async () => {
  await served(
    () => ({}),
    {},
    async (caller) => {
      await assert.rejects(caller.ask("Alder"), isStatus(status.INVALID_ARGUMENT, /^the request is not a JSON object$/));
      const longest = Buffer.alloc(4 * 1024 * 1024, " ");
      longest.write("{}");
      assert.deepEqual(await caller.ask(longest), {});
      const longer = Buffer.concat([longest, Buffer.from(" ")]);
      await assert.rejects(caller.ask(longer), isStatus(status.RESOURCE_EXHAUSTED, /4194304/));
      await assert.rejects(caller.call("/hyrouter.Plugin/Other", "{}"), isStatus(status.UNIMPLEMENTED, /./));
    },
  );
});

test("the config of each call is decoded, and a wrong one is FAILED_PRECONDITION", async () => {
  const config = (value: unknown): string => {
    if (value !== null && typeof value !== "string") {
      throw new Error("expected a text");
    }
    return value ?? "none";
  };
  await served(
    (_, text) => ({ deny_reason: text }),
    { config },
    async (caller) => {
      for (const [sent, expected] of [
        [undefined, "none"],
        ['"a"', "a"],
        [JSON.stringify("é".repeat(2040)), "é".repeat(2040)],
        [undefined, "none"],
      ] as const) {
        assert.deepEqual(await caller.ask("{}", sent), { deny_reason: expected });
      }
      await assert.rejects(caller.ask("{}", "5"), isStatus(status.FAILED_PRECONDITION, /^config: expected a text$/));
      await assert.rejects(caller.ask("{}", "{"), isStatus(status.FAILED_PRECONDITION, /^config: not JSON$/));
    },
  );
});

test("health is SERVING until the server drains, and running calls are finished", async () => {
  let finish: (() => void) | undefined;
  const entered = new Promise<void>((enter) => {
    finish = enter;
  });
  let release = (): void => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  await served(
    async () => {
      finish?.();
      await released;
      return { deny: true };
    },
    {},
    async (caller, stop) => {
      for (const name of ["", "hyrouter.Plugin"]) {
        assert.deepEqual([...(await caller.call(`${HEALTH}Check`, health(name)))], [0x08, 1]);
      }
      await assert.rejects(caller.call(`${HEALTH}Check`, health("x")), isStatus(status.NOT_FOUND, /./));
      const seen: number[] = [];
      const watch = caller.watch("");
      watch.on("data", (answer: Buffer) => seen.push(answer[1] ?? 0));
      await once(watch, "data");
      const answer = caller.ask("{}");
      await entered;
      const stopped = stop();
      await once(watch, "end");
      release();
      assert.deepEqual(await answer, { deny: true });
      assert.equal(await stopped, true);
      assert.deepEqual(seen, [1, 2]);
    },
  );
});

test("a unix socket works, and the file of a killed server is replaced", async () => {
  const folder = mkdtempSync(join(tmpdir(), "hyrouter-"));
  const path = join(folder, "plugin.sock");
  try {
    const killed = spawn(process.execPath, [
      "-e",
      `require("node:net").createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, "SIGKILL"))`,
    ]);
    await once(killed, "exit");
    const options = { address: `unix:${path}` };
    await served(
      () => ({}),
      options,
      async (caller) => {
        assert.deepEqual(await caller.ask("{}"), {});
        await assert.rejects(
          start(() => ({}), options),
          /cannot listen on unix:/,
        );
      },
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("an address without a port is an error", async () => {
  await assert.rejects(
    start(() => ({}), { address: "localhost" }),
    /^Error: cannot listen on localhost; allowed: host:port or unix:PATH$/,
  );
});
