package com.example.plugin;

/**
 * Where players whose name begins with {@code VIP} go: the operator's {@code config} of the plugin.
 *
 * @param vipHost key {@code vip_host}: host name or IP address
 * @param vipPort key {@code vip_port}: UDP port
 */
record VipConfig(String vipHost, Integer vipPort) {
    /** Sets the defaults of absent keys. The operator reads the message of an exception in the router's log. */
    VipConfig {
        vipHost = vipHost == null ? "vip.example.com" : vipHost;
        vipPort = vipPort == null ? 5520 : vipPort;
        if (vipHost.isEmpty()) {
            throw new IllegalArgumentException("vip_host is empty; expected a host name or an IP address");
        }
        if (vipPort < 1 || vipPort > 65535) {
            throw new IllegalArgumentException("vip_port is " + vipPort + "; expected 1 to 65535");
        }
    }
}
