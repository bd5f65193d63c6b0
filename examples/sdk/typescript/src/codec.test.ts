import assert from "node:assert/strict";
import { test } from "node:test";

import { status } from "@grpc/grpc-js";

import { decodeConfig, decodeRequest, encodeResponse, MAX_RESPONSE } from "./codec.js";
import { PluginFailure } from "./failure.js";

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

test("a request keeps all its fields, also unknown ones", () => {
  const sent = {
    event: { sni: "play.example.com", username: "Ünal 🐉", later: { release: 1 } },
    strategy: "p2c",
    candidates: [{ host: "10.0.0.7", port: 5520, weight: 3, meta: { lobby: "main" } }],
    selected_index: 0,
    backend: { host: "10.0.0.7", port: 5520, weight: 3, meta: {} },
    referral_data: "eA==",
    later: true,
  };
  assert.deepEqual(decodeRequest(json(sent)), sent);
});

test("null and absent parts get their empty value", () => {
  const empty = {
    event: { sni: "" },
    strategy: "",
    candidates: [],
    selected_index: -1,
    backend: { host: "", port: 0, weight: 0, meta: {} },
  };
  assert.deepEqual(decodeRequest(json({})), empty);
  const nulls = { event: null, strategy: null, candidates: null, selected_index: null, backend: null };
  assert.deepEqual(decodeRequest(json(nulls)), empty);
  const inside = {
    ...empty,
    event: { sni: null, username: null, identity: { verified: false, issuer: null } },
    backend: { host: "a", port: 1, meta: null },
    later: [null],
  };
  assert.deepEqual(decodeRequest(json(inside)), {
    ...empty,
    event: { sni: "", identity: { verified: false } },
    backend: { host: "a", port: 1 },
    later: [null],
  });
});

test("a request that is no JSON object is refused without a quotation", () => {
  for (const bytes of [Buffer.from('{"username":"Alder'), Buffer.from("[]"), Buffer.from("null"), Buffer.from([0xff])]) {
    assert.throws(
      () => decodeRequest(bytes),
      (error) =>
        error instanceof PluginFailure && error.code === status.INVALID_ARGUMENT && !error.message.includes("Alder"),
    );
  }
});

test("a request of any depth is decoded", () => {
  const deep = "[".repeat(500_000) + "]".repeat(500_000);
  assert.equal(decodeRequest(Buffer.from(`{"later":${deep}}`)).strategy, "");
});

test("no response is the response without changes", () => {
  assert.equal(encodeResponse(undefined).toString(), "{}");
  assert.equal(encodeResponse(null).toString(), "{}");
  assert.equal(encodeResponse({ deny: true, deny_reason: "ä" }).toString(), '{"deny":true,"deny_reason":"ä"}');
});

test("a response has at most 1 MiB", () => {
  const around = encodeResponse({ deny_reason: "" }).length;
  assert.equal(encodeResponse({ deny_reason: "x".repeat(MAX_RESPONSE - around) }).length, MAX_RESPONSE);
  assert.throws(() => encodeResponse({ deny_reason: "x".repeat(MAX_RESPONSE) }), /at most 1048576/);
});

test("a config is any JSON", () => {
  assert.equal(decodeConfig(undefined), null);
  assert.deepEqual(decodeConfig(json({ a: [1] })), { a: [1] });
  assert.throws(() => decodeConfig(Buffer.from("{")), /not JSON/);
});
