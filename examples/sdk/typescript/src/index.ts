/**
 * Server for Hyrouter plugins: a plugin is one function from a request to a response.
 *
 * @packageDocumentation
 */

export { PluginFailure } from "./failure.js";
export { serve, start, type Handler, type PluginOptions, type PluginServer } from "./server.js";
export type { ServerSettings } from "./settings.js";
export type {
  Backend,
  ConnectEvent,
  ConnectRequest,
  ConnectResponse,
  Identity,
  Referral,
  ReferralSource,
} from "./types.js";
