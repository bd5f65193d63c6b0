import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/** Opens and seals envelopes from a command line, and runs the test vectors. See README.md. */
public final class Verify {
    private static final HexFormat HEX = HexFormat.of();
    private static final String USAGE = """
            usage:
              Verify vectors FILE
              Verify open HEX --key-id N (--secret-file F | --public-key HEX) --host H --port P
                  [--ticket] [--player UUID [--verified]] [--certificate HEX] [--now MS] [--replay]
              Verify ticket --key-id N (--secret-file F | --seed-file F) --player UUID [--verified] [--host H]
                  [--port P] [--certificate HEX] [--route R] [--source S] [--content HEX] [--hops N] [--lifetime MS]
                  [--now MS] [--nonce HEX]
            open does not check a player or certificate that is not given; with --verified it refuses a player that the
            sealer has not verified; --replay shows the envelope twice.
            A secret or seed is plain text, base64:... or hex:...""";

    private Verify() {}

    /** Exits with 0, with 1 when something was refused, and with 2 when it was called wrongly. */
    public static void main(String[] arguments) {
        int status;
        try {
            status = run(arguments);
        } catch (IllegalArgumentException | IOException error) {
            String what = error instanceof IOException ? "cannot read " : "";
            System.err.println(what + error.getMessage());
            status = 2;
        }
        System.out.flush();
        System.exit(status);
    }

    private static int run(String[] arguments) throws IOException {
        List<String> rest = new ArrayList<>(List.of(arguments));
        String command = rest.isEmpty() ? "" : rest.remove(0);
        switch (command) {
            case "vectors":
                return new Vectors(readText(positional(rest))).run();
            case "open":
                return open(positional(rest), new Options(rest, Set.of("ticket", "replay", "verified"), Set.of("key-id",
                        "secret-file", "public-key", "host", "port", "player", "certificate", "now")));
            case "ticket":
                return ticket(new Options(rest, Set.of("verified"), Set.of("key-id", "secret-file", "seed-file", "host", "port",
                        "player", "certificate", "route", "source", "content", "hops", "lifetime", "now", "nonce")));
            default:
                throw new IllegalArgumentException(USAGE);
        }
    }

    private static int open(String envelope, Options options) throws IOException {
        byte[] bytes = hex("the envelope", envelope);
        int id = options.integer("key-id");
        HyrouterEnvelope.VerifyingKey key = options.either("secret-file", "public-key").equals("secret-file")
                ? HyrouterEnvelope.VerifyingKey.hmac(id, secret(options.required("secret-file")))
                : HyrouterEnvelope.VerifyingKey.ed25519(id, hex("--public-key", options.required("public-key")));
        HyrouterEnvelope.Kind kind = options.has("ticket")
                ? HyrouterEnvelope.Kind.TICKET
                : HyrouterEnvelope.Kind.REFERRAL;
        HyrouterEnvelope.Expectation expectation = HyrouterEnvelope.Expectation.of(kind)
                .target(options.required("host"), options.integer("port"));
        if (options.has("verified")) {
            expectation = expectation.verifiedPlayer(uuid(options.required("player")));
        } else if (options.has("player")) {
            expectation = expectation.player(uuid(options.required("player")));
        } else {
            expectation = expectation.anyPlayer();
        }
        expectation = options.has("certificate")
                ? expectation.certificate(hex("--certificate", options.required("certificate")))
                : expectation.anyCertificate();
        Instant now = options.now();
        try {
            HyrouterEnvelope.Statement statement =
                    HyrouterEnvelope.open(bytes, HyrouterEnvelope.Keys.of(key), expectation, now);
            if (options.has("replay")) {
                HyrouterEnvelope.ReplayGuard guard = new HyrouterEnvelope.ReplayGuard(1);
                guard.admit(statement, now);
                guard.admit(statement, now);
            }
            System.out.println(Json.write(describe(statement)));
            return 0;
        } catch (HyrouterEnvelope.Refused refused) {
            System.out.println(Json.write(Map.of("refused", refused.code().toString())));
            return 1;
        }
    }

