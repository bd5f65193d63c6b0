package io.github.hyrouter.plugin;

import io.github.hyrouter.plugin.types.ConnectRequest;
import io.github.hyrouter.plugin.types.ConnectResponse;

/** Decides about players, many at the same time on several threads. */
@FunctionalInterface
public interface PluginHandler {
    /**
     * Decides about one player, who waits for the response: at most 1 s by default ({@code timeout} in the router's
     * configuration). A new {@link ConnectResponse} changes nothing, and null is the same.
     *
     * @param request the player and the selected backend
     * @return the changes
     * @throws Exception A failure is not a denial: the operator's {@code on_error} decides about the player. The router
     *     gets the text of a {@link PluginFailure}, and only the class of any other exception.
     */
    ConnectResponse onConnect(ConnectRequest request) throws Exception;
}
