/* A lobby for VIPs: players whose name has a prefix go to a separate lobby, and each player carries referral data with
 * the name of the lobby. */
#ifndef LOBBY_H
#define LOBBY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "yyjson.h"

/* A text of a JSON document. It may contain zeros and does not end with one. */
struct text {
    const char *bytes;
    size_t len;
};

/* The operator's `config` of this plugin. */
struct config {
    /* Prefix of the names of VIPs. */
    struct text prefix;
    /* Name of the lobby: in the referral data, and as `lobby` in the `meta` of its backends. */
    struct text tag;
    /* Backend of VIPs if no candidate is a lobby. Port 0: the backend that the router chose. */
    struct text host;
    uint16_t port;
    /* Owner of the texts, or NULL. */
    yyjson_doc *document;
};

/* The configuration without one of the operator. */
#define CONFIG_DEFAULT {.prefix = {"VIP", 3}, .tag = {"vip", 3}}

/* Reads a configuration from JSON. Returns false if it is not allowed, with the reason for the operator in `mistake`,
 * which has room for `room` bytes. The caller frees `document`. */
bool config_read(struct config *config, const char *json, size_t len, char *mistake, size_t room);

/* Decides about one player. Returns the response as JSON, to free by the caller, or NULL if the request is not JSON or
 * no memory is left. */
char *decide(const struct config *config, const char *json, size_t len, size_t *response_len);

#endif
