package io.github.hyrouter.plugin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.hyrouter.plugin.types.Backend;
import io.github.hyrouter.plugin.types.ConnectEvent;
import io.github.hyrouter.plugin.types.ConnectRequest;
import io.github.hyrouter.plugin.types.ConnectResponse;
import io.github.hyrouter.plugin.types.Identity;
import io.grpc.Status;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonCodecTest {
    private static final Backend NONE =
            new Backend().withHost("").withPort(0).withWeight(0L).withMeta(Map.of());

    private static ConnectRequest decode(String json) throws PluginFailure {
        return JsonCodec.decodeRequest(json.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void aRequestHasItsFieldsAndUnknownOnesAreIgnored() throws PluginFailure {
        ConnectRequest request = decode("""
                {"event":{"sni":"play.example.com","username":"Ünal 🐉","protocol_crc":-1356075132,
                 "identity":{"verified":true,"expires_at":4102444800,"later":{}},"later":[1]},
                 "strategy":"weighted","candidates":[{"host":"10.0.0.7","port":5520,"weight":4294967295,
                 "meta":{"lobby":"main"},"later":null}],"selected_index":0,
                 "backend":{"host":"10.0.0.7","port":5520,"weight":3,"meta":{}},"referral_data":"eA==","later":{"a":1}}
                """);
        ConnectRequest expected = new ConnectRequest()
                .withEvent(new ConnectEvent()
                        .withSni("play.example.com")
                        .withUsername("Ünal 🐉")
                        .withProtocolCrc(-1356075132)
                        .withIdentity(new Identity().withVerified(true).withExpiresAt(4102444800L)))
                .withStrategy("weighted")
                .withCandidates(List.of(new Backend()
                        .withHost("10.0.0.7")
                        .withPort(5520)
                        .withWeight(4294967295L)
                        .withMeta(Map.of("lobby", "main"))))
                .withSelectedIndex(0)
                .withBackend(new Backend()
                        .withHost("10.0.0.7")
                        .withPort(5520)
                        .withWeight(3L)
                        .withMeta(Map.of()))
                .withReferralData("eA==");
        assertEquals(expected, request);
    }

    @Test
    void partsThatTheRouterAlwaysSendsAreNeverNull() throws PluginFailure {
        ConnectRequest empty = new ConnectRequest()
                .withEvent(new ConnectEvent().withSni(""))
                .withStrategy("")
                .withCandidates(List.of())
                .withSelectedIndex(-1)
                .withBackend(NONE);
        assertEquals(empty, decode("{}"));
        assertEquals(empty, decode("""
                {"event":null,"strategy":null,"candidates":null,"selected_index":null,"backend":null}"""));
        assertEquals(List.of(NONE), decode("{\"candidates\":[null]}").getCandidates());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "null", "[]", "{'username':'Alder'}", "{\"event\":\"Alder\"}", "{\"candidates\":{}}"})
    void aWrongRequestIsRefusedWithoutAQuotation(String json) {
        PluginFailure failure = assertThrows(PluginFailure.class, () -> decode(json));
        assertEquals(Status.Code.INVALID_ARGUMENT, failure.code());
        assertFalse(failure.getMessage().contains("Alder"), failure.getMessage());
    }

    @Test
    void aResponseHasOnlyTheFieldsThatAreSet() throws PluginFailure {
        assertEquals("{}", encode(null));
        assertEquals("{}", encode(new ConnectResponse()));
        assertEquals(
                "{\"deny\":true,\"deny_reason\":\"<ä 🐉>\"}",
                encode(new ConnectResponse().withDeny(true).withDenyReason("<ä 🐉>")));
        assertEquals(
                "{\"backend\":{\"host\":\"a\",\"port\":5520},\"selected_index\":1}",
                encode(new ConnectResponse()
                        .withSelectedIndex(1)
                        .withBackend(new Backend().withHost("a").withPort(5520))));
    }

    @Test
    void aResponseHasAtMostOneMebibyte() throws PluginFailure {
        int around = encode(new ConnectResponse().withDenyReason("")).length();
        ConnectResponse longest = new ConnectResponse().withDenyReason("x".repeat(JsonCodec.MAX_RESPONSE - around));
        assertEquals(JsonCodec.MAX_RESPONSE, encode(longest).length());
        ConnectResponse longer = new ConnectResponse().withDenyReason(longest.getDenyReason() + "x");
        PluginFailure failure = assertThrows(PluginFailure.class, () -> encode(longer));
        assertEquals("the response has 1048577 bytes; at most 1048576 are allowed", failure.getMessage());
    }

    private static String encode(ConnectResponse response) throws PluginFailure {
        return new String(JsonCodec.encodeResponse(response), StandardCharsets.UTF_8);
    }
}
