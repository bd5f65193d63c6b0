// Calls the built module as the router does.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const module = new WebAssembly.Module(readFileSync(new URL("../build/plugin.wasm", import.meta.url)));
const VIP = { lobby: "vip", name: "VIP_Ann" };

/** An instance, with the lines that it logged. */
class Plugin {
  lines = [];

  constructor() {
    const log = (_level, at, length) => this.lines.push(this.#text(at, length));
    this.exports = new WebAssembly.Instance(module, { hyrouter: { log } }).exports;
    this.exports._initialize();
  }

  configure(config) {
    return this.#call("configure", config);
  }

  /** Returns the response, with the referral data decoded. */
  ask(request) {
    const { referral_data, ...response } = this.askRaw(JSON.stringify(request));
    return referral_data ? { ...response, data: JSON.parse(Buffer.from(referral_data, "base64")) } : response;
  }

  askRaw(json) {
    const packed = BigInt.asUintN(64, this.#call("on_connect", json));
    return JSON.parse(this.#text(Number(packed >> 32n), Number(packed & 0xffffffffn)));
  }

  #call(name, json) {
    const bytes = Buffer.from(json);
    const at = this.exports.alloc(bytes.length);
    new Uint8Array(this.exports.memory.buffer).set(bytes, at);
    return this.exports[name](at, bytes.length);
  }

  #text(at, length) {
    return Buffer.from(this.exports.memory.buffer).toString("utf8", at, at + length);
  }
}

function request(username, meta = {}) {
  const candidates = [
    { host: "10.0.0.1", port: 5520, weight: 1, meta: null },
    { host: "10.0.0.2", port: 5520, weight: 1, meta },
  ];
  const event = { sni: "play.example.com", username, identity: { verified: true, claims: [1, { a: "}" }] } };
  return { event, strategy: "round_robin", candidates, selected_index: 0, backend: candidates[0] };
}

test("a player named deny is denied", () => {
  const response = new Plugin().ask(request("deny"));
  assert.deepEqual(response, { deny: true, deny_reason: "denied by the example WASM plugin in AssemblyScript" });
});

test("others stay and carry the main lobby", () => {
  const plugin = new Plugin();
  for (const name of ["Ann", "vip_ann", "Ann_VIP", "deny ", "", null]) {
    assert.deepEqual(plugin.ask(request(name)), { data: { lobby: "main" } }, name);
  }
  for (const other of [{}, { event: {} }, { event: {}, candidates: null, backend: null }]) {
    assert.deepEqual(plugin.ask(other), { data: { lobby: "main" } });
  }
});

test("a VIP goes to the lobby, else to the configured backend, else stays", () => {
  const plugin = new Plugin();
  assert.deepEqual(plugin.ask(request("VIP_Ann")), { data: VIP });
  const backend = { host: "lobby.example.com", port: 5520 };
  assert.equal(plugin.configure(JSON.stringify({ backend })), 0);
  assert.deepEqual(plugin.ask(request("VIP_Ann", { lobby: "gold" })), { backend, data: VIP });
  for (const key of ["lobby", "label.lobby"]) {
    const response = plugin.ask(request("VIP_Ann", { "": "vip", [key]: "vip", zone: "a" }));
    assert.deepEqual(response, { selected_index: 1, data: VIP });
  }
});

test("prefix and tag are the operator's, in any script", () => {
  const plugin = new Plugin();
  assert.equal(plugin.configure('{"prefix":"\\ud83d\\ude00","tag":"\\u00fc\\n\\"gold\\""}'), 0);
  const name = '😀 Zoë "\\\b\f\n\r\t/\u0001\u2028';
  const tag = 'ü\n"gold"';
  const wanted = { selected_index: 1, data: { lobby: tag, name } };
  assert.deepEqual(plugin.ask(request(name, { lobby: tag })), wanted);
  const escaped = JSON.stringify(request(name, { lobby: tag })).replace(/[^\x00-\x7f]/g, (c) => {
    return `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
  assert.equal(plugin.askRaw(escaped).selected_index, 1);
});

test("a mistake of the configuration is logged with its key", () => {
  for (const config of ["null", "{}"]) assert.equal(new Plugin().configure(config), 0);
  for (const [config, message] of [
    ['{"prefx":"VIP"}', 'config: unknown key "prefx"; allowed: prefix, tag, backend'],
    ['{"prefix":""}', "config: prefix: "],
    ['{"backend":{"host":"lobby","prt":1}}', 'config: unknown key "backend.prt"; allowed: host, port'],
    ['{"backend":{"host":"","port":5520}}', "config: backend.host: "],
    [`{"backend":{"host":"${"ü".repeat(129)}","port":5520}}`, "config: backend.host: "],
    ['{"backend":{"host":"lobby"}}', "config: backend.port: "],
    ['{"backend":{"host":"lobby","port":65536}}', "config: backend.port: "],
  ]) {
    const plugin = new Plugin();
    assert.equal(plugin.configure(config), 1, config);
    assert.ok(plugin.lines[0].startsWith(message), `${config}: ${plugin.lines}`);
  }
});

test("the largest request is answered, and memory stays as it is", () => {
  const plugin = new Plugin();
  const largest = request("VIP_Ann");
  const meta = Object.fromEntries(Array.from({ length: 64 }, (_, i) => [`key${i}`, "value"]));
  largest.candidates = Array.from({ length: 1024 }, () => ({ host: "10.0.0.1", port: 5520, weight: 1, meta }));
  largest.candidates.at(-1).meta = { lobby: "vip" };
  for (let i = 0; i < 10; i++) assert.equal(plugin.ask(largest).selected_index, 1023);
  const { byteLength } = plugin.exports.memory.buffer;
  for (let i = 0; i < 10; i++) assert.equal(plugin.ask(largest).selected_index, 1023);
  for (let i = 0; i < 20_000; i++) plugin.ask(request(`VIP_${i}`));
  assert.equal(plugin.exports.memory.buffer.byteLength, byteLength);
});

test("what is not a request fails with a reason", () => {
  for (const json of ["", "{", "7", '{"event":7}']) {
    const plugin = new Plugin();
    assert.throws(() => plugin.askRaw(json), WebAssembly.RuntimeError, json);
    assert.equal(plugin.lines.length, 1, json);
  }
});
