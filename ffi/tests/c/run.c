/* A whole call over two callbacks, against answers that are written down. */
#include "check.h"

struct peer {
  const char *const *answers;
  int answer;
  size_t at;
  size_t step;
  int fail_read;
  int fail_write;
  int writes_without_read;
  char sent[8192];
  size_t sent_len;
  int observed;
};

static ptrdiff_t peer_read(void *context, char *data, size_t len)
{
  struct peer *peer = context;
  const char *answer = peer->answers[peer->answer];
  size_t left = strlen(answer) - peer->at;
  if (peer->fail_read) {
    return peer->fail_read == 1 ? -1 : (ptrdiff_t)len + 1;
  }
  len = len < peer->step ? len : peer->step;
  len = len < left ? len : left;
  memcpy(data, answer + peer->at, len);
  peer->at += len;
  return (ptrdiff_t)len;
}

static ptrdiff_t peer_write(void *context, const char *data, size_t len)
{
  struct peer *peer = context;
  if (peer->fail_write) {
    return peer->fail_write == 1 ? 0 : peer->fail_write == 2 ? -1 : (ptrdiff_t)len + 1;
  }
  if (peer->at > 0) {
    peer->answer++;
    peer->at = 0;
  }
  len = len < 100 ? len : 100;
  if (peer->sent_len + len <= sizeof peer->sent) {
    memcpy(peer->sent + peer->sent_len, data, len);
  }
  peer->sent_len += len;
  return (ptrdiff_t)len;
}

static void peer_observe(void *context, const mcpico_event *event)
{
  struct peer *peer = context;
  mcpico_update update;
  int32_t same = 0;
  FRESH(update);
  IS(MCPICO_OK, mcpico_event_update(event, &update));
  YES(update.kind == MCPICO_UPDATE_UNKNOWN && update.method.data == event->method.data);
  IS(MCPICO_OK, mcpico_bearer_equal(event->method.data, event->method.len, MCPICO_LIT("a/b"), &same));
  YES(same == 1);
  YES(event->struct_size == sizeof *event);
  YES(event->kind == MCPICO_EVENT_NOTIFICATION || event->kind == MCPICO_EVENT_SERVER_REQUEST);
  peer->observed++;
}

#define JSON_HEAD(length) "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " length "\r\n\r\n"
#define DISCOVERED JSON_HEAD("70") "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"supportedVersions\":[\"2026-07-28\"]}}"
#define RESULT2 JSON_HEAD("51") "{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":{\"content\":[\"a\"]}}"

static struct peer peer;
static mcpico_io io;
static mcpico_client client;
static mcpico_inbox inbox;
static mcpico_event event;
static char storage[2048];
static char buf[4096];
static size_t needed;
static int32_t reusable;

static int32_t run(void)
{
  mcpico_call call;
  FRESH(call);
  call.method = MCPICO_METHOD_CALL_TOOL;
  call.name = mcpico_str_of("echo");
  call.bearer = mcpico_str_of("tok");
  FRESH(event);
  reusable = 9;
  return mcpico_run(&io, &client, &call, buf, sizeof buf, &needed, &inbox, &event, &reusable);
}

static void prepare(const char *const *answers)
{
  mcpico_client_options options;
  memset(&peer, 0, sizeof peer);
  peer.answers = answers;
  peer.step = 7;
  FRESH(io);
  io.context = &peer;
  io.read = peer_read;
  io.write = peer_write;
  io.observe = peer_observe;
  io.host = mcpico_str_of("localhost");
  io.target = mcpico_str_of("/mcp");
  FRESH(options);
  options.name = options.version = mcpico_str_of("x");
  IS(MCPICO_OK, mcpico_client_init(&client, &options));
  IS(MCPICO_OK, mcpico_inbox_init(&inbox, storage, sizeof storage));
}

static void good(void)
{
  static const char *const json[] = {DISCOVERED, RESULT2, ""};
  static const char *const stream[] = {
    DISCOVERED,
    ("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n: hi\n\ndata: {\"jsonrpc\":\"2.0\",\"method\":\"a/b\"}\n\n"
     "data: {\"jsonrpc\":\"2.0\",\"id\":2,\"error\":{\"code\":-32000,\"message\":\"m\"}}\n\n"), ""};
  static const char *const old[] = {
    "HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno",
    ("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\nMcp-Session-Id: s\r\n\r\n"
     "5c\r\ndata: {\"jsonrpc\":\"2.0\",\"id\":2,\"result\":{\"protocolVersion\":\"2025-06-18\",\"capabilities\":{}}}\n\n\r\n0\r\n\r\n"),
    "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n",
    JSON_HEAD("36") "{\"jsonrpc\":\"2.0\",\"id\":3,\"result\":{}}", ""};
  mcpico_str text = {NULL, 0};
  uint32_t revision = 0;
  prepare(json);
  IS(MCPICO_OK, run());
  YES(event.kind == MCPICO_EVENT_RESULT && reusable == 1 && peer.observed == 0);
  IS(MCPICO_OK, mcpico_json_at(event.json.data, event.json.len, MCPICO_LIT("/content/0"), &text));
  STR("\"a\"", text);
  YES(memcmp(peer.sent, "POST /mcp HTTP/1.1\r\nHost: localhost\r\n", 37) == 0);
  prepare(stream);
  IS(MCPICO_OK, run());
  YES(event.kind == MCPICO_EVENT_ERROR && event.code == -32000 && reusable == 0 && peer.observed == 1);
  STR("\"m\"", event.message);
  prepare(stream);
  io.observe = NULL;
  IS(MCPICO_OK, run());
  prepare(old);
  IS(MCPICO_OK, run());
  YES(event.kind == MCPICO_EVENT_RESULT && reusable == 1 && peer.answer == 3);
  IS(MCPICO_OK, mcpico_client_revision(&client, &revision));
  YES(revision == MCPICO_REVISION_2025_06_18);
}

