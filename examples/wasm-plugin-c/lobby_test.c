/* Tests of the rule, as a native program. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lobby.h"

#define VIP "eyJsb2JieSI6InZpcCIsIm5hbWUiOiJWSVBfQW5uIn0="
#define MAIN "{\"referral_data\":\"eyJsb2JieSI6Im1haW4ifQ==\"}"
#define BACKEND "{\"backend\":{\"host\":\"lobby.example.com\",\"port\":5520}}"

/* A request of a VIP; the second candidate has this meta. */
#define WITH(meta)                                                                                       \
    "{\"event\":{\"username\":\"VIP_Ann\"},\"candidates\":[{\"host\":\"10.0.0.1\",\"meta\":{}},{\"meta\":" \
    meta "}]}"

static int failed = 0;

static void check(const char *what, const char *found, const char *wanted, size_t len) {
    if (found == NULL || strncmp(found, wanted, len) != 0) {
        printf("%s: found %s, wanted %s\n", what, found == NULL ? "nothing" : found, wanted);
        failed++;
    }
}

static const char *const answers[][3] = {
    /* Configuration, request, response. */
    {"null", "{\"event\":{\"username\":\"deny\"}}",
     "{\"deny\":true,\"deny_reason\":\"denied by the example WASM plugin in C\"}"},
    {BACKEND, "{\"event\":{\"username\":\"Ann\"},\"more\":[{}]}", MAIN},
    {BACKEND, "{\"event\":{\"username\":null},\"candidates\":null}", MAIN},
    {BACKEND, "{}", MAIN},
    {"{}", WITH("null"), "{\"referral_data\":\"" VIP "\"}"},
    {BACKEND, WITH("{\"lobby\":\"gold\"}"),
     "{\"referral_data\":\"" VIP "\",\"backend\":{\"host\":\"lobby.example.com\",\"port\":5520}}"},
    {BACKEND, WITH("{\"\":\"\",\"lobby\":\"vip\"}"), "{\"referral_data\":\"" VIP "\",\"selected_index\":1}"},
    {BACKEND, WITH("{\"label.lobby\":\"vip\"}"), "{\"referral_data\":\"" VIP "\",\"selected_index\":1}"},
    /* A name with a quote, a character beyond 16 bits, and a zero: {"lobby":"gold","name":"*\"<U+1F600>\u0000"} */
    {"{\"prefix\":\"*\",\"tag\":\"gold\"}", "{\"event\":{\"username\":\"*\\\"\\ud83d\\ude00\\u0000\"}}",
     "{\"referral_data\":\"eyJsb2JieSI6ImdvbGQiLCJuYW1lIjoiKlwi8J+YgFx1MDAwMCJ9\"}"},
};

static const char *const mistakes[][2] = {
    {"{\"prefx\":\"VIP\"}", "config: unknown key `prefx`; allowed: prefix, tag, backend"},
    {"{\"prefix\":7}", "config: prefix: "},
    {"{\"prefix\":\"\"}", "config: prefix: "},
    {"{\"tag\":null}", "config: tag: "},
    {"{\"backend\":{\"host\":\"lobby\"}}", "config: backend.port: "},
    {"{\"backend\":{\"host\":\"lobby\",\"port\":65536}}", "config: backend.port: "},
    {"{\"backend\":{\"host\":\"\",\"port\":5520}}", "config: backend.host: "},
    {"{\"backend\":{\"host\":\"lobby\",\"prt\":1}}", "config: unknown key `backend.prt`"},
    {"{\"backend\":7}", "config: backend.host: "},
    {"[]", "config: must be an object"},
};

int main(void) {
    char mistake[256];
    struct config config;
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        const char *const *test = answers[i];
        if (!config_read(&config, test[0], strlen(test[0]), mistake, sizeof mistake)) {
            check(test[0], mistake, "no mistake", sizeof mistake);
        }
        size_t len = 0;
        char *response = decide(&config, test[1], strlen(test[1]), &len);
        check(test[1], response, test[2], len + 1);
        free(response);
        yyjson_doc_free(config.document);
    }
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
        const char *const *test = mistakes[i];
        if (config_read(&config, test[0], strlen(test[0]), mistake, sizeof mistake)) {
            strcpy(mistake, "no mistake");
        }
        check(test[0], mistake, test[1], strlen(test[1]));
        yyjson_doc_free(config.document);
    }
    /* Room for a part of the text. */
    config_read(&config, "[]", 2, mistake, 7);
    check("short", mistake, "config", 7);
    yyjson_doc_free(config.document);
    size_t len;
    if (decide(&config, "{", 1, &len) != NULL) {
        check("no request", "an answer", "none", 4);
    }
    size_t count = sizeof answers / sizeof *answers + sizeof mistakes / sizeof *mistakes + 2;
    printf("%d passed, %d failed\n", (int)count - failed, failed);
    return failed > 0;
}
