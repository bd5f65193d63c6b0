package io.github.hyrouter.plugin;

import com.google.gson.FieldNamingPolicy;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonParseException;
import com.google.gson.Strictness;
import io.github.hyrouter.plugin.types.Backend;
import io.github.hyrouter.plugin.types.ConnectEvent;
import io.github.hyrouter.plugin.types.ConnectRequest;
import io.github.hyrouter.plugin.types.ConnectResponse;
import io.grpc.Status;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The JSON of requests and responses. Unknown fields are ignored, null is the same as an absent field. */
final class JsonCodec {
    /** Maximum length of a request in bytes, enough for some thousands of candidates. */
    static final int MAX_REQUEST = 4 * 1024 * 1024;

    /** Maximum length of a response in bytes. The router reads no longer one. */
    static final int MAX_RESPONSE = 1024 * 1024;

    static final Gson GSON = new GsonBuilder()
            .setStrictness(Strictness.STRICT)
            .setFieldNamingPolicy(FieldNamingPolicy.LOWER_CASE_WITH_UNDERSCORES)
            .disableHtmlEscaping()
            .create();

    private JsonCodec() {}

    /**
     * Decodes a request. Parts that the router always sends are never null.
     *
     * @throws PluginFailure The bytes are not the JSON of a request. The message does not quote them, because they can
     *     contain data of the player.
     */
    static ConnectRequest decodeRequest(byte[] bytes) throws PluginFailure {
        ConnectRequest request;
        try {
            request = GSON.fromJson(new String(bytes, StandardCharsets.UTF_8), ConnectRequest.class);
        } catch (JsonParseException error) {
            throw new PluginFailure(Status.Code.INVALID_ARGUMENT, "the request is not the JSON of a request");
        }
        if (request == null) {
            throw new PluginFailure(Status.Code.INVALID_ARGUMENT, "the request is empty");
        }
        ConnectEvent event = Objects.requireNonNullElseGet(request.getEvent(), ConnectEvent::new);
        return request.withEvent(event.withSni(Objects.requireNonNullElse(event.getSni(), "")))
                .withStrategy(Objects.requireNonNullElse(request.getStrategy(), ""))
                .withCandidates(filled(request.getCandidates()))
                .withSelectedIndex(Objects.requireNonNullElse(request.getSelectedIndex(), -1))
                .withBackend(filled(request.getBackend()));
    }

    private static List<Backend> filled(List<Backend> candidates) {
        return candidates == null ? List.of() : candidates.stream().map(JsonCodec::filled).toList();
    }

    private static Backend filled(Backend sent) {
        Backend backend = Objects.requireNonNullElseGet(sent, Backend::new);
        return backend.withHost(Objects.requireNonNullElse(backend.getHost(), ""))
                .withPort(Objects.requireNonNullElse(backend.getPort(), 0))
                .withWeight(Objects.requireNonNullElse(backend.getWeight(), 0L))
                .withMeta(Objects.requireNonNullElse(backend.getMeta(), Map.of()));
    }

    /**
     * Encodes a response. Null is the response without changes.
     *
     * @throws PluginFailure The response is too long.
     */
    static byte[] encodeResponse(ConnectResponse response) throws PluginFailure {
        byte[] bytes = response == null
                ? new byte[] {'{', '}'}
                : GSON.toJson(response).getBytes(StandardCharsets.UTF_8);
        if (bytes.length > MAX_RESPONSE) {
            throw new PluginFailure(
                    Status.Code.INTERNAL,
                    "the response has " + bytes.length + " bytes; at most " + MAX_RESPONSE + " are allowed");
        }
        return bytes;
    }
}
