#include "lobby.h"

#include <stdlib.h>
#include <string.h>

#define TEXT(literal) ((struct text){literal, sizeof(literal) - 1})

/* Maximum length of a backend's host in bytes, the limit of a referral packet. */
#define MAX_HOST 256

static bool equals(struct text a, struct text b) {
    return a.len == b.len && memcmp(a.bytes, b.bytes, a.len) == 0;
}

static bool starts_with(struct text text, struct text prefix) {
    return text.len >= prefix.len && memcmp(text.bytes, prefix.bytes, prefix.len) == 0;
}

/* Returns a string of a document. Any other value, and a missing one, is an empty text. */
static struct text text_of(yyjson_val *value) {
    return yyjson_is_str(value) ? (struct text){yyjson_get_str(value), yyjson_get_len(value)} : TEXT("");
}

/* Writes a text of three parts to `mistake`, as much as there is room for. Returns false. snprintf would do the same,
 * and add 20 KB to the module. */
static bool refuse(char *mistake, size_t room, const char *before, const char *key, const char *after) {
    const char *parts[] = {before, key, after};
    for (size_t i = 0; i < 3; i++) {
        for (const char *from = parts[i]; *from != '\0' && room > 1; room--) {
            *mistake++ = *from++;
        }
    }
    *mistake = '\0';
    return false;
}

static bool backend_read(struct config *config, yyjson_val *backend, char *mistake, size_t room) {
    yyjson_val *key;
    yyjson_obj_iter entries = yyjson_obj_iter_with(backend);
    while ((key = yyjson_obj_iter_next(&entries)) != NULL) {
        if (!yyjson_equals_str(key, "host") && !yyjson_equals_str(key, "port")) {
            const char *name = yyjson_get_str(key);
            return refuse(mistake, room, "config: unknown key `backend.", name, "`; allowed: host, port");
        }
    }
    yyjson_val *port = yyjson_obj_get(backend, "port");
    config->host = text_of(yyjson_obj_get(backend, "host"));
    if (config->host.len < 1 || config->host.len > MAX_HOST) {
        return refuse(mistake, room, "config: ", "backend.host", ": must be a text of 1 to 256 bytes");
    }
    if (!yyjson_is_uint(port) || yyjson_get_uint(port) < 1 || yyjson_get_uint(port) > UINT16_MAX) {
        return refuse(mistake, room, "config: ", "backend.port", ": must be a number from 1 to 65535");
    }
    config->port = (uint16_t)yyjson_get_uint(port);
    return true;
}

bool config_read(struct config *config, const char *json, size_t len, char *mistake, size_t room) {
    *config = (struct config)CONFIG_DEFAULT;
    config->document = yyjson_read(json, len, YYJSON_READ_NOFLAG);
    yyjson_val *root = yyjson_doc_get_root(config->document);
    if (yyjson_is_null(root)) {
        return true;
    }
    if (!yyjson_is_obj(root)) {
        return refuse(mistake, room, "config", "", ": must be an object");
    }
    yyjson_val *key;
    yyjson_obj_iter entries = yyjson_obj_iter_with(root);
    while ((key = yyjson_obj_iter_next(&entries)) != NULL) {
        yyjson_val *value = yyjson_obj_iter_get_val(key);
        if (yyjson_equals_str(key, "prefix") && yyjson_get_len(value) > 0 && yyjson_is_str(value)) {
            config->prefix = text_of(value);
        } else if (yyjson_equals_str(key, "prefix")) {
            return refuse(mistake, room, "config: ", "prefix", ": must be a text and not empty");
        } else if (yyjson_equals_str(key, "tag") && yyjson_is_str(value)) {
            config->tag = text_of(value);
        } else if (yyjson_equals_str(key, "tag")) {
            return refuse(mistake, room, "config: ", "tag", ": must be a text");
        } else if (!yyjson_equals_str(key, "backend")) {
            const char *name = yyjson_get_str(key);
            return refuse(mistake, room, "config: unknown key `", name, "`; allowed: prefix, tag, backend");
        } else if (!yyjson_is_null(value) && !backend_read(config, value, mistake, room)) {
            return false;
        }
    }
    return true;
}

