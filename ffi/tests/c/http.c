/* HTTP/1.1: heads, bodies, requests, and responses on their way into the inbox. */
#include "check.h"

static void heads(void)
{
  mcpico_head_reader reader;
  mcpico_head head;
  mcpico_str name;
  mcpico_str value;
  size_t len = 99;
  uint32_t status = 0;
  const char *text = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nA: 1\r\na:  2 \r\n\r\nrest";
  IS(MCPICO_OK, mcpico_head_reader_init(&reader));
  IS(MCPICO_ERROR_INCOMPLETE, mcpico_head_read(&reader, text, 10, &head, &len));
  YES(len == 99);
  IS(MCPICO_OK, mcpico_head_read(&reader, text, strlen(text), &head, &len));
  IS(MCPICO_OK, mcpico_head_status(&head, &status));
  YES(status == 100);
  text += len;
  IS(MCPICO_OK, mcpico_head_read(&reader, text, strlen(text), &head, &len));
  IS(MCPICO_OK, mcpico_head_status(&head, &status));
  YES(status == 200);
  YES(strcmp(text + len, "rest") == 0);
  IS(MCPICO_OK, mcpico_head_header(&head, 1, &name, &value));
  STR("a", name);
  STR("2", value);
  IS(MCPICO_ERROR_NOT_FOUND, mcpico_head_header(&head, 2, &name, &value));
  IS(MCPICO_OK, mcpico_head_find(&head, MCPICO_LIT("A"), &value));
  STR("1", value);
  IS(MCPICO_ERROR_NOT_FOUND, mcpico_head_find(&head, MCPICO_LIT("B"), &value));
  IS(MCPICO_OK, mcpico_head_reader_init(&reader));
  IS(MCPICO_ERROR_HTTP_HEAD, mcpico_head_read(&reader, MCPICO_LIT("SSH-2.0"), &head, &len));
  {
    static char long_head[17000];
    memset(long_head, 'x', sizeof long_head);
    memcpy(long_head, "HTTP/1.1 200 OK\r\nA: ", 20);
    IS(MCPICO_OK, mcpico_head_reader_init(&reader));
    IS(MCPICO_ERROR_HTTP_LIMIT, mcpico_head_read(&reader, long_head, sizeof long_head, &head, &len));
  }
}

static int32_t body_of(const char *text, mcpico_body *body)
{
  mcpico_head_reader reader;
  mcpico_head head;
  size_t len = 0;
  IS(MCPICO_OK, mcpico_head_reader_init(&reader));
  IS(MCPICO_OK, mcpico_head_read(&reader, text, strlen(text), &head, &len));
  return mcpico_body_init(body, &head);
}

static void bodies(void)
{
  mcpico_body body;
  char data[64];
  size_t kept = 0;
  size_t excess = 0;
  int32_t complete = 9;
  int32_t reusable = 9;
  IS(MCPICO_OK, body_of("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n", &body));
  memcpy(data, "abcd", 4);
  IS(MCPICO_OK, mcpico_body_decode(&body, data, 2, &kept, &excess));
  YES(kept == 2 && excess == 0);
  IS(MCPICO_OK, mcpico_body_state(&body, &complete, &reusable));
  YES(complete == 0 && reusable == 0);
  IS(MCPICO_OK, mcpico_body_decode(&body, data + 2, 1, &kept, &excess));
  IS(MCPICO_OK, mcpico_body_state(&body, &complete, &reusable));
  YES(complete == 1 && reusable == 1);
  IS(MCPICO_OK, mcpico_body_decode(&body, data + 3, 1, &kept, &excess));
  YES(kept == 0 && excess == 1);
  IS(MCPICO_OK, mcpico_body_state(&body, &complete, &reusable));
  YES(complete == 1 && reusable == 0);
  IS(MCPICO_OK, body_of("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", &body));
  memcpy(data, "x\r\n", 3);
  IS(MCPICO_ERROR_HTTP_CHUNK, mcpico_body_decode(&body, data, 3, &kept, &excess));
  IS(MCPICO_ERROR_HTTP_CHUNK, mcpico_body_decode(&body, data, 0, &kept, &excess));
  IS(MCPICO_ERROR_HTTP_CHUNK, mcpico_body_end(&body));
  IS(MCPICO_ERROR_HTTP_FRAMING, body_of("HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", &body));
  IS(MCPICO_ERROR_HTTP_FRAMING, body_of("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n", &body));
  IS(MCPICO_ERROR_HTTP_HEADER, body_of("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n", &body));
  IS(MCPICO_ERROR_HTTP_LIMIT, body_of("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999\r\n\r\n", &body));
}

