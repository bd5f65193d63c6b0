/** Server for Hyrouter plugins: a plugin is one function. Start at {@link io.github.hyrouter.plugin.PluginServer}. */
package io.github.hyrouter.plugin;
