/* Client, calls, posts, exchanges and their events, over HTTP that the test makes up. */
#include "check.h"

static char out[4096];
static char storage[4096];

/* A request and its answer: status, content type and body; the next event. */
static int32_t answered(mcpico_client *client, const mcpico_call *call, uint32_t status, const char *type,
                        const char *body, mcpico_exchange *exchange, mcpico_inbox *inbox, mcpico_event *event)
{
  mcpico_post post;
  size_t len = 0;
  IS(MCPICO_OK, mcpico_client_request(client, call, out, sizeof out, &len, &post, exchange));
  IS(MCPICO_OK, mcpico_exchange_on_status(exchange, status));
  if (type != NULL) {
    IS(MCPICO_OK, mcpico_exchange_on_header(exchange, client, MCPICO_LIT("Content-Type"), type, strlen(type)));
  }
  IS(MCPICO_OK, mcpico_inbox_init(inbox, storage, sizeof storage));
  feed(inbox, body, 1);
  FRESH(*event);
  return mcpico_exchange_next(exchange, inbox, event);
}

static mcpico_call tool(void)
{
  mcpico_call call;
  FRESH(call);
  call.method = MCPICO_METHOD_CALL_TOOL;
  call.name = mcpico_str_of("echo");
  return call;
}

static void options(void)
{
  mcpico_client client;
  mcpico_client_options options;
  uint32_t revision = 0;
  FRESH(options);
  IS(MCPICO_ERROR_NULL_POINTER, mcpico_client_init(&client, &options));
  options.name = mcpico_str_of("n");
  options.version = mcpico_str_of("");
  IS(MCPICO_OK, mcpico_client_init(&client, &options));
  IS(MCPICO_ERROR_NOT_READY, mcpico_client_revision(&client, &revision));
  options.capabilities = 32;
  IS(MCPICO_ERROR_OPTION, mcpico_client_init(&client, &options));
  options.capabilities = 31;
  options.oldest = 20250101;
  IS(MCPICO_ERROR_OPTION, mcpico_client_init(&client, &options));
  options.oldest = MCPICO_REVISION_2025_06_18;
  options.newest = MCPICO_REVISION_2025_03_26;
  IS(MCPICO_ERROR_OPTION, mcpico_client_init(&client, &options));
  options.newest = MCPICO_REVISION_2025_06_18;
  IS(MCPICO_OK, mcpico_client_init(&client, &options));
  options.oldest = options.newest = MCPICO_REVISION_2026_07_28;
  IS(MCPICO_OK, mcpico_client_init(&client, &options));
  IS(MCPICO_OK, mcpico_client_revision(&client, &revision));
  YES(revision == MCPICO_REVISION_2026_07_28);
  options.name = mcpico_str_of("\xff");
  IS(MCPICO_ERROR_NOT_UTF8, mcpico_client_init(&client, &options));
}

