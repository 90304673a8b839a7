/* Reads an event, and a part of a result. With the argument `event` or `part` it reads that once more after the next call
 * on its inbox, which AddressSanitizer has to tell on where the library is built with the feature `asan`. */
#include <stdio.h>
#include <string.h>

/* The header declares nothing that the sanitizer's own does. */
#include <sanitizer/asan_interface.h>

#include "mcpico.h"

static const char body[] = "data: {\"jsonrpc\":\"2.0\",\"method\":\"a/b\"}\n\ndata: {\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}\n\n";
static const char large[] = "{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":{\"name\":\"a text that does not fit";

int main(int argc, char **argv)
{
  mcpico_client_options options;
  mcpico_client client;
  mcpico_call call;
  mcpico_post post;
  mcpico_exchange exchange;
  mcpico_inbox inbox;
  mcpico_event event;
  mcpico_result_stream stream;
  mcpico_json_part part;
  mcpico_str stale;
  char out[512];
  char storage[512];
  char *room = NULL;
  size_t len = 0;
  int32_t rc = 0;
  memset(&options, 0, sizeof options);
  options.struct_size = (uint32_t)sizeof options;
  options.name = options.version = mcpico_str_of("x");
  options.oldest = MCPICO_REVISION_2026_07_28;
  memset(&call, 0, sizeof call);
  call.struct_size = (uint32_t)sizeof call;
  call.method = MCPICO_METHOD_LIST_TOOLS;
  event.struct_size = (uint32_t)sizeof event;
  rc |= mcpico_client_init(&client, &options);
  rc |= mcpico_client_request(&client, &call, out, sizeof out, &len, &post, &exchange);
  rc |= mcpico_exchange_on_status(&exchange, 200);
  rc |= mcpico_exchange_on_header(&exchange, &client, MCPICO_LIT("content-type"), MCPICO_LIT("text/event-stream"));
  rc |= mcpico_inbox_init(&inbox, storage, sizeof storage);
  rc |= mcpico_inbox_spare(&inbox, &room, &len);
  memcpy(room, body, sizeof body - 1);
  rc |= mcpico_inbox_commit(&inbox, sizeof body - 1);
  rc |= mcpico_exchange_next(&exchange, &inbox, &event);
  stale = event.method;
  printf("%.*s\n", (int)stale.len, stale.data);
  rc |= mcpico_exchange_next(&exchange, &inbox, &event);
  printf("%.*s\n", (int)event.json.len, event.json.data);
  if (argc > 1 && strcmp(argv[1], "event") == 0) {
    printf("%c\n", stale.data[0]);
  }

  part.struct_size = (uint32_t)sizeof part;
  rc |= mcpico_inbox_reset(&inbox);
  rc |= mcpico_client_request(&client, &call, out, sizeof out, &len, &post, &exchange);
  rc |= mcpico_exchange_on_status(&exchange, 200);
  rc |= mcpico_exchange_on_header(&exchange, &client, MCPICO_LIT("content-type"), MCPICO_LIT("application/json"));
  memcpy(storage, large, sizeof large - 1);
  rc |= mcpico_inbox_init(&inbox, storage, sizeof large - 1);
  rc |= mcpico_inbox_commit(&inbox, sizeof large - 1);
  rc |= mcpico_result_stream_init(&stream);
  do {
    rc |= mcpico_result_stream_next(&stream, &exchange, &inbox, NULL, 0, &event, &part);
  } while (rc == 0 && part.kind != MCPICO_PART_NAME);
  printf("%.*s\n", (int)part.text.len, part.text.data);
  stale = part.text;
  rc |= mcpico_result_stream_next(&stream, &exchange, &inbox, NULL, 0, &event, &part);
  if (argc > 1 && strcmp(argv[1], "part") == 0) {
    printf("%c\n", stale.data[0]);
  }
  rc |= mcpico_inbox_reset(&inbox);
  return rc == 0 ? 0 : 1;
}
