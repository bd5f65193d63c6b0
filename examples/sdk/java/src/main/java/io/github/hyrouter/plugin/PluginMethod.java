package io.github.hyrouter.plugin;

import io.github.hyrouter.plugin.types.ConnectRequest;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCallHandler;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/** The method of the contract, which calls the handler on its executor. */
final class PluginMethod<C> {
    static final String SERVICE = "hyrouter.Plugin";

    /** Messages stay bytes in the library, so that faults of their JSON get a status that quotes no player. */
    static final MethodDescriptor<byte[], byte[]> DESCRIPTOR = MethodDescriptor.<byte[], byte[]>newBuilder()
            .setType(MethodDescriptor.MethodType.UNARY)
            .setFullMethodName(MethodDescriptor.generateFullMethodName(SERVICE, "OnConnect"))
            .setRequestMarshaller(new BytesMarshaller())
            .setResponseMarshaller(new BytesMarshaller())
            .build();

    private final ConfigReader<C> configs;
    private final ConfiguredHandler<C> handler;
    private final Executor executor;

    PluginMethod(Class<C> config, ConfiguredHandler<C> handler, Executor executor) {
        this.configs = new ConfigReader<>(config);
        this.handler = handler;
        this.executor = executor;
    }

    /** Returns the service for a server whose own executor is the thread of the network. */
    ServerServiceDefinition service() {
        ServerCallHandler<byte[], byte[]> start = (call, headers) -> ServerCalls.<byte[], byte[]>asyncUnaryCall(
                        (request, observer) -> dispatch(request, headers, observer))
                .startCall(call, headers);
        return ServerServiceDefinition.builder(SERVICE)
                .addMethod(DESCRIPTOR, start)
                .build();
    }

    private void dispatch(byte[] request, Metadata headers, StreamObserver<byte[]> to) {
        var observer = (ServerCallStreamObserver<byte[]>) to;
        // With a handler, a response to a router that left is dropped. Without one, it is an exception.
        observer.setOnCancelHandler(() -> {});
        try {
            executor.execute(() -> answer(request, headers, observer));
        } catch (RejectedExecutionException full) {
            observer.onError(Status.RESOURCE_EXHAUSTED
                    .withDescription(HandlerThreads.MAX_CALLS + " calls are running, the maximum")
                    .asException());
        }
    }

    private void answer(byte[] request, Metadata headers, ServerCallStreamObserver<byte[]> observer) {
        if (observer.isCancelled()) {
            return;
        }
        byte[] response;
        try {
            response = answer(request, headers);
        } catch (StatusException failure) {
            observer.onError(failure);
            return;
        }
        observer.onNext(response);
        observer.onCompleted();
    }

    /** Returns the response, or throws the status for the router. */
    private byte[] answer(byte[] bytes, Metadata headers) throws StatusException {
        try {
            C config = configs.config(headers);
            ConnectRequest request = JsonCodec.decodeRequest(bytes);
            return JsonCodec.encodeResponse(handler.onConnect(request, config));
        } catch (PluginFailure failure) {
            throw failure.status().asException();
        } catch (Throwable error) {
            // Errors too: a call without an answer would keep its player waiting.
            HandlerLog.failed(error);
            // The text of an exception can contain data of the player, so the router gets the class only.
            throw Status.INTERNAL
                    .withDescription("the handler failed: " + error.getClass().getName())
                    .asException();
        }
    }

    private static final class BytesMarshaller implements MethodDescriptor.Marshaller<byte[]> {
        @Override
        public InputStream stream(byte[] bytes) {
            return new ByteArrayInputStream(bytes);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                return stream.readAllBytes();
            } catch (IOException error) {
                throw new UncheckedIOException(error);
            }
        }
    }
}