/* What a request says: MCP 2026-07-28, basic and streamable HTTP. */
static void requests(void)
{
  static const struct { uint32_t method; const char *name; } methods[] = {
    {MCPICO_METHOD_LIST_TOOLS, "tools/list"},
    {MCPICO_METHOD_LIST_RESOURCES, "resources/list"},
    {MCPICO_METHOD_LIST_RESOURCE_TEMPLATES, "resources/templates/list"},
    {MCPICO_METHOD_LIST_PROMPTS, "prompts/list"},
    {MCPICO_METHOD_DISCOVER, "server/discover"},
    {MCPICO_METHOD_PING, "ping"},
  };
  mcpico_client client;
  mcpico_call call;
  mcpico_post post;
  mcpico_exchange exchange;
  mcpico_str name;
  mcpico_str value;
  mcpico_str body;
  size_t len = 0;
  size_t i;
  size_t seen = 0;
  uint32_t verb = 0;
  uint32_t id = 0;
  modern_client(&client);
  call = tool();
  call.arguments = mcpico_str_of("{\"city\":\"Bern\"}");
  call.input_schema = mcpico_str_of("{\"properties\":{\"city\":{\"type\":\"string\",\"x-mcp-header\":\"City\"}}}");
  call.bearer = mcpico_str_of("a.b.c");
  call.flags = MCPICO_CALL_PROGRESS;
  call.log_level = MCPICO_LOG_WARNING;
  call.trace_parent = mcpico_str_of("00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01");
  call.trace_state = mcpico_str_of("k=v");
  call.baggage = mcpico_str_of("u=1");
  IS(MCPICO_OK, mcpico_client_request(&client, &call, out, sizeof out, &len, &post, &exchange));
  IS(MCPICO_OK, mcpico_post_verb(&post, &verb));
  YES(verb == MCPICO_HTTP_POST);
  for (i = 0; mcpico_post_header(&post, i, &name, &value) == MCPICO_OK; i++) {
    static const char *const expected[][2] = {
      {"Accept", "application/json, text/event-stream"}, {"Content-Type", "application/json"},
      {"Mcp-Method", "tools/call"}, {"Mcp-Name", "echo"}, {"Mcp-Param-City", "Bern"},
      {"MCP-Protocol-Version", "2026-07-28"}, {"Authorization", "Bearer a.b.c"},
    };
    size_t n;
    for (n = 0; n < 7; n++) {
      if (name.len == strlen(expected[n][0]) && memcmp(name.data, expected[n][0], name.len) == 0) {
        STR(expected[n][1], value);
        seen++;
      }
    }
  }
  YES(i == 7 && seen == 7);
  IS(MCPICO_OK, mcpico_post_body(&post, &body));
  {
    static const char *const members[][2] = {
      {"/jsonrpc", "\"2.0\""}, {"/id", "1"}, {"/method", "\"tools/call\""}, {"/params/name", "\"echo\""},
      {"/params/arguments/city", "\"Bern\""},
      {"/params/_meta/io.modelcontextprotocol~1protocolVersion", "\"2026-07-28\""},
      {"/params/_meta/io.modelcontextprotocol~1clientInfo/name", "\"c-test\""},
      {"/params/_meta/io.modelcontextprotocol~1clientCapabilities", "{\"roots\":{}}"},
      {"/params/_meta/io.modelcontextprotocol~1logLevel", "\"warning\""},
      {"/params/_meta/progressToken", "1"},
      {"/params/_meta/traceparent", "\"00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01\""},
      {"/params/_meta/tracestate", "\"k=v\""}, {"/params/_meta/baggage", "\"u=1\""},
    };
    for (i = 0; i < sizeof members / sizeof members[0]; i++) {
      IS(MCPICO_OK, mcpico_json_at(body.data, body.len, members[i][0], strlen(members[i][0]), &value));
      STR(members[i][1], value);
    }
  }
  YES(body.data + body.len == out + len);
  IS(MCPICO_OK, mcpico_exchange_id(&exchange, &id));
  YES(id == 1);
  for (i = 0; i < sizeof methods / sizeof methods[0]; i++) {
    FRESH(call);
    call.method = methods[i].method;
    if (i < 4) {
      call.cursor = mcpico_str_of("");
    }
    IS(MCPICO_OK, mcpico_client_request(&client, &call, out, sizeof out, &len, &post, &exchange));
    IS(MCPICO_OK, mcpico_post_body(&post, &body));
    IS(MCPICO_OK, mcpico_json_member(body.data, body.len, MCPICO_LIT("method"), &value));
    YES(value.len == strlen(methods[i].name) + 2 && memcmp(value.data + 1, methods[i].name, value.len - 2) == 0);
    IS(i < 4 ? MCPICO_OK : MCPICO_ERROR_NOT_FOUND, mcpico_json_at(body.data, body.len, MCPICO_LIT("/params/cursor"), &value));
  }
  FRESH(call);
  call.method = MCPICO_METHOD_READ_RESOURCE;
  call.name = mcpico_str_of("file:///x");
  IS(MCPICO_OK, mcpico_client_request(&client, &call, out, sizeof out, &len, &post, &exchange));
  IS(MCPICO_OK, mcpico_post_body(&post, &body));
  IS(MCPICO_OK, mcpico_json_at(body.data, body.len, MCPICO_LIT("/params/uri"), &value));
  STR("\"file:///x\"", value);
  call.method = MCPICO_METHOD_GET_PROMPT;
  call.arguments = mcpico_str_of("{}");
  IS(MCPICO_OK, mcpico_client_request(&client, &call, out, sizeof out, &len, &post, &exchange));
  FRESH(call);
  call.method = MCPICO_METHOD_COMPLETE_PROMPT;
  call.name = mcpico_str_of("p");
  call.argument = mcpico_str_of("a");
  IS(MCPICO_ERROR_NULL_POINTER, mcpico_client_request(&client, &call, out, sizeof out, &len, &post, &exchange));
  call.value = mcpico_str_of("v");
  IS(MCPICO_OK, mcpico_client_request(&client, &call, out, sizeof out, &len, &post, &exchange));
  IS(MCPICO_OK, mcpico_post_body(&post, &body));
  IS(MCPICO_OK, mcpico_json_at(body.data, body.len, MCPICO_LIT("/params/ref"), &value));
  STR("{\"type\":\"ref/prompt\",\"name\":\"p\"}", value);
  call.method = MCPICO_METHOD_COMPLETE_RESOURCE;
  IS(MCPICO_OK, mcpico_client_request(&client, &call, out, sizeof out, &len, &post, &exchange));
  IS(MCPICO_OK, mcpico_post_body(&post, &body));
  IS(MCPICO_OK, mcpico_json_at(body.data, body.len, MCPICO_LIT("/params/ref"), &value));
  STR("{\"type\":\"ref/resource\",\"uri\":\"p\"}", value);
  IS(MCPICO_ERROR_NOT_FOUND, mcpico_json_at(body.data, body.len, MCPICO_LIT("/params/context"), &value));
  call.arguments = mcpico_str_of("{\"b\":\"x\"}");
  IS(MCPICO_OK, mcpico_client_request(&client, &call, out, sizeof out, &len, &post, &exchange));
  IS(MCPICO_OK, mcpico_post_body(&post, &body));
  IS(MCPICO_OK, mcpico_json_at(body.data, body.len, MCPICO_LIT("/params/context"), &value));
  STR("{\"arguments\":{\"b\":\"x\"}}", value);
  FRESH(call);
  call.method = MCPICO_METHOD_OTHER;
  call.name = mcpico_str_of("tasks/get");
  call.arguments = mcpico_str_of("{\"taskId\":\"t\"}");
  call.mcp_name = mcpico_str_of("t");
  IS(MCPICO_OK, mcpico_client_request(&client, &call, out, sizeof out, &len, &post, &exchange));
  IS(MCPICO_OK, mcpico_post_header(&post, 3, &name, &value));
  STR("Mcp-Name", name);
  STR("t", value);
}

