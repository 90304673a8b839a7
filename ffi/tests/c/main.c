#include "check.h"

int check_failures = 0;
int check_count = 0;

void check_true(int condition, const char *what, const char *file, int line)
{
  check_count++;
  if (!condition) {
    check_failures++;
    printf("%s:%d: not so: %s\n", file, line, what);
  }
}

void check_status(int32_t expected, int32_t status, const char *what, const char *file, int line)
{
  check_count++;
  if (status != expected) {
    check_failures++;
    printf("%s:%d: %s instead of %s: %s\n", file, line, mcpico_status_name(status),
           mcpico_status_name(expected), what);
  }
}

void check_text(const char *expected, const char *data, size_t len, const char *file, int line)
{
  check_count++;
  if (len != strlen(expected) || (len > 0 && memcmp(expected, data, len) != 0)) {
    check_failures++;
    printf("%s:%d: \"%.*s\" instead of \"%s\"\n", file, line, (int)len, data, expected);
  }
}

void feed(mcpico_inbox *inbox, const char *text, int close)
{
  char *room = NULL;
  size_t len = 0;
  size_t count = strlen(text);
  IS(MCPICO_OK, mcpico_inbox_spare(inbox, &room, &len));
  YES(len >= count);
  if (len >= count) {
    memcpy(room, text, count);
    IS(MCPICO_OK, mcpico_inbox_commit(inbox, count));
  }
  if (close) {
    IS(MCPICO_OK, mcpico_inbox_close(inbox));
  }
}

static void client_of(mcpico_client *client, uint32_t revision)
{
  mcpico_client_options options;
  FRESH(options);
  options.name = mcpico_str_of("c-test");
  options.version = mcpico_str_of("1.0");
  options.oldest = revision;
  options.newest = revision;
  options.capabilities = MCPICO_CAPABILITY_ROOTS;
  IS(MCPICO_OK, mcpico_client_init(client, &options));
}

void modern_client(mcpico_client *client)
{
  client_of(client, MCPICO_REVISION_2026_07_28);
}

void legacy_client(mcpico_client *client)
{
  char out[1024];
  char storage[512];
  size_t len = 0;
  mcpico_post post;
  mcpico_exchange exchange;
  mcpico_inbox inbox;
  mcpico_event event;
  int32_t progressed = 0;
  FRESH(event);

  client_of(client, MCPICO_REVISION_2025_11_25);
  IS(MCPICO_OK, mcpico_inbox_init(&inbox, storage, sizeof storage));
  IS(MCPICO_OK, mcpico_client_connect(client, NULL, 0, out, sizeof out, &len, &post, &exchange));
  IS(MCPICO_OK, mcpico_exchange_on_status(&exchange, 200));
  IS(MCPICO_OK, mcpico_exchange_on_header(&exchange, client, MCPICO_LIT("content-type"), MCPICO_LIT("application/json")));
  IS(MCPICO_OK, mcpico_exchange_on_header(&exchange, client, MCPICO_LIT("Mcp-Session-Id"), MCPICO_LIT("s-1")));
  feed(&inbox, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"protocolVersion\":\"2025-11-25\",\"capabilities\":{},"
               "\"serverInfo\":{\"name\":\"s\",\"version\":\"1\"}}}", 1);
  IS(MCPICO_OK, mcpico_exchange_next(&exchange, &inbox, &event));
  YES(event.kind == MCPICO_EVENT_RESULT);
  IS(MCPICO_OK, mcpico_client_settle(client, &exchange, &progressed));
  YES(progressed == 1);

  IS(MCPICO_OK, mcpico_client_connect(client, NULL, 0, out, sizeof out, &len, &post, &exchange));
  IS(MCPICO_OK, mcpico_exchange_on_status(&exchange, 202));
  IS(MCPICO_OK, mcpico_inbox_reset(&inbox));
  IS(MCPICO_OK, mcpico_exchange_next(&exchange, &inbox, &event));
  YES(event.kind == MCPICO_EVENT_ACCEPTED);
  IS(MCPICO_OK, mcpico_client_settle(client, &exchange, NULL));
  IS(MCPICO_ERROR_NOTHING_TO_SEND,
     mcpico_client_connect(client, NULL, 0, out, sizeof out, &len, &post, &exchange));
}

int main(void)
{
  test_version();
  test_calls();
  test_tokens();
  test_corpora();
  test_credentials();
  test_json();
  test_client();
  test_http();
  test_streams();
  test_result_stream();
  test_subscription();
  test_channel();
  test_result();
  test_run();
  test_misuse();
  test_threads();
  printf("%d checks, %d failures\n", check_count, check_failures);
  return check_failures == 0 ? 0 : 1;
}
