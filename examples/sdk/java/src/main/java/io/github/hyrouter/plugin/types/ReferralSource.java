
package io.github.hyrouter.plugin.types;

import com.google.gson.annotations.Expose;
import com.google.gson.annotations.SerializedName;


/**
 * ReferralSource
 * <p>
 * Server that referred a player, as the client claims.
 * 
 */
public class ReferralSource {

    /**
     * Its host.
     * (Required)
     * 
     */
    @SerializedName("host")
    @Expose
    private String host;
    /**
     * Its port.
     * (Required)
     * 
     */
    @SerializedName("port")
    @Expose
    private Integer port;

    /**
     * Its host.
     * (Required)
     * 
     */
    public String getHost() {
        return host;
    }

    public ReferralSource withHost(String host) {
        this.host = host;
        return this;
    }

    /**
     * Its port.
     * (Required)
     * 
     */
    public Integer getPort() {
        return port;
    }

    public ReferralSource withPort(Integer port) {
        this.port = port;
        return this;
    }

    @Override
    public int hashCode() {
        int result = 1;
        result = ((result* 31)+((this.host == null)? 0 :this.host.hashCode()));
        result = ((result* 31)+((this.port == null)? 0 :this.port.hashCode()));
        return result;
    }

    @Override
    public boolean equals(Object other) {
        if (other == this) {
            return true;
        }
        if ((other instanceof ReferralSource) == false) {
            return false;
        }
        ReferralSource rhs = ((ReferralSource) other);
        return (((this.host == rhs.host)||((this.host!= null)&&this.host.equals(rhs.host)))&&((this.port == rhs.port)||((this.port!= null)&&this.port.equals(rhs.port))));
    }

}
