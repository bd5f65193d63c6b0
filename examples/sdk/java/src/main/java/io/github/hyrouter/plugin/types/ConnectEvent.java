
package io.github.hyrouter.plugin.types;

import com.google.gson.annotations.Expose;
import com.google.gson.annotations.SerializedName;


/**
 * ConnectEvent
 * <p>
 * Player that connects, as far as it is known. Facts that are not known are absent from the JSON.
 * 
 * `identity`: Claims of the identity token.
 * 
 * `referral`: Statement that the server which referred the player here has signed. Unsigned referral data has none.
 * 
 * `referral_source`: The server that referred the player here, as the client says.
 * 
 */
public class ConnectEvent {

    /**
     * The application protocol of the TLS handshake, `hytale/2` for example.
     * 
     */
    @SerializedName("alpn")
    @Expose
    private String alpn;
    /**
     * SHA-256 over the DER bytes of the client's certificate, base64url without padding.
     * 
     */
    @SerializedName("client_cert_fingerprint")
    @Expose
    private String clientCertFingerprint;
    /**
     * The number of the client's type on the wire: 0 game, 1 editor.
     * 
     */
    @SerializedName("client_type")
    @Expose
    private Integer clientType;
    /**
     * The client's version text, of clients that send one.
     * 
     */
    @SerializedName("client_version")
    @Expose
    private String clientVersion;
    /**
     * Names this connection in the router's log.
     * 
     */
    @SerializedName("connection_id")
    @Expose
    private String connectionId;
    /**
     * Identity
     * <p>
     * Claims of the player's identity token.
     * 
     */
    @SerializedName("identity")
    @Expose
    private Identity identity;
    /**
     * `true` if the client sent an identity token. It may belong to another player; see `identity`.
     * 
     */
    @SerializedName("identity_token_present")
    @Expose
    private Boolean identityTokenPresent;
    /**
     * The language of the player's client, `en-US` for example.
     * 
     */
    @SerializedName("language")
    @Expose
    private String language;
    /**
     * The protocol's build number, of clients that send one.
     * 
     */
    @SerializedName("protocol_build")
    @Expose
    private Integer protocolBuild;
    /**
     * The protocol's checksum, of clients that send one.
     * 
     */
    @SerializedName("protocol_crc")
    @Expose
    private Integer protocolCrc;
    /**
     * The protocol hash of the oldest clients, the client version text of all later ones.
     * 
     */
    @SerializedName("protocol_hash")
    @Expose
    private String protocolHash;
    /**
     * Referral
     * <p>
     * Statement that a server of the network has signed and sent with the player. The router has checked the signature, the time, and that it is for the player of the event's `uuid`; `verified` is whether the player proved that UUID.
     * 
     */
    @SerializedName("referral")
    @Expose
    private Referral referral;
    /**
     * ReferralSource
     * <p>
     * Server that referred a player, as the client claims.
     * 
     */
    @SerializedName("referral_source")
    @Expose
    private ReferralSource referralSource;
    /**
     * The player's address and port, only if the operator allows it.
     * 
     */
    @SerializedName("remote_addr")
    @Expose
    private String remoteAddr;
    /**
     * The route that the host name led to: its name, or its place among the routes (from 0) where it has none.
     * 
     */
    @SerializedName("route")
    @Expose
    private String route;
    /**
     * The host name that the player typed; empty where the client sent none.
     * (Required)
     * 
     */
    @SerializedName("sni")
    @Expose
    private String sni;
    /**
     * The player's name, from the same source.
     * 
     */
    @SerializedName("username")
    @Expose
    private String username;
    /**
     * The player's UUID, lower-case and hyphenated. Of clients that send none it is that of the identity token; see `identity` for whether it is proven.
     * 
     */
    @SerializedName("uuid")
    @Expose
    private String uuid;

    /**
     * The application protocol of the TLS handshake, `hytale/2` for example.
     * 
     */
    public String getAlpn() {
        return alpn;
    }

    public ConnectEvent withAlpn(String alpn) {
        this.alpn = alpn;
        return this;
    }

    /**
     * SHA-256 over the DER bytes of the client's certificate, base64url without padding.
     * 
     */
    public String getClientCertFingerprint() {
        return clientCertFingerprint;
    }

    public ConnectEvent withClientCertFingerprint(String clientCertFingerprint) {
        this.clientCertFingerprint = clientCertFingerprint;
        return this;
    }

