package io.github.hyrouter.plugin;

import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Serves a plugin: one function from a request to a response.
 *
 * <pre>{@code
 * public static void main(String... arguments) throws Exception {
 *     PluginServer.serve(request -> new ConnectResponse(), arguments);
 * }
 * }</pre>
 */
public final class PluginServer implements AutoCloseable {
    /** Maximum time in seconds that calls continue after the server is asked to stop. */
    private static final long DRAIN_TIMEOUT = 10;

    private final ServerListener listener;
    private final Server server;
    private final HealthService health;
    private final ThreadPoolExecutor threads;

    private PluginServer(
            ServerListener listener, Server server, HealthService health, ThreadPoolExecutor threads) {
        this.listener = listener;
        this.server = server;
        this.health = health;
        this.threads = threads;
    }

    /**
     * Serves a plugin until SIGTERM or SIGINT. Prints {@code listening on ADDRESS} when the server accepts calls.
     *
     * <p>Before, it {@linkplain WarmUp calls the handler} with requests of a player named {@code warm-up},
     * for 2 seconds at most, unless the variable {@code PLUGIN_WARM_UP} is 0.
     *
     * @param handler the plugin
     * @param arguments the arguments of the program; see {@link ServerSettings#read}
     * @throws IOException The server cannot listen, or a TLS file cannot be read.
     * @throws InterruptedException The thread was interrupted.
     * @throws IllegalArgumentException An argument or setting is invalid.
     */
    public static void serve(PluginHandler handler, String... arguments) throws IOException, InterruptedException {
        serve(Object.class, configured(handler), arguments);
    }

    /**
     * Serves a plugin that reads the operator's {@code config}.
     *
     * <p>The type is best a record: {@code vip_host} of the JSON is its component {@code vipHost}. An absent key is
     * null (0 for a primitive), an unknown one is an error, and so is an exception of the constructor. The call then
     * fails with {@code FAILED_PRECONDITION} and the reason. Without a config, all keys are absent.
     *
     * @param <C> type of the config
     * @param config type of the config
     * @param handler the plugin
     * @param arguments the arguments of the program; see {@link ServerSettings#read}
     * @throws IOException The server cannot listen, or a TLS file cannot be read.
     * @throws InterruptedException The thread was interrupted.
     * @throws IllegalArgumentException An argument or setting is invalid.
     */
    public static <C> void serve(Class<C> config, ConfiguredHandler<C> handler, String... arguments)
            throws IOException, InterruptedException {
        ServerSettings settings = ServerSettings.read(System.getenv(), arguments);
        if (WarmUp.isOn(System.getenv())) {
            WarmUp.run(config, handler);
        }
        StopSignal stop = StopSignal.install();
        try (PluginServer server = start(settings, config, handler)) {
            System.out.println("listening on " + server.address());
            stop.await();
        }
    }

    /**
     * Starts a server and returns when it accepts calls. For tests and programs with their own signals.
     *
     * @param settings the address and the certificate
     * @param handler the plugin
     * @return the server
     * @throws IOException The server cannot listen, or a TLS file cannot be read.
     */
    public static PluginServer start(ServerSettings settings, PluginHandler handler) throws IOException {
        return start(settings, Object.class, configured(handler));
    }

    /**
     * Starts a server whose plugin reads the operator's {@code config}.
     *
     * @param <C> type of the config
     * @param settings the address and the certificate
     * @param config type of the config
     * @param handler the plugin
     * @return the server
     * @throws IOException The server cannot listen, or a TLS file cannot be read.
     */
    public static <C> PluginServer start(ServerSettings settings, Class<C> config, ConfiguredHandler<C> handler)
            throws IOException {
        HealthService health = new HealthService();
        ThreadPoolExecutor threads = HandlerThreads.create();
        ServerServiceDefinition method = new PluginMethod<>(config, handler, threads).service();
        ServerListener listener = ServerListener.of(settings);
        Server server = listener.builder().addService(method).addService(health.service()).build();
        try {
            server.start();
        } catch (IOException error) {
            Throwable cause = Objects.requireNonNullElse(error.getCause(), error);
            throw new IOException("cannot listen on " + settings.address() + ": " + cause.getMessage(), error);
        }
        return new PluginServer(listener, server, health, threads);
    }

    private static ConfiguredHandler<Object> configured(PluginHandler handler) {
        return (request, config) -> handler.onConnect(request);
    }

    /** Returns the address in the form of the router's configuration: {@code 127.0.0.1:7777} or {@code unix:PATH}. */
    public String address() {
        return listener.address(server);
    }

    /** Accepts no more connections, and finishes running calls. Cuts them off after 10 s, or if the thread is interrupted. */
    @Override
    public void close() {
        health.drain();
        server.shutdown();
        try {
            server.awaitTermination(DRAIN_TIMEOUT, TimeUnit.SECONDS);
        } catch (InterruptedException error) {
            Thread.currentThread().interrupt();
        }
        server.shutdownNow();
        threads.shutdown();
        listener.close();
    }
}