static void request_errors(void)
{
  mcpico_client client;
  mcpico_call call;
  mcpico_post post;
  mcpico_exchange exchange;
  size_t len = 0;
  uint32_t id = 0;
#define REQUEST(status) IS(status, mcpico_client_request(&client, &call, out, sizeof out, &len, &post, &exchange))
  modern_client(&client);
  call = tool();
  call.method = 0;
  REQUEST(MCPICO_ERROR_OPTION);
  call.method = 20;
  REQUEST(MCPICO_ERROR_OPTION);
  call = tool();
  call.cursor = mcpico_str_of("x");
  REQUEST(MCPICO_ERROR_OPTION);
  call = tool();
  call.name = mcpico_str_of(NULL);
  REQUEST(MCPICO_ERROR_NULL_POINTER);
  call = tool();
  call.flags = 2;
  REQUEST(MCPICO_ERROR_OPTION);
  call = tool();
  call.log_level = 9;
  REQUEST(MCPICO_ERROR_OPTION);
  call = tool();
  call.arguments = mcpico_str_of("[1]");
  REQUEST(MCPICO_ERROR_ARGUMENTS);
  call.arguments = mcpico_str_of("{");
  REQUEST(MCPICO_ERROR_JSON);
  call = tool();
  call.input_schema = mcpico_str_of("{\"properties\":{\"a\":{\"type\":\"object\",\"x-mcp-header\":\"A\"}}}");
  REQUEST(MCPICO_ERROR_PARAM_HEADER);
  call = tool();
  call.input_responses = mcpico_str_of("[]");
  REQUEST(MCPICO_ERROR_INPUT);
  call.input_responses = mcpico_str_of("{}");
  call.input_state = mcpico_str_of("7");
  REQUEST(MCPICO_ERROR_WRONG_TYPE);
  call.input_state = mcpico_str_of("\"s\"");
  REQUEST(MCPICO_OK);
  call = tool();
  call.bearer = mcpico_str_of("");
  REQUEST(MCPICO_ERROR_NO_TOKEN);
  call.bearer = mcpico_str_of("a b");
  REQUEST(MCPICO_ERROR_BEARER);
  call = tool();
  call.trace_parent = mcpico_str_of("00-0-0-0");
  REQUEST(MCPICO_ERROR_TRACE);
  call = tool();
  call.baggage = mcpico_str_of("a=b");
  REQUEST(MCPICO_ERROR_OPTION);
  FRESH(call);
  call.method = MCPICO_METHOD_OTHER;
  call.name = mcpico_str_of("a\nb");
  REQUEST(MCPICO_ERROR_METHOD);
  call.name = mcpico_str_of("x/y");
  call.arguments = mcpico_str_of("{\"_meta\":{}}");
  REQUEST(MCPICO_ERROR_ARGUMENTS);
  call = tool();
  REQUEST(MCPICO_OK);
  IS(MCPICO_OK, mcpico_exchange_id(&exchange, &id));
  /* None of those that failed has taken an id. */
  YES(id == 2);
  {
    mcpico_client_options options;
    FRESH(options);
    options.name = options.version = mcpico_str_of("x");
    IS(MCPICO_OK, mcpico_client_init(&client, &options));
    REQUEST(MCPICO_ERROR_NOT_READY);
    IS(MCPICO_ERROR_NOT_READY, mcpico_client_listen(&client, NULL, 0, out, sizeof out, &len, &post, &exchange));
    IS(MCPICO_ERROR_NOTHING_TO_SEND, mcpico_client_end(&client, NULL, 0, out, sizeof out, &len, &post, &exchange));
  }
}

