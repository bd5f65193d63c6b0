
package io.github.hyrouter.plugin.types;

import java.util.List;
import com.google.gson.annotations.Expose;
import com.google.gson.annotations.SerializedName;


/**
 * ConnectRequest
 * <p>
 * Player and chosen backend, as the router and the plugins before this one decided.
 * 
 * `backend`: The chosen backend. Without one the JSON has a backend of empty host and port 0.
 * 
 * `event`: Player that connects.
 * 
 */
public class ConnectRequest {

    /**
     * Backend
     * <p>
     * Game server that a player can be referred to.
     * (Required)
     * 
     */
    @SerializedName("backend")
    @Expose
    private Backend backend;
    /**
     * The backends to choose from, in the pool's order.
     * (Required)
     * 
     */
    @SerializedName("candidates")
    @Expose
    private List<Backend> candidates;
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
     * (Required)
     * 
     */
    @SerializedName("event")
    @Expose
    private ConnectEvent event;
    /**
     * The same as `referral_data`, under its name in later releases of the original Hyrouter.
     * 
     */
    @SerializedName("referral_content")
    @Expose
    private String referralContent;
    /**
     * Data that the player's client carries to the backend. The JSON has it a second time as `referral_content`, its name in later releases of the original Hyrouter, which plugins may read instead.
     * 
     */
    @SerializedName("referral_data")
    @Expose
    private String referralData;
    /**
     * Index of the chosen backend among the candidates, from 0; -1 in JSON if it has none.
     * (Required)
     * 
     */
    @SerializedName("selected_index")
    @Expose
    private Integer selectedIndex;
    /**
     * Strategy of the pool: `round_robin`, `random`, `weighted`, `least_loaded` or `p2c`.
     * (Required)
     * 
     */
    @SerializedName("strategy")
    @Expose
    private String strategy;

    /**
     * Backend
     * <p>
     * Game server that a player can be referred to.
     * (Required)
     * 
     */
    public Backend getBackend() {
        return backend;
    }

    public ConnectRequest withBackend(Backend backend) {
        this.backend = backend;
        return this;
    }

    /**
     * The backends to choose from, in the pool's order.
     * (Required)
     * 
     */
    public List<Backend> getCandidates() {
        return candidates;
    }

    public ConnectRequest withCandidates(List<Backend> candidates) {
        this.candidates = candidates;
        return this;
    }

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
     * (Required)
     * 
     */
    public ConnectEvent getEvent() {
        return event;
    }

    public ConnectRequest withEvent(ConnectEvent event) {
        this.event = event;
        return this;
    }

    /**
     * The same as `referral_data`, under its name in later releases of the original Hyrouter.
     * 
     */
    public String getReferralContent() {
        return referralContent;
    }

    public ConnectRequest withReferralContent(String referralContent) {
        this.referralContent = referralContent;
        return this;
    }

    /**
     * Data that the player's client carries to the backend. The JSON has it a second time as `referral_content`, its name in later releases of the original Hyrouter, which plugins may read instead.
     * 
     */
    public String getReferralData() {
        return referralData;
    }

    public ConnectRequest withReferralData(String referralData) {
        this.referralData = referralData;
        return this;
    }

    /**
     * Index of the chosen backend among the candidates, from 0; -1 in JSON if it has none.
     * (Required)
     * 
     */
    public Integer getSelectedIndex() {
        return selectedIndex;
    }

    public ConnectRequest withSelectedIndex(Integer selectedIndex) {
        this.selectedIndex = selectedIndex;
        return this;
    }

    /**
     * Strategy of the pool: `round_robin`, `random`, `weighted`, `least_loaded` or `p2c`.
     * (Required)
     * 
     */
    public String getStrategy() {
        return strategy;
    }

    public ConnectRequest withStrategy(String strategy) {
        this.strategy = strategy;
        return this;
    }

    @Override
    public int hashCode() {
        int result = 1;
        result = ((result* 31)+((this.candidates == null)? 0 :this.candidates.hashCode()));
        result = ((result* 31)+((this.referralContent == null)? 0 :this.referralContent.hashCode()));
        result = ((result* 31)+((this.backend == null)? 0 :this.backend.hashCode()));
        result = ((result* 31)+((this.referralData == null)? 0 :this.referralData.hashCode()));
        result = ((result* 31)+((this.event == null)? 0 :this.event.hashCode()));
        result = ((result* 31)+((this.strategy == null)? 0 :this.strategy.hashCode()));
        result = ((result* 31)+((this.selectedIndex == null)? 0 :this.selectedIndex.hashCode()));
        return result;
    }

    @Override
    public boolean equals(Object other) {
        if (other == this) {
            return true;
        }
        if ((other instanceof ConnectRequest) == false) {
            return false;
        }
        ConnectRequest rhs = ((ConnectRequest) other);
        return ((((((((this.candidates == rhs.candidates)||((this.candidates!= null)&&this.candidates.equals(rhs.candidates)))&&((this.referralContent == rhs.referralContent)||((this.referralContent!= null)&&this.referralContent.equals(rhs.referralContent))))&&((this.backend == rhs.backend)||((this.backend!= null)&&this.backend.equals(rhs.backend))))&&((this.referralData == rhs.referralData)||((this.referralData!= null)&&this.referralData.equals(rhs.referralData))))&&((this.event == rhs.event)||((this.event!= null)&&this.event.equals(rhs.event))))&&((this.strategy == rhs.strategy)||((this.strategy!= null)&&this.strategy.equals(rhs.strategy))))&&((this.selectedIndex == rhs.selectedIndex)||((this.selectedIndex!= null)&&this.selectedIndex.equals(rhs.selectedIndex))));
    }

}