/* Encodes bytes as base64 with padding. Returns NULL if no memory is left. */
static char *base64(const char *bytes, size_t len, size_t *encoded_len) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    *encoded_len = (len + 2) / 3 * 4;
    char *encoded = malloc(*encoded_len + 1);
    if (encoded == NULL) {
        return NULL;
    }
    char *end = encoded;
    for (size_t i = 0; i < len; i += 3) {
        size_t there = len - i < 3 ? len - i : 3;
        uint32_t bits = 0;
        for (size_t j = 0; j < 3; j++) {
            bits = bits << 8 | (j < there ? (uint8_t)bytes[i + j] : 0);
        }
        for (size_t j = 0; j < 4; j++) {
            *end++ = j <= there ? digits[bits >> (18 - 6 * j) & 63] : '=';
        }
    }
    *end = '\0';
    return encoded;
}

/* Sets the referral data: JSON for the backend. Returns false if no memory is left. */
static bool carry(yyjson_mut_doc *response, struct text lobby, const struct text *name) {
    yyjson_mut_doc *data = yyjson_mut_doc_new(NULL);
    yyjson_mut_val *root = yyjson_mut_obj(data);
    yyjson_mut_doc_set_root(data, root);
    bool is_done = yyjson_mut_obj_add_strn(data, root, "lobby", lobby.bytes, lobby.len);
    if (name != NULL) {
        is_done = is_done && yyjson_mut_obj_add_strn(data, root, "name", name->bytes, name->len);
    }
    size_t len, encoded_len;
    char *json = is_done ? yyjson_mut_write(data, YYJSON_WRITE_NOFLAG, &len) : NULL;
    char *encoded = json == NULL ? NULL : base64(json, len, &encoded_len);
    yyjson_mut_val *to = yyjson_mut_doc_get_root(response);
    is_done = encoded != NULL && yyjson_mut_obj_add_strncpy(response, to, "referral_data", encoded, encoded_len);
    free(encoded);
    free(json);
    yyjson_mut_doc_free(data);
    return is_done;
}

/* Returns whether a backend is the lobby with this tag. Discovered backends have their labels under `label.`, static
 * ones have the operator's keys. */
static bool is_lobby(yyjson_val *candidate, struct text tag) {
    yyjson_val *meta = yyjson_obj_get(candidate, "meta");
    yyjson_val *lobby = yyjson_obj_get(meta, "lobby"), *label = yyjson_obj_get(meta, "label.lobby");
    return (yyjson_is_str(lobby) && equals(text_of(lobby), tag)) ||
           (yyjson_is_str(label) && equals(text_of(label), tag));
}

/* Chooses the backend of a VIP. Without a lobby, the router's choice stands. */
static bool send_to_lobby(yyjson_mut_doc *response, const struct config *config, yyjson_val *candidates) {
    yyjson_mut_val *root = yyjson_mut_doc_get_root(response);
    size_t index, count;
    yyjson_val *candidate;
    yyjson_arr_foreach(candidates, index, count, candidate) {
        if (is_lobby(candidate, config->tag)) {
            return yyjson_mut_obj_add_uint(response, root, "selected_index", index);
        }
    }
    if (config->port == 0) {
        return true;
    }
    yyjson_mut_val *backend = yyjson_mut_obj_add_obj(response, root, "backend");
    return yyjson_mut_obj_add_strn(response, backend, "host", config->host.bytes, config->host.len) &&
           yyjson_mut_obj_add_uint(response, backend, "port", config->port);
}

/* The name comes from the client. Check `event.identity.verified` before granting anything of value by it. */
char *decide(const struct config *config, const char *json, size_t len, size_t *response_len) {
    yyjson_doc *request = yyjson_read(json, len, YYJSON_READ_NOFLAG);
    if (request == NULL) {
        return NULL;
    }
    yyjson_val *root = yyjson_doc_get_root(request);
    struct text name = text_of(yyjson_obj_get(yyjson_obj_get(root, "event"), "username"));
    yyjson_mut_doc *response = yyjson_mut_doc_new(NULL);
    yyjson_mut_val *answer = yyjson_mut_obj(response);
    yyjson_mut_doc_set_root(response, answer);
    bool is_done;
    if (equals(name, TEXT("deny"))) {
        is_done = yyjson_mut_obj_add_bool(response, answer, "deny", true) &&
                  yyjson_mut_obj_add_str(response, answer, "deny_reason", "denied by the example WASM plugin in C");
    } else if (!starts_with(name, config->prefix)) {
        is_done = carry(response, TEXT("main"), NULL);
    } else {
        is_done = carry(response, config->tag, &name) &&
                  send_to_lobby(response, config, yyjson_obj_get(root, "candidates"));
    }
    char *written = is_done ? yyjson_mut_write(response, YYJSON_WRITE_NOFLAG, response_len) : NULL;
    yyjson_mut_doc_free(response);
    yyjson_doc_free(request);
    return written;
}
