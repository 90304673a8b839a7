/* Framing alone, and servers that are spoken to over lines. */
#include "check.h"

static void framing(void)
{
  mcpico_framing framing;
  mcpico_inbox inbox;
  mcpico_str text;
  char storage[16];
  uint64_t wait = 0;
  IS(MCPICO_ERROR_OPTION, mcpico_framing_init(&framing, 0));
  IS(MCPICO_ERROR_OPTION, mcpico_framing_init(&framing, 4));

  IS(MCPICO_OK, mcpico_framing_init(&framing, MCPICO_FRAMING_LINES));
  IS(MCPICO_OK, mcpico_inbox_init(&inbox, storage, sizeof storage));
  feed(&inbox, "a\r\n\nbc\nd", 0);
  IS(MCPICO_OK, mcpico_framing_next(&framing, &inbox, &text));
  STR("a", text);
  IS(MCPICO_OK, mcpico_framing_next(&framing, &inbox, &text));
  STR("bc", text);
  IS(MCPICO_ERROR_INCOMPLETE, mcpico_framing_next(&framing, &inbox, &text));
  /* A line that is too long is skipped to its end. */
  feed(&inbox, "dddddddd", 0);
  IS(MCPICO_ERROR_INCOMPLETE, mcpico_framing_next(&framing, &inbox, &text));
  feed(&inbox, "ddddddd", 0);
  IS(MCPICO_ERROR_MESSAGE_TOO_LARGE, mcpico_framing_next(&framing, &inbox, &text));
  IS(MCPICO_ERROR_INCOMPLETE, mcpico_framing_next(&framing, &inbox, &text));
  feed(&inbox, "ddd\ne\n", 0);
  IS(MCPICO_OK, mcpico_framing_next(&framing, &inbox, &text));
  STR("e", text);
  IS(MCPICO_ERROR_WRONG_TYPE, mcpico_framing_event_name(&framing, &text));
  IS(MCPICO_ERROR_WRONG_TYPE, mcpico_framing_last_event_id(&framing, &text));
  IS(MCPICO_ERROR_WRONG_TYPE, mcpico_framing_retry(&framing, &wait));

  IS(MCPICO_OK, mcpico_framing_init(&framing, MCPICO_FRAMING_WHOLE_BODY));
  IS(MCPICO_OK, mcpico_inbox_reset(&inbox));
  feed(&inbox, "whole\nbody", 0);
  IS(MCPICO_ERROR_INCOMPLETE, mcpico_framing_next(&framing, &inbox, &text));
  IS(MCPICO_OK, mcpico_inbox_unread(&inbox, &text));
  STR("whole\nbody", text);
  IS(MCPICO_OK, mcpico_inbox_close(&inbox));
  IS(MCPICO_OK, mcpico_framing_next(&framing, &inbox, &text));
  STR("whole\nbody", text);
  IS(MCPICO_ERROR_NOT_FOUND, mcpico_framing_next(&framing, &inbox, &text));

  IS(MCPICO_OK, mcpico_framing_init(&framing, MCPICO_FRAMING_EVENT_STREAM));
  IS(MCPICO_OK, mcpico_inbox_reset(&inbox));
  feed(&inbox, "event:e\nid:7\n", 0);
  IS(MCPICO_ERROR_INCOMPLETE, mcpico_framing_next(&framing, &inbox, &text));
  IS(MCPICO_ERROR_NOT_FOUND, mcpico_framing_retry(&framing, &wait));
  feed(&inbox, "data:x\n\n", 0);
  IS(MCPICO_OK, mcpico_framing_next(&framing, &inbox, &text));
  STR("x", text);
  IS(MCPICO_OK, mcpico_framing_event_name(&framing, &text));
  STR("e", text);
  IS(MCPICO_OK, mcpico_framing_last_event_id(&framing, &text));
  STR("7", text);
  {
    /* An event stream cannot go on behind what does not fit. */
    IS(MCPICO_OK, mcpico_framing_init(&framing, MCPICO_FRAMING_EVENT_STREAM));
    IS(MCPICO_OK, mcpico_inbox_reset(&inbox));
    feed(&inbox, "data:0123456789a", 0);
    IS(MCPICO_ERROR_MESSAGE_TOO_LARGE, mcpico_framing_next(&framing, &inbox, &text));
    IS(MCPICO_ERROR_MESSAGE_TOO_LARGE, mcpico_framing_next(&framing, &inbox, &text));
  }
  {
    static char big[512];
    mcpico_inbox large;
    IS(MCPICO_OK, mcpico_framing_init(&framing, MCPICO_FRAMING_EVENT_STREAM));
    IS(MCPICO_OK, mcpico_inbox_init(&large, big, sizeof big));
    feed(&large, "event: a name of more than 16 bytes\nid: 0123456789012345678901234567890123456789012345678901234567890123"
                 "456789012345678901234567890123456789012345678901234567890123456789\ndata: x\n\n", 0);
    IS(MCPICO_OK, mcpico_framing_next(&framing, &large, &text));
    IS(MCPICO_ERROR_NOT_FOUND, mcpico_framing_event_name(&framing, &text));
    IS(MCPICO_ERROR_NOT_FOUND, mcpico_framing_last_event_id(&framing, &text));
  }
}

