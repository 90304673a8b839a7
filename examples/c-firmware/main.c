/*
 * A firmware in C that signs and verifies a token and calls a tool of an MCP server, all with libmcpico.a.
 *
 * The server's bytes are canned here; on a board the two callbacks of mcpico_io read and write the network, and the time
 * comes from a clock. The program ends with 1 at the first mismatch.
 */
#include "board.h"
#include "mcpico.h"

/* RFC 7515 appendix A.1. */
static const unsigned char secret[64] = {
  0x03, 0x23, 0x35, 0x4b, 0x2b, 0x0f, 0xa5, 0xbc, 0x83, 0x7e, 0x06, 0x65, 0x77, 0x7b, 0xa6, 0x8f,
  0x5a, 0xb3, 0x28, 0xe6, 0xf0, 0x54, 0xc9, 0x28, 0xa9, 0x0f, 0x84, 0xb2, 0xd2, 0x50, 0x2e, 0xbf,
  0xd3, 0xfb, 0x5a, 0x92, 0xd2, 0x06, 0x47, 0xef, 0x96, 0x8a, 0xb4, 0xc3, 0x77, 0x62, 0x3d, 0x22,
  0x3d, 0x2e, 0x21, 0x72, 0x05, 0x2e, 0x4f, 0x08, 0xc0, 0xcd, 0x9a, 0xf5, 0x67, 0xd0, 0x80, 0xa3,
};
#define HEADER "{\"typ\":\"JWT\",\r\n \"alg\":\"HS256\"}"
#define PAYLOAD "{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n \"http://example.com/is_root\":true}"
#ifdef SPOILT
#define LAST "l"
#else
#define LAST "k"
#endif
#define TOKEN \
  "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9" \
  ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ" \
  ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjX" LAST

/* What a server of 2026-07-28 answers to server/discover, as one piece, and to tools/call, as an event stream. */
#define DISCOVERED \
  "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"resultType\":\"complete\",\"supportedVersions\":[\"2026-07-28\"]," \
  "\"capabilities\":{\"tools\":{}},\"_meta\":{\"io.modelcontextprotocol/serverInfo\":{\"name\":\"s\"," \
  "\"version\":\"1\"}},\"ttlMs\":0,\"cacheScope\":\"private\"}}"
