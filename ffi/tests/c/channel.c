/* HTTP+SSE of 2024-11-05: https://modelcontextprotocol.io/specification/2024-11-05/basic/transports#http-with-sse */
#include "check.h"

static char out[1024];
static char posted[1024];
static char storage[512];

#define STREAM "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
#define ENDPOINT "event: endpoint\ndata: /messages?sessionId=7\n\n"
#define MESSAGE(text) "event: message\ndata: " text "\n\n"
#define INITIALIZED \
  "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"protocolVersion\":\"2024-11-05\",\"capabilities\":{}," \
  "\"serverInfo\":{\"name\":\"s\",\"version\":\"1\"}}}"

/* Puts bytes of the answer where they belong. */
static int32_t receive(mcpico_response *response, mcpico_client *client, mcpico_exchange *exchange, mcpico_inbox *inbox,
                       const char *text)
{
  char *room = NULL;
  size_t len = 0;
  IS(MCPICO_OK, mcpico_inbox_spare(inbox, &room, &len));
  YES(len >= strlen(text));
  memcpy(room, text, strlen(text));
  return mcpico_response_received(response, client, exchange, inbox, strlen(text));
}

/* Posts a message to the endpoint: 202 is the consent. */
static void submit(const mcpico_post *message, mcpico_exchange *of, mcpico_client *client, const char *target)
{
  mcpico_post post;
  mcpico_exchange exchange;
  mcpico_event event;
  mcpico_inbox inbox;
  mcpico_response response;
  mcpico_str body;
  mcpico_str name;
  mcpico_str value;
  char answer[128];
  char request[2048];
  size_t len = 0;
  size_t i;
  int bearer = 0;
  uint32_t verb = 0;
  IS(MCPICO_OK, mcpico_channel_submit(message, MCPICO_LIT("tok"), posted, sizeof posted, &len, &post, &exchange));
  IS(MCPICO_OK, mcpico_post_verb(&post, &verb));
  YES(verb == MCPICO_HTTP_POST);
  for (i = 0; mcpico_post_header(&post, i, &name, &value) == MCPICO_OK; i++) {
    bearer |= name.len == 13 && memcmp(name.data, "Authorization", 13) == 0;
  }
  YES(i == 2 && bearer);
  IS(MCPICO_OK, mcpico_post_body(message, &value));
  IS(MCPICO_OK, mcpico_post_body(&post, &body));
  YES(body.len == value.len && memcmp(body.data, value.data, body.len) == 0 && body.data + body.len == posted + len);
  IS(MCPICO_OK, mcpico_post_request(&post, MCPICO_LIT("h"), target, strlen(target), request, sizeof request, &len));
  YES(memcmp(request, "POST /messages?sessionId=7 HTTP/1.1\r\n", 37) == 0);
  IS(MCPICO_OK, mcpico_inbox_init(&inbox, answer, sizeof answer));
  IS(MCPICO_OK, mcpico_response_init(&response));
  IS(MCPICO_OK, receive(&response, client, &exchange, &inbox, "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n"));
  FRESH(event);
  IS(MCPICO_OK, mcpico_exchange_next(&exchange, &inbox, &event));
  YES(event.kind == MCPICO_EVENT_ACCEPTED);
  IS(MCPICO_OK, mcpico_exchange_on_line_sent(of));
}

