
package io.github.hyrouter.plugin.types;

import java.util.Map;
import com.google.gson.annotations.Expose;
import com.google.gson.annotations.SerializedName;


/**
 * Backend
 * <p>
 * Game server that a player can be referred to.
 * 
 */
public class Backend {

    /**
     * Host name or IP address, 1 to 254 bytes. The router ignores a host that no resolver accepts.
     * (Required)
     * 
     */
    @SerializedName("host")
    @Expose
    private String host;
    /**
     * Facts about the backend, as the configuration or the discovery gives them. A response has at most 64 for each backend, a request has all.
     * 
     */
    @SerializedName("meta")
    @Expose
    private Map<String, String> meta;
    /**
     * UDP port. 0 is none; a number that is not a port is read as 0.
     * (Required)
     * 
     */
    @SerializedName("port")
    @Expose
    private Integer port;
    /**
     * Share of the players under strategy `weighted`. A number outside the range is read as its nearest end.
     * 
     */
    @SerializedName("weight")
    @Expose
    private Long weight;

    /**
     * Host name or IP address, 1 to 254 bytes. The router ignores a host that no resolver accepts.
     * (Required)
     * 
     */
    public String getHost() {
        return host;
    }

    public Backend withHost(String host) {
        this.host = host;
        return this;
    }

    /**
     * Facts about the backend, as the configuration or the discovery gives them. A response has at most 64 for each backend, a request has all.
     * 
     */
    public Map<String, String> getMeta() {
        return meta;
    }

    public Backend withMeta(Map<String, String> meta) {
        this.meta = meta;
        return this;
    }

    /**
     * UDP port. 0 is none; a number that is not a port is read as 0.
     * (Required)
     * 
     */
    public Integer getPort() {
        return port;
    }

    public Backend withPort(Integer port) {
        this.port = port;
        return this;
    }

    /**
     * Share of the players under strategy `weighted`. A number outside the range is read as its nearest end.
     * 
     */
    public Long getWeight() {
        return weight;
    }

    public Backend withWeight(Long weight) {
        this.weight = weight;
        return this;
    }

    @Override
    public int hashCode() {
        int result = 1;
        result = ((result* 31)+((this.host == null)? 0 :this.host.hashCode()));
        result = ((result* 31)+((this.weight == null)? 0 :this.weight.hashCode()));
        result = ((result* 31)+((this.port == null)? 0 :this.port.hashCode()));
        result = ((result* 31)+((this.meta == null)? 0 :this.meta.hashCode()));
        return result;
    }

    @Override
    public boolean equals(Object other) {
        if (other == this) {
            return true;
        }
        if ((other instanceof Backend) == false) {
            return false;
        }
        Backend rhs = ((Backend) other);
        return (((((this.host == rhs.host)||((this.host!= null)&&this.host.equals(rhs.host)))&&((this.weight == rhs.weight)||((this.weight!= null)&&this.weight.equals(rhs.weight))))&&((this.port == rhs.port)||((this.port!= null)&&this.port.equals(rhs.port))))&&((this.meta == rhs.meta)||((this.meta!= null)&&this.meta.equals(rhs.meta))));
    }

}