static void ends(void)
{
  static const char *const denied[] = {"HTTP/1.1 401 Unauthorized\r\nContent-Length: 4\r\n\r\nwhy?", ""};
  static const char *const failed[] = {
    JSON_HEAD("72") "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32603,\"message\":\"internal\"}}   ",
    "HTTP/1.1 400 Bad\r\nContent-Length: 0\r\n\r\n", ""};
  static const char *const closed[] = {"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: 70\r\n\r\n"
                                       "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"supportedVersions\":[\"2026-07-28\"]}}", RESULT2, ""};
  static const char *const silent[] = {"", ""};
  static const char *const cut[] = {DISCOVERED, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: {", ""};
  static const char *const truncated[] = {DISCOVERED, JSON_HEAD("99") "{", ""};
  uint32_t revision = 0;
  prepare(denied);
  IS(MCPICO_OK, run());
  YES(event.kind == MCPICO_EVENT_REJECTED && event.http_status == 401 && reusable == 1);
  STR("why?", event.body);
  prepare(failed);
  IS(MCPICO_OK, run());
  /* The era has been found out all the same; initialize is refused. */
  YES(event.kind == MCPICO_EVENT_REJECTED && event.http_status == 400);
  prepare(closed);
  IS(MCPICO_ERROR_RECONNECT, run());
  IS(MCPICO_OK, mcpico_client_revision(&client, &revision));
  IS(MCPICO_OK, run());
  YES(event.kind == MCPICO_EVENT_RESULT && reusable == 1);
  prepare(silent);
  IS(MCPICO_ERROR_CLOSED_UNANSWERED, run());
  prepare(cut);
  IS(MCPICO_OK, run());
  YES(event.kind == MCPICO_EVENT_INTERRUPTED);
  prepare(truncated);
  IS(MCPICO_ERROR_HTTP_TRUNCATED, run());
}

static void faults(void)
{
  static const char *const json[] = {DISCOVERED, RESULT2, ""};
  mcpico_call call;
  size_t cap;
  prepare(json);
  peer.fail_read = 1;
  IS(MCPICO_ERROR_READ, run());
  prepare(json);
  peer.fail_read = 2;
  IS(MCPICO_ERROR_READ, run());
  prepare(json);
  peer.fail_write = 1;
  IS(MCPICO_ERROR_WRITE, run());
  prepare(json);
  peer.fail_write = 2;
  IS(MCPICO_ERROR_WRITE, run());
  prepare(json);
  peer.fail_write = 3;
  IS(MCPICO_ERROR_WRITE, run());
  prepare(json);
  io.read = NULL;
  IS(MCPICO_ERROR_NULL_POINTER, run());
  prepare(json);
  io.write = NULL;
  IS(MCPICO_ERROR_NULL_POINTER, run());
  prepare(json);
  io.reserved = 1;
  IS(MCPICO_ERROR_OPTION, run());
  prepare(json);
  io.host = mcpico_str_of("a b");
  IS(MCPICO_ERROR_REQUEST_HOST, run());
  prepare(json);
  io.target = mcpico_str_of("");
  IS(MCPICO_ERROR_REQUEST_TARGET, run());
  YES(reusable == 9 && event.kind == 0);

  /* The size that is named suffices, and nothing is sent with less. */
  prepare(json);
  FRESH(call);
  FRESH(event);
  call.method = MCPICO_METHOD_CALL_TOOL;
  call.name = mcpico_str_of("echo");
  for (cap = 0;; cap = needed) {
    int32_t status = mcpico_run(&io, &client, &call, buf, cap, &needed, &inbox, &event, &reusable);
    if (status == MCPICO_OK) {
      break;
    }
    IS(MCPICO_ERROR_BUFFER_TOO_SMALL, status);
    YES(needed > cap && (cap > 0 || peer.sent_len == 0));
    if (needed <= cap) {
      break;
    }
  }
  YES(event.kind == MCPICO_EVENT_RESULT);
}

/* Texts where the answers of the handshake or the request itself would overwrite them, and an inbox without a byte. */
static void overlaps(void)
{
  static const char *const json[] = {DISCOVERED, RESULT2, ""};
  static char *const rooms[] = {buf, storage};
  mcpico_call call;
  size_t i;
  for (i = 0; i < 8; i++) {
    char *room = rooms[i % 2];
    mcpico_str text;
    prepare(json);
    memset(buf, 'x', sizeof buf);
    memset(storage, 'x', sizeof storage);
    text.data = room + 9;
    text.len = 4;
    FRESH(call);
    FRESH(event);
    call.method = MCPICO_METHOD_CALL_TOOL;
    call.name = mcpico_str_of("echo");
    *(i < 2 ? &call.name : i < 4 ? &call.bearer : i < 6 ? &io.host : &io.target) = text;
    IS(MCPICO_ERROR_OVERLAP, mcpico_run(&io, &client, &call, buf, sizeof buf, &needed, &inbox, &event, &reusable));
    YES(peer.sent_len == 0 && event.kind == 0);
  }
  prepare(json);
  IS(MCPICO_OK, mcpico_inbox_init(&inbox, NULL, 0));
  IS(MCPICO_ERROR_MESSAGE_TOO_LARGE, run());
  /* One that is too small for the head. */
  prepare(json);
  IS(MCPICO_OK, mcpico_inbox_init(&inbox, storage, 20));
  IS(MCPICO_ERROR_MESSAGE_TOO_LARGE, run());
}

void test_run(void)
{
  good();
  ends();
  faults();
  overlaps();
}
