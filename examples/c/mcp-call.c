/*
 * Calls a tool of an MCP server that wants a JWT: C99, POSIX sockets, no heap.
 *
 *   mcp-call HOST PORT SECRET_FILE
 *
 * It asks without a token first, which has to be refused, then signs one, finds out what the server speaks, lists the
 * tools page by page and calls `add`. Exit codes: 0, 2 for wrong usage, 3 when the server refuses the token or takes no
 * token for one, 4 when it cannot be reached or does not speak MCP, 5 when the tool fails.
 */
#define _POSIX_C_SOURCE 200809L

#include <netdb.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

#include "mcpico.h"

static void fail(int code, const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  fprintf(stderr, "mcp-call: ");
  vfprintf(stderr, format, arguments);
  fprintf(stderr, "\n");
  va_end(arguments);
  exit(code);
}

/* What may be an error of ours or of the peer. */
static void check(const char *what, int32_t status)
{
  if (status != MCPICO_OK) {
    fail(4, "%s: %s (%s)", what, mcpico_strerror(status), mcpico_status_name(status));
  }
}

/* Text from the server, so that it cannot move the cursor of a terminal. */
static void print_text(const char *data, size_t len)
{
  for (size_t at = 0; at < len; at++) {
    putchar(data[at] >= ' ' && data[at] <= '~' ? data[at] : '?');
  }
}

/* ---- The connection ---------------------------------------------------------------------------------------------- */

struct connection {
  const char *host;
  const char *port;
  int socket;
};

