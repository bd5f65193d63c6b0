package io.github.hyrouter.plugin;

import java.lang.reflect.Proxy;
import java.util.concurrent.CountDownLatch;

/**
 * SIGTERM or SIGINT. A shutdown hook would not do: the exit code would be 143, and the program could do nothing after
 * {@link PluginServer#serve}.
 */
final class StopSignal {
    private final CountDownLatch received = new CountDownLatch(1);

    private StopSignal() {}

    /**
     * Handles the signals of the process from now on. The JDK has no other class for signals than {@code
     * sun.misc.Signal}, and keeps it for that reason (JEP 260), but the compiler warns of its name.
     */
    static StopSignal install() {
        StopSignal stop = new StopSignal();
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object onSignal = Proxy.newProxyInstance(
                    handler.getClassLoader(), new Class<?>[] {handler}, (proxy, method, arguments) -> {
                        stop.received.countDown();
                        return null;
                    });
            for (String name : new String[] {"TERM", "INT"}) {
                Object instance = signal.getConstructor(String.class).newInstance(name);
                signal.getMethod("handle", signal, handler).invoke(null, instance, onSignal);
            }
        } catch (ReflectiveOperationException error) {
            throw new IllegalStateException("the Java runtime has no module jdk.unsupported", error);
        }
        return stop;
    }

    /** Waits for the first signal. */
    void await() throws InterruptedException {
        received.await();
    }
}
