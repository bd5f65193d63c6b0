import assert from "node:assert/strict";
import { test } from "node:test";

import { status } from "@grpc/grpc-js";

import { describe, PluginFailure, statusOf } from "./failure.js";

test("only a failure of the plugin has a text for the router", () => {
  assert.deepEqual(statusOf(new PluginFailure("a")), { code: status.UNAVAILABLE, details: "a" });
  assert.deepEqual(statusOf(new PluginFailure("a", status.INTERNAL)), { code: status.INTERNAL, details: "a" });
  for (const [error, name] of [
    [new RangeError("Alder"), "RangeError"],
    ["Alder", "string"],
    [undefined, "undefined"],
  ] as const) {
    assert.deepEqual(statusOf(error), { code: status.INTERNAL, details: `the handler failed: ${name}` });
  }
});

test("a name cannot forge a line or a color of the log", () => {
  const text = describe(new Error("a\nERROR b\u001b[31m\u2028c\u202e"));
  assert.ok(text.startsWith("Error: a\n    ERROR b\\u{1b}[31m\\u{2028}c\\u{202e}\n        at "), text);
  assert.ok(describe(new Error("x".repeat(1_000_000))).length < 10_000);
  assert.equal(describe("a\rb"), "a\\u{d}b");
});
