
package io.github.hyrouter.plugin.types;

import java.util.List;
import com.google.gson.annotations.Expose;
import com.google.gson.annotations.SerializedName;


/**
 * ConnectResponse
 * <p>
 * Changes that a plugin makes. The default changes nothing.
 * 
 * `backend`: Chooses this backend, whether it is a candidate or not. Without a host or port it is ignored.
 * 
 */
public class ConnectResponse {

    /**
     * Backend
     * <p>
     * Game server that a player can be referred to.
     * 
     */
    @SerializedName("backend")
    @Expose
    private Backend backend;
    /**
     * Names of the parts of the request that the answer depends on; empty: the answer is the same for every player. Only with `cache_ttl`. With an unknown name the answer is not cached. Names: `uuid`, `username`, `identity`, `host`, `route`, `language`, `address` (without the port), `client_cert_fingerprint`, `identity_token_present`, `client_type`, `client_version`, `protocol_hash`, `protocol_crc`, `protocol_build`, `alpn`, `referral`, `referral_source`, `candidates`, `backend`, `referral_data`.
     * 
     */
    @SerializedName("cache_key")
    @Expose
    private List<String> cacheKey;
    /**
     * Maximum time in seconds for which the router may give this answer again without a call; absent or 0: not at all. The router does so only if its operator permits it, and the operator limits the time.
     * 
     */
    @SerializedName("cache_ttl")
    @Expose
    private Integer cacheTtl;
    /**
     * Replaces the candidates; empty changes nothing. An answer with more than 1024 of them, or with more than 64 entries in the `meta` of one of its backends, is not read.
     * 
     */
    @SerializedName("candidates")
    @Expose
    private List<Backend> candidates;
    /**
     * Refuses the player: the rest of the response is ignored and no later plugin is called.
     * 
     */
    @SerializedName("deny")
    @Expose
    private Boolean deny;
    /**
     * Text that a denied player reads; absent or empty: no text. The router cuts it after 4096 bytes.
     * 
     */
    @SerializedName("deny_reason")
    @Expose
    private String denyReason;
    /**
     * Replaces the data that the player's client carries to the backend, also by an empty one; absent keeps it.
     * 
     */
    @SerializedName("referral_data")
    @Expose
    private String referralData;
    /**
     * Chooses this one of the candidates, from 0. One outside the list is ignored.
     * 
     */
    @SerializedName("selected_index")
    @Expose
    private Integer selectedIndex;

    /**
     * Backend
     * <p>
     * Game server that a player can be referred to.
     * 
     */
    public Backend getBackend() {
        return backend;
    }

    public ConnectResponse withBackend(Backend backend) {
        this.backend = backend;
        return this;
    }

    /**
     * Names of the parts of the request that the answer depends on; empty: the answer is the same for every player. Only with `cache_ttl`. With an unknown name the answer is not cached. Names: `uuid`, `username`, `identity`, `host`, `route`, `language`, `address` (without the port), `client_cert_fingerprint`, `identity_token_present`, `client_type`, `client_version`, `protocol_hash`, `protocol_crc`, `protocol_build`, `alpn`, `referral`, `referral_source`, `candidates`, `backend`, `referral_data`.
     * 
     */
    public List<String> getCacheKey() {
        return cacheKey;
    }

    public ConnectResponse withCacheKey(List<String> cacheKey) {
        this.cacheKey = cacheKey;
        return this;
    }

    /**
     * Maximum time in seconds for which the router may give this answer again without a call; absent or 0: not at all. The router does so only if its operator permits it, and the operator limits the time.
     * 
     */
    public Integer getCacheTtl() {
        return cacheTtl;
    }

    public ConnectResponse withCacheTtl(Integer cacheTtl) {
        this.cacheTtl = cacheTtl;
        return this;
    }

    /**
     * Replaces the candidates; empty changes nothing. An answer with more than 1024 of them, or with more than 64 entries in the `meta` of one of its backends, is not read.
     * 
     */
    public List<Backend> getCandidates() {
        return candidates;
    }

    public ConnectResponse withCandidates(List<Backend> candidates) {
        this.candidates = candidates;
        return this;
    }

    /**
     * Refuses the player: the rest of the response is ignored and no later plugin is called.
     * 
     */
    public Boolean getDeny() {
        return deny;
    }

    public ConnectResponse withDeny(Boolean deny) {
        this.deny = deny;
        return this;
    }

    /**
     * Text that a denied player reads; absent or empty: no text. The router cuts it after 4096 bytes.
     * 
     */
    public String getDenyReason() {
        return denyReason;
    }

    public ConnectResponse withDenyReason(String denyReason) {
        this.denyReason = denyReason;
        return this;
    }

    /**
     * Replaces the data that the player's client carries to the backend, also by an empty one; absent keeps it.
     * 
     */
    public String getReferralData() {
        return referralData;
    }

    public ConnectResponse withReferralData(String referralData) {
        this.referralData = referralData;
        return this;
    }

    /**
     * Chooses this one of the candidates, from 0. One outside the list is ignored.
     * 
     */
    public Integer getSelectedIndex() {
        return selectedIndex;
    }

    public ConnectResponse withSelectedIndex(Integer selectedIndex) {
        this.selectedIndex = selectedIndex;
        return this;
    }

    @Override
    public int hashCode() {
        int result = 1;
        result = ((result* 31)+((this.candidates == null)? 0 :this.candidates.hashCode()));
        result = ((result* 31)+((this.deny == null)? 0 :this.deny.hashCode()));
        result = ((result* 31)+((this.cacheTtl == null)? 0 :this.cacheTtl.hashCode()));
        result = ((result* 31)+((this.cacheKey == null)? 0 :this.cacheKey.hashCode()));
        result = ((result* 31)+((this.backend == null)? 0 :this.backend.hashCode()));
        result = ((result* 31)+((this.referralData == null)? 0 :this.referralData.hashCode()));
        result = ((result* 31)+((this.denyReason == null)? 0 :this.denyReason.hashCode()));
        result = ((result* 31)+((this.selectedIndex == null)? 0 :this.selectedIndex.hashCode()));
        return result;
    }

    @Override
    public boolean equals(Object other) {
        if (other == this) {
            return true;
        }
        if ((other instanceof ConnectResponse) == false) {
            return false;
        }
        ConnectResponse rhs = ((ConnectResponse) other);
        return (((((((((this.candidates == rhs.candidates)||((this.candidates!= null)&&this.candidates.equals(rhs.candidates)))&&((this.deny == rhs.deny)||((this.deny!= null)&&this.deny.equals(rhs.deny))))&&((this.cacheTtl == rhs.cacheTtl)||((this.cacheTtl!= null)&&this.cacheTtl.equals(rhs.cacheTtl))))&&((this.cacheKey == rhs.cacheKey)||((this.cacheKey!= null)&&this.cacheKey.equals(rhs.cacheKey))))&&((this.backend == rhs.backend)||((this.backend!= null)&&this.backend.equals(rhs.backend))))&&((this.referralData == rhs.referralData)||((this.referralData!= null)&&this.referralData.equals(rhs.referralData))))&&((this.denyReason == rhs.denyReason)||((this.denyReason!= null)&&this.denyReason.equals(rhs.denyReason))))&&((this.selectedIndex == rhs.selectedIndex)||((this.selectedIndex!= null)&&this.selectedIndex.equals(rhs.selectedIndex))));
    }

}
