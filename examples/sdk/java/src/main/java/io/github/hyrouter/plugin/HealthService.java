package io.github.hyrouter.plugin;

import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Standard health service for the server as a whole ({@code ""}) and {@code hyrouter.Plugin}.
 *
 * <p>Its messages have one field each. grpc-services would bring 6 MB for them, with a version of protobuf that plugins
 * may need in another one, and its watchers would delay the end of a server.
 */
final class HealthService {
    static final MethodDescriptor<byte[], byte[]> CHECK = descriptor("Check", MethodType.UNARY);
    static final MethodDescriptor<byte[], byte[]> WATCH = descriptor("Watch", MethodType.SERVER_STREAMING);

    private static final String SERVICE = "grpc.health.v1.Health";

    /** Encodings of a request for a known service: without a name, with an empty one, and for the plugin. */
    private static final List<byte[]> KNOWN =
            List.of(new byte[0], request(""), request(PluginMethod.SERVICE));

    private static final byte[] SERVING = {0x08, 1};
    private static final byte[] NOT_SERVING = {0x08, 2};
    private static final byte[] SERVICE_UNKNOWN = {0x08, 3};

    /** Watchers by whether they watch a known service. */
    private final Map<StreamObserver<byte[]>, Boolean> watchers = new HashMap<>();

    private boolean isDraining;

    private static MethodDescriptor<byte[], byte[]> descriptor(String name, MethodType type) {
        return PluginMethod.DESCRIPTOR.toBuilder()
                .setType(type)
                .setFullMethodName(MethodDescriptor.generateFullMethodName(SERVICE, name))
                .build();
    }

    /** Encodes a request: field 1 is the name of the service. */
    static byte[] request(String name) {
        byte[] encoded = new byte[2 + name.length()];
        encoded[0] = 0x0a;
        encoded[1] = (byte) name.length();
        for (int index = 0; index < name.length(); index++) {
            encoded[2 + index] = (byte) name.charAt(index);
        }
        return encoded;
    }

    ServerServiceDefinition service() {
        return ServerServiceDefinition.builder(SERVICE)
                .addMethod(CHECK, ServerCalls.asyncUnaryCall(this::check))
                .addMethod(WATCH, ServerCalls.asyncServerStreamingCall(this::watch))
                .build();
    }

    private synchronized void check(byte[] request, StreamObserver<byte[]> observer) {
        if (isKnown(request)) {
            observer.onNext(status());
            observer.onCompleted();
        } else {
            observer.onError(Status.NOT_FOUND.withDescription("there is no such service").asException());
        }
    }

    private synchronized void watch(byte[] request, StreamObserver<byte[]> observer) {
        boolean isKnown = isKnown(request);
        ((ServerCallStreamObserver<byte[]>) observer).setOnCancelHandler(() -> forget(observer));
        observer.onNext(isKnown ? status() : SERVICE_UNKNOWN);
        if (isDraining) {
            observer.onCompleted();
        } else {
            watchers.put(observer, isKnown);
        }
    }

    /** Reports {@code NOT_SERVING} from now on and ends all watches. */
    synchronized void drain() {
        isDraining = true;
        watchers.forEach((observer, isKnown) -> {
            if (isKnown) {
                observer.onNext(status());
            }
            observer.onCompleted();
        });
        watchers.clear();
    }

    private synchronized void forget(StreamObserver<byte[]> observer) {
        watchers.remove(observer);
    }

    private byte[] status() {
        return isDraining ? NOT_SERVING : SERVING;
    }

    private static boolean isKnown(byte[] request) {
        return KNOWN.stream().anyMatch(known -> Arrays.equals(known, request));
    }
}