    /**
     * The number of the client's type on the wire: 0 game, 1 editor.
     * 
     */
    public Integer getClientType() {
        return clientType;
    }

    public ConnectEvent withClientType(Integer clientType) {
        this.clientType = clientType;
        return this;
    }

    /**
     * The client's version text, of clients that send one.
     * 
     */
    public String getClientVersion() {
        return clientVersion;
    }

    public ConnectEvent withClientVersion(String clientVersion) {
        this.clientVersion = clientVersion;
        return this;
    }

    /**
     * Names this connection in the router's log.
     * 
     */
    public String getConnectionId() {
        return connectionId;
    }

    public ConnectEvent withConnectionId(String connectionId) {
        this.connectionId = connectionId;
        return this;
    }

    /**
     * Identity
     * <p>
     * Claims of the player's identity token.
     * 
     */
    public Identity getIdentity() {
        return identity;
    }

    public ConnectEvent withIdentity(Identity identity) {
        this.identity = identity;
        return this;
    }

    /**
     * `true` if the client sent an identity token. It may belong to another player; see `identity`.
     * 
     */
    public Boolean getIdentityTokenPresent() {
        return identityTokenPresent;
    }

    public ConnectEvent withIdentityTokenPresent(Boolean identityTokenPresent) {
        this.identityTokenPresent = identityTokenPresent;
        return this;
    }

    /**
     * The language of the player's client, `en-US` for example.
     * 
     */
    public String getLanguage() {
        return language;
    }

    public ConnectEvent withLanguage(String language) {
        this.language = language;
        return this;
    }

    /**
     * The protocol's build number, of clients that send one.
     * 
     */
    public Integer getProtocolBuild() {
        return protocolBuild;
    }

    public ConnectEvent withProtocolBuild(Integer protocolBuild) {
        this.protocolBuild = protocolBuild;
        return this;
    }

    /**
     * The protocol's checksum, of clients that send one.
     * 
     */
    public Integer getProtocolCrc() {
        return protocolCrc;
    }

    public ConnectEvent withProtocolCrc(Integer protocolCrc) {
        this.protocolCrc = protocolCrc;
        return this;
    }

    /**
     * The protocol hash of the oldest clients, the client version text of all later ones.
     * 
     */
    public String getProtocolHash() {
        return protocolHash;
    }

    public ConnectEvent withProtocolHash(String protocolHash) {
        this.protocolHash = protocolHash;
        return this;
    }

    /**
     * Referral
     * <p>
     * Statement that a server of the network has signed and sent with the player. The router has checked the signature, the time, and that it is for the player of the event's `uuid`; `verified` is whether the player proved that UUID.
     * 
     */
    public Referral getReferral() {
        return referral;
    }

    public ConnectEvent withReferral(Referral referral) {
        this.referral = referral;
        return this;
    }

    /**
     * ReferralSource
     * <p>
     * Server that referred a player, as the client claims.
     * 
     */
    public ReferralSource getReferralSource() {
        return referralSource;
    }

    public ConnectEvent withReferralSource(ReferralSource referralSource) {
        this.referralSource = referralSource;
        return this;
    }

    /**
     * The player's address and port, only if the operator allows it.
     * 
     */
    public String getRemoteAddr() {
        return remoteAddr;
    }

    public ConnectEvent withRemoteAddr(String remoteAddr) {
        this.remoteAddr = remoteAddr;
        return this;
    }

    /**
     * The route that the host name led to: its name, or its place among the routes (from 0) where it has none.
     * 
     */
    public String getRoute() {
        return route;
    }

    public ConnectEvent withRoute(String route) {
        this.route = route;
        return this;
    }

    /**
     * The host name that the player typed; empty where the client sent none.
     * (Required)
     * 
     */
    public String getSni() {
        return sni;
    }

    public ConnectEvent withSni(String sni) {
        this.sni = sni;
        return this;
    }

    /**
     * The player's name, from the same source.
     * 
     */
    public String getUsername() {
        return username;
    }

    public ConnectEvent withUsername(String username) {
        this.username = username;
        return this;
    }

    /**
     * The player's UUID, lower-case and hyphenated. Of clients that send none it is that of the identity token; see `identity` for whether it is proven.
     * 
     */
    public String getUuid() {
        return uuid;
    }

    public ConnectEvent withUuid(String uuid) {
        this.uuid = uuid;
        return this;
    }

