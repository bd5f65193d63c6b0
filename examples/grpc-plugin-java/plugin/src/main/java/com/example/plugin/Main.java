package com.example.plugin;

import io.github.hyrouter.plugin.PluginServer;
import java.nio.file.Path;

/** The program: a ban list, and a separate lobby for VIPs. */
public final class Main {
    private Main() {}

    /** Serves until SIGTERM. */
    public static void main(String... arguments) throws Exception {
        BanFile bans = BanFile.open(Path.of(System.getenv().getOrDefault("PLUGIN_BANS", "bans.txt")));
        PluginServer.serve(VipConfig.class, (request, config) -> Rule.decide(request, config, bans.list()), arguments);
    }
}
