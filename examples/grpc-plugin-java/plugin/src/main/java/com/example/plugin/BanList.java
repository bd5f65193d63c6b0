package com.example.plugin;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Banned players by UUID or name. */
final class BanList {
    /** Bans by UUID or name, in lower case. */
    private final Map<String, Ban> bans = new HashMap<>();

    /**
     * A banned player.
     *
     * @param reason text for the player; if it is empty, the player gets a text in the client's language
     */
    record Ban(String reason) {}

    private BanList() {}

    /**
     * Reads a line for each player: UUID or name, then a space and the reason. Skips lines that begin with '#', and a
     * byte order mark, which editors write at the beginning.
     */
    static BanList parse(String text) {
        BanList list = new BanList();
        String unmarked = text.startsWith("\uFEFF") ? text.substring(1) : text;
        unmarked.lines().map(String::strip).filter(line -> !line.isEmpty() && !line.startsWith("#")).forEach(line -> {
            String[] parts = line.split("\\s+", 2);
            list.bans.put(parts[0].toLowerCase(Locale.ROOT), new Ban(parts.length == 2 ? parts[1] : ""));
        });
        return list;
    }

    /** Returns the ban of the first of these, UUIDs or names, that is on the list. Null is an unknown one. */
    Optional<Ban> find(String... players) {
        return Arrays.stream(players)
                .filter(Objects::nonNull)
                .map(player -> bans.get(player.toLowerCase(Locale.ROOT)))
                .filter(Objects::nonNull)
                .findFirst();
    }
}
