
package io.github.hyrouter.plugin.types;

import com.google.gson.annotations.Expose;
import com.google.gson.annotations.SerializedName;


/**
 * Identity
 * <p>
 * Claims of the player's identity token.
 * 
 */
public class Identity {

    /**
     * Time of expiry in seconds since 1970-01-01 UTC.
     * 
     */
    @SerializedName("expires_at")
    @Expose
    private Long expiresAt;
    /**
     * Issuer of the token.
     * 
     */
    @SerializedName("issuer")
    @Expose
    private String issuer;
    /**
     * UUID in the token.
     * 
     */
    @SerializedName("subject")
    @Expose
    private String subject;
    /**
     * The player's name in the token.
     * 
     */
    @SerializedName("username")
    @Expose
    private String username;
    /**
     * `true` if the token was verified. If not, any client may have written the rest.
     * (Required)
     * 
     */
    @SerializedName("verified")
    @Expose
    private Boolean verified;

    /**
     * Time of expiry in seconds since 1970-01-01 UTC.
     * 
     */
    public Long getExpiresAt() {
        return expiresAt;
    }

    public Identity withExpiresAt(Long expiresAt) {
        this.expiresAt = expiresAt;
        return this;
    }

    /**
     * Issuer of the token.
     * 
     */
    public String getIssuer() {
        return issuer;
    }

    public Identity withIssuer(String issuer) {
        this.issuer = issuer;
        return this;
    }

    /**
     * UUID in the token.
     * 
     */
    public String getSubject() {
        return subject;
    }

    public Identity withSubject(String subject) {
        this.subject = subject;
        return this;
    }

    /**
     * The player's name in the token.
     * 
     */
    public String getUsername() {
        return username;
    }

    public Identity withUsername(String username) {
        this.username = username;
        return this;
    }

    /**
     * `true` if the token was verified. If not, any client may have written the rest.
     * (Required)
     * 
     */
    public Boolean getVerified() {
        return verified;
    }

    public Identity withVerified(Boolean verified) {
        this.verified = verified;
        return this;
    }

    @Override
    public int hashCode() {
        int result = 1;
        result = ((result* 31)+((this.verified == null)? 0 :this.verified.hashCode()));
        result = ((result* 31)+((this.expiresAt == null)? 0 :this.expiresAt.hashCode()));
        result = ((result* 31)+((this.issuer == null)? 0 :this.issuer.hashCode()));
        result = ((result* 31)+((this.subject == null)? 0 :this.subject.hashCode()));
        result = ((result* 31)+((this.username == null)? 0 :this.username.hashCode()));
        return result;
    }

    @Override
    public boolean equals(Object other) {
        if (other == this) {
            return true;
        }
        if ((other instanceof Identity) == false) {
            return false;
        }
        Identity rhs = ((Identity) other);
        return ((((((this.verified == rhs.verified)||((this.verified!= null)&&this.verified.equals(rhs.verified)))&&((this.expiresAt == rhs.expiresAt)||((this.expiresAt!= null)&&this.expiresAt.equals(rhs.expiresAt))))&&((this.issuer == rhs.issuer)||((this.issuer!= null)&&this.issuer.equals(rhs.issuer))))&&((this.subject == rhs.subject)||((this.subject!= null)&&this.subject.equals(rhs.subject))))&&((this.username == rhs.username)||((this.username!= null)&&this.username.equals(rhs.username))));
    }

}
