package io.github.hyrouter.plugin;

import java.nio.file.Path;
import java.util.Map;

/**
 * How a plugin listens, and its certificate.
 *
 * @param address {@code host:port} or {@code unix:PATH}; port 0 takes a free port
 * @param reusePort whether several servers can listen on the port, so that a new one starts before the old one stops;
 *     Linux shares the connections among them
 * @param tlsCert PEM file of the certificate chain, or null for no TLS
 * @param tlsKey PEM file of the certificate's private key, or null
 * @param tlsClientCa PEM file of the CAs of the routers' certificates, or null if routers need no certificate
 */
public record ServerSettings(String address, boolean reusePort, Path tlsCert, Path tlsKey, Path tlsClientCa) {
    /** Address without any setting. */
    public static final String DEFAULT_ADDRESS = "127.0.0.1:7777";

    /**
     * Checks that the settings of TLS are complete.
     *
     * @throws IllegalArgumentException Only some of them are there.
     */
    public ServerSettings {
        if ((tlsCert == null) != (tlsKey == null) || tlsCert == null && tlsClientCa != null) {
            throw new IllegalArgumentException("PLUGIN_TLS_CERT and PLUGIN_TLS_KEY must both be set for TLS");
        }
    }

    /** Makes settings without TLS and with an exclusive port. */
    public ServerSettings(String address) {
        this(address, false, null, null, null);
    }

    /**
     * Reads the settings of a program: {@code --listen ADDRESS} or the variable {@code PLUGIN_ADDRESS}, and the
     * variables {@code PLUGIN_REUSE_PORT} (1 is on), {@code PLUGIN_TLS_CERT}, {@code PLUGIN_TLS_KEY} and {@code
     * PLUGIN_TLS_CLIENT_CA}.
     *
     * @param environment the environment, as of {@link System#getenv()}
     * @param arguments the arguments of the program
     * @return the settings
     * @throws IllegalArgumentException An argument is unknown, or the settings of TLS are incomplete.
     */
    public static ServerSettings read(Map<String, String> environment, String... arguments) {
        String address = environment.getOrDefault("PLUGIN_ADDRESS", DEFAULT_ADDRESS);
        for (int index = 0; index < arguments.length; index += 2) {
            if (!arguments[index].equals("--listen") || index + 1 == arguments.length) {
                throw new IllegalArgumentException(
                        "unknown argument " + arguments[index] + "; allowed: --listen ADDRESS");
            }
            address = arguments[index + 1];
        }
        return new ServerSettings(
                address,
                "1".equals(environment.get("PLUGIN_REUSE_PORT")),
                path(environment.get("PLUGIN_TLS_CERT")),
                path(environment.get("PLUGIN_TLS_KEY")),
                path(environment.get("PLUGIN_TLS_CLIENT_CA")));
    }

    private static Path path(String text) {
        return text == null || text.isEmpty() ? null : Path.of(text);
    }
}