    @Override
    public int hashCode() {
        int result = 1;
        result = ((result* 31)+((this.protocolBuild == null)? 0 :this.protocolBuild.hashCode()));
        result = ((result* 31)+((this.alpn == null)? 0 :this.alpn.hashCode()));
        result = ((result* 31)+((this.identityTokenPresent == null)? 0 :this.identityTokenPresent.hashCode()));
        result = ((result* 31)+((this.clientCertFingerprint == null)? 0 :this.clientCertFingerprint.hashCode()));
        result = ((result* 31)+((this.language == null)? 0 :this.language.hashCode()));
        result = ((result* 31)+((this.clientVersion == null)? 0 :this.clientVersion.hashCode()));
        result = ((result* 31)+((this.uuid == null)? 0 :this.uuid.hashCode()));
        result = ((result* 31)+((this.sni == null)? 0 :this.sni.hashCode()));
        result = ((result* 31)+((this.clientType == null)? 0 :this.clientType.hashCode()));
        result = ((result* 31)+((this.referral == null)? 0 :this.referral.hashCode()));
        result = ((result* 31)+((this.route == null)? 0 :this.route.hashCode()));
        result = ((result* 31)+((this.protocolCrc == null)? 0 :this.protocolCrc.hashCode()));
        result = ((result* 31)+((this.protocolHash == null)? 0 :this.protocolHash.hashCode()));
        result = ((result* 31)+((this.referralSource == null)? 0 :this.referralSource.hashCode()));
        result = ((result* 31)+((this.identity == null)? 0 :this.identity.hashCode()));
        result = ((result* 31)+((this.connectionId == null)? 0 :this.connectionId.hashCode()));
        result = ((result* 31)+((this.remoteAddr == null)? 0 :this.remoteAddr.hashCode()));
        result = ((result* 31)+((this.username == null)? 0 :this.username.hashCode()));
        return result;
    }

    @Override
    public boolean equals(Object other) {
        if (other == this) {
            return true;
        }
        if ((other instanceof ConnectEvent) == false) {
            return false;
        }
        ConnectEvent rhs = ((ConnectEvent) other);
        return (((((((((((((((((((this.protocolBuild == rhs.protocolBuild)||((this.protocolBuild!= null)&&this.protocolBuild.equals(rhs.protocolBuild)))&&((this.alpn == rhs.alpn)||((this.alpn!= null)&&this.alpn.equals(rhs.alpn))))&&((this.identityTokenPresent == rhs.identityTokenPresent)||((this.identityTokenPresent!= null)&&this.identityTokenPresent.equals(rhs.identityTokenPresent))))&&((this.clientCertFingerprint == rhs.clientCertFingerprint)||((this.clientCertFingerprint!= null)&&this.clientCertFingerprint.equals(rhs.clientCertFingerprint))))&&((this.language == rhs.language)||((this.language!= null)&&this.language.equals(rhs.language))))&&((this.clientVersion == rhs.clientVersion)||((this.clientVersion!= null)&&this.clientVersion.equals(rhs.clientVersion))))&&((this.uuid == rhs.uuid)||((this.uuid!= null)&&this.uuid.equals(rhs.uuid))))&&((this.sni == rhs.sni)||((this.sni!= null)&&this.sni.equals(rhs.sni))))&&((this.clientType == rhs.clientType)||((this.clientType!= null)&&this.clientType.equals(rhs.clientType))))&&((this.referral == rhs.referral)||((this.referral!= null)&&this.referral.equals(rhs.referral))))&&((this.route == rhs.route)||((this.route!= null)&&this.route.equals(rhs.route))))&&((this.protocolCrc == rhs.protocolCrc)||((this.protocolCrc!= null)&&this.protocolCrc.equals(rhs.protocolCrc))))&&((this.protocolHash == rhs.protocolHash)||((this.protocolHash!= null)&&this.protocolHash.equals(rhs.protocolHash))))&&((this.referralSource == rhs.referralSource)||((this.referralSource!= null)&&this.referralSource.equals(rhs.referralSource))))&&((this.identity == rhs.identity)||((this.identity!= null)&&this.identity.equals(rhs.identity))))&&((this.connectionId == rhs.connectionId)||((this.connectionId!= null)&&this.connectionId.equals(rhs.connectionId))))&&((this.remoteAddr == rhs.remoteAddr)||((this.remoteAddr!= null)&&this.remoteAddr.equals(rhs.remoteAddr))))&&((this.username == rhs.username)||((this.username!= null)&&this.username.equals(rhs.username))));
    }

}