static void requests(void)
{
  mcpico_request_head head;
  mcpico_header_field fields[2];
  char buf[512];
  size_t len = 0;
  FRESH(head);
  head.verb = MCPICO_HTTP_POST;
  head.target = mcpico_str_of("/mcp?x=1");
  head.host = mcpico_str_of("localhost:8000");
  head.content_length = 17;
  fields[0].name = mcpico_str_of("X-A");
  fields[0].value = mcpico_str_of("b c");
  fields[1].name = mcpico_str_of("X-Empty");
  fields[1].value = mcpico_str_of("");
  head.headers = fields;
  head.header_count = 2;
  IS(MCPICO_OK, mcpico_request_head_write(&head, buf, sizeof buf, &len));
  TEXT("POST /mcp?x=1 HTTP/1.1\r\nHost: localhost:8000\r\nAccept-Encoding: identity\r\nX-A: b c\r\nX-Empty: \r\n"
       "Content-Length: 17\r\n\r\n", buf, len);
  fields[1].value = mcpico_str_of("a\r\nb");
  IS(MCPICO_ERROR_REQUEST_HEADER, mcpico_request_head_write(&head, buf, sizeof buf, &len));
  fields[1].name = mcpico_str_of("Host");
  fields[1].value = mcpico_str_of("x");
  IS(MCPICO_ERROR_REQUEST_HEADER, mcpico_request_head_write(&head, buf, sizeof buf, &len));
  fields[1].value = mcpico_str_of(NULL);
  IS(MCPICO_ERROR_NULL_POINTER, mcpico_request_head_write(&head, buf, sizeof buf, &len));
  head.header_count = 0;
  head.headers = NULL;
  head.content_length = -1;
  head.verb = MCPICO_HTTP_DELETE;
  IS(MCPICO_OK, mcpico_request_head_write(&head, buf, sizeof buf, &len));
  TEXT("DELETE /mcp?x=1 HTTP/1.1\r\nHost: localhost:8000\r\nAccept-Encoding: identity\r\n\r\n", buf, len);
  head.target = mcpico_str_of("mcp");
  IS(MCPICO_ERROR_REQUEST_TARGET, mcpico_request_head_write(&head, buf, sizeof buf, &len));
  head.target = mcpico_str_of("/");
  head.host = mcpico_str_of("a b");
  IS(MCPICO_ERROR_REQUEST_HOST, mcpico_request_head_write(&head, buf, sizeof buf, &len));
  head.host = mcpico_str_of("a");
  head.verb = 4;
  IS(MCPICO_ERROR_OPTION, mcpico_request_head_write(&head, buf, sizeof buf, &len));
}

struct exchange_in_progress {
  mcpico_client client;
  mcpico_post post;
  mcpico_exchange exchange;
  mcpico_response response;
  mcpico_inbox inbox;
  mcpico_event event;
  char out[1024];
  char storage[512];
};

static void start(struct exchange_in_progress *x, size_t capacity)
{
  mcpico_call call;
  size_t len = 0;
  FRESH(call);
  call.method = MCPICO_METHOD_LIST_TOOLS;
  modern_client(&x->client);
  IS(MCPICO_OK, mcpico_client_request(&x->client, &call, x->out, sizeof x->out, &len, &x->post, &x->exchange));
  IS(MCPICO_OK, mcpico_response_init(&x->response));
  IS(MCPICO_OK, mcpico_inbox_init(&x->inbox, x->storage, capacity));
  FRESH(x->event);
}

/* Puts bytes where they are read to, at most `step` at a time, and takes events until one is no request for more. */
static int32_t receive(struct exchange_in_progress *x, const char *text, size_t step)
{
  size_t at = 0;
  for (;;) {
    int32_t status = mcpico_exchange_next(&x->exchange, &x->inbox, &x->event);
    char *room = NULL;
    size_t len = 0;
    size_t left = strlen(text) - at;
    if (status != MCPICO_OK || x->event.kind != MCPICO_EVENT_NEED_DATA) {
      return status;
    }
    IS(MCPICO_OK, mcpico_inbox_spare(&x->inbox, &room, &len));
    len = len < step ? len : step;
    len = len < left ? len : left;
    memcpy(room, text + at, len);
    at += len;
    status = mcpico_response_received(&x->response, &x->client, &x->exchange, &x->inbox, len);
    if (status != MCPICO_OK) {
      return status;
    }
  }
}

