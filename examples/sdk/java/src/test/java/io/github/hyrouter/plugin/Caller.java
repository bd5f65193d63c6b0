package io.github.hyrouter.plugin;

import static org.junit.jupiter.api.Assertions.assertThrows;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;

/** A client of one connection, as a router is. */
final class Caller implements AutoCloseable {
    private final ManagedChannel channel;

    Caller(PluginServer server) {
        this(server.address());
    }

    Caller(String address) {
        NettyChannelBuilder builder = address.startsWith("unix:")
                ? NettyChannelBuilder.forAddress(UnixDomainSocketAddress.of(address.substring("unix:".length())))
                        .channelType(NioDomainSocketChannel.class, UnixDomainSocketAddress.class)
                        .eventLoopGroup(new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory()))
                        .withOption(ChannelOption.SO_KEEPALIVE, null)
                        .overrideAuthority("localhost")
                : NettyChannelBuilder.forTarget(address);
        channel = builder.usePlaintext().build();
    }

    Future<byte[]> start(String json) {
        var call = channel.newCall(PluginMethod.DESCRIPTOR, CallOptions.DEFAULT);
        return ClientCalls.futureUnaryCall(call, json.getBytes(StandardCharsets.UTF_8));
    }

    String ask(String json, String config) {
        Metadata headers = new Metadata();
        if (config != null) {
            headers.put(ConfigReader.KEY, config.getBytes(StandardCharsets.UTF_8));
        }
        Channel configured = ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(headers));
        byte[] request = json.getBytes(StandardCharsets.UTF_8);
        byte[] answer =
                ClientCalls.blockingUnaryCall(configured, PluginMethod.DESCRIPTOR, CallOptions.DEFAULT, request);
        return new String(answer, StandardCharsets.UTF_8);
    }

    StatusRuntimeException failure(String json, String config) {
        return assertThrows(StatusRuntimeException.class, () -> ask(json, config));
    }

    /** Waits for the answer, and returns whether it is a failure of this status. */
    static boolean failed(Future<byte[]> answer, Status.Code code) throws InterruptedException {
        try {
            answer.get();
            return false;
        } catch (ExecutionException error) {
            return Status.fromThrowable(error).getCode() == code;
        }
    }

    byte[] check(String name) {
        return ClientCalls.blockingUnaryCall(
                channel, HealthService.CHECK, CallOptions.DEFAULT, HealthService.request(name));
    }

    Iterator<byte[]> watch(String name) {
        return ClientCalls.blockingServerStreamingCall(
                channel, HealthService.WATCH, CallOptions.DEFAULT, HealthService.request(name));
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }
}
