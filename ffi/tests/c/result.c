/* What results, errors and notifications say, read by their kind; messages and documents by themselves. Results and
 * errors are those of the schema's examples of 2026-07-28, tasks those of the page of the extension. */
#include "check.h"

/* An array as pointer and length. */
#define WHOLE(array) (array), (sizeof(array) - 1u)

static void notifications(void)
{
  mcpico_event event;
  mcpico_progress progress;
  mcpico_str logger = {NULL, 0};
  mcpico_str message = {NULL, 0};
  uint32_t level = 0;
  FRESH(event);
  FRESH(progress);
  event.kind = MCPICO_EVENT_NOTIFICATION;
  event.method = mcpico_str_of("notifications/progress");
  event.json = mcpico_str_of("{\"progressToken\":\"oivaizmir\",\"progress\":50,\"total\":100,\"message\":\"Reticulating splines...\"}");
  IS(MCPICO_OK, mcpico_event_progress(&event, &progress));
  YES(progress.id_kind == MCPICO_ID_STRING);
  STR("\"oivaizmir\"", progress.id);
  STR("50", progress.progress);
  STR("100", progress.total);
  STR("\"Reticulating splines...\"", progress.message);
  event.json = mcpico_str_of("{\"progressToken\":7,\"progress\":0.5}");
  IS(MCPICO_OK, mcpico_event_progress(&event, &progress));
  YES(progress.id_kind == MCPICO_ID_NUMBER && progress.id_number == 7 && progress.id.data == NULL);
  YES(progress.total.data == NULL && progress.message.data == NULL);
  STR("0.5", progress.progress);
  event.json = mcpico_str_of("{\"progress\":1}");
  IS(MCPICO_ERROR_PEER_RESULT, mcpico_event_progress(&event, &progress));
  event.json = mcpico_str_of("{");
  IS(MCPICO_ERROR_JSON, mcpico_event_progress(&event, &progress));
  event.json = mcpico_str_of("{}");
  IS(MCPICO_ERROR_WRONG_TYPE, mcpico_event_log(&event, &level, &logger, &message));

  event.method = mcpico_str_of("notifications/message");
  IS(MCPICO_ERROR_PEER_RESULT, mcpico_event_log(&event, &level, &logger, &message));
  IS(MCPICO_ERROR_WRONG_TYPE, mcpico_event_progress(&event, &progress));
  YES(level == 0);
  event.json = mcpico_str_of("{\"level\":\"error\",\"logger\":\"database\",\"data\":{\"error\":\"Connection failed\"}}");
  IS(MCPICO_OK, mcpico_event_log(&event, &level, &logger, &message));
  YES(level == MCPICO_LOG_ERROR);
  STR("\"database\"", logger);
  STR("{\"error\":\"Connection failed\"}", message);
  event.json = mcpico_str_of("{\"level\":\"debug\",\"data\":null}");
  IS(MCPICO_OK, mcpico_event_log(&event, &level, &logger, &message));
  YES(level == MCPICO_LOG_DEBUG && logger.data == NULL);
  STR("null", message);
  event.json = mcpico_str_of("{\"level\":\"emergency\",\"data\":1}");
  IS(MCPICO_OK, mcpico_event_log(&event, &level, &logger, &message));
  YES(level == MCPICO_LOG_EMERGENCY);
  event.kind = MCPICO_EVENT_RESULT;
  IS(MCPICO_ERROR_WRONG_TYPE, mcpico_event_log(&event, &level, &logger, &message));
}

static void refusals(void)
{
  mcpico_event event;
  mcpico_str wanted = {NULL, 0};
  mcpico_str requested = {NULL, 0};
  uint32_t refusal = 9;
  FRESH(event);
#define REFUSAL(expected) IS(expected, mcpico_event_refusal(&event, &refusal, &wanted, &requested))
  REFUSAL(MCPICO_ERROR_WRONG_TYPE);
  event.kind = MCPICO_EVENT_ERROR;
  event.code = -32602;
  REFUSAL(MCPICO_OK);
  YES(refusal == MCPICO_REFUSAL_NONE && wanted.data == NULL);
  event.code = -32020;
  REFUSAL(MCPICO_OK);
  YES(refusal == MCPICO_REFUSAL_HEADER_MISMATCH && wanted.data == NULL && requested.data == NULL);
  event.code = -32021;
  REFUSAL(MCPICO_ERROR_PEER_RESULT);
  event.json = mcpico_str_of("{\"requiredCapabilities\":{\"elicitation\":{}}}");
  REFUSAL(MCPICO_OK);
  YES(refusal == MCPICO_REFUSAL_MISSING_CAPABILITY);
  STR("{\"elicitation\":{}}", wanted);
  event.code = -32022;
  REFUSAL(MCPICO_ERROR_PEER_RESULT);
  event.json = mcpico_str_of("{\"supported\":[\"2026-07-28\",\"2025-11-25\"],\"requested\":\"1900-01-01\"}");
  REFUSAL(MCPICO_OK);
  YES(refusal == MCPICO_REFUSAL_UNSUPPORTED_REVISION);
  STR("[\"2026-07-28\",\"2025-11-25\"]", wanted);
  STR("\"1900-01-01\"", requested);
  event.json = mcpico_str_of("[");
  REFUSAL(MCPICO_ERROR_JSON);
}

