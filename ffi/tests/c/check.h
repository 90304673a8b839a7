/* What the tests say and count. */
#ifndef CHECK_H
#define CHECK_H

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "mcpico.h"

extern int check_failures;
extern int check_count;

/* The status of a call. */
#define IS(expected, call) check_status((expected), (call), #call, __FILE__, __LINE__)
/* A condition. */
#define YES(condition) check_true((condition) != 0, #condition, __FILE__, __LINE__)
/* Bytes. */
#define TEXT(expected, data, len) check_text((expected), (data), (len), __FILE__, __LINE__)
#define STR(expected, str) check_text((expected), (str).data, (str).len, __FILE__, __LINE__)

void check_status(int32_t expected, int32_t status, const char *what, const char *file, int line);
void check_true(int condition, const char *what, const char *file, int line);
void check_text(const char *expected, const char *data, size_t len, const char *file, int line);

/* A structure of zeros with its size set. */
#define FRESH(object) (memset(&(object), 0, sizeof(object)), (object).struct_size = (uint32_t)sizeof(object))

/* Puts bytes into an inbox, which has room for them. */
void feed(mcpico_inbox *inbox, const char *text, int close);

/* A client of the legacy era with a session, after its handshake. */
void legacy_client(mcpico_client *client);
/* A client of the modern era, which needs no handshake. */
void modern_client(mcpico_client *client);

void test_calls(void);
void test_version(void);
void test_tokens(void);
void test_corpora(void);
void test_credentials(void);
void test_json(void);
void test_client(void);
void test_http(void);
void test_streams(void);
void test_result_stream(void);
void test_subscription(void);
void test_channel(void);
void test_result(void);
void test_run(void);
void test_misuse(void);
void test_threads(void);

#endif
