package io.github.hyrouter.plugin;

import io.grpc.Status;
import java.util.Objects;

/**
 * The plugin cannot answer. Status and message are in the router's log, so the message must not contain data of the
 * player. A failure is not a denial: the operator's {@code on_error} decides about the player.
 */
public final class PluginFailure extends Exception {
    private static final long serialVersionUID = 1L;

    private final Status.Code code;

    /** Makes a failure of status {@code UNAVAILABLE}, such as for a database that does not respond. */
    public PluginFailure(String message) {
        this(Status.Code.UNAVAILABLE, message);
    }

    /** Makes a failure of any status of gRPC. {@code OK}, which is no failure, becomes {@code UNKNOWN}. */
    public PluginFailure(Status.Code code, String message) {
        super(Objects.requireNonNull(message));
        this.code = code == Status.Code.OK ? Status.Code.UNKNOWN : code;
    }

    /** Returns the status code of gRPC. */
    public Status.Code code() {
        return code;
    }

    Status status() {
        return code.toStatus().withDescription(getMessage());
    }
}