static void results(void)
{
  static const char page[] = "{\"resultType\":\"complete\",\"tools\":[{\"name\":\"get_weather\"}],"
                             "\"nextCursor\":\"next-page-cursor\",\"ttlMs\":300000,\"cacheScope\":\"public\"}";
  mcpico_str items = {NULL, 0};
  mcpico_str cursor = {NULL, 0};
  uint64_t ttl = 9;
  int32_t flag = 9;
  IS(MCPICO_OK, mcpico_result_page(WHOLE(page), MCPICO_LIT("tools"), &items, &cursor));
  STR("[{\"name\":\"get_weather\"}]", items);
  STR("\"next-page-cursor\"", cursor);
  IS(MCPICO_ERROR_PEER_RESULT, mcpico_result_page(WHOLE(page), MCPICO_LIT("prompts"), &items, &cursor));
  IS(MCPICO_ERROR_OPTION, mcpico_result_page(WHOLE(page), MCPICO_LIT("nextCursor"), &items, &cursor));
  IS(MCPICO_OK, mcpico_result_page(MCPICO_LIT("{\"resources\":[],\"nextCursor\":null}"), MCPICO_LIT("resources"), &items, &cursor));
  YES(cursor.data == NULL);
  IS(MCPICO_OK, mcpico_result_page(MCPICO_LIT("{\"resourceTemplates\":[]}"), MCPICO_LIT("resourceTemplates"), &items, &cursor));
  IS(MCPICO_ERROR_PEER_RESULT, mcpico_result_page(MCPICO_LIT("{\"prompts\":[],\"nextCursor\":7}"), MCPICO_LIT("prompts"), &items, &cursor));

  IS(MCPICO_OK, mcpico_result_cache(WHOLE(page), &ttl, &flag));
  YES(ttl == 300000 && flag == 1);
  IS(MCPICO_OK, mcpico_result_cache(MCPICO_LIT("{}"), &ttl, &flag));
  YES(ttl == 0 && flag == 0);
  IS(MCPICO_OK, mcpico_result_cache(MCPICO_LIT("{\"ttlMs\":-1,\"cacheScope\":\"private\"}"), &ttl, &flag));
  YES(ttl == 0 && flag == 0);
  IS(MCPICO_ERROR_PEER_RESULT, mcpico_result_cache(MCPICO_LIT("{\"cacheScope\":\"shared\"}"), &ttl, &flag));
  IS(MCPICO_ERROR_JSON, mcpico_result_cache(MCPICO_LIT("{"), &ttl, &flag));

  IS(MCPICO_OK, mcpico_result_tool(MCPICO_LIT("{\"content\":[],\"structuredContent\":{\"t\":1},\"isError\":true}"), &flag, &items, &cursor));
  YES(flag == 1);
  STR("[]", items);
  STR("{\"t\":1}", cursor);
  IS(MCPICO_OK, mcpico_result_tool(MCPICO_LIT("{}"), &flag, &items, &cursor));
  YES(flag == 0 && items.data == NULL && cursor.data == NULL);
  flag = 9;
  IS(MCPICO_ERROR_PEER_RESULT, mcpico_result_tool(MCPICO_LIT("{\"isError\":\"no\"}"), &flag, &items, &cursor));
  IS(MCPICO_ERROR_PEER_RESULT, mcpico_result_tool(MCPICO_LIT("{\"isError\":true,\"isError\":false}"), &flag, &items, &cursor));
  IS(MCPICO_ERROR_PEER_RESULT, mcpico_result_tool(MCPICO_LIT("[]"), &flag, &items, &cursor));
  YES(flag == 9);
}