static void connection_open(struct connection *connection)
{
  struct addrinfo hints;
  struct addrinfo *found;
  memset(&hints, 0, sizeof hints);
  hints.ai_socktype = SOCK_STREAM;
  if (getaddrinfo(connection->host, connection->port, &hints, &found) != 0) {
    fail(4, "no such host: %s", connection->host);
  }
  connection->socket = -1;
  for (struct addrinfo *each = found; each != NULL && connection->socket < 0; each = each->ai_next) {
    int opened = socket(each->ai_family, each->ai_socktype, each->ai_protocol);
    if (opened >= 0 && connect(opened, each->ai_addr, each->ai_addrlen) == 0) {
      connection->socket = opened;
    } else if (opened >= 0) {
      close(opened);
    }
  }
  freeaddrinfo(found);
  if (connection->socket < 0) {
    fail(4, "cannot connect to %s:%s", connection->host, connection->port);
  }
  /* A server that says nothing is an error, not a reason to wait for ever. */
  struct timeval patience = { 10, 0 };
  setsockopt(connection->socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  setsockopt(connection->socket, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
}

static ptrdiff_t connection_read(void *context, char *data, size_t len)
{
  return recv(((struct connection *)context)->socket, data, len, 0);
}

static ptrdiff_t connection_write(void *context, const char *data, size_t len)
{
  return send(((struct connection *)context)->socket, data, len, 0);
}

/* ---- One call ---------------------------------------------------------------------------------------------------- */

static mcpico_io io;
static mcpico_client client;
static mcpico_inbox inbox;
static char storage[16384];
static char request[4096];

/* Makes a call over the connection, or over a new one where that is used up. */
static mcpico_event run(struct connection *connection, const mcpico_call *call)
{
  mcpico_event event;
  int32_t reusable = 0;
  int32_t status;
  event.struct_size = sizeof event;
  do {
    if (connection->socket < 0) {
      connection_open(connection);
    }
    status = mcpico_run(&io, &client, call, request, sizeof request, NULL, &inbox, &event, &reusable);
    if (status != MCPICO_OK || !reusable) {
      close(connection->socket);
      connection->socket = -1;
    }
  } while (status == MCPICO_ERROR_RECONNECT);
  check("the server", status);
  return event;
}

/* The same, where nothing but a result will do. */
static mcpico_str result_of(struct connection *connection, const mcpico_call *call)
{
  mcpico_event event = run(connection, call);
  if (event.kind == MCPICO_EVENT_REJECTED) {
    fail(event.http_status == 401 || event.http_status == 403 ? 3 : 4, "the server answers with %u",
         (unsigned)event.http_status);
  }
  if (event.kind != MCPICO_EVENT_RESULT) {
    fail(4, "the server gives no result");
  }
  return event.json;
}

/* ---- The token --------------------------------------------------------------------------------------------------- */

static size_t sign(const char *secret_file, char *token, size_t cap)
{
  char secret[256];
  FILE *file = fopen(secret_file, "rb");
  size_t secret_len = file == NULL ? 0 : fread(secret, 1, sizeof secret, file);
  if (file != NULL) {
    fclose(file);
  }
  mcpico_key key;
  check("the secret", mcpico_key_init(&key, secret, secret_len));
  mcpico_wipe(secret, sizeof secret);

  const mcpico_str audience = MCPICO_STR("demo");
  mcpico_claims claims;
  memset(&claims, 0, sizeof claims);
  claims.struct_size = sizeof claims;
  claims.sub = mcpico_str_of("c-example");
  claims.audiences = &audience;
  claims.audience_count = 1;
  claims.iat = (int64_t)time(NULL);
  claims.exp = claims.iat + 60;
  size_t token_len = 0;
  check("signing", mcpico_sign(&key, NULL, &claims, token, cap, &token_len));
  check("wiping", mcpico_key_wipe(&key));

  char shown[MCPICO_MASK_MAX];
  size_t shown_len = 0;
  check("masking", mcpico_mask(token, token_len, shown, sizeof shown, &shown_len));
  printf("token %.*s\n", (int)shown_len, shown);
  return token_len;
}

/* ---- The whole --------------------------------------------------------------------------------------------------- */

static void list_tools(struct connection *connection, mcpico_str bearer)
{
  char cursor[256];
  mcpico_call call;
  memset(&call, 0, sizeof call);
  call.struct_size = sizeof call;
  call.method = MCPICO_METHOD_LIST_TOOLS;
  call.bearer = bearer;
  for (;;) {
    mcpico_str page = result_of(connection, &call);
    mcpico_str tools, tool, name, next;
    check("tools", mcpico_json_member(page.data, page.len, MCPICO_LIT("tools"), &tools));
    mcpico_json_iterator iterator;
    check("tools", mcpico_json_iterator_init(&iterator, tools.data, tools.len));
    while (mcpico_json_iterator_next(&iterator, NULL, &tool) == MCPICO_OK) {
      char text[128];
      size_t len = 0;
      check("name", mcpico_json_member(tool.data, tool.len, MCPICO_LIT("name"), &name));
      check("name", mcpico_json_string(name.data, name.len, text, sizeof text, &len));
      printf("tool ");
      print_text(text, len);
      printf("\n");
    }
    if (mcpico_json_member(page.data, page.len, MCPICO_LIT("nextCursor"), &next) == MCPICO_ERROR_NOT_FOUND) {
      return;
    }
    /* The inbox is about to be used again: the cursor has to be copied. */
    size_t len = 0;
    check("nextCursor", mcpico_json_string(next.data, next.len, cursor, sizeof cursor, &len));
    call.cursor.data = cursor;
    call.cursor.len = len;
  }
}

static void call_add(struct connection *connection, mcpico_str bearer)
{
  mcpico_call call;
  memset(&call, 0, sizeof call);
  call.struct_size = sizeof call;
  call.method = MCPICO_METHOD_CALL_TOOL;
  call.name = mcpico_str_of("add");
  call.arguments = mcpico_str_of("{\"a\":44,\"b\":-2}");
  call.bearer = bearer;
  mcpico_str result = result_of(connection, &call);
  mcpico_str member;
  int32_t is_error = 0;
  if (mcpico_json_member(result.data, result.len, MCPICO_LIT("isError"), &member) == MCPICO_OK) {
    check("isError", mcpico_json_bool(member.data, member.len, &is_error));
  }
  if (is_error) {
    fail(5, "the tool has failed");
  }
  int64_t sum = 0;
  check("the sum", mcpico_json_at(result.data, result.len, MCPICO_LIT("/structuredContent/sum"), &member));
  check("the sum", mcpico_json_int64(member.data, member.len, &sum));
  printf("44 + -2 = %lld\n", (long long)sum);
}

int main(int argc, char **argv)
{
  if (argc != 4) {
    fail(2, "usage: mcp-call HOST PORT SECRET_FILE");
  }
  signal(SIGPIPE, SIG_IGN);
  check("mcpico", mcpico_check_header());
  struct connection connection = { argv[1], argv[2], -1 };
  char host[300];
  snprintf(host, sizeof host, "%s:%s", argv[1], argv[2]);
  io.struct_size = sizeof io;
  io.context = &connection;
  io.read = connection_read;
  io.write = connection_write;
  io.host = mcpico_str_of(host);
  io.target = mcpico_str_of("/mcp");
  mcpico_client_options options;
  memset(&options, 0, sizeof options);
  options.struct_size = sizeof options;
  options.name = mcpico_str_of("mcp-call");
  options.version = mcpico_str_of(MCPICO_VERSION);
  check("the client", mcpico_client_init(&client, &options));
  check("the inbox", mcpico_inbox_init(&inbox, storage, sizeof storage));

  /* A server that lets everybody in would take any token. */
  mcpico_call call;
  memset(&call, 0, sizeof call);
  call.struct_size = sizeof call;
  call.method = MCPICO_METHOD_LIST_TOOLS;
  mcpico_event event = run(&connection, &call);
  if (event.kind != MCPICO_EVENT_REJECTED || event.http_status != 401) {
    fail(3, "the server does not refuse a request without a token");
  }
  printf("without a token: %u\n", (unsigned)event.http_status);

  char token[512];
  mcpico_str bearer = { token, sign(argv[3], token, sizeof token) };
  list_tools(&connection, bearer);
  uint32_t revision = 0;
  check("the revision", mcpico_client_revision(&client, &revision));
  printf("revision %u, %s era\n", (unsigned)revision,
         revision >= MCPICO_REVISION_2026_07_28 ? "modern" : "legacy");
  call_add(&connection, bearer);
  return 0;
}
