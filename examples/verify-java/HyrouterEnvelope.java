import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The signed envelope ("HYRP", version 2) around the data that a referred player carries. One file for Java 17 and
 * newer without dependencies; copy it into a server plugin and add your package at the top.
 *
 * <p>{@link #open} makes all checks of one envelope, a {@link ReplayGuard} refuses an envelope that is shown twice, and
 * a {@link Ticket} sends a player back to the router. docs/referral-envelope.md of Hyrouter describes the bytes.
 */
public final class HyrouterEnvelope {
    /** Maximum length of an envelope in bytes, the limit of the game for referral data. */
    public static final int MAX_ENVELOPE = 4096;

    /** Default for how far the sealer's clock can be ahead. */
    public static final Duration DEFAULT_CLOCK_SKEW = Duration.ofSeconds(30);

    private static final byte[] MAGIC = {'H', 'Y', 'R', 'P'};
    private static final int VERSION = 2;
    private static final int HEADER = 98;
    private static final int MAX_HOST = 256;
    private static final int MAX_TEXT = 255;
    private static final int MIN_SECRET = 16;
    private static final int FLAG_PLAYER = 1;
    private static final int FLAG_CERTIFICATE = 2;
    private static final int FLAG_VERIFIED = 4;

    private HyrouterEnvelope() {}

    /**
     * Returns the statement of an envelope that is well formed, signed by one of the keys, not expired, and for this
     * target and player. It does not detect a replay; use a {@link ReplayGuard}.
     *
     * @param bytes the referral data of the player; null is no envelope
     * @throws Refused for the first check that fails, in the order of {@link Code}
     */
    public static Statement open(byte[] bytes, Keys keys, Expectation expectation, Instant now) throws Refused {
        Statement statement = parse(bytes);
        VerifyingKey key = keys.byId.get(statement.keyId);
        if (key == null) {
            throw new Refused(Code.UNKNOWN_KEY, "key " + statement.keyId);
        }
        if (!key.isValidAt(now)) {
            throw new Refused(Code.KEY_NOT_VALID, "key " + statement.keyId);
        }
        // Checked before the signature: otherwise an attacker could use a public key, which is no secret, as an HMAC
        // secret.
        if (key.algorithm != statement.algorithm) {
            throw new Refused(Code.ALGORITHM, statement.algorithm + " under key " + statement.keyId);
        }
        int signed = bytes.length - key.algorithm.signatureLength;
        if (!key.hasSigned(bytes, signed)) {
            throw new Refused(Code.SIGNATURE, "key " + statement.keyId);
        }
        expectation.check(statement, now);
        return statement;
    }

    /** The check that refused an envelope, in the order of the checks. The texts are the same in every language. */
    public enum Code {
        /** The bytes are not an envelope of version 2. */
        MALFORMED("malformed", "it is no envelope of version 2"),
        /** No key has the id in the envelope. */
        UNKNOWN_KEY("unknown_key", "its key is not known here"),
        /** The key is not valid yet, or not any more. */
        KEY_NOT_VALID("key_not_valid", "its key is not valid now"),
        /** The key has another algorithm than the envelope. */
        ALGORITHM("algorithm", "its key is of another algorithm than it says"),
        /** The signature is not that of the key. */
        SIGNATURE("signature", "its key has not signed it"),
        /** It is a ticket and not a referral, or the other way round. */
        KIND("kind", "it goes the other way"),
        /** It was issued later than now plus the clock skew. */
        NOT_YET_VALID("not_yet_valid", "it is not valid yet"),
        /** It has expired. */
        EXPIRED("expired", "it has expired"),
        /** It is for another target, or the expectation has no target. */
        TARGET("target", "it is for another target"),
        /** It is for another player or none, or the expectation has no player. */
        PLAYER("player", "it is not for this player"),
        /** It is for this player, but the sealer did not verify the player. */
        UNVERIFIED("unverified", "its player was not verified by the sealer"),
        /** It is for another certificate or none, or the expectation has no certificate. */
        CERTIFICATE("certificate", "it is not for this certificate"),
        /** It was shown before. */
        REPLAYED("replayed", "it was shown before"),
        /** The guard has no free place to remember it. */
        REPLAY_GUARD_FULL("replay_guard_full", "the replay guard is full and nothing in it has expired");

        private final String text;
        private final String reason;

        Code(String text, String reason) {
            this.text = text;
            this.reason = reason;
        }

        /** Stable name of the check, for logs and counters. */
        @Override
        public String toString() {
            return text;
        }
    }

    /** A refused envelope. The message has no player and no certificate, so it can be logged. */
    public static final class Refused extends Exception {
        private static final long serialVersionUID = 1L;
        private final Code code;

        private Refused(Code code, String detail) {
            // Without a stack trace: any client can cause thousands of these, and the code names the check.
            super("refused: " + code.reason + (detail.isEmpty() ? "" : " (" + detail + ")"), null, false, false);
            this.code = code;
        }

        /** The check that failed. */
        public Code code() {
            return code;
        }
    }

    /** Direction of an envelope. */
    public enum Kind {
        /** From the entrypoint to a backend. */
        REFERRAL,
        /** From a backend back to the entrypoint. */
        TICKET;

        @Override
        public String toString() {
            return this == REFERRAL ? "referral" : "ticket";
        }
    }

    /** Signature algorithm of an envelope. */
    public enum Algorithm {
        /** With a shared secret. */
        HMAC_SHA256("hmac-sha256", 32),
        /** With a seed that only the sealer has. */
        ED25519("ed25519", 64);

        private final String text;
        private final int signatureLength;

        Algorithm(String text, int signatureLength) {
            this.text = text;
            this.signatureLength = signatureLength;
        }

        @Override
        public String toString() {
            return text;
        }
    }

    /**
     * Content of an envelope. The arrays belong to the caller; two records with equal content are not equal.
     *
     * @param hops number of consecutive referrals of this player before, 0 to 255
     * @param keyId id of the signing key, 0 to 255
     * @param issuedAt time of issue, in milliseconds
     * @param expiresAt the first moment at which it has expired, in milliseconds
     * @param nonce 16 random bytes
     * @param player null if unknown
     * @param verified whether the sealer verified that the client is this player; otherwise the player is a claim of
     *     the client. Always false without a player
     * @param certificate SHA-256 of the DER of the client's certificate; null if unknown
     * @param host host of the target; in a ticket empty for any
     * @param port port of the target; in a ticket 0 for any
     * @param route the matched route; in a ticket the requested one
     * @param source the host name of the player's connection; in a ticket the backend's name
     */
    public record Statement(
            Kind kind,
            int hops,
            int keyId,
            Algorithm algorithm,
            Instant issuedAt,
            Instant expiresAt,
            byte[] nonce,
            UUID player,
            boolean verified,
            byte[] certificate,
            String host,
            int port,
            String route,
            String source,
            byte[] content) {

        /**
         * Seals this with the id and algorithm of the key. Backends use {@link Ticket}.
         *
         * @throws IllegalArgumentException if a value does not fit; no value is shortened
         */
        public byte[] seal(SigningKey key) {
            byte[] hostBytes = encode(host, MAX_HOST, "host");
            byte[] routeBytes = encode(route, MAX_TEXT, "route");
            byte[] sourceBytes = encode(source, MAX_TEXT, "source");
            long issued = toMillis(issuedAt);
            long expires = toMillis(expiresAt);
            require(hops >= 0 && hops <= 255, "hops: 0 to 255 are allowed");
            require(port >= 0 && port <= 0xffff, "port: 0 to 65535 are allowed");
            require(kind == Kind.TICKET || (hostBytes.length > 0 && port > 0), "a referral needs host and port");
            require(Long.compareUnsigned(issued, expires) < 0, "the lifetime must be at least 1 ms");
            require(nonce.length == 16 && !isZero(nonce), "nonce: must be 16 random bytes");
            require(player != null || !verified, "player: can only be verified where one is named");
            require(player != null || kind == Kind.REFERRAL, "a ticket needs a player");
            require(certificate == null || certificate.length == 32, "certificate: must be a SHA-256");
            int signed = HEADER + hostBytes.length + routeBytes.length + sourceBytes.length + content.length;
            int max = MAX_ENVELOPE - key.algorithm.signatureLength;
            require(signed <= max, "content: " + (signed - max) + " bytes too many");

            int flags = (player == null ? 0 : FLAG_PLAYER)
                    | (certificate == null ? 0 : FLAG_CERTIFICATE)
                    | (verified ? FLAG_VERIFIED : 0);
            ByteBuffer out = ByteBuffer.allocate(signed + key.algorithm.signatureLength).order(ByteOrder.LITTLE_ENDIAN);
            out.put(MAGIC).put((byte) VERSION).put((byte) (kind.ordinal() + 1)).put((byte) flags);
            out.put((byte) (key.algorithm.ordinal() + 1)).put((byte) key.id).put((byte) hops);
            out.putLong(issued).putLong(expires).put(nonce);
            UUID uuid = player == null ? new UUID(0, 0) : player;
            out.order(ByteOrder.BIG_ENDIAN);
            out.putLong(uuid.getMostSignificantBits()).putLong(uuid.getLeastSignificantBits());
            out.order(ByteOrder.LITTLE_ENDIAN);
            out.put(certificate == null ? new byte[32] : certificate);
            out.putShort((short) port).putShort((short) hostBytes.length);
            out.put((byte) routeBytes.length).put((byte) sourceBytes.length).putShort((short) content.length);
            out.put(hostBytes).put(routeBytes).put(sourceBytes).put(content);
            out.put(key.sign(out.array(), signed));
            return out.array();
        }
    }

    /**
     * The conditions for an envelope. Target, player and certificate are each set, or explicitly not checked. An
     * expectation that lacks one of them refuses every envelope, so a forgotten check is found at the first test and is
     * not a hole for years. Each method returns a new expectation.
     */
    public static final class Expectation {
        private enum Of { UNSAID, ANY, THIS }

        private record Expected<T>(Of of, T value) {
            private static <T> Expected<T> unsaid() {
                return new Expected<>(Of.UNSAID, null);
            }

            private static <T> Expected<T> any() {
                return new Expected<>(Of.ANY, null);
            }

            private static <T> Expected<T> of(T value) {
                return new Expected<>(Of.THIS, value);
            }

            private boolean fits(Predicate<T> predicate) {
                return of == Of.ANY || (of == Of.THIS && predicate.test(value));
            }
        }

        private record Target(String host, int port) {}

        private record Player(UUID uuid, boolean verified) {}

        private final Kind kind;
        private final Expected<Target> target;
        private final Expected<Player> player;
        private final Expected<byte[]> certificate;
        private final Duration clockSkew;

        private Expectation(
                Kind kind,
                Expected<Target> target,
                Expected<Player> player,
                Expected<byte[]> certificate,
                Duration clockSkew) {
            this.kind = kind;
            this.target = target;
            this.player = player;
            this.certificate = certificate;
            this.clockSkew = clockSkew;
        }

        /** Expects an envelope of this kind. Target, player and certificate are still missing. */
        public static Expectation of(Kind kind) {
            Objects.requireNonNull(kind);
            return new Expectation(kind, Expected.unsaid(), Expected.unsaid(), Expected.unsaid(), DEFAULT_CLOCK_SKEW);
        }

        /** Expects a referral to this backend: its host and port in the configuration of the entrypoint. */
        public static Expectation referralTo(String host, int port) {
            return of(Kind.REFERRAL).target(host, port);
        }

        /**
         * Expects this host, in any ASCII case, with or without one trailing dot, and this port. A ticket with an empty
         * host matches every host, and one with port 0 every port.
         */
        public Expectation target(String host, int port) {
            return target(Expected.of(new Target(Objects.requireNonNull(host), port)));
        }

        /** Does not check the target. Then a backend accepts envelopes for other backends. */
        public Expectation anyTarget() {
            return target(Expected.any());
        }

        /**
         * Expects the player with this UUID, claimed or verified. Sufficient if something else verifies that the client
         * is this player, such as the game's own authentication.
         */
        public Expectation player(UUID uuid) {
            return player(Expected.of(new Player(Objects.requireNonNull(uuid), false)));
        }

        /** Expects the player with this UUID, verified by the sealer. Refuses a claimed player. */
        public Expectation verifiedPlayer(UUID uuid) {
            return player(Expected.of(new Player(Objects.requireNonNull(uuid), true)));
        }

        /** Does not check the player, known or not. Then another player can show the envelope. */
        public Expectation anyPlayer() {
            return player(Expected.any());
        }

        /** For the holder of the certificate with this SHA-256 of its DER. */
        public Expectation certificate(byte[] fingerprint) {
            require(fingerprint.length == 32, "certificate: must be a SHA-256");
            return certificate(Expected.of(fingerprint.clone()));
        }

        /** Does not check the certificate, known or not. Then another client can show the envelope. */
        public Expectation anyCertificate() {
            return certificate(Expected.any());
        }

        /** Sets how far the sealer's clock can be ahead. It does not extend the lifetime of an envelope. */
        public Expectation clockSkew(Duration skew) {
            require(!skew.isNegative(), "clock skew: is negative");
            return new Expectation(kind, target, player, certificate, skew);
        }

        private Expectation target(Expected<Target> expected) {
            return new Expectation(kind, expected, player, certificate, clockSkew);
        }

        private Expectation player(Expected<Player> expected) {
            return new Expectation(kind, target, expected, certificate, clockSkew);
        }

        private Expectation certificate(Expected<byte[]> expected) {
            return new Expectation(kind, target, player, expected, clockSkew);
        }

        private void check(Statement statement, Instant now) throws Refused {
            if (statement.kind != kind) {
                throw new Refused(Code.KIND, "it is a " + statement.kind);
            }
            if (Duration.between(now, statement.issuedAt).compareTo(clockSkew) > 0) {
                throw new Refused(Code.NOT_YET_VALID, "");
            }
            if (!now.isBefore(statement.expiresAt)) {
                throw new Refused(Code.EXPIRED, "");
            }
            if (!target.fits(expected -> isTarget(statement, expected))) {
                throw new Refused(Code.TARGET, "");
            }
            if (!player.fits(expected -> expected.uuid.equals(statement.player))) {
                throw new Refused(Code.PLAYER, "");
            }
            if (!player.fits(expected -> statement.verified || !expected.verified)) {
                throw new Refused(Code.UNVERIFIED, "");
            }
            if (!certificate.fits(expected -> Arrays.equals(expected, statement.certificate))) {
                throw new Refused(Code.CERTIFICATE, "");
            }
        }

        private static boolean isTarget(Statement statement, Target expected) {
            boolean ticket = statement.kind == Kind.TICKET;
            boolean anyHost = ticket && statement.host.isEmpty();
            boolean anyPort = ticket && statement.port == 0;
            return (anyHost || foldHost(statement.host).equals(foldHost(expected.host)))
                    && (anyPort || statement.port == expected.port);
        }

        private static String foldHost(String host) {
            return lower(host.endsWith(".") ? host.substring(0, host.length() - 1) : host);
        }
    }

    /** A key that opens envelopes. It cannot be printed, because an HMAC key is a secret. */
    public static final class VerifyingKey {
        private static final byte[] X509 = HexFormat.of().parseHex("302a300506032b6570032100");
        // All encodings of points of small order, without the sign of x: anyone can sign for such keys.
        private static final Set<String> WEAK = Set.of(
                "0000000000000000000000000000000000000000000000000000000000000000",
                "0100000000000000000000000000000000000000000000000000000000000000",
                "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
                "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
                "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f");

        private final int id;
        private final Algorithm algorithm;
        private final SecretKeySpec secret;
        private final PublicKey publicKey;
        private final Instant notBefore;
        private final Instant notAfter;

        private VerifyingKey(int id, SecretKeySpec secret, PublicKey publicKey, Instant notBefore, Instant notAfter) {
            this.id = requireId(id);
            this.algorithm = secret == null ? Algorithm.ED25519 : Algorithm.HMAC_SHA256;
            this.secret = secret;
            this.publicKey = publicKey;
            this.notBefore = notBefore;
            this.notAfter = notAfter;
        }

        /** A key for HMAC-SHA256, always valid, with a secret of at least 16 bytes. */
        public static VerifyingKey hmac(int id, byte[] secret) {
            return new VerifyingKey(id, hmacKey(secret), null, null, null);
        }

        /** A key for Ed25519, always valid, from the 32 bytes of RFC 8032. */
        public static VerifyingKey ed25519(int id, byte[] publicKey) {
            require(publicKey.length == 32, "public key: 32 bytes are needed");
            require(!isWeak(publicKey), "public key: anyone can sign for this key");
            try {
                X509EncodedKeySpec encoded = new X509EncodedKeySpec(concat(X509, publicKey));
                PublicKey key = KeyFactory.getInstance("Ed25519").generatePublic(encoded);
                // Fails here for bytes that are not a point of the curve, and not when the first player connects.
                Signature.getInstance("Ed25519").initVerify(key);
                return new VerifyingKey(id, null, key, null, null);
            } catch (NoSuchAlgorithmException error) {
                throw new IllegalStateException("this Java has no Ed25519", error);
            } catch (GeneralSecurityException error) {
                throw new IllegalArgumentException("public key: is no point of the curve", error);
            }
        }

        /** Returns this key, not valid before this moment. */
        public VerifyingKey notBefore(Instant moment) {
            return new VerifyingKey(id, secret, publicKey, moment, notAfter);
        }

        /** Returns this key, not valid from this moment on. */
        public VerifyingKey notAfter(Instant moment) {
            return new VerifyingKey(id, secret, publicKey, notBefore, moment);
        }

        private boolean isValidAt(Instant now) {
            return (notBefore == null || !now.isBefore(notBefore)) && (notAfter == null || now.isBefore(notAfter));
        }

        private boolean hasSigned(byte[] bytes, int signed) {
            byte[] signature = Arrays.copyOfRange(bytes, signed, bytes.length);
            try {
                if (algorithm == Algorithm.HMAC_SHA256) {
                    // In constant time, so the duration reveals nothing to a forger.
                    return MessageDigest.isEqual(hmacOf(secret, bytes, signed), signature);
                }
                // Java accepts such a signature, which only the owner of the seed can make; the router does not.
                if (isWeak(Arrays.copyOf(signature, 32))) {
                    return false;
                }
                Signature verifier = Signature.getInstance("Ed25519");
                verifier.initVerify(publicKey);
                verifier.update(bytes, 0, signed);
                return verifier.verify(signature);
            } catch (GeneralSecurityException | RuntimeException error) {
                // A provider throws for an invalid signature, such as one with a scalar out of range.
                return false;
            }
        }

        private static boolean isWeak(byte[] point) {
            byte[] unsigned = point.clone();
            unsigned[31] &= 0x7f;
            return WEAK.contains(HexFormat.of().formatHex(unsigned));
        }
    }

    /** The keys that open envelopes, by id. */
    public static final class Keys {
        private final Map<Integer, VerifyingKey> byId = new HashMap<>();

        private Keys() {}

        /** Returns these keys; each must have its own id. */
        public static Keys of(VerifyingKey... keys) {
            Keys all = new Keys();
            for (VerifyingKey key : keys) {
                require(all.byId.put(key.id, key) == null, "key " + key.id + " is there twice");
            }
            return all;
        }
    }

    /** A key that seals envelopes. */
    public static final class SigningKey {
        private static final byte[] PKCS8 = HexFormat.of().parseHex("302e020100300506032b657004220420");

        private final int id;
        private final Algorithm algorithm;
        private final SecretKeySpec secret;
        private final PrivateKey privateKey;

        private SigningKey(int id, SecretKeySpec secret, PrivateKey privateKey) {
            this.id = requireId(id);
            this.algorithm = secret == null ? Algorithm.ED25519 : Algorithm.HMAC_SHA256;
            this.secret = secret;
            this.privateKey = privateKey;
        }

        /** A key for HMAC-SHA256 with a secret of at least 16 bytes. */
        public static SigningKey hmac(int id, byte[] secret) {
            return new SigningKey(id, hmacKey(secret), null);
        }

        /** A key for Ed25519. The seed is the private key of RFC 8032, 32 bytes. */
        public static SigningKey ed25519(int id, byte[] seed) {
            require(seed.length == 32, "seed: 32 bytes are needed");
            try {
                KeyFactory factory = KeyFactory.getInstance("Ed25519");
                return new SigningKey(id, null, factory.generatePrivate(new PKCS8EncodedKeySpec(concat(PKCS8, seed))));
            } catch (GeneralSecurityException error) {
                throw new IllegalStateException("this Java has no Ed25519", error);
            }
        }

        private byte[] sign(byte[] bytes, int signed) {
            try {
                if (algorithm == Algorithm.HMAC_SHA256) {
                    return hmacOf(secret, bytes, signed);
                }
                Signature signer = Signature.getInstance("Ed25519");
                signer.initSign(privateKey);
                signer.update(bytes, 0, signed);
                return signer.sign();
            } catch (GeneralSecurityException error) {
                throw new IllegalStateException("this Java cannot sign with " + algorithm, error);
            }
        }
    }

    /**
     * The data with which a backend sends a player back to the router. It must name the player, because the router
     * refuses other tickets; all other values are optional. The player can show it again within its lifetime.
     */
    public static final class Ticket {
        private static final SecureRandom RANDOM = new SecureRandom();

        private final UUID player;
        private int hops;
        private boolean verified;
        private byte[] certificate;
        private String host = "";
        private int port;
        private String route = "";
        private String source = "";
        private byte[] content = {};
        private Duration lifetime = Duration.ofSeconds(30);
        private byte[] nonce;

        /** A ticket for the player with this UUID, not verified. */
        public Ticket(UUID player) {
            require(player != null, "a ticket needs a player");
            this.player = player;
        }

        /**
         * Returns a ticket for the player of this referral: same hops, player and certificate. Set {@link #verified} if
         * this server has authenticated the player.
         *
         * @throws IllegalArgumentException if the referral names no player
         */
        public static Ticket after(Statement referral) {
            Ticket ticket = new Ticket(referral.player).hops(referral.hops);
            ticket.certificate = referral.certificate == null ? null : referral.certificate.clone();
            return ticket;
        }

        /** Sets the hops of the player's last referral, unchanged; the router uses them to stop loops. */
        public Ticket hops(int hops) {
            this.hops = hops;
            return this;
        }

        /** Sets whether this server has authenticated the player of this UUID. */
        public Ticket verified(boolean verified) {
            this.verified = verified;
            return this;
        }

        /** Limits the ticket to the client certificate with this SHA-256 of its DER. */
        public Ticket certificate(byte[] fingerprint) {
            certificate = fingerprint.clone();
            return this;
        }

        /**
         * Limits the ticket to the router of this host name and port; empty and 0 for any. The router checks only the
         * name, against the host name of the connection: a player who typed an address needs a ticket without a name.
         */
        public Ticket target(String host, int port) {
            this.host = host;
            this.port = port;
            return this;
        }

        /** Sets the requested route. */
        public Ticket route(String route) {
            this.route = route;
            return this;
        }

        /** Sets the backend's name. */
        public Ticket source(String source) {
            this.source = source;
            return this;
        }

        /** Sets data for routes and plugins of the router. */
        public Ticket content(byte[] content) {
            this.content = content.clone();
            return this;
        }

        /**
         * Sets the lifetime, 30 seconds by default: the client connects at once. The router refuses more than 10
         * minutes.
         */
        public Ticket lifetime(Duration lifetime) {
            this.lifetime = lifetime;
            return this;
        }

        /** Sets these 16 bytes instead of random ones. For tests. */
        public Ticket nonce(byte[] nonce) {
            this.nonce = nonce.clone();
            return this;
        }

        /**
         * Returns the envelope, to be sent as referral data.
         *
         * @throws IllegalArgumentException if a value does not fit; no value is shortened
         */
        public byte[] seal(SigningKey key, Instant now) {
            byte[] drawn = nonce;
            if (drawn == null) {
                drawn = new byte[16];
                RANDOM.nextBytes(drawn);
            }
            Statement statement = new Statement(Kind.TICKET, hops, key.id, key.algorithm, now, now.plus(lifetime),
                    drawn, player, verified, certificate, host, port, route, source, content);
            return statement.seal(key);
        }
    }

    /**
     * Accepts each envelope once: remembers nonces until their envelopes expire. Use it after {@link #open}, so that
     * only owners of a key can fill it, and use one for all players. It is safe for several threads.
     *
     * <p>It uses about 150 bytes for each nonce, up to its capacity. Choose twice the product of players a second and
     * the lifetime in seconds.
     */
    public static final class ReplayGuard {
        private record Nonce(long high, long low) implements Comparable<Nonce> {
            @Override
            public int compareTo(Nonce other) {
                int order = Long.compare(high, other.high);
                return order != 0 ? order : Long.compare(low, other.low);
            }
        }

        private record Entry(Instant expiresAt, Nonce nonce) implements Comparable<Entry> {
            @Override
            public int compareTo(Entry other) {
                return expiresAt.compareTo(other.expiresAt);
            }
        }

        private final int capacity;
        private final Set<Nonce> seen = new HashSet<>();
        private final PriorityQueue<Entry> byExpiry = new PriorityQueue<>();
        private Instant forgotten = Instant.MIN;

        /** A guard for at most this number of nonces. It allocates memory only as needed. */
        public ReplayGuard(int capacity) {
            require(capacity >= 0, "capacity: is negative");
            this.capacity = capacity;
        }

        /** Accepts the result of {@link HyrouterEnvelope#open}, unless it was seen or cannot be remembered. */
        public void admit(Statement statement, Instant now) throws Refused {
            admit(statement.nonce, statement.expiresAt, now);
        }

        /**
         * Accepts a new nonce, and remembers it until it expires.
         *
         * <p>A clock that is set back does not make old envelopes valid again: an envelope that expires no later than a
         * forgotten one counts as seen.
         */
        public synchronized void admit(byte[] nonce, Instant expiresAt, Instant now) throws Refused {
            require(nonce.length == 16, "nonce: has 16 bytes");
            ByteBuffer bytes = ByteBuffer.wrap(nonce);
            Nonce key = new Nonce(bytes.getLong(), bytes.getLong());
            forget(now);
            if (!expiresAt.isAfter(forgotten) || seen.contains(key)) {
                throw new Refused(Code.REPLAYED, "");
            }
            if (seen.size() >= capacity) {
                throw new Refused(Code.REPLAY_GUARD_FULL, "");
            }
            seen.add(key);
            byExpiry.add(new Entry(expiresAt, key));
        }

        private void forget(Instant now) {
            for (Entry next = byExpiry.peek(); next != null && !next.expiresAt.isAfter(now); next = byExpiry.peek()) {
                byExpiry.remove();
                seen.remove(next.nonce);
                if (next.expiresAt.isAfter(forgotten)) {
                    forgotten = next.expiresAt;
                }
            }
        }
    }

    /**
     * Reads a secret in the form of the router's configuration: {@code base64:...}, {@code hex:...}, or plain text in
     * UTF-8. Surrounding blanks are ignored. The message of an error never contains the text.
     *
     * @throws IllegalArgumentException if it is empty or does not match its prefix
     */
    public static byte[] parseSecret(String text) {
        String trimmed = trim(text);
        byte[] secret;
        if (lower(trimmed).startsWith("base64:")) {
            secret = parseBase64(trim(trimmed.substring("base64:".length())));
        } else if (lower(trimmed).startsWith("hex:")) {
            secret = parseHex(trim(trimmed.substring("hex:".length())));
        } else {
            secret = trimmed.getBytes(StandardCharsets.UTF_8);
        }
        require(secret.length > 0, "the secret is empty");
        return secret;
    }

    private static byte[] parseBase64(String digits) {
        int end = digits.length();
        while (end > 0 && digits.charAt(end - 1) == '=') {
            end--;
        }
        boolean padded = digits.length() - end <= (4 - end % 4) % 4;
        try {
            byte[] secret = Base64.getDecoder().decode(digits.substring(0, end));
            // The decoder ignores leftover bits.
            String again = Base64.getEncoder().withoutPadding().encodeToString(secret);
            if (padded && again.equals(digits.substring(0, end))) {
                return secret;
            }
        } catch (IllegalArgumentException error) {
            // Its message contains characters of the secret.
        }
        throw new IllegalArgumentException("the text after `base64:` is not standard base64");
    }

    private static byte[] parseHex(String digits) {
        try {
            return HexFormat.of().parseHex(digits);
        } catch (IllegalArgumentException error) {
            throw new IllegalArgumentException("the text after `hex:` is not an even number of hexadecimal digits");
        }
    }

    private static String trim(String text) {
        int start = 0;
        int end = text.length();
        while (start < end && isBlank(text.charAt(start))) {
            start++;
        }
        while (start < end && isBlank(text.charAt(end - 1))) {
            end--;
        }
        return text.substring(start, end);
    }

    /** White space of Unicode; {@link String#strip} does not include the no-break space. */
    private static boolean isBlank(char c) {
        return Character.isSpaceChar(c) || (c >= '\t' && c <= '\r') || c == '\u0085';
    }

    /** Lower case for ASCII only: {@link String#toLowerCase} maps the Kelvin sign to k. */
    private static String lower(String text) {
        StringBuilder lower = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            lower.append(c >= 'A' && c <= 'Z' ? (char) (c + ('a' - 'A')) : c);
        }
        return lower.toString();
    }

    /** Reads the layout strictly: each statement has exactly one encoding. The content is not verified yet. */
    private static Statement parse(byte[] bytes) throws Refused {
        wellFormed(bytes != null && bytes.length >= HEADER && bytes.length <= MAX_ENVELOPE, "its length");
        ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        wellFormed(Arrays.equals(take(in, MAGIC.length), MAGIC), "magic");
        wellFormed(in.get() == VERSION, "version");
        int kindByte = in.get();
        wellFormed(kindByte == 1 || kindByte == 2, "kind");
        Kind kind = Kind.values()[kindByte - 1];
        int flags = in.get();
        wellFormed((flags & ~(FLAG_PLAYER | FLAG_CERTIFICATE | FLAG_VERIFIED)) == 0, "flags");
        boolean verified = (flags & FLAG_VERIFIED) != 0;
        wellFormed(!verified || (flags & FLAG_PLAYER) != 0, "verified without a player");
        int algorithmByte = in.get();
        wellFormed(algorithmByte == 1 || algorithmByte == 2, "algorithm");
        Algorithm algorithm = Algorithm.values()[algorithmByte - 1];
        int keyId = Byte.toUnsignedInt(in.get());
        int hops = Byte.toUnsignedInt(in.get());
        long issuedAt = in.getLong();
        long expiresAt = in.getLong();
        wellFormed(Long.compareUnsigned(issuedAt, expiresAt) < 0, "lifetime");
        byte[] nonce = take(in, 16);
        byte[] player = known(flags & FLAG_PLAYER, take(in, 16), "player");
        byte[] certificate = known(flags & FLAG_CERTIFICATE, take(in, 32), "certificate");
        int port = Short.toUnsignedInt(in.getShort());
        int hostLength = Short.toUnsignedInt(in.getShort());
        int routeLength = Byte.toUnsignedInt(in.get());
        int sourceLength = Byte.toUnsignedInt(in.get());
        int contentLength = Short.toUnsignedInt(in.getShort());
        wellFormed(hostLength <= MAX_HOST, "length of the host");
        wellFormed(kind == Kind.TICKET || (hostLength > 0 && port > 0), "target");
        int rest = hostLength + routeLength + sourceLength + contentLength + algorithm.signatureLength;
        wellFormed(in.remaining() == rest, "lengths do not add up");
        String host = decode(take(in, hostLength), "host");
        String route = decode(take(in, routeLength), "route");
        String source = decode(take(in, sourceLength), "source");
        byte[] content = take(in, contentLength);
        return new Statement(kind, hops, keyId, algorithm, fromMillis(issuedAt), fromMillis(expiresAt), nonce,
                player == null ? null : toUuid(player), verified, certificate, host, port, route, source, content);
    }

    private static void wellFormed(boolean holds, String what) throws Refused {
        if (!holds) {
            throw new Refused(Code.MALFORMED, what);
        }
    }

    private static byte[] take(ByteBuffer in, int length) {
        byte[] taken = new byte[length];
        in.get(taken);
        return taken;
    }

    /** A field with a flag. If the flag is clear, bytes that are not zero are an error. */
    private static byte[] known(int flag, byte[] field, String what) throws Refused {
        if (flag != 0) {
            return field;
        }
        wellFormed(isZero(field), what);
        return null;
    }

    private static String decode(byte[] text, String what) throws Refused {
        try {
            return StandardCharsets.UTF_8.newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(text))
                    .toString();
        } catch (CharacterCodingException error) {
            throw new Refused(Code.MALFORMED, what + " is not UTF-8");
        }
    }

    private static byte[] encode(String text, int max, String what) {
        try {
            ByteBuffer bytes = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
            require(bytes.remaining() <= max, what + ": at most " + max + " bytes are allowed");
            return take(bytes, bytes.remaining());
        } catch (CharacterCodingException error) {
            throw new IllegalArgumentException(what + ": is not Unicode", error);
        }
    }

    /** The milliseconds are unsigned: the highest of 64 bits is 292 million years ahead and not before 1970. */
    private static Instant fromMillis(long millis) {
        long nanos = Long.remainderUnsigned(millis, 1000) * 1_000_000;
        return Instant.ofEpochSecond(Long.divideUnsigned(millis, 1000), nanos);
    }

    private static long toMillis(Instant time) {
        Instant last = fromMillis(-1).plusNanos(999_999);
        require(!time.isBefore(Instant.EPOCH) && !time.isAfter(last), "a time is before 1970 or too far ahead");
        return time.getEpochSecond() * 1000 + time.getNano() / 1_000_000;
    }

    private static UUID toUuid(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        return new UUID(in.getLong(), in.getLong());
    }

    private static SecretKeySpec hmacKey(byte[] secret) {
        require(secret.length >= MIN_SECRET, "secret: less than " + MIN_SECRET + " bytes can be guessed");
        return new SecretKeySpec(secret, "HmacSHA256");
    }

    private static byte[] hmacOf(SecretKeySpec secret, byte[] bytes, int length) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(secret);
        mac.update(bytes, 0, length);
        return mac.doFinal();
    }

    private static boolean isZero(byte[] bytes) {
        return Arrays.equals(bytes, new byte[bytes.length]);
    }

    private static byte[] concat(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    private static int requireId(int id) {
        require(id >= 0 && id <= 255, "key id: 0 to 255 are allowed");
        return id;
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalArgumentException(otherwise);
        }
    }
}