static void tasks(void)
{
  static const char created[] = "{\"resultType\":\"task\",\"taskId\":\"786512e2\",\"status\":\"working\","
                                "\"statusMessage\":\"The operation is now in progress.\",\"ttlMs\":60000,\"pollIntervalMs\":5000}";
  static const struct { const char *text; uint32_t status; uint32_t event; const char *json; } cases[] = {
    {"{\"taskId\":\"a\",\"status\":\"input_required\",\"inputRequests\":{\"name\":{\"method\":\"elicitation/create\"}}}",
     MCPICO_TASK_INPUT_REQUIRED, MCPICO_EVENT_INPUT_REQUIRED, "{\"name\":{\"method\":\"elicitation/create\"}}"},
    {"{\"taskId\":\"a\",\"status\":\"completed\",\"result\":{\"content\":[]}}", MCPICO_TASK_COMPLETED, MCPICO_EVENT_RESULT,
     "{\"content\":[]}"},
    {"{\"taskId\":\"a\",\"status\":\"failed\",\"error\":{\"code\":-32603,\"message\":\"m\\n\",\"data\":[1]}}",
     MCPICO_TASK_FAILED, MCPICO_EVENT_ERROR, "[1]"},
    {"{\"taskId\":\"a\",\"status\":\"cancelled\",\"ttlMs\":null}", MCPICO_TASK_CANCELLED, MCPICO_EVENT_CLOSED, NULL},
  };
  mcpico_task task;
  mcpico_event event;
  size_t i;
  FRESH(task);
  FRESH(event);
  IS(MCPICO_OK, mcpico_task_read(WHOLE(created), &task));
  YES(task.status == MCPICO_TASK_WORKING && task.ttl == 60000 && task.poll_interval == 5000);
  STR("\"786512e2\"", task.id);
  STR("\"The operation is now in progress.\"", task.message);
  IS(MCPICO_OK, mcpico_task_outcome(WHOLE(created), &event));
  YES(event.kind == MCPICO_EVENT_TASK);
  STR(created, event.json);
  for (i = 0; i < 4; i++) {
    IS(MCPICO_OK, mcpico_task_read(cases[i].text, strlen(cases[i].text), &task));
    YES(task.status == cases[i].status && task.ttl == UINT64_MAX && task.poll_interval == 0 && task.message.data == NULL);
    IS(MCPICO_OK, mcpico_task_outcome(cases[i].text, strlen(cases[i].text), &event));
    YES(event.kind == cases[i].event);
    if (cases[i].json != NULL) {
      STR(cases[i].json, event.json);
    } else {
      YES(event.json.data == NULL);
    }
    YES(event.code == (i == 2 ? -32603 : 0));
    if (i == 2) {
      STR("\"m\\n\"", event.message);
    }
  }
  IS(MCPICO_ERROR_PEER_RESULT, mcpico_task_read(MCPICO_LIT("{\"status\":\"working\"}"), &task));
  IS(MCPICO_ERROR_PEER_RESULT, mcpico_task_outcome(MCPICO_LIT("{\"taskId\":\"a\",\"status\":\"completed\"}"), &event));
  IS(MCPICO_ERROR_JSON, mcpico_task_outcome(MCPICO_LIT("{\"taskId\""), &event));
}

