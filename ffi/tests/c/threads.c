/* Distinct objects on distinct threads, and one key that all of them only read. */
#include <pthread.h>

#include "check.h"

static mcpico_key key;

struct work {
  int number;
  int faults;
};

static void *work(void *argument)
{
  struct work *own = argument;
  mcpico_named_key keys[1];
  char payload[64];
  char token[256];
  char scratch[256];
  int i;
  memset(keys, 0, sizeof keys);
  keys[0].key = &key;
  for (i = 1; i <= 500; i++) {
    mcpico_token verified;
    size_t len = 0;
    int64_t number = 0;
    int count = snprintf(payload, sizeof payload, "{\"exp\":%d,\"n\":%d}", i + 1, own->number * 1000 + i);
    own->faults += mcpico_sign_payload(&key, NULL, payload, (size_t)count, token, sizeof token, &len) != MCPICO_OK;
    own->faults += mcpico_verify(keys, 1, NULL, i, token, len, scratch, sizeof scratch, &verified) != MCPICO_OK;
    own->faults += mcpico_claim_int64(&verified, MCPICO_LIT("n"), &number) != MCPICO_OK;
    own->faults += number != own->number * 1000 + i;
    own->faults += mcpico_verify(keys, 1, NULL, i + 1, token, len, scratch, sizeof scratch, &verified) != MCPICO_ERROR_TOKEN_EXPIRED;
  }
  return NULL;
}

/* A client of its own, which answers come to in pieces. */
static void *converse(void *argument)
{
  static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %u\r\n\r\n%s";
  struct work *own = argument;
  mcpico_client_options options;
  mcpico_client client;
  int i;
  FRESH(options);
  options.name = options.version = mcpico_str_of("thread");
  options.oldest = MCPICO_REVISION_2026_07_28;
  own->faults += mcpico_client_init(&client, &options) != MCPICO_OK;
  for (i = 1; i <= 200; i++) {
    mcpico_call call;
    mcpico_post post;
    mcpico_exchange exchange;
    mcpico_response response;
    mcpico_inbox inbox;
    mcpico_event event;
    char out[1024];
    char storage[256];
    char body[128];
    char text[256];
    size_t len = 0;
    size_t at = 0;
    size_t all;
    int64_t number = 0;
    mcpico_str value = {NULL, 0};
    FRESH(call);
    call.method = MCPICO_METHOD_LIST_TOOLS;
    own->faults += mcpico_client_request(&client, &call, out, sizeof out, &len, &post, &exchange) != MCPICO_OK;
    snprintf(body, sizeof body, "{\"jsonrpc\":\"2.0\",\"id\":%d,\"result\":{\"n\":%d}}", i, own->number * 1000 + i);
    all = (size_t)snprintf(text, sizeof text, answer, (unsigned)strlen(body), body);
    own->faults += mcpico_response_init(&response) != MCPICO_OK;
    own->faults += mcpico_inbox_init(&inbox, storage, sizeof storage) != MCPICO_OK;
    FRESH(event);
    do {
      char *room = NULL;
      size_t count = 0;
      own->faults += mcpico_inbox_spare(&inbox, &room, &count) != MCPICO_OK;
      count = count < 17 ? count : 17;
      count = count < all - at ? count : all - at;
      memcpy(room, text + at, count);
      at += count;
      own->faults += mcpico_response_received(&response, &client, &exchange, &inbox, count) != MCPICO_OK;
      own->faults += mcpico_exchange_next(&exchange, &inbox, &event) != MCPICO_OK;
    } while (event.kind == MCPICO_EVENT_NEED_DATA && at < all);
    own->faults += event.kind != MCPICO_EVENT_RESULT;
    own->faults += mcpico_json_member(event.json.data, event.json.len, MCPICO_LIT("n"), &value) != MCPICO_OK;
    own->faults += mcpico_json_int64(value.data, value.len, &number) != MCPICO_OK;
    own->faults += number != own->number * 1000 + i;
  }
  return NULL;
}

void test_threads(void)
{
  struct work works[4] = {{1, 0}, {2, 0}, {3, 0}, {4, 0}};
  pthread_t threads[4];
  int i;
  IS(MCPICO_OK, mcpico_key_init(&key, MCPICO_LIT("an example secret of 32 bytes...")));
  for (i = 0; i < 4; i++) {
    YES(pthread_create(&threads[i], NULL, i < 2 ? work : converse, &works[i]) == 0);
  }
  for (i = 0; i < 4; i++) {
    YES(pthread_join(threads[i], NULL) == 0);
    YES(works[i].faults == 0);
  }
  IS(MCPICO_OK, mcpico_key_wipe(&key));
}
