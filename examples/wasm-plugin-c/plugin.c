/* The exports that the router calls. They need no change for another plugin; its rule is in lobby.c. */
#include <stdlib.h>
#include <string.h>

#include "lobby.h"

#define EXPORT(name) __attribute__((export_name(#name)))

/* Writes a line to the router's log. Levels: 0 trace, 1 debug, 2 info, 3 warn, 4 error. */
__attribute__((import_module("hyrouter"), import_name("log"))) void router_log(
    uint32_t level, const char *text, size_t len);

static struct config config = CONFIG_DEFAULT;
/* The buffers that the router uses. An instance runs one call at a time, so one for each direction is enough. */
static char *input, *output;

/* Makes the call fail, with its reason in the router's log. */
static _Noreturn void fail(const char *reason) {
    router_log(4, reason, strlen(reason));
    __builtin_trap();
}

/* Returns a buffer for the router to write to. The router has copied the last response by then. */
EXPORT(alloc) char *alloc(size_t len) {
    free(input);
    free(output);
    output = NULL;
    input = malloc(len > 0 ? len : 1);
    if (input == NULL) {
        fail("no memory for the request");
    }
    return input;
}

/* Reads the operator's configuration, `null` without one. A result other than 0 refuses it. */
EXPORT(configure) uint32_t configure(const char *json, size_t len) {
    char mistake[256];
    if (!config_read(&config, json, len, mistake, sizeof mistake)) {
        router_log(4, mistake, strlen(mistake));
        return 1;
    }
    return 0;
}

/* Answers a request: returns address and length of the response in one number. */
EXPORT(on_connect) uint64_t on_connect(const char *json, size_t len) {
    size_t response_len;
    output = decide(&config, json, len, &response_len);
    if (output == NULL) {
        fail("the request is not JSON, or no memory is left");
    }
    return (uint64_t)(uintptr_t)output << 32 | response_len;
}