static void conversation(void)
{
  mcpico_client client;
  mcpico_client_options options;
  mcpico_call call;
  mcpico_post post;
  mcpico_exchange opened;
  mcpico_exchange first;
  mcpico_exchange second;
  mcpico_exchange *waiting[2];
  mcpico_channel channel;
  mcpico_response response;
  mcpico_inbox inbox;
  mcpico_event event;
  mcpico_str text;
  mcpico_str target;
  char url[64];
  char path[32];
  size_t len = 0;
  int32_t flag = 9;
  uint32_t verb = 0;
  ptrdiff_t answered = 9;
  FRESH(options);
  options.name = options.version = mcpico_str_of("c-test");
  options.oldest = options.newest = MCPICO_REVISION_2024_11_05;
  IS(MCPICO_OK, mcpico_client_init(&client, &options));

  IS(MCPICO_ERROR_BEARER, mcpico_channel_open(MCPICO_LIT("a b"), out, sizeof out, &len, &post, &opened));
  IS(MCPICO_OK, mcpico_channel_open(MCPICO_LIT("tok"), out, sizeof out, &len, &post, &opened));
  IS(MCPICO_OK, mcpico_post_verb(&post, &verb));
  YES(verb == MCPICO_HTTP_GET);
  IS(MCPICO_OK, mcpico_post_header(&post, 0, &text, &target));
  STR("Accept", text);
  STR("text/event-stream", target);
  IS(MCPICO_OK, mcpico_channel_init(&channel));
  IS(MCPICO_OK, mcpico_response_init(&response));
  IS(MCPICO_OK, mcpico_inbox_init(&inbox, storage, sizeof storage));
  IS(MCPICO_OK, receive(&response, &client, &opened, &inbox, STREAM "event: endpoint\nda"));
  IS(MCPICO_OK, mcpico_exchange_is_stream(&opened, &flag));
  YES(flag == 1);
  IS(MCPICO_ERROR_INCOMPLETE, mcpico_channel_endpoint(&channel, &inbox, &text));
  IS(MCPICO_OK, receive(&response, &client, &opened, &inbox, "ta: /messages?sessionId=7\n\n"));
  IS(MCPICO_OK, mcpico_channel_endpoint(&channel, &inbox, &text));
  STR("/messages?sessionId=7", text);
  IS(MCPICO_OK, mcpico_message_endpoint(MCPICO_LIT("http://h/sse"), text.data, text.len, url, sizeof url, &len, &target));
  TEXT("http://h/messages?sessionId=7", url, len);
  STR("/messages?sessionId=7", target);
  memcpy(path, target.data, target.len);
  path[target.len] = '\0';

#define ARRIVES(status) \
  IS(status, mcpico_channel_next(&channel, &client, waiting, 2, &inbox, &event, &answered, &text))
  FRESH(event);
  IS(MCPICO_OK, mcpico_client_connect(&client, NULL, 0, out, sizeof out, &len, &post, &first));
  submit(&post, &first, &client, path);
  waiting[0] = &opened;
  waiting[1] = &first;
  ARRIVES(MCPICO_OK);
  YES(event.kind == MCPICO_EVENT_NEED_DATA && answered == -1 && text.data == NULL);
  IS(MCPICO_OK, receive(&response, &client, &opened, &inbox, MESSAGE(INITIALIZED)));
  ARRIVES(MCPICO_OK);
  YES(event.kind == MCPICO_EVENT_RESULT && answered == 1);
  STR(INITIALIZED, text);
  IS(MCPICO_OK, mcpico_client_settle(&client, &first, NULL));
  IS(MCPICO_OK, mcpico_client_connect(&client, NULL, 0, out, sizeof out, &len, &post, &first));
  submit(&post, &first, &client, path);
  IS(MCPICO_OK, mcpico_client_settle(&client, &first, NULL));

  /* Two requests, answered the other way round, and what else a stream has. */
  FRESH(call);
  call.method = MCPICO_METHOD_LIST_TOOLS;
  IS(MCPICO_OK, mcpico_client_request(&client, &call, out, sizeof out, &len, &post, &first));
  submit(&post, &first, &client, path);
  IS(MCPICO_OK, mcpico_client_request(&client, &call, out, sizeof out, &len, &post, &second));
  submit(&post, &second, &client, path);
  waiting[0] = &first;
  waiting[1] = &second;
  IS(MCPICO_OK, receive(&response, &client, &opened, &inbox,
                        ENDPOINT MESSAGE("{\"jsonrpc\":\"2.0\",\"id\":3,\"result\":{}}") MESSAGE("no")
                        MESSAGE("{\"jsonrpc\":\"2.0\",\"id\":\"s\",\"method\":\"ping\"}")
                        MESSAGE("{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":7}")));
  ARRIVES(MCPICO_ERROR_ENDPOINT_REPEATED);
  STR("/messages?sessionId=7", text);
  YES(answered == -1);
  ARRIVES(MCPICO_OK);
  YES(event.kind == MCPICO_EVENT_RESULT && answered == 1);
  ARRIVES(MCPICO_ERROR_PEER_MESSAGE);
  STR("no", text);
  YES(answered == -1);
  ARRIVES(MCPICO_OK);
  YES(event.kind == MCPICO_EVENT_SERVER_REQUEST && answered == -1);
  ARRIVES(MCPICO_ERROR_PEER_RESULT);
  YES(answered == 0);
  waiting[1] = NULL;
  ARRIVES(MCPICO_ERROR_NULL_POINTER);
  IS(MCPICO_OK, mcpico_inbox_close(&inbox));
  IS(MCPICO_OK, mcpico_channel_next(&channel, &client, NULL, 0, &inbox, &event, &answered, &text));
  YES(event.kind == MCPICO_EVENT_CLOSED && answered == -1);
}

static void streams_that_are_none(void)
{
  static const struct { const char *text; int32_t status; } cases[] = {
    {"data: {}\n\n", MCPICO_ERROR_ENDPOINT_MISSING},
    {"", MCPICO_ERROR_ENDPOINT_MISSING},
    {"event: endpoint\ndata: \xff\n\n", MCPICO_ERROR_ENDPOINT},
  };
  mcpico_channel channel;
  mcpico_inbox inbox;
  mcpico_str text;
  mcpico_client client;
  mcpico_event event;
  ptrdiff_t answered = 9;
  char *room = NULL;
  size_t len = 0;
  size_t i;
  for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    IS(MCPICO_OK, mcpico_channel_init(&channel));
    IS(MCPICO_OK, mcpico_inbox_init(&inbox, storage, sizeof storage));
    feed(&inbox, cases[i].text, 1);
    IS(cases[i].status, mcpico_channel_endpoint(&channel, &inbox, &text));
  }
  /* An event that does not fit is the last one. */
  legacy_client(&client);
  FRESH(event);
  IS(MCPICO_OK, mcpico_channel_init(&channel));
  IS(MCPICO_OK, mcpico_inbox_init(&inbox, storage, 64));
  feed(&inbox, "data: ", 0);
  IS(MCPICO_OK, mcpico_channel_next(&channel, &client, NULL, 0, &inbox, &event, &answered, &text));
  IS(MCPICO_OK, mcpico_inbox_spare(&inbox, &room, &len));
  memset(room, 'x', len);
  IS(MCPICO_OK, mcpico_inbox_commit(&inbox, len));
  IS(MCPICO_ERROR_MESSAGE_TOO_LARGE, mcpico_channel_next(&channel, &client, NULL, 0, &inbox, &event, &answered, &text));
  IS(MCPICO_OK, mcpico_channel_next(&channel, &client, NULL, 0, &inbox, &event, &answered, &text));
  YES(event.kind == MCPICO_EVENT_CLOSED);
  IS(MCPICO_OK, mcpico_channel_init(&channel));
  IS(MCPICO_OK, mcpico_inbox_init(&inbox, storage, 16));
  feed(&inbox, "event: endpoint\n", 0);
  IS(MCPICO_ERROR_INCOMPLETE, mcpico_channel_endpoint(&channel, &inbox, &text));
  feed(&inbox, "data: 0123456789", 0);
  IS(MCPICO_ERROR_MESSAGE_TOO_LARGE, mcpico_channel_endpoint(&channel, &inbox, &text));
}

/* Of RFC 3986 section 5.4, and what leads elsewhere. */
static void endpoints(void)
{
  static const struct { const char *reference; const char *url; const char *target; } cases[] = {
    {"g", "http://a/b/c/g", "/b/c/g"}, {"../../g?y", "http://a/g?y", "/g?y"}, {"?y", "http://a/b/c/d;p?y", "/b/c/d;p?y"},
    {"http://a:80/g", "http://a/g", "/g"}, {"//A/g", "http://a/g", "/g"}, {"..", "http://a/b/", "/b/"},
  };
  static const struct { const char *reference; int32_t status; } refused[] = {
    {"http://b/g", MCPICO_ERROR_ENDPOINT_ORIGIN}, {"https://a/g", MCPICO_ERROR_ENDPOINT_ORIGIN},
    {"//b/g", MCPICO_ERROR_ENDPOINT_ORIGIN}, {"http://a@b/g", MCPICO_ERROR_ENDPOINT}, {"", MCPICO_ERROR_ENDPOINT},
    {"/a b", MCPICO_ERROR_ENDPOINT}, {"/a\r\nX: y", MCPICO_ERROR_ENDPOINT},
  };
  char url[64];
  mcpico_str target = {NULL, 0};
  mcpico_post post;
  mcpico_exchange exchange;
  size_t len = 0;
  size_t i;
#define BASE MCPICO_LIT("http://a/b/c/d;p?q")
  for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    const char *reference = cases[i].reference;
    IS(MCPICO_OK, mcpico_message_endpoint(BASE, reference, strlen(reference), url, sizeof url, &len, &target));
    TEXT(cases[i].url, url, len);
    STR(cases[i].target, target);
    YES(target.data + target.len == url + len);
    /* The size is said, is enough, and one byte less is not. */
    IS(MCPICO_ERROR_BUFFER_TOO_SMALL, mcpico_message_endpoint(BASE, reference, strlen(reference), NULL, 0, &len, NULL));
    YES(len <= sizeof url);
    IS(MCPICO_ERROR_BUFFER_TOO_SMALL, mcpico_message_endpoint(BASE, reference, strlen(reference), url, len - 1, &len, NULL));
    IS(MCPICO_OK, mcpico_message_endpoint(BASE, reference, strlen(reference), url, len, &len, NULL));
  }
  for (i = 0; i < sizeof refused / sizeof refused[0]; i++) {
    const char *reference = refused[i].reference;
    memset(url, 'x', sizeof url);
    IS(refused[i].status, mcpico_message_endpoint(BASE, reference, strlen(reference), url, sizeof url, &len, &target));
    YES(url[0] == 'x' && memcmp(url, url + 1, sizeof url - 1) == 0);
  }
  IS(MCPICO_ERROR_ENDPOINT_ORIGIN, mcpico_message_endpoint(MCPICO_LIT("a"), MCPICO_LIT("b"), url, sizeof url, &len, NULL));
  IS(MCPICO_ERROR_NOT_UTF8, mcpico_message_endpoint(BASE, MCPICO_LIT("\xff"), url, sizeof url, &len, NULL));
  memcpy(url, "/g", 2);
  IS(MCPICO_ERROR_OVERLAP, mcpico_message_endpoint(BASE, url, 2, url, sizeof url, &len, NULL));
  /* Nor may a message be written over the one that it carries. */
  {
    mcpico_client client;
    mcpico_call call;
    modern_client(&client);
    FRESH(call);
    call.method = MCPICO_METHOD_LIST_TOOLS;
    IS(MCPICO_OK, mcpico_client_request(&client, &call, out, sizeof out, &len, &post, &exchange));
    IS(MCPICO_ERROR_OVERLAP, mcpico_channel_submit(&post, NULL, 0, posted, sizeof posted, &len, &post, &exchange));
    {
      mcpico_post other;
      IS(MCPICO_ERROR_OVERLAP, mcpico_channel_submit(&post, NULL, 0, out, sizeof out, &len, &other, &exchange));
      IS(MCPICO_ERROR_NO_TOKEN, mcpico_channel_submit(&post, "", 0, posted, sizeof posted, &len, &other, &exchange));
    }
  }
}

void test_channel(void)
{
  conversation();
  streams_that_are_none();
  endpoints();
}
