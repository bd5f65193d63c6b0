
package io.github.hyrouter.plugin.types;

import com.google.gson.annotations.Expose;
import com.google.gson.annotations.SerializedName;


/**
 * Referral
 * <p>
 * Statement that a server of the network has signed and sent with the player. The router has checked the signature, the time, and that it is for the player of the event's `uuid`; `verified` is whether the player proved that UUID.
 * 
 */
public class Referral {

    /**
     * Data of the server.
     * 
     */
    @SerializedName("data")
    @Expose
    private String data;
    /**
     * Number of times in a row that the router referred this player before.
     * (Required)
     * 
     */
    @SerializedName("hops")
    @Expose
    private Integer hops;
    /**
     * Id of the key of the signature.
     * (Required)
     * 
     */
    @SerializedName("key_id")
    @Expose
    private Integer keyId;
    /**
     * Route that the server asks for.
     * 
     */
    @SerializedName("route")
    @Expose
    private String route;
    /**
     * Name that the server gives itself.
     * 
     */
    @SerializedName("source")
    @Expose
    private String source;

    /**
     * Data of the server.
     * 
     */
    public String getData() {
        return data;
    }

    public Referral withData(String data) {
        this.data = data;
        return this;
    }

    /**
     * Number of times in a row that the router referred this player before.
     * (Required)
     * 
     */
    public Integer getHops() {
        return hops;
    }

    public Referral withHops(Integer hops) {
        this.hops = hops;
        return this;
    }

    /**
     * Id of the key of the signature.
     * (Required)
     * 
     */
    public Integer getKeyId() {
        return keyId;
    }

    public Referral withKeyId(Integer keyId) {
        this.keyId = keyId;
        return this;
    }

    /**
     * Route that the server asks for.
     * 
     */
    public String getRoute() {
        return route;
    }

    public Referral withRoute(String route) {
        this.route = route;
        return this;
    }

    /**
     * Name that the server gives itself.
     * 
     */
    public String getSource() {
        return source;
    }

    public Referral withSource(String source) {
        this.source = source;
        return this;
    }

    @Override
    public int hashCode() {
        int result = 1;
        result = ((result* 31)+((this.keyId == null)? 0 :this.keyId.hashCode()));
        result = ((result* 31)+((this.hops == null)? 0 :this.hops.hashCode()));
        result = ((result* 31)+((this.route == null)? 0 :this.route.hashCode()));
        result = ((result* 31)+((this.source == null)? 0 :this.source.hashCode()));
        result = ((result* 31)+((this.data == null)? 0 :this.data.hashCode()));
        return result;
    }

    @Override
    public boolean equals(Object other) {
        if (other == this) {
            return true;
        }
        if ((other instanceof Referral) == false) {
            return false;
        }
        Referral rhs = ((Referral) other);
        return ((((((this.keyId == rhs.keyId)||((this.keyId!= null)&&this.keyId.equals(rhs.keyId)))&&((this.hops == rhs.hops)||((this.hops!= null)&&this.hops.equals(rhs.hops))))&&((this.route == rhs.route)||((this.route!= null)&&this.route.equals(rhs.route))))&&((this.source == rhs.source)||((this.source!= null)&&this.source.equals(rhs.source))))&&((this.data == rhs.data)||((this.data!= null)&&this.data.equals(rhs.data))));
    }

}