#define CALLED \
  "{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":{\"resultType\":\"complete\",\"content\":[]," \
  "\"structuredContent\":{\"celsius\":-4},\"isError\":false}}"
#define CHUNK "e5"
#define CHUNK_SIZE 0xe5
static const char *const answers[] = {
  "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
  CHUNK "\r\n" DISCOVERED "\r\n0\r\n\r\n",
  "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
  "event: message\ndata: " CALLED "\n\n",
};
_Static_assert(sizeof DISCOVERED - 1 == CHUNK_SIZE, "the length of the chunk");

static void expect(const char *what, int good)
{
  board_print(good ? "ok      " : "FAILED  ");
  board_print(what);
  board_print("\n");
  if (!good) {
    board_exit(1);
  }
}

static int equal(const char *a, size_t a_len, const char *b, size_t b_len)
{
  size_t at = 0;
  while (at < a_len && at < b_len && a[at] == b[at]) {
    at++;
  }
  return a_len == b_len && at == a_len;
}

static int contains(const char *text, size_t len, const char *part, size_t part_len)
{
  for (size_t at = 0; at + part_len <= len; at++) {
    if (equal(text + at, part_len, part, part_len)) {
      return 1;
    }
  }
  return 0;
}

static mcpico_key key;
static char out[2560];
static char storage[4096];

static void sign_and_verify(void)
{
  size_t len = 0;
  expect("a key is made", mcpico_key_init(&key, (const char *)secret, sizeof secret) == MCPICO_OK);
  expect("RFC 7515 A.1 is signed",
         mcpico_dangerous_sign(&key, MCPICO_LIT(HEADER), MCPICO_LIT(PAYLOAD), out, sizeof out, &len) == MCPICO_OK &&
             equal(out, len, MCPICO_LIT(TOKEN)));

  const mcpico_named_key keys[] = { { { NULL, 0 }, &key } };
  static char scratch[MCPICO_SCRATCH_SIZE(256)];
  mcpico_token token;
  int32_t root = 0;
  expect("it is verified",
         mcpico_verify(keys, 1, NULL, 1300819379, out, len, scratch, sizeof scratch, &token) == MCPICO_OK &&
             mcpico_claim_bool(&token, MCPICO_LIT("http://example.com/is_root"), &root) == MCPICO_OK && root == 1);
  expect("a second later it has expired",
         mcpico_verify(keys, 1, NULL, 1300819380, out, len, scratch, sizeof scratch, &token) ==
             MCPICO_ERROR_TOKEN_EXPIRED);
  out[len - 2] ^= 1;
  expect("with a bit flipped it is refused",
         mcpico_verify(keys, 1, NULL, 1300819379, out, len, scratch, sizeof scratch, &token) ==
             MCPICO_ERROR_TOKEN_SIGNATURE);
}

/* The network: each request is answered by the next of `answers`, 48 bytes at a time, and looked at. */
struct network {
  const char *answer;
  size_t requests;
  int authorized;
  int called;
};

static ptrdiff_t network_read(void *context, char *data, size_t len)
{
  struct network *network = context;
  size_t count = 0;
  while (count < len && count < 48 && *network->answer != '\0') {
    data[count++] = *network->answer++;
  }
  return (ptrdiff_t)count;
}

static ptrdiff_t network_write(void *context, const char *data, size_t len)
{
  struct network *network = context;
  if (network->requests == sizeof answers / sizeof answers[0]) {
    return -1;
  }
  network->answer = answers[network->requests++];
  network->authorized += contains(data, len, MCPICO_LIT("\r\nAuthorization: Bearer eyJhbGciOiJIUzI1NiIs"));
  network->called += contains(data, len, MCPICO_LIT("\"method\":\"tools/call\""));
  return (ptrdiff_t)len;
}

static void exchange(void)
{
  static char token[256];
  size_t token_len = 0;
  mcpico_claims claims = { .struct_size = sizeof claims };
  claims.sub = mcpico_str_of("device-7");
  claims.exp = 1800000600;
  expect("a token is signed", mcpico_sign(&key, NULL, &claims, token, sizeof token, &token_len) == MCPICO_OK);

  struct network network = { "", 0, 0, 0 };
  mcpico_io io = { .struct_size = sizeof io };
  io.context = &network;
  io.read = network_read;
  io.write = network_write;
  io.host = mcpico_str_of("gateway.example");
  io.target = mcpico_str_of("/mcp");
  mcpico_client_options options = { .struct_size = sizeof options };
  options.name = mcpico_str_of("thermometer");
  options.version = mcpico_str_of("1");
  static mcpico_client client;
  static mcpico_inbox inbox;
  expect("a client is made", mcpico_client_init(&client, &options) == MCPICO_OK);
  expect("an inbox is made", mcpico_inbox_init(&inbox, storage, sizeof storage) == MCPICO_OK);

  mcpico_call call = { .struct_size = sizeof call, .method = MCPICO_METHOD_CALL_TOOL };
  call.name = mcpico_str_of("weather");
  call.arguments = mcpico_str_of("{\"place\":\"Bern\"}");
  call.bearer.data = token;
  call.bearer.len = token_len;
  mcpico_event event = { .struct_size = sizeof event };
  int32_t reusable = 0;
  int32_t status = mcpico_run(&io, &client, &call, out, sizeof out, NULL, &inbox, &event, &reusable);
  if (status != MCPICO_OK) {
    board_print(mcpico_strerror(status));
    board_print("\n");
  }
  expect("the call ends with a result", status == MCPICO_OK && event.kind == MCPICO_EVENT_RESULT);
  expect("both requests had the token", network.authorized == 2 && network.called == 1);
  mcpico_str value;
  int64_t celsius = 0;
  expect("the result is read",
         mcpico_json_at(event.json.data, event.json.len, MCPICO_LIT("/structuredContent/celsius"), &value) == MCPICO_OK &&
             mcpico_json_int64(value.data, value.len, &celsius) == MCPICO_OK && celsius == -4);
  expect("the key is wiped", mcpico_key_wipe(&key) == MCPICO_OK);
}

int main(void)
{
  expect("header and library fit", mcpico_check_header() == MCPICO_OK);
  sign_and_verify();
  exchange();
  board_print("flash ");
  board_print_number(board_flash_size());
  board_print(" bytes, static RAM ");
  board_print_number(board_static_size());
  board_print(" bytes, stack ");
  board_print_number(board_stack_size());
  board_print(" bytes\n");
  return 0;
}