#define RESULT "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"content\":[]}}"

static void events(void)
{
  mcpico_client client;
  mcpico_exchange exchange;
  mcpico_inbox inbox;
  mcpico_event event;
  mcpico_call call = tool();
  char text[64];
  size_t len = 0;
  int32_t flag = 9;
  uint64_t wait = 0;
  uint32_t status = 0;

  modern_client(&client);
  IS(MCPICO_OK, answered(&client, &call, 200, "application/json", RESULT, &exchange, &inbox, &event));
  YES(event.kind == MCPICO_EVENT_RESULT);
  STR("{\"content\":[]}", event.json);
  IS(MCPICO_OK, mcpico_exchange_is_answered(&exchange, &flag));
  YES(flag == 1);
  IS(MCPICO_OK, mcpico_exchange_is_stream(&exchange, &flag));
  YES(flag == 0);
  IS(MCPICO_ERROR_NOTHING_TO_SEND, mcpico_exchange_retry(&exchange, &wait));
  FRESH(event);
  IS(MCPICO_OK, mcpico_exchange_next(&exchange, &inbox, &event));
  YES(event.kind == MCPICO_EVENT_CLOSED && event.json.data == NULL);
  IS(MCPICO_OK, mcpico_exchange_next(&exchange, &inbox, &event));
  YES(event.kind == MCPICO_EVENT_CLOSED);

  modern_client(&client);
  IS(MCPICO_OK, answered(&client, &call, 200, "text/event-stream; charset=utf-8",
                         ": hello\n\ndata: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\",\"params\":{\"progressToken\":1,\"progress\":2}}\n\n"
                         "data: {\"jsonrpc\":\"2.0\",\"id\":\"else\",\"result\":{}}\n\n"
                         "data: {\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32602,\"message\":\"no\\n\",\"data\":[1]}}\n\n",
                         &exchange, &inbox, &event));
  YES(event.kind == MCPICO_EVENT_NOTIFICATION && event.id_kind == MCPICO_ID_NONE);
  STR("notifications/progress", event.method);
  STR("{\"progressToken\":1,\"progress\":2}", event.json);
  IS(MCPICO_OK, mcpico_exchange_next(&exchange, &inbox, &event));
  YES(event.kind == MCPICO_EVENT_UNSOLICITED && event.id_kind == MCPICO_ID_STRING);
  STR("\"else\"", event.id);
  IS(MCPICO_OK, mcpico_exchange_next(&exchange, &inbox, &event));
  YES(event.kind == MCPICO_EVENT_ERROR && event.code == -32602);
  STR("\"no\\n\"", event.message);
  STR("[1]", event.json);
  IS(MCPICO_OK, mcpico_json_string(event.message.data, event.message.len, text, sizeof text, &len));
  TEXT("no\n", text, len);
  IS(MCPICO_OK, mcpico_exchange_is_stream(&exchange, &flag));
  YES(flag == 1);

  modern_client(&client);
  IS(MCPICO_OK, answered(&client, &call, 401, "text/html", "<h1>no</h1>", &exchange, &inbox, &event));
  YES(event.kind == MCPICO_EVENT_REJECTED && event.http_status == 401);
  STR("<h1>no</h1>", event.body);
  IS(MCPICO_OK, mcpico_exchange_status(&exchange, &status));
  YES(status == 401);

  modern_client(&client);
  IS(MCPICO_OK, answered(&client, &call, 200, "application/json",
                         "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"resultType\":\"input_required\",\"inputRequests\":{\"k\":{\"method\":\"roots/list\"}},"
                         "\"requestState\":\"a\\u0062\"}}",
                         &exchange, &inbox, &event));
  YES(event.kind == MCPICO_EVENT_INPUT_REQUIRED);
  STR("{\"k\":{\"method\":\"roots/list\"}}", event.json);
  STR("\"a\\u0062\"", event.state);
  {
    /* The state goes back byte for byte. */
    mcpico_post post;
    mcpico_str body;
    mcpico_str value;
    mcpico_call again = tool();
    memcpy(text, event.state.data, event.state.len);
    again.input_state.data = text;
    again.input_state.len = event.state.len;
    again.input_responses = mcpico_str_of("{\"k\":{\"roots\":[]}}");
    IS(MCPICO_OK, mcpico_client_request(&client, &again, out, sizeof out, &len, &post, &exchange));
    IS(MCPICO_OK, mcpico_post_body(&post, &body));
    IS(MCPICO_OK, mcpico_json_at(body.data, body.len, MCPICO_LIT("/params/requestState"), &value));
    STR("\"a\\u0062\"", value);
    IS(MCPICO_OK, mcpico_json_at(body.data, body.len, MCPICO_LIT("/params/inputResponses/k"), &value));
    STR("{\"roots\":[]}", value);
  }

  {
    mcpico_client_options options;
    FRESH(options);
    options.name = options.version = mcpico_str_of("x");
    options.oldest = MCPICO_REVISION_2026_07_28;
    options.capabilities = MCPICO_CAPABILITY_TASKS;
    IS(MCPICO_OK, mcpico_client_init(&client, &options));
    IS(MCPICO_OK, answered(&client, &call, 200, "application/json",
                           "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"resultType\":\"task\",\"taskId\":\"t\",\"status\":\"working\","
                           "\"createdAt\":\"2026-01-01T00:00:00Z\",\"lastUpdatedAt\":\"2026-01-01T00:00:00Z\",\"ttlMs\":null}}",
                           &exchange, &inbox, &event));
    YES(event.kind == MCPICO_EVENT_TASK);
  }
}