static void questions(void)
{
  static const struct { const char *method; const char *params; int32_t allowed; } cases[] = {
    {"roots/list", NULL, 1}, {"sampling/createMessage", "{}", 0}, {"elicitation/create", "{}", 1},
    {"elicitation/create", "{\"mode\":\"form\"}", 1}, {"elicitation/create", "{\"mode\":\"url\"}", 0},
    {"elicitation/create", "{\"mode\":7}", 0}, {"ping", NULL, 0}, {"", NULL, 0}, {"roots/lis", NULL, 0},
  };
  static const char form[] = "{\"mode\":\"form\",\"message\":\"m\",\"requestedSchema\":{\"type\":\"object\",\"properties\":{"
                             "\"name\":{\"type\":\"string\",\"default\":\"J\\u00f6\"},\"age\":{\"type\":\"integer\",\"default\":30},"
                             "\"note\":{\"type\":\"string\"}},\"required\":[\"name\"]}}";
  mcpico_client client;
  mcpico_client_options options;
  char out[128];
  size_t len = 0;
  size_t i;
  int32_t flag = 9;
  FRESH(options);
  options.name = options.version = mcpico_str_of("x");
  options.capabilities = MCPICO_CAPABILITY_ROOTS | MCPICO_CAPABILITY_ELICITATION_FORM;
  IS(MCPICO_OK, mcpico_client_init(&client, &options));
  for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    const char *params = cases[i].params;
    IS(MCPICO_OK, mcpico_client_allows(&client, cases[i].method, strlen(cases[i].method), params,
                                       params == NULL ? 0 : strlen(params), &flag));
    YES(flag == cases[i].allowed);
  }
  IS(MCPICO_ERROR_JSON, mcpico_client_allows(&client, MCPICO_LIT("roots/list"), MCPICO_LIT("{"), &flag));
  IS(MCPICO_OK, mcpico_client_is_initializing(&client, &flag));
  YES(flag == 0);
  options.newest = MCPICO_REVISION_2025_11_25;
  IS(MCPICO_OK, mcpico_client_init(&client, &options));
  IS(MCPICO_OK, mcpico_client_is_initializing(&client, &flag));
  YES(flag == 1);

  IS(MCPICO_OK, mcpico_elicitation_defaults(WHOLE(form), out, sizeof out, &len));
  TEXT("{\"name\":\"J\\u00f6\",\"age\":30}", out, len);
  IS(MCPICO_ERROR_ELICITATION, mcpico_elicitation_defaults(
    MCPICO_LIT("{\"requestedSchema\":{\"properties\":{\"a\":{\"type\":\"string\"}},\"required\":[\"a\"]}}"), out, sizeof out, &len));
  IS(MCPICO_ERROR_ELICITATION, mcpico_elicitation_defaults(MCPICO_LIT("{}"), out, sizeof out, &len));
  IS(MCPICO_ERROR_WRONG_TYPE, mcpico_elicitation_defaults(MCPICO_LIT("{\"mode\":\"url\"}"), out, sizeof out, &len));
  IS(MCPICO_ERROR_JSON, mcpico_elicitation_defaults(MCPICO_LIT("{"), out, sizeof out, &len));

  IS(MCPICO_OK, mcpico_param_header_count(
    MCPICO_LIT("{\"properties\":{\"city\":{\"type\":\"string\",\"x-mcp-header\":\"City\"},\"b\":{\"type\":\"boolean\",\"x-mcp-header\":\"B\"}}}"), &len));
  YES(len == 2);
  IS(MCPICO_OK, mcpico_param_header_count(MCPICO_LIT("{}"), &len));
  YES(len == 0);
  IS(MCPICO_ERROR_PARAM_HEADER, mcpico_param_header_count(
    MCPICO_LIT("{\"properties\":{\"a\":{\"type\":\"object\",\"x-mcp-header\":\"A\"}}}"), &len));
  IS(MCPICO_ERROR_JSON, mcpico_param_header_count(MCPICO_LIT("{"), &len));
}

/* JSON-RPC 2.0, section 7, and what is none. */
static void messages(void)
{
  static const char *const none[] = {
    "", "[]", "[{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":1}]", "{\"jsonrpc\":\"2.0\",\"method\":1,\"params\":\"bar\"}",
    "{\"jsonrpc\":\"2.0\",\"method\":\"foobar\",\"params\":\"bar\",\"baz]", "{\"id\":1,\"result\":1}",
    "{\"jsonrpc\":\"2.0\",\"id\":1,\"id\":2,\"result\":1}", "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":1} x",
  };
  mcpico_event event;
  size_t i;
  FRESH(event);
#define PARSE(text) IS(MCPICO_OK, mcpico_rpc_parse(MCPICO_LIT(text), &event))
  PARSE("{\"jsonrpc\": \"2.0\", \"method\": \"subtract\", \"params\": [42, 23], \"id\": 1}");
  YES(event.kind == MCPICO_EVENT_SERVER_REQUEST && event.id_kind == MCPICO_ID_NUMBER && event.id_number == 1);
  STR("subtract", event.method);
  STR("[42, 23]", event.json);
  PARSE("{\"jsonrpc\": \"2.0\", \"result\": 19, \"id\": \"a\\n\"}");
  YES(event.kind == MCPICO_EVENT_RESULT && event.id_kind == MCPICO_ID_STRING && event.method.data == NULL);
  STR("\"a\\n\"", event.id);
  STR("19", event.json);
  PARSE("{\"jsonrpc\": \"2.0\", \"method\": \"foobar\"}");
  YES(event.kind == MCPICO_EVENT_NOTIFICATION && event.id_kind == MCPICO_ID_NONE && event.json.data == NULL);
  PARSE("{\"jsonrpc\": \"2.0\", \"error\": {\"code\": -32601, \"message\": \"Method not found\"}, \"id\": \"1\"}");
  YES(event.kind == MCPICO_EVENT_ERROR && event.code == MCPICO_RPC_METHOD_NOT_FOUND);
  STR("\"Method not found\"", event.message);
  STR("\"1\"", event.id);
  for (i = 0; i < sizeof none / sizeof none[0]; i++) {
    IS(MCPICO_ERROR_PEER_MESSAGE, mcpico_rpc_parse(none[i], strlen(none[i]), &event));
  }
}

