package io.github.hyrouter.plugin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ServerSettingsTest {
    @Test
    void anArgumentOverridesTheEnvironment() {
        assertEquals("127.0.0.1:7777", ServerSettings.read(Map.of()).address());
        Map<String, String> environment = Map.of("PLUGIN_ADDRESS", "unix:a");
        assertEquals("unix:a", ServerSettings.read(environment).address());
        assertEquals("[::1]:0", ServerSettings.read(environment, "--listen", "[::1]:0").address());
        for (String[] wrong : new String[][] {{"--listen"}, {"--other", "a"}, {"a"}}) {
            assertThrows(IllegalArgumentException.class, () -> ServerSettings.read(environment, wrong));
        }
    }

    @Test
    void tlsNeedsCertificateAndKey() {
        ServerSettings settings = ServerSettings.read(Map.of("PLUGIN_TLS_CERT", "c", "PLUGIN_TLS_KEY", "k"));
        assertEquals(new ServerSettings("127.0.0.1:7777", false, Path.of("c"), Path.of("k"), null), settings);
        for (String only : List.of("PLUGIN_TLS_CERT", "PLUGIN_TLS_KEY", "PLUGIN_TLS_CLIENT_CA")) {
            assertThrows(IllegalArgumentException.class, () -> ServerSettings.read(Map.of(only, "a")));
        }
    }

    @Test
    void anAddressHasAHostAndAPort() {
        for (String address : List.of("localhost", ":1", "", "a:", "127.0.0.1:70000", "a:-1")) {
            var error = assertThrows(
                    IllegalArgumentException.class,
                    () -> PluginServer.start(new ServerSettings(address), request -> null),
                    address);
            assertEquals("cannot listen on " + address + "; allowed: host:port or unix:PATH", error.getMessage());
        }
    }

    @Test
    void aHostThatIsUnknownIsNamed() {
        var settings = new ServerSettings("does-not-exist.invalid:0");
        var error = assertThrows(IOException.class, () -> PluginServer.start(settings, request -> null));
        assertEquals("cannot listen on does-not-exist.invalid:0", error.getMessage().substring(0, 41));
    }
}
