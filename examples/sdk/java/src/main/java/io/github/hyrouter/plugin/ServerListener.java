package io.github.hyrouter.plugin;

import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.grpc.ServerCredentials;
import io.grpc.TlsServerCredentials;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.concurrent.TimeUnit;

/** The socket that connections come from. */
final class ServerListener {
    /** Maximum number of calls at the same time of one connection, in HTTP/2. */
    private static final int MAX_STREAMS = 256;
    /** Maximum length of the headers of a call in bytes. The config takes 5,464 of them at most. */
    private static final int MAX_HEADERS = 16 * 1024;

    private final ServerSettings settings;
    private final SocketAddress address;
    private final MultiThreadIoEventLoopGroup unixThreads;

    private ServerListener(ServerSettings settings, SocketAddress address) {
        this.settings = settings;
        this.address = address;
        this.unixThreads = address instanceof UnixDomainSocketAddress
                ? new MultiThreadIoEventLoopGroup(NioIoHandler.newFactory())
                : null;
    }

    static ServerListener of(ServerSettings settings) throws IOException {
        String text = settings.address();
        if (text.startsWith("unix:")) {
            Path path = Path.of(text.substring("unix:".length()));
            removeAbandoned(path);
            return new ServerListener(settings, UnixDomainSocketAddress.of(path));
        }
        int colon = text.lastIndexOf(':');
        try {
            String host = text.substring(0, Math.max(colon, 0)).replaceAll("^\\[(.*)]$", "$1");
            int port = Integer.parseInt(text.substring(colon + 1));
            if (!host.isEmpty()) {
                return new ServerListener(settings, new InetSocketAddress(host, port));
            }
        } catch (IllegalArgumentException error) {
            // The same error as for a text without a host.
        }
        throw new IllegalArgumentException("cannot listen on " + text + "; allowed: host:port or unix:PATH");
    }

    /** Returns a builder whose calls run on the threads of the network: handlers have their own. */
    NettyServerBuilder builder() throws IOException {
        NettyServerBuilder builder = NettyServerBuilder.forAddress(address, credentials())
                .directExecutor()
                .maxInboundMessageSize(JsonCodec.MAX_REQUEST)
                .maxInboundMetadataSize(MAX_HEADERS)
                .maxConcurrentCallsPerConnection(MAX_STREAMS)
                .keepAliveTime(30, TimeUnit.SECONDS)
                .keepAliveTimeout(10, TimeUnit.SECONDS)
                // The router sends a ping after 10 seconds of silence, also without calls.
                .permitKeepAliveTime(5, TimeUnit.SECONDS)
                .permitKeepAliveWithoutCalls(true);
        if (settings.reusePort()) {
            builder.withOption(NioChannelOption.of(StandardSocketOptions.SO_REUSEPORT), true);
        }
        if (unixThreads != null) {
            builder.channelType(NioServerDomainSocketChannel.class)
                    // grpc-netty sets it for TCP. A unix socket does not have it, and each connection logs a warning.
                    .withChildOption(ChannelOption.SO_KEEPALIVE, null)
                    .bossEventLoopGroup(unixThreads)
                    .workerEventLoopGroup(unixThreads);
        }
        return builder;
    }

    private ServerCredentials credentials() throws IOException {
        if (settings.tlsCert() == null) {
            return InsecureServerCredentials.create();
        }
        TlsServerCredentials.Builder tls = TlsServerCredentials.newBuilder()
                .keyManager(settings.tlsCert().toFile(), settings.tlsKey().toFile());
        if (settings.tlsClientCa() != null) {
            tls.trustManager(settings.tlsClientCa().toFile()).clientAuth(TlsServerCredentials.ClientAuth.REQUIRE);
        }
        return tls.build();
    }

    String address(Server server) {
        if (address instanceof InetSocketAddress) {
            InetSocketAddress bound = (InetSocketAddress) server.getListenSockets().get(0);
            String host = bound.getAddress().getHostAddress();
            return (host.contains(":") ? "[" + host + "]" : host) + ":" + bound.getPort();
        }
        return settings.address();
    }

    /** Releases what the server itself leaves: the file of a unix socket and its threads. */
    void close() {
        if (address instanceof UnixDomainSocketAddress unix) {
            unixThreads.shutdownGracefully(0, 1, TimeUnit.SECONDS);
            try {
                Files.deleteIfExists(unix.getPath());
            } catch (IOException error) {
                // The next server replaces the file.
            }
        }
    }

    /** Removes the socket file of a killed server: no process listens on it. */
    private static void removeAbandoned(Path path) throws IOException {
        // A socket is no regular file, directory or link.
        if (!Files.exists(path) || !Files.readAttributes(path, BasicFileAttributes.class).isOther()) {
            return;
        }
        try {
            // If it opens, another server listens, and binding fails.
            SocketChannel.open(UnixDomainSocketAddress.of(path)).close();
        } catch (ConnectException error) {
            Files.delete(path);
        }
    }
}
