#include "fixture.h"

#define HEAD "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
static const char document[] = "{\"a\":[1,true,\"x\"],\"b\":\"text\"}";

static ptrdiff_t read_answer(void *context, char *data, size_t len)
{
  static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 36\r\n\r\n"
                               "{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":{}}";
  (void)context;
  if (len < sizeof answer - 1) {
    return -1;
  }
  memcpy(data, answer, sizeof answer - 1);
  return (ptrdiff_t)(sizeof answer - 1);
}

static ptrdiff_t write_all(void *context, const char *data, size_t len)
{
  (void)context;
  (void)data;
  return (ptrdiff_t)len;
}

int32_t fixture_mac(void *context, const char *message, size_t message_len, uint8_t *tag)
{
  (void)context;
  memset(tag, message_len > 0 ? message[0] : 0, MCPICO_MAC_LEN);
  return 0;
}

static void tokens(struct fixture *f)
{
  IS(MCPICO_OK, mcpico_key_init(&f->key, MCPICO_LIT("an example secret of 32 bytes...")));
  f->keys[0].kid = mcpico_str_of("k1");
  f->keys[0].key = &f->key;
  FRESH(f->policy);
  FRESH(f->jose);
  f->jose.kid = mcpico_str_of("k1");
  FRESH(f->claims);
  f->claims.sub = mcpico_str_of("device");
  f->claims.exp = 2000;
  IS(MCPICO_OK, mcpico_sign_payload(&f->key, &f->jose,
                                    MCPICO_LIT("{\"sub\":\"device\",\"exp\":2000,\"n\":7,\"yes\":true,\"list\":[\"a\",2],"
                                               "\"scope\":\"read write\"}"),
                                    f->token, sizeof f->token, &f->token_len));
  IS(MCPICO_OK, mcpico_verify(f->keys, 1, NULL, 1999, f->token, f->token_len, f->verified_scratch,
                              sizeof f->verified_scratch, &f->verified));
  IS(MCPICO_OK, mcpico_unverified_init(&f->unverified, f->token, f->token_len, f->unverified_scratch,
                                       sizeof f->unverified_scratch));
}

static void credentials(struct fixture *f)
{
  IS(MCPICO_OK, mcpico_bearer_write(f->token, f->token_len, f->bearer, sizeof f->bearer, &f->bearer_len));
  f->secrets[0] = mcpico_str_of("hunter2");
  f->challenge_lines[0] = mcpico_str_of("Negotiate abcd==, Bearer realm=\"a\\\"b\", scope=\"read\"");
  IS(MCPICO_OK, mcpico_challenge_bearer(f->challenge_lines, 1, &f->challenge));
  IS(MCPICO_OK, mcpico_challenge_at(f->challenge_lines[0].data, f->challenge_lines[0].len, 0, &f->challenge68));
  FRESH(f->fields);
  f->fields.realm = mcpico_str_of("mcp");
  FRESH(f->guard);
  f->guard.keys = f->keys;
  f->guard.key_count = 1;
  f->guard.policy = &f->policy;
  f->guard.scope = mcpico_str_of("read");
  f->authorization[0].data = f->bearer;
  f->authorization[0].len = f->bearer_len;
  IS(MCPICO_OK, mcpico_guard_check(&f->guard, f->authorization, 1, 1999, f->grant_scratch, sizeof f->grant_scratch,
                                   &f->grant, &f->new_denial));
  IS(MCPICO_ERROR_DENIED, mcpico_guard_check(&f->guard, f->authorization, 1, 2000, f->denial_scratch,
                                             sizeof f->denial_scratch, &f->new_grant, &f->denial));
}

