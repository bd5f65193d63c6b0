package io.github.hyrouter.plugin;

import io.github.hyrouter.plugin.types.ConnectRequest;
import io.github.hyrouter.plugin.types.ConnectResponse;

/**
 * A {@link PluginHandler} that reads the operator's {@code config}.
 *
 * @param <C> type of the config
 */
@FunctionalInterface
public interface ConfiguredHandler<C> {
    /**
     * Decides about one player, as {@link PluginHandler#onConnect} does.
     *
     * @param request the player and the selected backend
     * @param config the operator's config
     * @return the changes
     * @throws Exception The plugin cannot answer.
     */
    ConnectResponse onConnect(ConnectRequest request, C config) throws Exception;
}