static void lines(void)
{
  mcpico_client client;
  mcpico_post post;
  mcpico_exchange exchange;
  mcpico_lines lines;
  mcpico_inbox inbox;
  mcpico_event event;
  mcpico_call call;
  mcpico_str line;
  char out[1024];
  char storage[128];
  size_t len = 0;
  int32_t answered = 9;
  int32_t progressed = 9;
  mcpico_client_options options;
  modern_client(&client);
  FRESH(call);
  FRESH(event);
  call.method = MCPICO_METHOD_LIST_TOOLS;
  IS(MCPICO_OK, mcpico_client_request(&client, &call, out, sizeof out, &len, &post, &exchange));
  IS(MCPICO_OK, mcpico_exchange_on_line_sent(&exchange));
  IS(MCPICO_OK, mcpico_lines_init(&lines));
  IS(MCPICO_OK, mcpico_inbox_init(&inbox, storage, sizeof storage));
#define NEXT(expected) \
  IS(expected, mcpico_lines_next(&lines, &client, &exchange, &inbox, &event, &answered, &line))
  NEXT(MCPICO_OK);
  YES(event.kind == MCPICO_EVENT_NEED_DATA && answered == 0 && line.data == NULL);
  feed(&inbox, "rubbish\n{\"jsonrpc\":\"2.0\",\"method\":\"a/b\"}\n{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}\n", 0);
  NEXT(MCPICO_ERROR_PEER_MESSAGE);
  STR("rubbish", line);
  YES(answered == 0);
  NEXT(MCPICO_OK);
  YES(event.kind == MCPICO_EVENT_NOTIFICATION && answered == 0);
  STR("a/b", event.method);
  STR("{\"jsonrpc\":\"2.0\",\"method\":\"a/b\"}", line);
  NEXT(MCPICO_OK);
  YES(event.kind == MCPICO_EVENT_RESULT && answered == 1);
  STR("{}", event.json);
  /* The same response once more answers nothing. */
  feed(&inbox, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}\n", 0);
  NEXT(MCPICO_OK);
  YES(event.kind == MCPICO_EVENT_UNSOLICITED && event.id_kind == MCPICO_ID_NUMBER && event.id_number == 1);
  IS(MCPICO_OK, mcpico_client_request(&client, &call, out, sizeof out, &len, &post, &exchange));
  IS(MCPICO_OK, mcpico_exchange_on_line_sent(&exchange));
  feed(&inbox, "{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":7}\n", 0);
  NEXT(MCPICO_ERROR_PEER_RESULT);
  YES(answered == 1);
  feed(&inbox, "{\"jsonrpc\":\"2.0\",\"id\":3,\"result\":{\"text\":\"", 0);
  NEXT(MCPICO_OK);
  {
    char *room = NULL;
    IS(MCPICO_OK, mcpico_inbox_spare(&inbox, &room, &len));
    memset(room, 'x', len);
    IS(MCPICO_OK, mcpico_inbox_commit(&inbox, len));
  }
  NEXT(MCPICO_ERROR_MESSAGE_TOO_LARGE);
  YES(line.len == sizeof storage && answered == 0);
  NEXT(MCPICO_OK);
  YES(event.kind == MCPICO_EVENT_NEED_DATA);
  IS(MCPICO_OK, mcpico_inbox_close(&inbox));
  NEXT(MCPICO_OK);
  YES(event.kind == MCPICO_EVENT_CLOSED);
  IS(MCPICO_OK, mcpico_lines_next(&lines, &client, NULL, &inbox, &event, &answered, &line));

  /* A server that does not answer server/discover is of the legacy era. */
  FRESH(options);
  options.name = options.version = mcpico_str_of("x");
  IS(MCPICO_OK, mcpico_client_init(&client, &options));
  IS(MCPICO_OK, mcpico_client_connect(&client, NULL, 0, out, sizeof out, &len, &post, &exchange));
  IS(MCPICO_OK, mcpico_exchange_on_line_sent(&exchange));
  IS(MCPICO_OK, mcpico_exchange_on_line_unanswered(&exchange));
  IS(MCPICO_OK, mcpico_client_settle(&client, &exchange, &progressed));
  YES(progressed == 1);
  IS(MCPICO_OK, mcpico_client_connect(&client, NULL, 0, out, sizeof out, &len, &post, &exchange));
  IS(MCPICO_OK, mcpico_post_body(&post, &line));
  IS(MCPICO_OK, mcpico_json_member(line.data, line.len, MCPICO_LIT("method"), &line));
  STR("\"initialize\"", line);
}

