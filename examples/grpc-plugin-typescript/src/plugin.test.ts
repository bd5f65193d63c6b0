import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import type { ConnectEvent, ConnectResponse } from "@hyrouter/plugin";

import { BanFile, BanList } from "./bans.js";
import { decide, readConfig } from "./plugin.js";

const UUID = "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0";
const LIST = new BanList(`# who and why
Griefer   No griefing.\t
${UUID.toUpperCase()} Chargeback
  spammer

`);

function answer(event: Partial<ConnectEvent>): ConnectResponse {
  const backend = { host: "10.0.0.7", port: 5520 };
  const request = {
    event: { sni: "play.example.com", ...event },
    strategy: "weighted",
    candidates: [backend],
    selected_index: 0,
    backend,
  };
  return decide(request, readConfig({ vip_port: 5521 }), LIST);
}

test("a banned player reads the reason, or a text in the client's language", () => {
  for (const [event, reason] of [
    [{ username: "GRIEFER", language: "de-DE" }, "No griefing."],
    [{ uuid: UUID, username: "Renamed" }, "Chargeback"],
    [{ username: "Spammer" }, "You are banned."],
    [{ username: "Spammer", language: "fr" }, "You are banned."],
    [{ username: "Spammer", language: "de" }, "Du bist gesperrt."],
    [{ username: "Spammer", language: "DE_at" }, "Du bist gesperrt."],
    [{ username: "Spammer", language: "del" }, "You are banned."],
  ] as const) {
    assert.deepEqual(answer(event), { deny: true, deny_reason: reason });
  }
});

test("a VIP goes to the host of the config with referral data", () => {
  assert.deepEqual(answer({ username: "VIPAlder" }), {
    backend: { host: "vip.example.com", port: 5521 },
    referral_data: "eyJsb2JieSI6InZpcCJ9",
  });
});

test("other players and players without a name are left alone", () => {
  for (const event of [{ username: "Alder" }, { username: "vipAlder" }, { username: "Grief" }, { username: "#" }, {}]) {
    assert.deepEqual(answer(event), {});
  }
});

test("a wrong config names the key, the value, and what is allowed", () => {
  assert.deepEqual(readConfig(null), { vip_host: "vip.example.com", vip_port: 5520 });
  for (const [config, reason] of [
    [[], "expected an object with vip_host and vip_port"],
    [{ vip: 1 }, 'unknown key "vip"; allowed: vip_host, vip_port'],
    [{ vip_host: "" }, 'vip_host is ""; expected a host name or an IP address'],
    [{ vip_port: 65536 }, "vip_port is 65536; expected 1 to 65535"],
    [{ vip_port: "5520" }, 'vip_port is "5520"; expected 1 to 65535'],
  ] as const) {
    assert.throws(() => readConfig(config), { message: reason });
  }
});

test("the file is read again when it changed, and the list stays while it cannot be read", (context) => {
  const log = context.mock.method(console, "error", () => {});
  const folder = mkdtempSync(join(tmpdir(), "bans-"));
  const path = join(folder, "bans.txt");
  try {
    assert.throws(() => new BanFile(path), /ENOENT/);
    writeFileSync(path, "a");
    const file = new BanFile(path);
    writeFileSync(path, "a\nb");
    file.reload();
    assert.ok(file.list.find("b"));
    writeFileSync(path, "\ufeffb\nc\nd");
    file.reload();
    assert.ok(file.list.find("b"));
    assert.ok(file.list.find("d"));
    for (const spoil of [() => writeFileSync(path, Uint8Array.of(0xff, 0xfe)), () => rmSync(path)]) {
      spoil();
      file.reload();
      file.reload();
      assert.ok(file.list.find("b"));
    }
    assert.equal(log.mock.callCount(), 2);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
