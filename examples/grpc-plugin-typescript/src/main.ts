import { serve } from "@hyrouter/plugin";

import { BanFile } from "./bans.js";
import { decide, readConfig } from "./plugin.js";

const bans = new BanFile(process.env["PLUGIN_BANS"] || "bans.txt");
await serve((request, config) => decide(request, config, bans.list), { config: readConfig });