static void peer_errors(void)
{
  static const struct { uint32_t status; const char *type; const char *body; int32_t expected; } answers[] = {
    {200, "text/plain", "hi", MCPICO_ERROR_CONTENT_TYPE},
    {200, "application/json", "hi", MCPICO_ERROR_PEER_MESSAGE},
    {200, "application/json", "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":[]}", MCPICO_ERROR_PEER_RESULT},
    {200, "application/json", "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"resultType\":\"what\"}}", MCPICO_ERROR_PEER_RESULT},
    {200, "application/json", "", MCPICO_ERROR_NO_RESPONSE},
  };
  mcpico_client client;
  mcpico_exchange exchange;
  mcpico_inbox inbox;
  mcpico_event event;
  mcpico_call call = tool();
  mcpico_post post;
  char small[16];
  char id[200];
  size_t len = 0;
  size_t i;
  for (i = 0; i < sizeof answers / sizeof answers[0]; i++) {
    modern_client(&client);
    IS(answers[i].expected, answered(&client, &call, answers[i].status, answers[i].type, answers[i].body, &exchange,
                                     &inbox, &event));
    /* The error is repeated. */
    IS(answers[i].expected, mcpico_exchange_next(&exchange, &inbox, &event));
  }
  modern_client(&client);
  IS(MCPICO_OK, mcpico_client_request(&client, &call, out, sizeof out, &len, &post, &exchange));
  IS(MCPICO_ERROR_OUT_OF_RANGE, mcpico_exchange_on_status(&exchange, 99));
  IS(MCPICO_ERROR_OUT_OF_RANGE, mcpico_exchange_on_status(&exchange, 1000));
  IS(MCPICO_ERROR_OUT_OF_RANGE, mcpico_exchange_on_status(&exchange, 65536 + 200));
  FRESH(event);
  IS(MCPICO_OK, mcpico_inbox_init(&inbox, small, sizeof small));
  IS(MCPICO_OK, mcpico_exchange_next(&exchange, &inbox, &event));
  YES(event.kind == MCPICO_EVENT_NEED_DATA);
  /* Before there is a status, the end of the bytes is not the end of a body. */
  IS(MCPICO_OK, mcpico_inbox_close(&inbox));
  IS(MCPICO_OK, mcpico_exchange_next(&exchange, &inbox, &event));
  YES(event.kind == MCPICO_EVENT_NEED_DATA);
  IS(MCPICO_OK, mcpico_inbox_reset(&inbox));
  IS(MCPICO_OK, mcpico_exchange_on_status(&exchange, 200));
  IS(MCPICO_OK, mcpico_exchange_on_header(&exchange, &client, MCPICO_LIT("content-type"), MCPICO_LIT("application/json")));
  IS(MCPICO_ERROR_HTTP_HEADER,
     mcpico_exchange_on_header(&exchange, &client, MCPICO_LIT("content-type"), MCPICO_LIT("application/json")));
  IS(MCPICO_OK, mcpico_client_request(&client, &call, out, sizeof out, &len, &post, &exchange));
  IS(MCPICO_OK, mcpico_exchange_on_status(&exchange, 200));
  IS(MCPICO_OK, mcpico_exchange_on_header(&exchange, &client, MCPICO_LIT("content-type"), MCPICO_LIT("application/json")));
  feed(&inbox, "{\"jsonrpc\":\"2.0", 0);
  IS(MCPICO_OK, mcpico_exchange_next(&exchange, &inbox, &event));
  feed(&inbox, "\"", 0);
  IS(MCPICO_ERROR_MESSAGE_TOO_LARGE, mcpico_exchange_next(&exchange, &inbox, &event));
  IS(MCPICO_ERROR_LENGTH, mcpico_inbox_commit(&inbox, 1));
  IS(MCPICO_OK, mcpico_inbox_reset(&inbox));
  IS(MCPICO_ERROR_LENGTH, mcpico_inbox_commit(&inbox, 17));
  IS(MCPICO_OK, mcpico_inbox_commit(&inbox, 16));
  IS(MCPICO_ERROR_LENGTH, mcpico_inbox_discard(&inbox, 17));
  IS(MCPICO_OK, mcpico_inbox_discard(&inbox, 16));

  /* A session id that is none. */
  {
    mcpico_client_options options;
    FRESH(options);
    options.name = options.version = mcpico_str_of("x");
    options.newest = MCPICO_REVISION_2025_03_26;
    IS(MCPICO_OK, mcpico_client_init(&client, &options));
    IS(MCPICO_OK, mcpico_client_connect(&client, NULL, 0, out, sizeof out, &len, &post, &exchange));
    IS(MCPICO_OK, mcpico_exchange_on_status(&exchange, 200));
    memset(id, 'x', sizeof id);
    IS(MCPICO_ERROR_SESSION_ID, mcpico_exchange_on_header(&exchange, &client, MCPICO_LIT("mcp-session-id"), id, sizeof id));
  }
  /* Batches are of one revision: more than 256 messages are too many. */
  {
    static char batch[4096];
    mcpico_client old;
    mcpico_client_options options;
    size_t at = 1;
    FRESH(options);
    options.name = options.version = mcpico_str_of("x");
    options.oldest = options.newest = MCPICO_REVISION_2025_03_26;
    IS(MCPICO_OK, mcpico_client_init(&old, &options));
    IS(MCPICO_OK, mcpico_client_connect(&old, NULL, 0, out, sizeof out, &len, &post, &exchange));
    IS(MCPICO_OK, mcpico_exchange_on_status(&exchange, 200));
    IS(MCPICO_OK, mcpico_exchange_on_header(&exchange, &old, MCPICO_LIT("content-type"), MCPICO_LIT("application/json")));
    batch[0] = '[';
    for (i = 0; i < 257; i++) {
      memcpy(batch + at, i < 256 ? "1," : "1]", 3);
      at += 2;
    }
    IS(MCPICO_OK, mcpico_inbox_init(&inbox, storage, sizeof storage));
    feed(&inbox, batch, 1);
    IS(MCPICO_ERROR_BATCH_TOO_LARGE, mcpico_exchange_next(&exchange, &inbox, &event));
  }
}

