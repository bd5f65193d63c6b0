package io.github.hyrouter.plugin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.LogManager;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class WarmUpTest {
    /** The failures here are wanted, so their stacks only disturb. */
    @BeforeAll
    static void turnLogOff() {
        LogManager.getLogManager().reset();
    }

    @Test
    void theHandlerIsCalledForAPlayerNamedWarmUp() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        ConfiguredHandler<Object> handler = (request, config) -> {
            assertEquals("warm-up", request.getEvent().getUsername());
            calls.incrementAndGet();
            return null;
        };
        WarmUp.run(Object.class, handler, Duration.ofSeconds(50));
        assertEquals(100, calls.get());
    }

    @Test
    void aHandlerThatHangsIsLeftAlone() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        AtomicInteger answers = new AtomicInteger();
        ConfiguredHandler<Object> handler = (request, config) -> {
            never.await();
            answers.incrementAndGet();
            return null;
        };
        WarmUp.run(Object.class, handler, Duration.ofMillis(100));
        assertEquals(0, answers.get());
        never.countDown();
    }

    @Test
    void aFailureEndsIt() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        ConfiguredHandler<Object> handler = (request, config) -> {
            calls.incrementAndGet();
            throw new IllegalStateException("no database");
        };
        WarmUp.run(Object.class, handler, Duration.ofSeconds(50));
        assertEquals(1, calls.get());
    }

    @Test
    void theEnvironmentTurnsItOff() {
        assertTrue(WarmUp.isOn(Map.of()));
        assertTrue(WarmUp.isOn(Map.of("PLUGIN_WARM_UP", "1")));
        assertFalse(WarmUp.isOn(Map.of("PLUGIN_WARM_UP", "0")));
    }
}
