import type { ConnectRequest, ConnectResponse } from "@hyrouter/plugin";

import type { BanList } from "./bans.js";

/** Where players whose name begins with `VIP` go: the operator's `config` of the plugin. */
export interface VipConfig {
  vip_host: string;
  vip_port: number;
}

const DEFAULTS: VipConfig = { vip_host: "vip.example.com", vip_port: 5520 };

/**
 * Returns the config from the operator's JSON, which is null if there is none.
 *
 * @throws Error A key or value is wrong. The operator reads the message in the router's log.
 */
export function readConfig(value: unknown): VipConfig {
  if (typeof value !== "object" || Array.isArray(value)) {
    throw new Error("expected an object with vip_host and vip_port");
  }
  const unknown = Object.keys(value ?? {}).find((key) => !(key in DEFAULTS));
  if (unknown !== undefined) {
    throw new Error(`unknown key ${JSON.stringify(unknown)}; allowed: vip_host, vip_port`);
  }
  const config = { ...DEFAULTS, ...value };
  if (typeof config.vip_host !== "string" || config.vip_host === "") {
    throw new Error(`vip_host is ${JSON.stringify(config.vip_host)}; expected a host name or an IP address`);
  }
  if (!Number.isInteger(config.vip_port) || config.vip_port < 1 || config.vip_port > 65535) {
    throw new Error(`vip_port is ${JSON.stringify(config.vip_port)}; expected 1 to 65535`);
  }
  return config;
}

/** Denies the players on the list, and sends VIPs to a separate lobby. */
export function decide({ event }: ConnectRequest, config: VipConfig, bans: BanList): ConnectResponse {
  const ban = bans.find(event.uuid, event.username);
  if (ban !== undefined) {
    return { deny: true, deny_reason: ban.reason ?? bannedText(event.language) };
  }
  // Any client can claim any name. If the lobby is worth something, check `event.identity?.verified` too.
  if (event.username?.startsWith("VIP")) {
    return {
      backend: { host: config.vip_host, port: config.vip_port },
      referral_data: Buffer.from('{"lobby":"vip"}').toString("base64"),
    };
  }
  return {};
}

function bannedText(language: string | undefined): string {
  return /^de(?:[-_]|$)/i.test(language ?? "") ? "Du bist gesperrt." : "You are banned.";
}