static void negotiation(void)
{
  mcpico_client client;
  mcpico_client_options options;
  mcpico_post post;
  mcpico_exchange exchange;
  mcpico_inbox inbox;
  mcpico_event event;
  mcpico_str text;
  size_t len = 0;
  int n;
  int32_t status = MCPICO_OK;
  int32_t progressed = 9;
  uint32_t revision = 0;
  FRESH(options);
  FRESH(event);
  options.name = options.version = mcpico_str_of("x");
  IS(MCPICO_OK, mcpico_client_init(&client, &options));
  IS(MCPICO_ERROR_NO_TOKEN, mcpico_client_connect(&client, "", 0, out, sizeof out, &len, &post, &exchange));
  IS(MCPICO_OK, mcpico_client_connect(&client, MCPICO_LIT("tok"), out, sizeof out, &len, &post, &exchange));
  /* A denial teaches nothing. */
  IS(MCPICO_OK, mcpico_exchange_on_status(&exchange, 401));
  IS(MCPICO_OK, mcpico_inbox_init(&inbox, storage, sizeof storage));
  IS(MCPICO_OK, mcpico_inbox_close(&inbox));
  IS(MCPICO_OK, mcpico_exchange_next(&exchange, &inbox, &event));
  YES(event.kind == MCPICO_EVENT_REJECTED);
  IS(MCPICO_OK, mcpico_client_settle(&client, &exchange, &progressed));
  YES(progressed == 0);
  /* A server of the legacy era does not know the method. */
  IS(MCPICO_OK, mcpico_client_connect(&client, NULL, 0, out, sizeof out, &len, &post, &exchange));
  IS(MCPICO_OK, mcpico_exchange_on_status(&exchange, 404));
  IS(MCPICO_OK, mcpico_inbox_reset(&inbox));
  IS(MCPICO_OK, mcpico_inbox_close(&inbox));
  IS(MCPICO_OK, mcpico_exchange_next(&exchange, &inbox, &event));
  IS(MCPICO_OK, mcpico_client_settle(&client, &exchange, &progressed));
  YES(progressed == 1);
  IS(MCPICO_OK, mcpico_client_connect(&client, NULL, 0, out, sizeof out, &len, &post, &exchange));
  IS(MCPICO_OK, mcpico_post_body(&post, &text));
  IS(MCPICO_OK, mcpico_json_member(text.data, text.len, MCPICO_LIT("method"), &text));
  STR("\"initialize\"", text);

  /* In circles. */
  IS(MCPICO_OK, mcpico_client_init(&client, &options));
  for (n = 0; n < 20 && status == MCPICO_OK; n++) {
    status = mcpico_client_connect(&client, NULL, 0, out, sizeof out, &len, &post, &exchange);
  }
  IS(MCPICO_ERROR_NEGOTIATION, status);
  YES(n == 9);

  /* Nothing in common. */
  options.oldest = MCPICO_REVISION_2025_11_25;
  IS(MCPICO_OK, mcpico_client_init(&client, &options));
  IS(MCPICO_OK, mcpico_client_connect(&client, NULL, 0, out, sizeof out, &len, &post, &exchange));
  IS(MCPICO_OK, mcpico_exchange_on_status(&exchange, 200));
  IS(MCPICO_OK, mcpico_exchange_on_header(&exchange, &client, MCPICO_LIT("content-type"), MCPICO_LIT("application/json")));
  IS(MCPICO_OK, mcpico_inbox_reset(&inbox));
  feed(&inbox, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"supportedVersions\":[\"2099-01-01\"]}}", 1);
  IS(MCPICO_OK, mcpico_exchange_next(&exchange, &inbox, &event));
  IS(MCPICO_ERROR_NO_COMMON_REVISION, mcpico_client_settle(&client, &exchange, &progressed));
  IS(MCPICO_ERROR_NOT_READY, mcpico_client_revision(&client, &revision));
}

