package com.example.plugin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.hyrouter.plugin.types.Backend;
import io.github.hyrouter.plugin.types.ConnectEvent;
import io.github.hyrouter.plugin.types.ConnectRequest;
import io.github.hyrouter.plugin.types.ConnectResponse;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RuleTest {
    private static final BanList BANS = BanList.parse("""
            # who and why
            Griefer   No griefing.\t
            0F1E2D3C-4B5A-6978-8796-A5B4C3D2E1F0 Chargeback
              spammer

            """);

    private static ConnectResponse decide(ConnectEvent event) {
        return Rule.decide(new ConnectRequest().withEvent(event), new VipConfig(null, 5521), BANS);
    }

    @ParameterizedTest
    @CsvSource({
        "GRIEFER, de-DE, No griefing.",
        "Spammer, , You are banned.",
        "Spammer, fr, You are banned.",
        "Spammer, de, Du bist gesperrt.",
        "Spammer, DE_at, Du bist gesperrt.",
        "Spammer, del, You are banned.",
    })
    void aBannedPlayerReadsTheReasonOrATextInTheLanguageOfTheClient(String name, String language, String reason) {
        assertEquals(
                new ConnectResponse().withDeny(true).withDenyReason(reason),
                decide(new ConnectEvent().withUsername(name).withLanguage(language)));
    }

    @Test
    void aBannedPlayerIsFoundByUuid() {
        ConnectEvent renamed =
                new ConnectEvent().withUuid("0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0").withUsername("Renamed");
        assertEquals("Chargeback", decide(renamed).getDenyReason());
    }

    @Test
    void aVipGoesToTheHostOfTheConfigWithReferralData() {
        ConnectResponse expected = new ConnectResponse()
                .withBackend(new Backend().withHost("vip.example.com").withPort(5521))
                .withReferralData("eyJsb2JieSI6InZpcCJ9");
        assertEquals(expected, decide(new ConnectEvent().withUsername("VIPAlder")));
    }

    @Test
    void otherPlayersAndPlayersWithoutANameAreLeftAlone() {
        for (String name : List.of("Alder", "vipAlder", "Grief", "#", "")) {
            assertEquals(new ConnectResponse(), decide(new ConnectEvent().withUsername(name)), name);
        }
        assertEquals(new ConnectResponse(), decide(new ConnectEvent()));
    }

    @Test
    void aWrongConfigNamesTheKeyTheValueAndWhatIsAllowed() {
        assertEquals(new VipConfig("vip.example.com", 5520), new VipConfig(null, null));
        var host = assertThrows(IllegalArgumentException.class, () -> new VipConfig("", null));
        assertEquals("vip_host is empty; expected a host name or an IP address", host.getMessage());
        var port = assertThrows(IllegalArgumentException.class, () -> new VipConfig(null, 65536));
        assertEquals("vip_port is 65536; expected 1 to 65535", port.getMessage());
    }
}
