package io.github.hyrouter.plugin;

import io.grpc.CallOptions;
import io.grpc.InsecureServerCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ClientCalls;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Calls a handler before the server listens, because the first calls of a JVM take hundreds of milliseconds. */
final class WarmUp {
    /** Enough for all classes to be loaded. More calls lower the latency of the next ones only a little. */
    private static final int CALLS = 100;

    /** Maximum time of all calls. A handler can wait for a database that does not respond. */
    private static final Duration TIMEOUT = Duration.ofSeconds(2);

    private static final byte[] REQUEST = """
            {"event":{"sni":"warm-up.invalid","username":"warm-up","language":"en-US"},"strategy":"round_robin",
            "candidates":[{"host":"127.0.0.1","port":5520,"weight":1,"meta":{}}],"selected_index":0,
            "backend":{"host":"127.0.0.1","port":5520,"weight":1,"meta":{}}}"""
            .getBytes(StandardCharsets.UTF_8);

    private WarmUp() {}

    /** Returns whether the environment, as of {@link System#getenv()}, does not turn it off. */
    static boolean isOn(Map<String, String> environment) {
        return !"0".equals(environment.get("PLUGIN_WARM_UP"));
    }

    /**
     * Calls the handler through a client and a server on a free port of the loopback interface. Ends at the first
     * failure, or after 2 seconds: then a call that still runs is left alone.
     */
    static <C> void run(Class<C> config, ConfiguredHandler<C> handler) throws IOException, InterruptedException {
        run(config, handler, TIMEOUT);
    }

    static <C> void run(Class<C> config, ConfiguredHandler<C> handler, Duration timeout)
            throws IOException, InterruptedException {
        ThreadPoolExecutor threads = HandlerThreads.create();
        InetSocketAddress anyPort = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        Server server = NettyServerBuilder.forAddress(anyPort, InsecureServerCredentials.create())
                .directExecutor()
                .addService(new PluginMethod<>(config, handler, threads).service())
                .build()
                .start();
        ManagedChannel channel = NettyChannelBuilder.forAddress(server.getListenSockets().get(0))
                .directExecutor()
                .usePlaintext()
                .build();
        try {
            // The end of all calls is the deadline of each.
            CallOptions options = CallOptions.DEFAULT.withDeadlineAfter(timeout.toMillis(), TimeUnit.MILLISECONDS);
            for (int call = 0; call < CALLS; call++) {
                ClientCalls.blockingUnaryCall(channel, PluginMethod.DESCRIPTOR, options, REQUEST);
            }
        } catch (StatusRuntimeException failure) {
            // The time is over, or the handler needs a config or a player that it knows. The router's calls show what
            // fails then.
        } finally {
            channel.shutdownNow();
            server.shutdownNow().awaitTermination(timeout.toMillis(), TimeUnit.MILLISECONDS);
            // No interrupt: it can close a file that the handler keeps.
            threads.shutdown();
        }
    }
}