    private static int ticket(Options options) throws IOException {
        int id = options.integer("key-id");
        HyrouterEnvelope.SigningKey key = options.either("secret-file", "seed-file").equals("secret-file")
                ? HyrouterEnvelope.SigningKey.hmac(id, secret(options.required("secret-file")))
                : HyrouterEnvelope.SigningKey.ed25519(id, secret(options.required("seed-file")));
        HyrouterEnvelope.Ticket ticket = new HyrouterEnvelope.Ticket(uuid(options.required("player")))
                .verified(options.has("verified"))
                .target(options.or("host", ""), options.has("port") ? options.integer("port") : 0)
                .route(options.or("route", ""))
                .source(options.or("source", ""))
                .content(hex("--content", options.or("content", "")))
                .hops(options.has("hops") ? options.integer("hops") : 0);
        if (options.has("certificate")) {
            ticket.certificate(hex("--certificate", options.required("certificate")));
        }
        if (options.has("lifetime")) {
            ticket.lifetime(Duration.ofMillis(options.integer("lifetime")));
        }
        if (options.has("nonce")) {
            ticket.nonce(hex("--nonce", options.required("nonce")));
        }
        System.out.println(HEX.formatHex(ticket.seal(key, options.now())));
        return 0;
    }

    /** The statement under the names of the vectors. */
    static Map<String, Object> describe(HyrouterEnvelope.Statement statement) {
        byte[] certificate = statement.certificate();
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("kind", statement.kind().toString());
        object.put("hops", (long) statement.hops());
        object.put("key_id", (long) statement.keyId());
        object.put("algorithm", statement.algorithm().toString());
        object.put("issued_at", millis(statement.issuedAt()));
        object.put("expires_at", millis(statement.expiresAt()));
        object.put("nonce", HEX.formatHex(statement.nonce()));
        object.put("player", statement.player() == null ? null : statement.player().toString());
        object.put("verified", statement.verified());
        object.put("certificate", certificate == null ? null : HEX.formatHex(certificate));
        object.put("host", statement.host());
        object.put("port", (long) statement.port());
        object.put("route", statement.route());
        object.put("source", statement.source());
        object.put("content", HEX.formatHex(statement.content()));
        return object;
    }

    /** Milliseconds without a sign, as all numbers here. */
    private static Long millis(Instant time) {
        return time.getEpochSecond() * 1000 + time.getNano() / 1_000_000;
    }

    static Instant instant(long millis) {
        long nanos = Long.remainderUnsigned(millis, 1000) * 1_000_000;
        return Instant.ofEpochSecond(Long.divideUnsigned(millis, 1000), nanos);
    }

    static UUID uuid(String text) {
        UUID uuid = UUID.fromString(text);
        // It also takes groups that are too short.
        if (!uuid.toString().equalsIgnoreCase(text)) {
            throw new IllegalArgumentException(text + " is no UUID");
        }
        return uuid;
    }

    private static byte[] hex(String what, String text) {
        try {
            return HEX.parseHex(text);
        } catch (IllegalArgumentException error) {
            throw new IllegalArgumentException(what + " is not an even number of hexadecimal digits");
        }
    }

    private static byte[] secret(String file) throws IOException {
        return HyrouterEnvelope.parseSecret(readText(file));
    }

    private static String readText(String file) throws IOException {
        return Files.readString(Path.of(file));
    }

    private static String positional(List<String> arguments) {
        if (arguments.isEmpty()) {
            throw new IllegalArgumentException(USAGE);
        }
        return arguments.remove(0);
    }

    /** What follows a command: {@code --name value}, and {@code --name} alone. */
    private static final class Options {
        private final Map<String, String> values = new HashMap<>();

        Options(List<String> arguments, Set<String> alone, Set<String> withValue) {
            for (int i = 0; i < arguments.size(); i++) {
                String argument = arguments.get(i);
                String name = argument.startsWith("--") ? argument.substring(2) : "";
                String value = "";
                if (withValue.contains(name) && i + 1 < arguments.size()) {
                    value = arguments.get(++i);
                } else if (!alone.contains(name)) {
                    throw new IllegalArgumentException(argument + ": unknown or without a value\n" + USAGE);
                }
                if (values.put(name, value) != null) {
                    throw new IllegalArgumentException(argument + ": is there twice");
                }
            }
        }

        boolean has(String name) {
            return values.containsKey(name);
        }

        String or(String name, String otherwise) {
            return values.getOrDefault(name, otherwise);
        }