static void responses(void)
{
  static struct exchange_in_progress x;
  static const char chunked[] = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
                                "a\r\n{\"jsonrpc\"\r\n1a\r\n:\"2.0\",\"id\":1,\"result\":{}}\r\n0\r\n\r\n";
  static const struct { const char *response; int32_t expected; } broken[] = {
    {"", MCPICO_ERROR_CLOSED_UNANSWERED},
    {"HTTP/1.1 200", MCPICO_ERROR_HTTP_TRUNCATED},
    {"HTTP/2", MCPICO_ERROR_HTTP_HEAD},
    {"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{", MCPICO_ERROR_HTTP_TRUNCATED},
    {"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: gzip\r\n\r\n", MCPICO_ERROR_HTTP_FRAMING},
    {"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nq\r\n", MCPICO_ERROR_HTTP_CHUNK},
    {"HTTP/1.1 200 OK\r\nContent-Type: ;\r\n\r\n", MCPICO_ERROR_HTTP_HEADER},
  };
  size_t step;
  size_t i;
  int32_t complete = 0;
  int32_t reusable = 0;
  char *room = NULL;
  size_t len = 0;
  size_t extra = 0;
  for (step = 1; step < 300; step++) {
    start(&x, sizeof x.storage);
    IS(MCPICO_OK, receive(&x, chunked, step));
    YES(x.event.kind == MCPICO_EVENT_RESULT);
    STR("{}", x.event.json);
    IS(MCPICO_OK, mcpico_response_state(&x.response, &complete, &reusable));
    YES(complete == 1 && reusable == 1);
  }
  for (i = 0; i < sizeof broken / sizeof broken[0]; i++) {
    for (step = 1; step < 1000; step += 998) {
      start(&x, sizeof x.storage);
      IS(broken[i].expected, receive(&x, broken[i].response, step));
    }
  }
  /* A refusal stays one when its page is cut. */
  start(&x, sizeof x.storage);
  IS(MCPICO_OK, receive(&x, "HTTP/1.1 403 No\r\nContent-Length: 99\r\n\r\nbecause", 1));
  YES(x.event.kind == MCPICO_EVENT_REJECTED && x.event.http_status == 403);
  STR("because", x.event.body);
  IS(MCPICO_OK, mcpico_response_state(&x.response, &complete, &reusable));
  YES(complete == 0 && reusable == 0);
  /* The head has to fit. */
  start(&x, 32);
  IS(MCPICO_ERROR_MESSAGE_TOO_LARGE, receive(&x, chunked, 7));
  start(&x, sizeof x.storage);
  IS(MCPICO_ERROR_LENGTH, mcpico_response_received(&x.response, &x.client, &x.exchange, &x.inbox, sizeof x.storage + 1));
  /* What comes behind the response is not used, and the connection is not used again. */
  start(&x, sizeof x.storage);
  IS(MCPICO_OK, mcpico_inbox_spare(&x.inbox, &room, &len));
  memcpy(room, chunked, sizeof chunked - 1);
  memcpy(room + sizeof chunked - 1, "HTTP", 4);
  extra = sizeof chunked - 1 + 4;
  IS(MCPICO_OK, mcpico_response_received(&x.response, &x.client, &x.exchange, &x.inbox, extra));
  IS(MCPICO_OK, mcpico_exchange_next(&x.exchange, &x.inbox, &x.event));
  YES(x.event.kind == MCPICO_EVENT_RESULT);
  IS(MCPICO_OK, mcpico_response_state(&x.response, &complete, &reusable));
  YES(complete == 1 && reusable == 0);
}

static void posts(void)
{
  static struct exchange_in_progress x;
  char buf[2048];
  mcpico_str body;
  size_t head = 0;
  size_t len = 0;
  start(&x, sizeof x.storage);
  IS(MCPICO_OK, mcpico_post_body(&x.post, &body));
  IS(MCPICO_OK, mcpico_post_head(&x.post, MCPICO_LIT("h:1"), MCPICO_LIT("/m"), buf, sizeof buf, &head));
  YES(memcmp(buf, "POST /m HTTP/1.1\r\nHost: h:1\r\nAccept-Encoding: identity\r\nAccept: ", 64) == 0);
  YES(memcmp(buf + head - 4, "\r\n\r\n", 4) == 0);
  IS(MCPICO_OK, mcpico_post_request(&x.post, MCPICO_LIT("h:1"), MCPICO_LIT("/m"), buf, sizeof buf, &len));
  YES(len == head + body.len && memcmp(buf + head, body.data, body.len) == 0);
  IS(MCPICO_ERROR_REQUEST_HOST, mcpico_post_head(&x.post, "", 0, MCPICO_LIT("/m"), buf, sizeof buf, &len));
  IS(MCPICO_ERROR_REQUEST_TARGET, mcpico_post_request(&x.post, MCPICO_LIT("h"), "", 0, buf, sizeof buf, &len));
  IS(MCPICO_ERROR_OVERLAP, mcpico_post_request(&x.post, MCPICO_LIT("h"), MCPICO_LIT("/"), x.out, sizeof x.out, &len));
  IS(MCPICO_OK, mcpico_post_line(&x.post, buf, sizeof buf, &len));
  YES(len == body.len + 1 && memcmp(buf, body.data, body.len) == 0 && buf[len - 1] == '\n');
  IS(MCPICO_ERROR_OVERLAP, mcpico_post_line(&x.post, x.out, sizeof x.out, &len));
}

void test_http(void)
{
  heads();
  bodies();
  requests();
  responses();
  posts();
}
