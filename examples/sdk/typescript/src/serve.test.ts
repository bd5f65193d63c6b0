import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { test } from "node:test";

import { Client, credentials } from "@grpc/grpc-js";

import { addressOf, credentialsOf } from "./settings.js";

const INDEX = new URL("index.js", import.meta.url).href;
const PROGRAM = `
import { serve } from "${INDEX}";
await serve(({ event }) => ({ deny_reason: event.username }));
console.log("stopped");
`;
/** Its handler never returns, and keeps the process alive. */
const HANGING = `
import { serve } from "${INDEX}";
await serve(
  () => {
    console.log("called");
    return new Promise(() => setInterval(() => {}, 1000));
  },
  { drain: 1 },
);
`;

function program(address: string, source = PROGRAM) {
  const started = spawn(process.execPath, ["--input-type=module", "-e", source], {
    env: { ...process.env, PLUGIN_ADDRESS: address },
    stdio: ["ignore", "pipe", "pipe"],
  });
  return { started, exit: once(started, "exit") };
}

test("a program serves until SIGTERM and exits with 0", { timeout: 60_000 }, async () => {
  const { started, exit } = program("127.0.0.1:0");
  try {
    const lines = createInterface(started.stdout)[Symbol.asyncIterator]();
    const line = String((await lines.next()).value);
    assert.match(line, /^listening on 127\.0\.0\.1:\d+$/);
    const client = new Client(line.slice("listening on ".length), credentials.createInsecure());
    const bytes = (value: Buffer): Buffer => value;
    const answer = await new Promise<Buffer | undefined>((resolve, reject) => {
      const request = Buffer.from('{"event":{"username":"Alder"}}');
      client.makeUnaryRequest("/hyrouter.Plugin/OnConnect", bytes, bytes, request, (error, response) =>
        error ? reject(error) : resolve(response),
      );
    });
    assert.equal(answer?.toString(), '{"deny_reason":"Alder"}');
    client.close();
    started.kill("SIGTERM");
    assert.equal((await lines.next()).value, "stopped");
    assert.deepEqual(await exit, [0, null]);
  } finally {
    started.kill("SIGKILL");
  }
});

test("a call that hangs does not keep the program alive", { timeout: 60_000 }, async () => {
  const { started, exit } = program("127.0.0.1:0", HANGING);
  let errors = "";
  started.stderr.on("data", (text) => (errors += text));
  const lines = createInterface(started.stdout)[Symbol.asyncIterator]();
  const address = String((await lines.next()).value).slice("listening on ".length);
  const client = new Client(address, credentials.createInsecure());
  try {
    const bytes = (value: Buffer): Buffer => value;
    client.makeUnaryRequest("/hyrouter.Plugin/OnConnect", bytes, bytes, Buffer.from("{}"), () => {});
    assert.equal((await lines.next()).value, "called");
    started.kill("SIGTERM");
    assert.deepEqual(await exit, [0, null]);
    assert.match(errors, /calls still run/);
  } finally {
    started.kill("SIGKILL");
    client.close();
  }
});

test("a wrong address ends the program with the reason", { timeout: 60_000 }, async () => {
  const { started, exit } = program("localhost");
  let errors = "";
  started.stderr.on("data", (text) => (errors += text));
  assert.deepEqual(await exit, [1, null]);
  assert.match(errors, /cannot listen on localhost; allowed: host:port or unix:PATH/);
});

test("settings of the program override the environment", () => {
  assert.equal(addressOf({ address: "unix:a" }), "unix:a");
  process.env["PLUGIN_ADDRESS"] = "127.0.0.1:1";
  assert.equal(addressOf({}), "127.0.0.1:1");
  process.env["PLUGIN_ADDRESS"] = "";
  assert.equal(addressOf({}), "127.0.0.1:7777");
  delete process.env["PLUGIN_ADDRESS"];
  assert.equal(addressOf({}), "127.0.0.1:7777");
});

test("TLS needs certificate and key", () => {
  assert.doesNotThrow(() => credentialsOf({}));
  for (const settings of [{ tlsCert: "c" }, { tlsKey: "k" }, { tlsClientCa: "a" }]) {
    assert.throws(() => credentialsOf(settings), /PLUGIN_TLS_CERT and PLUGIN_TLS_KEY must both be set/);
  }
  assert.throws(() => credentialsOf({ tlsCert: "/does/not/exist", tlsKey: "k" }), /ENOENT/);
});