        String required(String name) {
            if (!has(name)) {
                throw new IllegalArgumentException("--" + name + " is missing\n" + USAGE);
            }
            return values.get(name);
        }

        /** The one of both that is there. */
        String either(String one, String other) {
            if (has(one) == has(other)) {
                throw new IllegalArgumentException("either --" + one + " or --" + other + " is needed\n" + USAGE);
            }
            return has(one) ? one : other;
        }

        int integer(String name) {
            try {
                return Integer.parseInt(required(name));
            } catch (NumberFormatException error) {
                throw new IllegalArgumentException("--" + name + " is no number");
            }
        }

        Instant now() {
            try {
                return has("now") ? instant(Long.parseUnsignedLong(required("now"))) : Instant.now();
            } catch (NumberFormatException error) {
                throw new IllegalArgumentException("--now is no number of milliseconds");
            }
        }
    }

    /** A run of a file of vectors. */
    private static final class Vectors {
        private final Map<String, Object> file;
        private final Map<Long, HyrouterEnvelope.SigningKey> signingKeys = new HashMap<>();
        private final List<HyrouterEnvelope.VerifyingKey> verifyingKeys = new ArrayList<>();
        private final List<String> failures = new ArrayList<>();

        Vectors(String text) {
            file = Json.object(Json.read(text));
        }

        int run() {
            if (!Long.valueOf(2).equals(file.get("version"))) {
                throw new IllegalArgumentException("this is no file of vectors of version 2");
            }
            Json.objects(file, "keys").forEach(this::addKey);
            List<Map<String, Object>> vectors = Json.objects(file, "vectors");
            List<Map<String, Object>> replays = Json.objects(file, "replays");
            if (vectors.isEmpty() || replays.isEmpty()) {
                throw new IllegalArgumentException("there are no vectors or no replays in this file");
            }
            vectors.forEach(vector -> attempt(vector, () -> check(vector)));
            replays.forEach(replay -> attempt(replay, () -> checkReplay(replay)));
            checkWhatNoVectorSays();
            failures.forEach(failure -> System.out.println("FAILED " + failure));
            if (failures.isEmpty()) {
                System.out.println(vectors.size() + " vectors, " + replays.size() + " replays: ok");
            }
            return failures.isEmpty() ? 0 : 1;
        }

        private void addKey(Map<String, Object> key) {
            int id = Math.toIntExact((Long) key.get("id"));
            HyrouterEnvelope.VerifyingKey verifying;
            if ("hmac-sha256".equals(key.get("algorithm"))) {
                byte[] secret = HEX.parseHex((String) key.get("secret"));
                verifying = HyrouterEnvelope.VerifyingKey.hmac(id, secret);
                signingKeys.put((long) id, HyrouterEnvelope.SigningKey.hmac(id, secret));
            } else {
                byte[] seed = HEX.parseHex((String) key.get("seed"));
                verifying = HyrouterEnvelope.VerifyingKey.ed25519(id, HEX.parseHex((String) key.get("public_key")));
                signingKeys.put((long) id, HyrouterEnvelope.SigningKey.ed25519(id, seed));
            }
            if (key.get("not_before") != null) {
                verifying = verifying.notBefore(instant((Long) key.get("not_before")));
            }
            if (key.get("not_after") != null) {
                verifying = verifying.notAfter(instant((Long) key.get("not_after")));
            }
            verifyingKeys.add(verifying);
        }

        /** Whatever is thrown is a failure of this vector, and the others still run. */
        private void attempt(Map<String, Object> vector, Runnable check) {
            try {
                check.run();
            } catch (RuntimeException error) {
                fail(vector, error.toString());
            }
        }

        private void fail(Map<String, Object> vector, String why) {
            failures.add(vector.get("name") + ": " + why);
        }

        private void check(Map<String, Object> vector) {
            byte[] envelope = HEX.parseHex((String) vector.get("envelope"));
            HyrouterEnvelope.Keys keys = HyrouterEnvelope.Keys.of(
                    verifyingKeys.toArray(new HyrouterEnvelope.VerifyingKey[0]));
            HyrouterEnvelope.Expectation expectation = expectation(Json.object(vector.get("expect")));
            HyrouterEnvelope.Statement statement = null;
            String result = "ok";
            try {
                statement = HyrouterEnvelope.open(envelope, keys, expectation, instant((Long) vector.get("now")));
            } catch (HyrouterEnvelope.Refused refused) {
                result = refused.code().toString();
            }
            if (!result.equals(vector.get("result"))) {
                fail(vector, "expected " + vector.get("result") + ", got " + result);
            } else if (statement != null) {
                checkStatement(vector, statement, envelope);
            }
        }