/* Several requests at a time, answered in any order. */
static void lines_of_several(void)
{
  mcpico_client client;
  mcpico_call call;
  mcpico_post post;
  mcpico_exchange exchanges[3];
  mcpico_exchange *waiting[3];
  mcpico_lines lines;
  mcpico_inbox inbox;
  mcpico_event event;
  mcpico_str line;
  ptrdiff_t answered = 9;
  char out[1024];
  char storage[256];
  size_t len = 0;
  size_t i;
  int32_t over = 9;
  modern_client(&client);
  FRESH(call);
  FRESH(event);
  call.method = MCPICO_METHOD_LIST_TOOLS;
  IS(MCPICO_OK, mcpico_lines_init(&lines));
  IS(MCPICO_OK, mcpico_inbox_init(&inbox, storage, sizeof storage));
  for (i = 0; i < 3; i++) {
    IS(MCPICO_OK, mcpico_client_request(&client, &call, out, sizeof out, &len, &post, &exchanges[i]));
    IS(MCPICO_OK, mcpico_exchange_on_line_sent(&exchanges[i]));
    waiting[2 - i] = &exchanges[i];
  }
#define NEXT_OF(expected) \
  IS(expected, mcpico_lines_next_of(&lines, &client, waiting, 3, &inbox, &event, &answered, &line))
  NEXT_OF(MCPICO_OK);
  YES(event.kind == MCPICO_EVENT_NEED_DATA && answered == -1);
  feed(&inbox, "{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":{\"two\":2}}\n{\"jsonrpc\":\"2.0\",\"method\":\"a/b\"}\n"
               "{\"jsonrpc\":\"2.0\",\"error\":{\"code\":-32700,\"message\":\"m\"}}\n"
               "{\"jsonrpc\":\"2.0\",\"id\":3,\"result\":7}\n", 0);
  NEXT_OF(MCPICO_OK);
  YES(event.kind == MCPICO_EVENT_RESULT && answered == 1);
  STR("{\"two\":2}", event.json);
  NEXT_OF(MCPICO_OK);
  YES(event.kind == MCPICO_EVENT_NOTIFICATION && answered == -1);
  /* Two are waiting: nobody knows whose it is. */
  NEXT_OF(MCPICO_OK);
  YES(event.kind == MCPICO_EVENT_UNSOLICITED && answered == -1);
  NEXT_OF(MCPICO_ERROR_PEER_RESULT);
  YES(answered == 0);
  feed(&inbox, "{\"jsonrpc\":\"2.0\",\"error\":{\"code\":-32700,\"message\":\"m\"}}\n", 0);
  NEXT_OF(MCPICO_OK);
  YES(event.kind == MCPICO_EVENT_ERROR && answered == 2);
  IS(MCPICO_OK, mcpico_exchange_is_answered(&exchanges[0], &over));
  YES(over == 1);
  /* One that stands there twice is one. */
  IS(MCPICO_OK, mcpico_client_request(&client, &call, out, sizeof out, &len, &post, &exchanges[0]));
  IS(MCPICO_OK, mcpico_exchange_on_line_sent(&exchanges[0]));
  waiting[0] = waiting[1] = waiting[2] = &exchanges[0];
  feed(&inbox, "{\"jsonrpc\":\"2.0\",\"id\":4,\"result\":{}}\n{\"jsonrpc\":\"2.0\",\"id\":4,\"result\":{}}\n", 0);
  NEXT_OF(MCPICO_OK);
  YES(event.kind == MCPICO_EVENT_RESULT && answered == 0);
  NEXT_OF(MCPICO_OK);
  YES(event.kind == MCPICO_EVENT_UNSOLICITED && answered == -1);
  memset(&exchanges[1], 0, sizeof exchanges[1]);
  waiting[2] = &exchanges[1];
  answered = 9;
  NEXT_OF(MCPICO_ERROR_UNINITIALIZED);
  waiting[2] = NULL;
  NEXT_OF(MCPICO_ERROR_NULL_POINTER);
  YES(answered == 9);
  IS(MCPICO_OK, mcpico_lines_next_of(&lines, &client, NULL, 0, &inbox, &event, &answered, &line));
  YES(event.kind == MCPICO_EVENT_NEED_DATA && answered == -1);
}

void test_streams(void)
{
  framing();
  lines();
  lines_of_several();
}