/* A document in pieces of every size says the same. */
static void documents(void)
{
  static const char text[] = "{\"a\":[null,true,-1.5e3,\"x\\u00e9\xc3\xa9\"],\"b\":\"text\"}";
  static const char said[] = "{a:[nt-1.5e3#x\xc3\xa9\xc3\xa9'"  "]b:text'}";
  mcpico_json_stream stream;
  mcpico_json_pointer pointers[2];
  mcpico_json_part part;
  size_t size;
  FRESH(part);
  for (size = 1; size <= sizeof text; size++) {
    char seen[128];
    char found[32];
    size_t seen_len = 0;
    size_t found_len = 0;
    size_t from;
    IS(MCPICO_OK, mcpico_json_stream_init(&stream));
    IS(MCPICO_OK, mcpico_json_pointer_init(&pointers[0], MCPICO_LIT("/b")));
    IS(MCPICO_OK, mcpico_json_pointer_init(&pointers[1], MCPICO_LIT("/a/2")));
    for (from = 0; from < sizeof text - 1; from += size) {
      const char *piece = text + from;
      size_t left = sizeof text - 1 - from < size ? sizeof text - 1 - from : size;
      size_t used = 0;
      int32_t status;
      while ((status = mcpico_json_stream_next(&stream, piece, left, pointers, 2, &used, &part)) == MCPICO_OK) {
        static const char marks[] = "?ntf?#?:?'[]{}";
        YES(used <= left);
        piece += used;
        left -= used;
        if (part.text.data != NULL) {
          memcpy(seen + seen_len, part.text.data, part.text.len);
          seen_len += part.text.len;
          if (part.selected != 0) {
            memcpy(found + found_len, part.text.data, part.text.len);
            found_len += part.text.len;
            YES(part.selected == (part.kind == MCPICO_PART_NUMBER ? 2u : 1u));
          }
        } else {
          seen[seen_len++] = marks[part.kind];
        }
      }
      IS(MCPICO_ERROR_INCOMPLETE, status);
    }
    IS(MCPICO_OK, mcpico_json_stream_finish(&stream, pointers, 2, &part));
    YES(part.kind == MCPICO_PART_NONE);
    TEXT(said, seen, seen_len);
    TEXT("-1.5e3text", found, found_len);
  }
  {
    size_t used = 0;
    IS(MCPICO_OK, mcpico_json_stream_init(&stream));
    IS(MCPICO_OK, mcpico_json_stream_next(&stream, "12", 2, NULL, 0, &used, &part));
    YES(part.kind == MCPICO_PART_NUMBER && used == 2);
    IS(MCPICO_OK, mcpico_json_stream_finish(&stream, NULL, 0, &part));
    YES(part.kind == MCPICO_PART_END_NUMBER);
    IS(MCPICO_OK, mcpico_json_stream_init(&stream));
    IS(MCPICO_OK, mcpico_json_stream_next(&stream, "[1}", 3, NULL, 0, &used, &part));
    IS(MCPICO_ERROR_JSON, mcpico_json_stream_finish(&stream, NULL, 0, &part));
    IS(MCPICO_ERROR_JSON, mcpico_json_stream_next(&stream, "]", 1, NULL, 0, &used, &part));
    IS(MCPICO_OK, mcpico_json_stream_init(&stream));
    IS(MCPICO_ERROR_JSON, mcpico_json_stream_next(&stream, "}", 1, NULL, 0, &used, &part));
    IS(MCPICO_ERROR_JSON, mcpico_json_stream_next(&stream, "{}", 2, NULL, 0, &used, &part));
    /* A name on the way to the value stands twice. */
    IS(MCPICO_OK, mcpico_json_stream_init(&stream));
    IS(MCPICO_OK, mcpico_json_pointer_init(&pointers[0], MCPICO_LIT("/a")));
    {
      const char *piece = "{\"a\":1,\"a\":2}";
      size_t left = 13;
      int32_t status;
      while ((status = mcpico_json_stream_next(&stream, piece, left, pointers, 1, &used, &part)) == MCPICO_OK) {
        piece += used;
        left -= used;
      }
      IS(MCPICO_ERROR_JSON_DUPLICATE, status);
    }
  }
}

void test_result(void)
{
  notifications();
  refusals();
  results();
  tasks();
  questions();
  messages();
  documents();
}
