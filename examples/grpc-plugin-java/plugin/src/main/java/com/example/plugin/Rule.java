package com.example.plugin;

import io.github.hyrouter.plugin.types.Backend;
import io.github.hyrouter.plugin.types.ConnectEvent;
import io.github.hyrouter.plugin.types.ConnectRequest;
import io.github.hyrouter.plugin.types.ConnectResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;

/** The rule: one function from request to response. */
final class Rule {
    private static final String LOBBY =
            Base64.getEncoder().encodeToString("{\"lobby\":\"vip\"}".getBytes(StandardCharsets.UTF_8));

    private Rule() {}

    /** Denies the players on the list, and sends VIPs to a separate lobby. */
    static ConnectResponse decide(ConnectRequest request, VipConfig config, BanList bans) {
        ConnectEvent event = request.getEvent();
        Optional<BanList.Ban> ban = bans.find(event.getUuid(), event.getUsername());
        if (ban.isPresent()) {
            String reason = ban.get().reason();
            return new ConnectResponse()
                    .withDeny(true)
                    .withDenyReason(reason.isEmpty() ? bannedText(event.getLanguage()) : reason);
        }
        // Any client can claim any name. If the lobby is worth something, check event.getIdentity() too.
        if (event.getUsername() != null && event.getUsername().startsWith("VIP")) {
            return new ConnectResponse()
                    .withBackend(new Backend().withHost(config.vipHost()).withPort(config.vipPort()))
                    .withReferralData(LOBBY);
        }
        return new ConnectResponse();
    }

    private static String bannedText(String language) {
        String primary = language == null ? "" : language.split("[-_]", 2)[0].toLowerCase(Locale.ROOT);
        return primary.equals("de") ? "Du bist gesperrt." : "You are banned.";
    }
}
