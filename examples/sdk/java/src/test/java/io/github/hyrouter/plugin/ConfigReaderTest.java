package io.github.hyrouter.plugin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonElement;
import com.google.gson.annotations.SerializedName;
import io.grpc.Metadata;
import io.grpc.Status;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConfigReaderTest {
    private record Lobby(String lobbyHost, Integer port, @SerializedName("names") List<String> players) {
        Lobby {
            if (port != null && port > 65535) {
                throw new IllegalArgumentException("port is " + port + "; expected 1 to 65535");
            }
        }
    }

    private final ConfigReader<Lobby> reader = new ConfigReader<>(Lobby.class);

    private static Metadata headers(String json) {
        Metadata headers = new Metadata();
        if (json != null) {
            headers.put(ConfigReader.KEY, json.getBytes(StandardCharsets.UTF_8));
        }
        return headers;
    }

    private String reason(String json) {
        PluginFailure failure = assertThrows(PluginFailure.class, () -> reader.config(headers(json)));
        assertEquals(Status.Code.FAILED_PRECONDITION, failure.code());
        return failure.getMessage();
    }

    @Test
    void theConfigIsARecord() throws PluginFailure {
        Lobby lobby = reader.config(headers("{\"lobby_host\":\"ä\",\"port\":1,\"names\":[\"a\"]}"));
        assertEquals(new Lobby("ä", 1, List.of("a")), lobby);
        assertSame(lobby, reader.config(headers("{\"lobby_host\":\"ä\",\"port\":1,\"names\":[\"a\"]}")));
        for (String none : new String[] {null, "null", "{}"}) {
            assertEquals(new Lobby(null, null, null), reader.config(headers(none)), none);
        }
    }

    @Test
    void aWrongConfigIsRefusedWithTheReason() {
        assertEquals("config: unknown key \"host\"; allowed: lobby_host, names, port", reason("{\"host\":\"a\"}"));
        assertEquals("config: port is 70000; expected 1 to 65535", reason("{\"port\":70000}"));
        assertEquals("config: Expected an int but was a at path $.port", reason("{\"port\":\"a\"}"));
        String expected = "config: Expected STRING but was BEGIN_OBJECT at path $.lobby_host";
        assertTrue(reason("{\"lobby_host\":{}}").startsWith(expected), reason("{\"lobby_host\":{}}"));
        for (String json : List.of("{", "[]", "5", "{port:1}")) {
            assertTrue(reason(json).startsWith("config: "), json);
        }
    }

    @Test
    void aConfigCanBeAnyJson() throws PluginFailure {
        JsonElement list = new ConfigReader<>(JsonElement.class).config(headers("[1]"));
        assertEquals("[1]", list.toString());
    }
}