static void legacy(void)
{
  mcpico_client client;
  mcpico_client other;
  mcpico_post post;
  mcpico_exchange exchange;
  mcpico_exchange next;
  mcpico_inbox inbox;
  mcpico_event event;
  mcpico_call call = tool();
  mcpico_str name;
  mcpico_str value;
  char second[2048];
  size_t len = 0;
  size_t i;
  int32_t flag = 0;
  uint32_t verb = 0;
  uint32_t id = 0;
  uint64_t wait = 0;
  int found = 0;
  legacy_client(&client);
  IS(MCPICO_OK, mcpico_client_has_session(&client, &flag));
  YES(flag == 1);
  IS(MCPICO_OK, mcpico_client_listen(&client, NULL, 0, out, sizeof out, &len, &post, &exchange));
  IS(MCPICO_OK, mcpico_post_verb(&post, &verb));
  YES(verb == MCPICO_HTTP_GET);
  IS(MCPICO_OK, mcpico_post_body(&post, &value));
  YES(value.len == 0);

  /* A request of the server, answered both ways, then a stream that breaks and is resumed. */
  IS(MCPICO_OK, answered(&client, &call, 200, "text/event-stream",
                         "id: 41\nretry: 250\ndata: {\"jsonrpc\":\"2.0\",\"id\":\"s\\n1\",\"method\":\"roots/list\",\"params\":{}}\n\n"
                         "id: 42\ndata: {\"jsonrpc\":\"2.0\",\"id\":-7,\"method\":\"ping\"}\n\n",
                         &exchange, &inbox, &event));
  YES(event.kind == MCPICO_EVENT_SERVER_REQUEST && event.id_kind == MCPICO_ID_STRING);
  STR("\"s\\n1\"", event.id);
  IS(MCPICO_OK, mcpico_client_answer(&client, &event, MCPICO_LIT("{\"roots\":[]}"), 0, NULL, 0, MCPICO_LIT("tok"), second,
                                     sizeof second, &len, &post, &next));
  IS(MCPICO_OK, mcpico_post_body(&post, &value));
  STR("{\"jsonrpc\":\"2.0\",\"id\":\"s\\n1\",\"result\":{\"roots\":[]}}", value);
  IS(MCPICO_ERROR_OPTION, mcpico_client_answer(&client, &event, MCPICO_LIT("{}"), 0, MCPICO_LIT("x"), NULL, 0, second,
                                               sizeof second, &len, &post, &next));
  IS(MCPICO_ERROR_NULL_POINTER, mcpico_client_answer(&client, &event, NULL, 0, 0, NULL, 0, NULL, 0, second, sizeof second,
                                                     &len, &post, &next));
  IS(MCPICO_ERROR_JSON, mcpico_client_answer(&client, &event, MCPICO_LIT("{"), 0, NULL, 0, NULL, 0, second, sizeof second,
                                             &len, &post, &next));
  IS(MCPICO_OK, mcpico_exchange_next(&exchange, &inbox, &event));
  YES(event.kind == MCPICO_EVENT_SERVER_REQUEST && event.id_kind == MCPICO_ID_NUMBER && event.id_number == -7);
  IS(MCPICO_OK, mcpico_client_answer(&client, &event, NULL, 0, -32601, MCPICO_LIT("method not found"), NULL, 0, second,
                                     sizeof second, &len, &post, &next));
  IS(MCPICO_OK, mcpico_post_body(&post, &value));
  STR("{\"jsonrpc\":\"2.0\",\"id\":-7,\"error\":{\"code\":-32601,\"message\":\"method not found\"}}", value);
  event.kind = MCPICO_EVENT_NOTIFICATION;
  IS(MCPICO_ERROR_OPTION, mcpico_client_answer(&client, &event, NULL, 0, 0, MCPICO_LIT("x"), NULL, 0, second, sizeof second,
                                               &len, &post, &next));
  IS(MCPICO_OK, mcpico_exchange_next(&exchange, &inbox, &event));
  YES(event.kind == MCPICO_EVENT_INTERRUPTED);
  IS(MCPICO_OK, mcpico_exchange_retry(&exchange, &wait));
  YES(wait == 250);
  IS(MCPICO_OK, mcpico_client_resume(&client, &exchange, NULL, 0, second, sizeof second, &len, &post, &next));
  for (i = 0; mcpico_post_header(&post, i, &name, &value) == MCPICO_OK; i++) {
    if (name.len == 13 && memcmp(name.data, "Last-Event-ID", 13) == 0) {
      STR("42", value);
      found = 1;
    }
  }
  YES(found);

  IS(MCPICO_OK, mcpico_client_request(&client, &call, out, sizeof out, &len, &post, &exchange));
  IS(MCPICO_OK, mcpico_exchange_id(&exchange, &id));
  IS(MCPICO_ERROR_NOTHING_TO_SEND,
     mcpico_client_resume(&client, &exchange, NULL, 0, second, sizeof second, &len, &post, &next));
  IS(MCPICO_OK, mcpico_client_cancel(&client, &exchange, MCPICO_LIT("enough"), NULL, 0, second, sizeof second, &len, &post, &next));
  IS(MCPICO_OK, mcpico_post_body(&post, &value));
  IS(MCPICO_OK, mcpico_json_at(value.data, value.len, MCPICO_LIT("/params/reason"), &value));
  STR("\"enough\"", value);
  IS(MCPICO_ERROR_NOTHING_TO_SEND,
     mcpico_client_cancel(&client, &next, NULL, 0, NULL, 0, second, sizeof second, &len, &post, &exchange));

  IS(MCPICO_ERROR_OVERLAP,
     mcpico_client_resume(&client, &exchange, NULL, 0, second, sizeof second, &len, &post, &exchange));
  IS(MCPICO_ERROR_OVERLAP,
     mcpico_client_cancel(&client, &exchange, NULL, 0, NULL, 0, second, sizeof second, &len, &post, &exchange));
  IS(MCPICO_ERROR_OVERLAP,
     mcpico_client_cancel_line(&client, &exchange, NULL, 0, second, sizeof second, &len, &post, &exchange));

  IS(MCPICO_OK, mcpico_client_beside(&client, 5, &other));
  IS(MCPICO_ERROR_OVERLAP, mcpico_client_beside(&client, 5, &client));
  IS(MCPICO_OK, mcpico_client_request(&other, &call, out, sizeof out, &len, &post, &exchange));
  {
    uint32_t beside = 0;
    uint32_t own = 0;
    IS(MCPICO_OK, mcpico_exchange_id(&exchange, &beside));
    IS(MCPICO_OK, mcpico_client_request(&client, &call, out, sizeof out, &len, &post, &exchange));
    IS(MCPICO_OK, mcpico_exchange_id(&exchange, &own));
    YES(beside == id + 1 && own == id + 6);
  }
  IS(MCPICO_OK, mcpico_client_end(&client, NULL, 0, out, sizeof out, &len, &post, &exchange));
  IS(MCPICO_OK, mcpico_post_verb(&post, &verb));
  YES(verb == MCPICO_HTTP_DELETE);
  IS(MCPICO_OK, mcpico_client_has_session(&client, &flag));
  YES(flag == 0);

  /* Over HTTP the modern era has no such message. */
  modern_client(&client);
  IS(MCPICO_OK, mcpico_client_request(&client, &call, out, sizeof out, &len, &post, &exchange));
  IS(MCPICO_ERROR_NOTHING_TO_SEND,
     mcpico_client_cancel(&client, &exchange, NULL, 0, NULL, 0, second, sizeof second, &len, &post, &next));
  IS(MCPICO_OK, mcpico_client_cancel_line(&client, &exchange, NULL, 0, second, sizeof second, &len, &post, &next));
}

void test_client(void)
{
  options();
  requests();
  request_errors();
  events();
  peer_errors();
  negotiation();
  legacy();
}