        private void checkStatement(
                Map<String, Object> vector, HyrouterEnvelope.Statement statement, byte[] envelope) {
            Map<String, Object> described = describe(statement);
            if (!described.equals(vector.get("statement"))) {
                fail(vector, "opened as " + Json.write(described));
            }
            // Both algorithms give one signature for each message.
            HyrouterEnvelope.SigningKey key = signingKeys.get((long) statement.keyId());
            if (statement.kind() == HyrouterEnvelope.Kind.TICKET && statement.player() == null) {
                isRefused(vector.get("name") + ": sealing it", () -> statement.seal(key));
                return;
            }
            byte[] sealed = statement.seal(key);
            if (!Arrays.equals(sealed, envelope)) {
                fail(vector, "sealed as " + HEX.formatHex(sealed));
            }
        }

        private static HyrouterEnvelope.Expectation expectation(Map<String, Object> expect) {
            HyrouterEnvelope.Kind kind = "ticket".equals(expect.get("kind"))
                    ? HyrouterEnvelope.Kind.TICKET
                    : HyrouterEnvelope.Kind.REFERRAL;
            HyrouterEnvelope.Expectation expectation = HyrouterEnvelope.Expectation.of(kind)
                    .clockSkew(Duration.ofMillis((Long) expect.get("clock_skew_ms")));
            String host = (String) expect.get("host");
            expectation = host == null
                    ? expectation.anyTarget()
                    : expectation.target(host, Math.toIntExact((Long) expect.get("port")));
            String player = (String) expect.get("player");
            if (Boolean.TRUE.equals(expect.get("verified"))) {
                expectation = expectation.verifiedPlayer(uuid(player));
            } else {
                expectation = player == null ? expectation.anyPlayer() : expectation.player(uuid(player));
            }
            String certificate = (String) expect.get("certificate");
            return certificate == null
                    ? expectation.anyCertificate()
                    : expectation.certificate(HEX.parseHex(certificate));
        }

        private void checkReplay(Map<String, Object> replay) {
            HyrouterEnvelope.ReplayGuard guard =
                    new HyrouterEnvelope.ReplayGuard(Math.toIntExact((Long) replay.get("capacity")));
            int number = 0;
            for (Map<String, Object> step : Json.objects(replay, "steps")) {
                number++;
                String result = "ok";
                try {
                    guard.admit(HEX.parseHex((String) step.get("nonce")), instant((Long) step.get("expires_at")),
                            instant((Long) step.get("now")));
                } catch (HyrouterEnvelope.Refused refused) {
                    result = refused.code().toString();
                }
                if (!result.equals(step.get("result"))) {
                    fail(replay, "step " + number + ": expected " + step.get("result") + ", got " + result);
                }
            }
        }

