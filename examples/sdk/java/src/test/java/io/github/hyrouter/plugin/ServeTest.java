package io.github.hyrouter.plugin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.hyrouter.plugin.types.ConnectResponse;
import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A plugin as its own process. */
@Timeout(60)
class ServeTest {
    /** The program. */
    static final class Program {
        private Program() {}

        public static void main(String... arguments) throws Exception {
            AtomicInteger calls = new AtomicInteger();
            PluginServer.serve(
                    request -> new ConnectResponse()
                            .withDenyReason(request.getEvent().getUsername() + " is call " + calls.incrementAndGet()),
                    arguments);
            System.out.println("stopped");
        }
    }

    private static Process start(String... arguments) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Program.class.getName());
        builder.command().addAll(List.of(arguments));
        builder.environment().put("PLUGIN_WARM_UP", "0");
        return builder.redirectErrorStream(true).start();
    }

    @Test
    void aProgramServesUntilSigtermAndExitsWithZero() throws Exception {
        Process process = start("--listen", "127.0.0.1:0");
        try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
            String line = output.readLine();
            assertTrue(line.startsWith("listening on 127.0.0.1:"), line);
            try (Caller caller = new Caller(line.substring("listening on ".length()))) {
                String answer = caller.ask("{\"event\":{\"username\":\"Alder\"}}", null);
                assertEquals("{\"deny_reason\":\"Alder is call 1\"}", answer);
            }
            // SIGTERM. Process.destroy would close the output too.
            process.toHandle().destroy();
            assertEquals("stopped", output.readLine());
            assertNull(output.readLine());
            assertEquals(0, process.waitFor());
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void aWrongAddressEndsTheProgramWithTheReason() throws Exception {
        Process process = start("--listen", "localhost");
        try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
            assertTrue(
                    output.lines().anyMatch(line ->
                            line.contains("cannot listen on localhost; allowed: host:port or unix:PATH")));
            assertEquals(1, process.waitFor());
        } finally {
            process.destroyForcibly();
        }
    }
}
