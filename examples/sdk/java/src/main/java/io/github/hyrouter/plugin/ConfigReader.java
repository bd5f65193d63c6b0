package io.github.hyrouter.plugin;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.annotations.SerializedName;
import io.grpc.Metadata;
import io.grpc.Status;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.TreeSet;

/** Reads the operator's config, which is in each call. Keeps the last one, because it rarely changes. */
final class ConfigReader<C> {
    /** At most 4,096 bytes of JSON. */
    static final Metadata.Key<byte[]> KEY = Metadata.Key.of("hyrouter-config-bin", Metadata.BINARY_BYTE_MARSHALLER);

    private static final byte[] NONE = {'{', '}'};

    private final Class<C> type;
    private volatile Decoded<C> last;

    private record Decoded<C>(byte[] bytes, C config) {}

    ConfigReader(Class<C> type) {
        this.type = type;
    }

    /**
     * Returns the config of a call. Without one, it is that of an empty object.
     *
     * @throws PluginFailure The config is invalid, with the reason: the operator reads it in the router's log.
     */
    C config(Metadata headers) throws PluginFailure {
        byte[] sent = headers.get(KEY);
        byte[] bytes = sent == null ? NONE : sent;
        Decoded<C> decoded = last;
        if (decoded == null || !Arrays.equals(decoded.bytes(), bytes)) {
            decoded = new Decoded<>(bytes, decode(bytes));
            last = decoded;
        }
        return decoded.config();
    }

    private C decode(byte[] bytes) throws PluginFailure {
        try {
            JsonElement json = JsonCodec.GSON.fromJson(new String(bytes, StandardCharsets.UTF_8), JsonElement.class);
            if (json == null || json.isJsonNull()) {
                json = new JsonObject();
            }
            if (type.isRecord() && json.isJsonObject()) {
                checkKeys(json.getAsJsonObject());
            }
            return JsonCodec.GSON.fromJson(json, type);
        } catch (RuntimeException error) {
            throw new PluginFailure(Status.Code.FAILED_PRECONDITION, "config: " + reason(error));
        }
    }

    /** A mistyped key would change nothing without a word. */
    private void checkKeys(JsonObject json) {
        TreeSet<String> known = new TreeSet<>();
        for (RecordComponent component : type.getRecordComponents()) {
            known.add(keyOf(component));
        }
        for (String key : json.keySet()) {
            if (!known.contains(key)) {
                throw new IllegalArgumentException(
                        "unknown key \"" + key + "\"; allowed: " + String.join(", ", known));
            }
        }
    }

    private String keyOf(RecordComponent component) {
        try {
            // Gson reads the annotation of the field, which has the component's name.
            var field = type.getDeclaredField(component.getName());
            SerializedName name = field.getAnnotation(SerializedName.class);
            return name == null ? JsonCodec.GSON.fieldNamingStrategy().translateName(field) : name.value();
        } catch (NoSuchFieldException error) {
            throw new AssertionError(error);
        }
    }

    /** Gson wraps what it finds once, and what the constructor of a record throws several times. */
    private static String reason(RuntimeException error) {
        if (error instanceof JsonParseException && error.getCause() != null) {
            return error.getCause().getMessage();
        }
        Throwable cause = error;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause.getMessage();
    }
}