        /** Invalid keys, envelopes that cannot be sealed, and incomplete expectations. */
        private void checkWhatNoVectorSays() {
            byte[] seed = new byte[32];
            HyrouterEnvelope.SigningKey key = HyrouterEnvelope.SigningKey.hmac(1, seed);
            Instant now = instant(1_800_000_000_000L);
            byte[] weak = new byte[32];
            weak[0] = 1;
            byte[] weakWithSign = weak.clone();
            weakWithSign[31] = (byte) 0x80;
            byte[] noPoint = new byte[32];
            noPoint[0] = 2;
            isRefused("weak key", () -> HyrouterEnvelope.VerifyingKey.ed25519(1, weak));
            isRefused("weak key with sign", () -> HyrouterEnvelope.VerifyingKey.ed25519(1, weakWithSign));
            isRefused("no point", () -> HyrouterEnvelope.VerifyingKey.ed25519(1, noPoint));
            isRefused("short secret", () -> HyrouterEnvelope.VerifyingKey.hmac(1, new byte[15]));
            isRefused("short seed", () -> HyrouterEnvelope.SigningKey.ed25519(1, new byte[31]));
            isRefused("no player", () -> new HyrouterEnvelope.Ticket(null));
            isRefused("no player to verify", () -> playerless(HyrouterEnvelope.Kind.REFERRAL, true, now).seal(key));
            isRefused("no player to send back", () -> playerless(HyrouterEnvelope.Kind.TICKET, false, now).seal(key));
            isRefused("no player to answer", () -> HyrouterEnvelope.Ticket.after(
                    playerless(HyrouterEnvelope.Kind.REFERRAL, false, now)));
            isRefused("long host", () -> ticket().target("h".repeat(257), 1).seal(key, now));
            isRefused("long route", () -> ticket().route("r".repeat(256)).seal(key, now));
            isRefused("long source", () -> ticket().source("s".repeat(256)).seal(key, now));
            isRefused("long content", () -> ticket().content(new byte[3967]).seal(key, now));
            isRefused("half a character", () -> ticket().route("\ud800").seal(key, now));
            isRefused("no lifetime", () -> ticket().lifetime(Duration.ZERO).seal(key, now));
            isRefused("no nonce", () -> ticket().nonce(new byte[16]).seal(key, now));
            isRefused("hops", () -> ticket().hops(256).seal(key, now));
            byte[] full = ticket().content(new byte[3966]).seal(key, now);
            HyrouterEnvelope.Keys keys = HyrouterEnvelope.Keys.of(HyrouterEnvelope.VerifyingKey.hmac(1, seed));
            HyrouterEnvelope.Expectation silent = HyrouterEnvelope.Expectation.of(HyrouterEnvelope.Kind.TICKET);
            isCode("target", () -> HyrouterEnvelope.open(full, keys, silent, now));
            isCode("player", () -> HyrouterEnvelope.open(full, keys, silent.anyTarget(), now));
            isCode("certificate", () -> HyrouterEnvelope.open(full, keys, silent.anyTarget().anyPlayer(), now));
            isCode("ok", () -> HyrouterEnvelope.open(
                    full, keys, silent.anyTarget().anyPlayer().anyCertificate(), now));
            isCode("unverified", () -> HyrouterEnvelope.open(
                    full, keys, silent.anyTarget().verifiedPlayer(new UUID(1, 2)), now));
            isCode("malformed", () -> HyrouterEnvelope.open(null, keys, silent, now));
            Map<String, String> secrets = Map.of(
                    " 00\n", "3030", "\u00a0\u00fc", "c3bc", "base64:AAECAw==", "00010203",
                    "BASE64: AAECAw", "00010203", "hex:00fFaB", "00ffab", "Hex:\t01", "01");
            secrets.forEach((text, secret) -> {
                if (!HEX.formatHex(HyrouterEnvelope.parseSecret(text)).equals(secret)) {
                    failures.add("the secret " + secret + " is read in another way");
                }
            });
            for (String text : List.of("", " ", "base64:", "hex:", "base64:A", "base64:A-_B", "base64:AA EC",
                    "base64:AA\nEC", "base64:AAEC=", "base64:AAECAx", "hex:0", "hex:0x")) {
                isRefused("the secret `" + text + "`", () -> HyrouterEnvelope.parseSecret(text));
            }
        }

        private static HyrouterEnvelope.Ticket ticket() {
            return new HyrouterEnvelope.Ticket(new UUID(1, 2));
        }

        private static HyrouterEnvelope.Statement playerless(
                HyrouterEnvelope.Kind kind, boolean verified, Instant now) {
            byte[] nonce = new byte[16];
            nonce[0] = 1;
            return new HyrouterEnvelope.Statement(kind, 0, 1, HyrouterEnvelope.Algorithm.HMAC_SHA256, now,
                    now.plusSeconds(1), nonce, null, verified, null, "h", 1, "", "", new byte[0]);
        }

        private void isRefused(String what, Runnable call) {
            try {
                call.run();
                failures.add(what + ": was accepted");
            } catch (IllegalArgumentException expected) {
                // As expected.
            }
        }

        private interface Opening {
            HyrouterEnvelope.Statement open() throws HyrouterEnvelope.Refused;
        }

        private void isCode(String expected, Opening opening) {
            String result = "ok";
            try {
                opening.open();
            } catch (HyrouterEnvelope.Refused refused) {
                result = refused.code().toString();
            }
            if (!result.equals(expected)) {
                failures.add("an expectation that says too little: expected " + expected + ", got " + result);
            }
        }
    }