static void http(struct fixture *f)
{
  size_t len = 0;
  size_t excess = 0;
  IS(MCPICO_OK, mcpico_head_reader_init(&f->reader));
  IS(MCPICO_OK, mcpico_head_read(&f->reader, MCPICO_LIT(HEAD), &f->head, &len));
  YES(len == sizeof HEAD - 1);
  IS(MCPICO_OK, mcpico_body_init(&f->body, &f->head));
  memcpy(f->chunk, "2\r\nhi\r\n0\r\n\r\n", 12);
  IS(MCPICO_OK, mcpico_body_init(&f->new_body, &f->head));
  IS(MCPICO_OK, mcpico_body_decode(&f->new_body, f->chunk, 12, &len, &excess));
  YES(len == 2 && excess == 0);
  IS(MCPICO_OK, mcpico_body_end(&f->new_body));
  memcpy(f->chunk, "2\r\nhi\r\n0\r\n\r\n", 12);
  FRESH(f->request_head);
  f->request_head.verb = MCPICO_HTTP_GET;
  f->request_head.target = mcpico_str_of("/");
  f->request_head.host = mcpico_str_of("localhost");
  f->request_head.content_length = -1;
  IS(MCPICO_OK, mcpico_response_init(&f->response));
}

static void exchanges(struct fixture *f)
{
  mcpico_inbox inbox;
  size_t len = 0;
  FRESH(f->options);
  f->options.name = mcpico_str_of("c-test");
  f->options.version = mcpico_str_of("1.0");
  IS(MCPICO_OK, mcpico_client_init(&f->fresh, &f->options));
  modern_client(&f->modern);
  legacy_client(&f->legacy);
  FRESH(f->call);
  f->call.method = MCPICO_METHOD_CALL_TOOL;
  f->call.name = mcpico_str_of("echo");
  f->call.arguments = mcpico_str_of("{\"a\":1}");
  FRESH(f->event);
  FRESH(f->request);
  IS(MCPICO_OK, mcpico_client_request(&f->modern, &f->call, f->message, sizeof f->message, &len, &f->post, &f->exchange));
  memcpy(&f->line_exchange, &f->exchange, sizeof f->exchange);
  memcpy(&f->answering, &f->exchange, sizeof f->exchange);
  IS(MCPICO_OK, mcpico_exchange_on_head(&f->answering, &f->modern, &f->head));
  IS(MCPICO_OK, mcpico_inbox_init(&f->inbox, f->storage, sizeof f->storage));
  IS(MCPICO_OK, mcpico_inbox_init(&f->body_inbox, f->body_storage, sizeof f->body_storage));
  feed(&f->body_inbox, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}", 1);
  IS(MCPICO_OK, mcpico_inbox_init(&f->line_inbox, f->line_storage, sizeof f->line_storage));
  feed(&f->line_inbox, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}\n", 0);
  IS(MCPICO_OK, mcpico_exchange_on_line_sent(&f->line_exchange));
  IS(MCPICO_OK, mcpico_lines_init(&f->lines));

  /* Waits for an answer, and one whose stream broke. */
  IS(MCPICO_OK, mcpico_client_request(&f->legacy, &f->call, f->buf, sizeof f->buf, &len, &f->new_post, &f->waiting));
  memcpy(&f->interrupted, &f->waiting, sizeof f->waiting);
  IS(MCPICO_OK, mcpico_exchange_on_status(&f->interrupted, 200));
  IS(MCPICO_OK, mcpico_exchange_on_header(&f->interrupted, &f->legacy, MCPICO_LIT("Content-Type"),
                                          MCPICO_LIT("text/event-stream")));
  IS(MCPICO_OK, mcpico_inbox_init(&inbox, f->request_storage, sizeof f->request_storage));
  feed(&inbox, "id: 7\nretry: 500\ndata: {\"jsonrpc\":\"2.0\",\"id\":\"s1\",\"method\":\"roots/list\"}\n\n", 1);
  IS(MCPICO_OK, mcpico_exchange_next(&f->interrupted, &inbox, &f->request));
  YES(f->request.kind == MCPICO_EVENT_SERVER_REQUEST);
  /* The inbox that the event borrows is not used any more. */
  IS(MCPICO_OK, mcpico_inbox_init(&inbox, f->new_storage, sizeof f->new_storage));
  IS(MCPICO_OK, mcpico_inbox_close(&inbox));
  IS(MCPICO_OK, mcpico_exchange_next(&f->interrupted, &inbox, &f->event));
  YES(f->event.kind == MCPICO_EVENT_INTERRUPTED);

  IS(MCPICO_OK, mcpico_framing_init(&f->framing, MCPICO_FRAMING_EVENT_STREAM));
  IS(MCPICO_OK, mcpico_inbox_init(&f->stream_inbox, f->stream_storage, sizeof f->stream_storage));
  feed(&f->stream_inbox, "event: e\nid: 9\nretry: 70\ndata: one\n\ndata: two\n\n", 0);
  IS(MCPICO_OK, mcpico_framing_next(&f->framing, &f->stream_inbox, &f->str));

  f->waitings[0] = &f->waiting;
  f->waitings[1] = &f->line_exchange;
  IS(MCPICO_OK, mcpico_channel_init(&f->channel));
  IS(MCPICO_OK, mcpico_inbox_init(&f->endpoint_inbox, f->endpoint_storage, sizeof f->endpoint_storage));
  feed(&f->endpoint_inbox, "event: endpoint\ndata: /messages\n\n", 0);
  IS(MCPICO_OK, mcpico_inbox_init(&f->channel_inbox, f->channel_storage, sizeof f->channel_storage));
  feed(&f->channel_inbox, "data: {\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}\n\n", 0);

  FRESH(f->listening);
  f->listening.method = MCPICO_METHOD_SUBSCRIBE;
  f->listening.subscribe = MCPICO_SUBSCRIBE_TOOLS;
  IS(MCPICO_OK, mcpico_subscription_init(&f->subscription, &f->exchange));
  FRESH(f->notification);
  f->notification.kind = MCPICO_EVENT_NOTIFICATION;
  f->notification.method = mcpico_str_of("notifications/tools/list_changed");
  FRESH(f->acknowledged);
  f->acknowledged.kind = MCPICO_UPDATE_ACKNOWLEDGED;
  f->acknowledged.json = mcpico_str_of("{\"notifications\":{\"toolsListChanged\":true}}");
  FRESH(f->update);
  f->told_progress = f->notification;
  f->told_progress.method = mcpico_str_of("notifications/progress");
  f->told_progress.json = mcpico_str_of("{\"progressToken\":1,\"progress\":2}");
  f->told_log = f->notification;
  f->told_log.method = mcpico_str_of("notifications/message");
  f->told_log.json = mcpico_str_of("{\"level\":\"info\",\"data\":1}");
  FRESH(f->refused);
  f->refused.kind = MCPICO_EVENT_ERROR;
  f->refused.code = -32020;
  FRESH(f->progress);
  FRESH(f->task);
  IS(MCPICO_OK, mcpico_json_stream_init(&f->json_stream));
  FRESH(f->part);
  IS(MCPICO_OK, mcpico_json_stream_init(&f->ended_stream));
  IS(MCPICO_OK, mcpico_json_stream_next(&f->ended_stream, "1", 1, NULL, 0, &f->size, &f->part));

  FRESH(f->io);
  f->io.read = read_answer;
  f->io.write = write_all;
  f->io.host = mcpico_str_of("localhost");
  f->io.target = mcpico_str_of("/mcp");
}

void fixture(struct fixture *f)
{
  memset(f, 0, sizeof *f);
  tokens(f);
  credentials(f);
  http(f);
  exchanges(f);
  IS(MCPICO_OK, mcpico_json_iterator_init(&f->iterator, document, sizeof document - 1));
  IS(MCPICO_OK, mcpico_json_pointer_init(&f->pointers[0], MCPICO_LIT("/a")));
  IS(MCPICO_OK, mcpico_result_stream_init(&f->result_stream));
  FRESH(f->part);
  memset(f->buf, 'x', sizeof f->buf);
  memset(f->scratch, 'x', sizeof f->scratch);
  memset(&f->new_token, 0, sizeof f->new_token);
  memset(&f->new_post, 0, sizeof f->new_post);
  memset(&f->new_denial, 0, sizeof f->new_denial);
  memset(&f->new_grant, 0, sizeof f->new_grant);
  memset(&f->new_body, 0, sizeof f->new_body);
  memset(f->new_storage, 0, sizeof f->new_storage);
  FRESH(f->event);
}
