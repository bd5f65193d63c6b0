package io.github.hyrouter.plugin;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.hyrouter.plugin.types.ConnectResponse;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.logging.LogManager;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class PluginServerTest {
    private static final ServerSettings ANY_PORT = new ServerSettings("127.0.0.1:0");

    /** The failures here are wanted, so their stacks only disturb. */
    @BeforeAll
    static void turnLogOff() {
        LogManager.getLogManager().reset();
    }

    private record Text(String text) {
        Text {
            if ("bad".equals(text)) {
                throw new IllegalArgumentException("text is bad");
            }
        }
    }

    private static void assertStatus(Status.Code code, String text, StatusRuntimeException error) {
        assertEquals(code, error.getStatus().getCode(), error.getMessage());
        assertEquals(text, error.getStatus().getDescription());
    }

    @Test
    void manyCallsAtOnceAreNotMixedUp() throws Exception {
        try (var server = PluginServer.start(ANY_PORT, request -> new ConnectResponse()
                        .withDenyReason(request.getEvent().getUsername()));
                var caller = new Caller(server)) {
            List<Future<byte[]>> answers = new ArrayList<>();
            for (int index = 0; index < 200; index++) {
                answers.add(caller.start("{\"event\":{\"username\":\"player-" + index + "\"}}"));
            }
            for (int index = 0; index < 200; index++) {
                byte[] answer = answers.get(index).get();
                assertEquals("{\"deny_reason\":\"player-" + index + "\"}", new String(answer));
            }
        }
    }

    @Test
    void anExceptionIsInternalWithoutItsTextAndTheServerGoesOn() throws Exception {
        PluginHandler handler = request -> {
            if (request.getEvent().getUsername() == null) {
                return null;
            }
            throw new IllegalStateException("cannot read " + request.getEvent().getUsername());
        };
        try (var server = PluginServer.start(ANY_PORT, handler);
                var caller = new Caller(server)) {
            assertStatus(
                    Status.Code.INTERNAL,
                    "the handler failed: java.lang.IllegalStateException",
                    caller.failure("{\"event\":{\"username\":\"Alder\"}}", null));
            assertEquals("{}", caller.ask("{}", null));
        }
    }

    @Test
    void aFailureHasItsOwnStatusAndText() throws Exception {
        PluginHandler handler = request -> {
            throw new PluginFailure("the database does not respond");
        };
        try (var server = PluginServer.start(ANY_PORT, handler);
                var caller = new Caller(server)) {
            assertStatus(Status.Code.UNAVAILABLE, "the database does not respond", caller.failure("{}", null));
        }
    }

    @Test
    void aWrongOrTooLongRequestIsRefused() throws Exception {
        try (var server = PluginServer.start(ANY_PORT, request -> null);
                var caller = new Caller(server)) {
            assertStatus(
                    Status.Code.INVALID_ARGUMENT,
                    "the request is not the JSON of a request",
                    caller.failure("Alder", null));
            assertEquals("{}", caller.ask("{}" + " ".repeat(JsonCodec.MAX_REQUEST - 2), null));
            var tooLong = caller.failure("{}" + " ".repeat(JsonCodec.MAX_REQUEST - 1), null);
            assertEquals(Status.Code.RESOURCE_EXHAUSTED, tooLong.getStatus().getCode());
        }
    }

    @Test
    void theConfigOfEachCallIsDecoded() throws Exception {
        try (var server = PluginServer.start(
                        ANY_PORT,
                        Text.class,
                        (request, config) -> new ConnectResponse().withDenyReason(config.text()));
                var caller = new Caller(server)) {
            String longest = "{\"text\":\"" + "é".repeat(2042) + "\"}";
            assertEquals("{\"deny_reason\":\"" + "é".repeat(2042) + "\"}", caller.ask("{}", longest));
            assertEquals("{}", caller.ask("{}", null));
            assertStatus(
                    Status.Code.FAILED_PRECONDITION,
                    "config: text is bad",
                    caller.failure("{}", "{\"text\":\"bad\"}"));
        }
    }

    @Test
    void callsBeyondTheMaximumAreRefused() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        PluginHandler handler = request -> {
            release.await();
            return null;
        };
        List<Caller> callers = new ArrayList<>();
        try (var server = PluginServer.start(ANY_PORT, handler)) {
            List<Future<byte[]>> answers = new ArrayList<>();
            for (int connection = 0; connection < 4; connection++) {
                Caller caller = new Caller(server);
                callers.add(caller);
                for (int call = 0; call < HandlerThreads.MAX_CALLS / 4; call++) {
                    answers.add(caller.start("{}"));
                }
            }
            Caller oneMore = new Caller(server);
            callers.add(oneMore);
            // Calls of different connections may overtake each other, so one of all is refused.
            answers.add(oneMore.start("{}"));
            while (answers.stream().noneMatch(Future::isDone)) {
                Thread.onSpinWait();
            }
            release.countDown();
            int refused = 0;
            for (Future<byte[]> answer : answers) {
                if (Caller.failed(answer, Status.Code.RESOURCE_EXHAUSTED)) {
                    refused++;
                }
            }
            assertEquals(1, refused);
        } finally {
            callers.forEach(Caller::close);
        }
    }

    @Test
    void healthIsServingUntilTheServerDrainsAndRunningCallsAreFinished() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        PluginHandler handler = request -> {
            entered.countDown();
            release.await();
            return new ConnectResponse().withDeny(true);
        };
        var server = PluginServer.start(ANY_PORT, handler);
        try (var caller = new Caller(server)) {
            assertArrayEquals(new byte[] {8, 1}, caller.check(""));
            assertArrayEquals(new byte[] {8, 1}, caller.check("hyrouter.Plugin"));
            var unknown = assertThrows(StatusRuntimeException.class, () -> caller.check("x"));
            assertEquals(Status.Code.NOT_FOUND, unknown.getStatus().getCode());
            var watch = caller.watch("");
            assertArrayEquals(new byte[] {8, 1}, watch.next());

            Future<byte[]> answer = caller.start("{}");
            entered.await();
            Thread closing = new Thread(server::close);
            closing.start();
            assertArrayEquals(new byte[] {8, 2}, watch.next());
            assertFalse(watch.hasNext());
            release.countDown();
            assertEquals("{\"deny\":true}", new String(answer.get(10, TimeUnit.SECONDS)));
            closing.join();
        }
    }

    @Test
    void aPortIsSharedOnlyIfBothServersAllowIt() throws Exception {
        var shared = new ServerSettings("127.0.0.1:0", true, null, null, null);
        try (var server = PluginServer.start(shared, request -> null)) {
            var exclusive = new ServerSettings(server.address());
            assertThrows(IOException.class, () -> PluginServer.start(exclusive, request -> null));
            var second = new ServerSettings(server.address(), true, null, null, null);
            try (var other = PluginServer.start(second, request -> null)) {
                assertEquals(server.address(), other.address());
            }
        }
    }

    @Test
    void aUnixSocketWorksAndTheFileOfAKilledServerIsReplaced(@TempDir Path folder) throws Exception {
        Path path = folder.resolve("plugin.sock");
        // Closing the channel leaves the file, as killing the process does.
        try (var abandoned = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            abandoned.bind(UnixDomainSocketAddress.of(path));
        }
        var settings = new ServerSettings("unix:" + path);
        try (var server = PluginServer.start(settings, request -> null);
                var caller = new Caller(server)) {
            assertEquals("unix:" + path, server.address());
            assertEquals("{}", caller.ask("{}", null));
            var error = assertThrows(IOException.class, () -> PluginServer.start(settings, request -> null));
            assertTrue(error.getMessage().startsWith("cannot listen on unix:"), error.getMessage());
            assertTrue(Files.exists(path));
        }
        assertFalse(Files.exists(path));
    }
}