    /** As much JSON as the vectors need. Numbers are whole, of 64 bits, without a sign. */
    private static final class Json {
        private final String text;
        private int at;

        private Json(String text) {
            this.text = text;
        }

        static Object read(String text) {
            Json json = new Json(text);
            Object value = json.value();
            json.blanks();
            if (json.at != text.length()) {
                throw json.wrong();
            }
            return value;
        }

        static Map<String, Object> object(Object value) {
            if (!(value instanceof Map<?, ?> map)) {
                throw new IllegalArgumentException("an object is missing in the vectors");
            }
            Map<String, Object> object = new LinkedHashMap<>();
            map.forEach((name, member) -> object.put((String) name, member));
            return object;
        }

        static List<Map<String, Object>> objects(Map<String, Object> of, String name) {
            if (!(of.get(name) instanceof List<?> list)) {
                throw new IllegalArgumentException("there is no list `" + name + "` in this file");
            }
            List<Map<String, Object>> objects = new ArrayList<>();
            list.forEach(member -> objects.add(object(member)));
            return objects;
        }

        private IllegalArgumentException wrong() {
            return new IllegalArgumentException("this is no JSON at character " + at);
        }

        private void blanks() {
            while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
                at++;
            }
        }

        private boolean skip(String word) {
            blanks();
            boolean here = text.startsWith(word, at);
            at += here ? word.length() : 0;
            return here;
        }

        private void expect(String word) {
            if (!skip(word)) {
                throw wrong();
            }
        }

        private Object value() {
            blanks();
            if (skip("{")) {
                return members();
            }
            if (skip("[")) {
                return elements();
            }
            if (skip("\"")) {
                return string();
            }
            if (skip("null")) {
                return null;
            }
            if (skip("true")) {
                return true;
            }
            if (skip("false")) {
                return false;
            }
            int start = at;
            while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
                at++;
            }
            if (start == at) {
                throw wrong();
            }
            return Long.parseUnsignedLong(text.substring(start, at));
        }

        private Map<String, Object> members() {
            Map<String, Object> members = new LinkedHashMap<>();
            if (skip("}")) {
                return members;
            }
            do {
                expect("\"");
                String name = string();
                expect(":");
                members.put(name, value());
            } while (skip(","));
            expect("}");
            return members;
        }

        private List<Object> elements() {
            List<Object> elements = new ArrayList<>();
            if (skip("]")) {
                return elements;
            }
            do {
                elements.add(value());
            } while (skip(","));
            expect("]");
            return elements;
        }

        private String string() {
            StringBuilder string = new StringBuilder();
            while (at < text.length()) {
                char c = text.charAt(at++);
                if (c == '"') {
                    return string.toString();
                }
                string.append(c == '\\' ? escaped() : c);
            }
            throw wrong();
        }

        private char escaped() {
            char c = at < text.length() ? text.charAt(at++) : 0;
            if (c == 'u' && at + 4 <= text.length()) {
                at += 4;
                return (char) HexFormat.fromHexDigits(text, at - 4, at);
            }
            int known = "\"\\/bfnrt".indexOf(c);
            if (known < 0) {
                throw wrong();
            }
            return "\"\\/\b\f\n\r\t".charAt(known);
        }

        /** All but plain ASCII is escaped, so that the encoding of the terminal does not matter. */
        static String write(Map<String, ?> object) {
            StringBuilder out = new StringBuilder();
            object.forEach((name, value) -> {
                out.append(out.isEmpty() ? "{" : ",");
                quote(name, out);
                out.append(':');
                if (value instanceof Long number) {
                    out.append(Long.toUnsignedString(number));
                } else if (value instanceof String string) {
                    quote(string, out);
                } else {
                    out.append(value);
                }
            });
            return out.append('}').toString();
        }

        private static void quote(String string, StringBuilder out) {
            out.append('"');
            for (char c : string.toCharArray()) {
                if (c == '"' || c == '\\') {
                    out.append('\\').append(c);
                } else if (c < ' ' || c > '~') {
                    out.append(String.format("\\u%04x", (int) c));
                } else {
                    out.append(c);
                }
            }
            out.append('"');
        }
    }
}
