/* What a server tells unasked: subscriptions since 2026-07-28, notifications before, and requests whose parameters the
 * library writes. The messages are those of the schema's examples of 2026-07-28. */
#include <stddef.h>

#include "check.h"

static char out[2048];
static char storage[2048];

#define ID "\"_meta\":{\"io.modelcontextprotocol/subscriptionId\":1}"
#define TOLD(method, params) "data: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/" method "\",\"params\":{" ID params "}}\n\n"
#define ACKNOWLEDGED(filter) TOLD("subscriptions/acknowledged", ",\"notifications\":{" filter "}")

static const mcpico_str uris[] = {MCPICO_STR("file:///project/config.json"), MCPICO_STR("a\"b")};
static const mcpico_str tasks[] = {MCPICO_STR("786512e2")};

static mcpico_call listening(void)
{
  mcpico_call call;
  FRESH(call);
  call.method = MCPICO_METHOD_SUBSCRIBE;
  call.subscribe = MCPICO_SUBSCRIBE_TOOLS;
  call.resource_uris = uris;
  call.resource_uri_count = 1;
  return call;
}

/* A subscription that has been asked for, with the head of the answer. */
static void subscribed(mcpico_client *client, mcpico_exchange *exchange, mcpico_subscription *subscription,
                       mcpico_inbox *inbox)
{
  mcpico_call call = listening();
  mcpico_post post;
  size_t len = 0;
  modern_client(client);
  IS(MCPICO_OK, mcpico_client_request(client, &call, out, sizeof out, &len, &post, exchange));
  IS(MCPICO_OK, mcpico_exchange_on_status(exchange, 200));
  IS(MCPICO_OK, mcpico_exchange_on_header(exchange, client, MCPICO_LIT("Content-Type"), MCPICO_LIT("text/event-stream")));
  IS(MCPICO_OK, mcpico_subscription_init(subscription, exchange));
  IS(MCPICO_OK, mcpico_inbox_init(inbox, storage, sizeof storage));
}

/* The next update. */
static int32_t next(mcpico_subscription *subscription, mcpico_exchange *exchange, mcpico_inbox *inbox,
                    mcpico_update *update)
{
  mcpico_event event;
  FRESH(event);
  FRESH(*update);
  IS(MCPICO_OK, mcpico_exchange_next(exchange, inbox, &event));
  return mcpico_subscription_read(subscription, &event, update);
}

static void filters(void)
{
  mcpico_client client;
  mcpico_call call = listening();
  mcpico_post post;
  mcpico_exchange exchange;
  mcpico_str body;
  mcpico_str name;
  mcpico_str value;
  size_t needed = 0;
  size_t len = 0;
  size_t i;
  modern_client(&client);
  IS(MCPICO_OK, mcpico_client_request(&client, &call, out, sizeof out, &len, &post, &exchange));
  IS(MCPICO_OK, mcpico_post_body(&post, &body));
  IS(MCPICO_OK, mcpico_json_member(body.data, body.len, MCPICO_LIT("method"), &value));
  STR("\"subscriptions/listen\"", value);
  IS(MCPICO_OK, mcpico_json_at(body.data, body.len, MCPICO_LIT("/params/notifications"), &value));
  STR("{\"toolsListChanged\":true,\"resourceSubscriptions\":[\"file:///project/config.json\"]}", value);
  IS(MCPICO_OK, mcpico_post_header(&post, 2, &name, &value));
  STR("Mcp-Method", name);
  STR("subscriptions/listen", value);

  call.subscribe = 7;
  call.resource_uri_count = 2;
  call.task_ids = tasks;
  call.task_id_count = 1;
  /* The size that suffices is found out first; one byte less is too little, and nothing is written then. */
  memset(out, 'x', sizeof out);
  IS(MCPICO_ERROR_BUFFER_TOO_SMALL, mcpico_client_request(&client, &call, NULL, 0, &needed, &post, &exchange));
  for (i = 0; i < needed; i++) {
    IS(MCPICO_ERROR_BUFFER_TOO_SMALL, mcpico_client_request(&client, &call, out, i, &len, &post, &exchange));
    YES(len == needed && out[0] == 'x' && memcmp(out, out + 1, sizeof out - 1) == 0);
  }
  IS(MCPICO_OK, mcpico_client_request(&client, &call, out, needed, &len, &post, &exchange));
  YES(len < needed && out[needed] == 'x');
  IS(MCPICO_OK, mcpico_post_body(&post, &body));
  YES(body.data + body.len == out + len);
  IS(MCPICO_OK, mcpico_json_at(body.data, body.len, MCPICO_LIT("/params/notifications"), &value));
  STR("{\"promptsListChanged\":true,\"resourcesListChanged\":true,\"toolsListChanged\":true,"
      "\"resourceSubscriptions\":[\"file:///project/config.json\",\"a\\\"b\"],\"taskIds\":[\"786512e2\"]}", value);

#define REQUEST(status) IS(status, mcpico_client_request(&client, &call, out, sizeof out, &len, &post, &exchange))
  /* Nothing is a filter too. */
  FRESH(call);
  call.method = MCPICO_METHOD_SUBSCRIBE;
  REQUEST(MCPICO_OK);
  IS(MCPICO_OK, mcpico_post_body(&post, &body));
  IS(MCPICO_OK, mcpico_json_at(body.data, body.len, MCPICO_LIT("/params/notifications"), &value));
  STR("{}", value);
  call = listening();
  call.subscribe = 8;
  REQUEST(MCPICO_ERROR_OPTION);
  call = listening();
  call.reserved = 1;
  REQUEST(MCPICO_ERROR_OPTION);
  call = listening();
  call.name = mcpico_str_of("x");
  REQUEST(MCPICO_ERROR_OPTION);
  call = listening();
  call.resource_uris = NULL;
  REQUEST(MCPICO_ERROR_NULL_POINTER);
  call = listening();
  call.resource_uri_count = SIZE_MAX / 2;
  REQUEST(MCPICO_ERROR_LENGTH);
  call = listening();
  call.input_responses = mcpico_str_of("{}");
  REQUEST(MCPICO_ERROR_INPUT);
  {
    mcpico_str many[MCPICO_MAX_LIST + 1];
    for (i = 0; i <= MCPICO_MAX_LIST; i++) {
      many[i] = uris[0];
    }
    call = listening();
    call.resource_uris = many;
    call.resource_uri_count = MCPICO_MAX_LIST + 1;
    REQUEST(MCPICO_ERROR_TOO_MANY);
    call.resource_uri_count = MCPICO_MAX_LIST;
    REQUEST(MCPICO_OK);
  }
  FRESH(call);
  call.method = MCPICO_METHOD_LIST_TOOLS;
  call.subscribe = MCPICO_SUBSCRIBE_TOOLS;
  REQUEST(MCPICO_ERROR_OPTION);

  /* A program with an earlier header, whose call ended before the filter. */
  FRESH(call);
  call.method = MCPICO_METHOD_LIST_TOOLS;
  call.struct_size = (uint32_t)offsetof(mcpico_call, subscribe);
  call.subscribe = 0xffffffffu;
  REQUEST(MCPICO_OK);
  call.struct_size++;
  REQUEST(MCPICO_ERROR_STRUCT_SIZE);
  call.struct_size = (uint32_t)sizeof call + 8u;
  REQUEST(MCPICO_ERROR_STRUCT_SIZE);
}

static void told(void)
{
  mcpico_client client;
  mcpico_exchange exchange;
  mcpico_subscription subscription;
  mcpico_inbox inbox;
  mcpico_update update;
  mcpico_call call = listening();
  mcpico_str value;
  int32_t flag = 9;
  subscribed(&client, &exchange, &subscription, &inbox);
#define NEXT(status) IS(status, next(&subscription, &exchange, &inbox, &update))
  NEXT(MCPICO_OK);
  YES(update.kind == MCPICO_UPDATE_NOTHING);
  feed(&inbox, TOLD("tools/list_changed", ""), 0);
  NEXT(MCPICO_OK);
  YES(update.kind == MCPICO_UPDATE_STRAY);
  IS(MCPICO_OK, mcpico_subscription_is_acknowledged(&subscription, &flag));
  YES(flag == 0);
  feed(&inbox, ACKNOWLEDGED("\"toolsListChanged\":true,\"resourceSubscriptions\":[\"file:///project/config.json\"]"), 0);
  NEXT(MCPICO_OK);
  YES(update.kind == MCPICO_UPDATE_ACKNOWLEDGED && update.granted == MCPICO_SUBSCRIBE_TOOLS);
  IS(MCPICO_OK, mcpico_json_at(update.json.data, update.json.len, MCPICO_LIT("/notifications/resourceSubscriptions/0"), &value));
  STR("\"file:///project/config.json\"", value);
  IS(MCPICO_OK, mcpico_update_is_granted(&update, &call, &flag));
  YES(flag == 1);
  call.subscribe |= MCPICO_SUBSCRIBE_PROMPTS;
  IS(MCPICO_OK, mcpico_update_is_granted(&update, &call, &flag));
  YES(flag == 0);
  call = listening();
  call.resource_uri_count = 2;
  IS(MCPICO_OK, mcpico_update_is_granted(&update, &call, &flag));
  YES(flag == 0);
  FRESH(call);
  IS(MCPICO_OK, mcpico_update_is_granted(&update, &call, &flag));
  YES(flag == 1);
  call.subscribe = 8;
  IS(MCPICO_ERROR_OPTION, mcpico_update_is_granted(&update, &call, &flag));
  call.subscribe = 0;
  update.json = mcpico_str_of("[]");
  IS(MCPICO_ERROR_PEER_RESULT, mcpico_update_is_granted(&update, &call, &flag));
  update.kind = MCPICO_UPDATE_STRAY;
  IS(MCPICO_ERROR_OPTION, mcpico_update_is_granted(&update, &call, &flag));
  IS(MCPICO_OK, mcpico_subscription_is_acknowledged(&subscription, &flag));
  YES(flag == 1);

  feed(&inbox, TOLD("resources/updated", ",\"uri\":\"file:///project/src/main.rs\"") TOLD("tools/list_changed", "")
               TOLD("prompts/list_changed", "") TOLD("resources/list_changed", "") TOLD("x", ",\"y\":1")
               TOLD("resources/updated", ",\"uri\":7")
               TOLD("tasks", ",\"taskId\":\"786512e2\",\"status\":\"working\"")
               "data: {\"jsonrpc\":\"2.0\",\"id\":\"a\",\"result\":{}}\n\n", 0);
  NEXT(MCPICO_OK);
  YES(update.kind == MCPICO_UPDATE_RESOURCE_UPDATED && update.json.data == NULL);
  STR("\"file:///project/src/main.rs\"", update.uri);
  NEXT(MCPICO_OK);
  YES(update.kind == MCPICO_UPDATE_TOOLS_CHANGED && update.uri.data == NULL);
  NEXT(MCPICO_OK);
  YES(update.kind == MCPICO_UPDATE_PROMPTS_CHANGED);
  NEXT(MCPICO_OK);
  YES(update.kind == MCPICO_UPDATE_RESOURCES_CHANGED);
  NEXT(MCPICO_OK);
  YES(update.kind == MCPICO_UPDATE_UNKNOWN);
  STR("notifications/x", update.method);
  IS(MCPICO_OK, mcpico_json_member(update.json.data, update.json.len, MCPICO_LIT("y"), &value));
  STR("1", value);
  NEXT(MCPICO_ERROR_PEER_RESULT);
  YES(update.kind == 0);
  NEXT(MCPICO_OK);
  YES(update.kind == MCPICO_UPDATE_TASK);
  IS(MCPICO_OK, mcpico_json_member(update.json.data, update.json.len, MCPICO_LIT("status"), &value));
  STR("\"working\"", value);
  NEXT(MCPICO_OK);
  YES(update.kind == MCPICO_UPDATE_STRAY);
  feed(&inbox, "data: {\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"resultType\":\"complete\"," ID "}}\n\n", 0);
  NEXT(MCPICO_OK);
  YES(update.kind == MCPICO_UPDATE_ENDED && update.ending == MCPICO_ENDING_COMPLETED);
}

static void ends(void)
{
  static const struct { const char *text; uint32_t ending; } cases[] = {
    {"data: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":1}}\n\n",
     MCPICO_ENDING_CANCELLED},
    {"data: {\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32601,\"message\":\"m\"}}\n\n", MCPICO_ENDING_REFUSED},
    {"", MCPICO_ENDING_INTERRUPTED},
  };
  mcpico_client client;
  mcpico_exchange exchange;
  mcpico_subscription subscription;
  mcpico_inbox inbox;
  mcpico_update update;
  mcpico_event event;
  size_t i;
  for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    subscribed(&client, &exchange, &subscription, &inbox);
    feed(&inbox, cases[i].text, cases[i].text[0] == '\0');
    NEXT(MCPICO_OK);
    YES(update.kind == MCPICO_UPDATE_ENDED && update.ending == cases[i].ending);
  }
  /* Another's: dropped. */
  subscribed(&client, &exchange, &subscription, &inbox);
  feed(&inbox, "data: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":2}}\n\n", 0);
  NEXT(MCPICO_OK);
  YES(update.kind == MCPICO_UPDATE_STRAY);
  /* A refusal, input and a task are no stream. */
  {
    static const uint32_t kinds[] = {MCPICO_EVENT_REJECTED, MCPICO_EVENT_INPUT_REQUIRED, MCPICO_EVENT_TASK};
    for (i = 0; i < 3; i++) {
      FRESH(event);
      event.kind = kinds[i];
      IS(MCPICO_OK, mcpico_subscription_read(&subscription, &event, &update));
      YES(update.kind == MCPICO_UPDATE_ENDED && update.ending == MCPICO_ENDING_REFUSED);
    }
  }
  FRESH(event);
  event.kind = MCPICO_EVENT_NOTIFICATION;
  event.method = mcpico_str_of("notifications/tools/list_changed");
  event.json = mcpico_str_of("{");
  IS(MCPICO_ERROR_JSON, mcpico_subscription_read(&subscription, &event, &update));
  event.json.data = NULL;
  IS(MCPICO_ERROR_NULL_POINTER, mcpico_subscription_read(&subscription, &event, &update));
}

/* Up to 2025-11-25 changes are told beside the answers, and subscribed to one by one. */
static void legacy(void)
{
  static const struct { uint32_t method; const char *name; const char *params; } requests[] = {
    {MCPICO_METHOD_SUBSCRIBE_RESOURCE, "\"resources/subscribe\"", "{\"uri\":\"a\\\"b\"}"},
    {MCPICO_METHOD_UNSUBSCRIBE_RESOURCE, "\"resources/unsubscribe\"", "{\"uri\":\"a\\\"b\"}"},
  };
  mcpico_client client;
  mcpico_call call;
  mcpico_post post;
  mcpico_exchange exchange;
  mcpico_event event;
  mcpico_update update;
  mcpico_str body;
  mcpico_str value;
  size_t len = 0;
  size_t i;
  legacy_client(&client);
  for (i = 0; i < 2; i++) {
    FRESH(call);
    call.method = requests[i].method;
    REQUEST(MCPICO_ERROR_NULL_POINTER);
    call.name = mcpico_str_of("a\"b");
    REQUEST(MCPICO_OK);
    IS(MCPICO_OK, mcpico_post_body(&post, &body));
    IS(MCPICO_OK, mcpico_json_member(body.data, body.len, MCPICO_LIT("method"), &value));
    STR(requests[i].name, value);
    IS(MCPICO_OK, mcpico_json_member(body.data, body.len, MCPICO_LIT("params"), &value));
    STR(requests[i].params, value);
    call.log_level = 9;
    REQUEST(MCPICO_ERROR_OPTION);
  }
  FRESH(call);
  call.method = MCPICO_METHOD_SET_LOG_LEVEL;
  REQUEST(MCPICO_ERROR_OPTION);
  call.log_level = MCPICO_LOG_EMERGENCY;
  REQUEST(MCPICO_OK);
  IS(MCPICO_OK, mcpico_post_body(&post, &body));
  IS(MCPICO_OK, mcpico_json_at(body.data, body.len, MCPICO_LIT("/params"), &value));
  STR("{\"level\":\"emergency\"}", value);
  call.name = mcpico_str_of("x");
  REQUEST(MCPICO_ERROR_OPTION);

  FRESH(event);
  FRESH(update);
  IS(MCPICO_ERROR_WRONG_TYPE, mcpico_event_update(&event, &update));
  event.kind = MCPICO_EVENT_NOTIFICATION;
  event.method = mcpico_str_of("notifications/resources/list_changed");
  IS(MCPICO_OK, mcpico_event_update(&event, &update));
  YES(update.kind == MCPICO_UPDATE_RESOURCES_CHANGED);
  event.method = mcpico_str_of("notifications/resources/list_change");
  IS(MCPICO_OK, mcpico_event_update(&event, &update));
  YES(update.kind == MCPICO_UPDATE_UNKNOWN);
  event.method = mcpico_str_of("notifications/resources/updated");
  IS(MCPICO_ERROR_PEER_RESULT, mcpico_event_update(&event, &update));
  event.json = mcpico_str_of("{\"uri\":\"a:b\"}");
  IS(MCPICO_OK, mcpico_event_update(&event, &update));
  YES(update.kind == MCPICO_UPDATE_RESOURCE_UPDATED);
  STR("\"a:b\"", update.uri);
}

/* Tasks are followed by requests of their own. */
static void following(void)
{
  static const struct { uint32_t method; const char *name; const char *params; } requests[] = {
    {MCPICO_METHOD_GET_TASK, "\"tasks/get\"", "\"786512e2\""},
    {MCPICO_METHOD_UPDATE_TASK, "\"tasks/update\"", "\"786512e2\""},
    {MCPICO_METHOD_CANCEL_TASK, "\"tasks/cancel\"", "\"786512e2\""},
  };
  mcpico_client client;
  mcpico_call call;
  mcpico_post post;
  mcpico_exchange exchange;
  mcpico_str body;
  mcpico_str name;
  mcpico_str value;
  size_t len = 0;
  size_t i;
  modern_client(&client);
  for (i = 0; i < 3; i++) {
    FRESH(call);
    call.method = requests[i].method;
    call.name = mcpico_str_of("786512e2");
    call.flags = MCPICO_CALL_PROGRESS;
    if (i == 1) {
      REQUEST(MCPICO_ERROR_NULL_POINTER);
      call.input_responses = mcpico_str_of("{\"k\":{}}");
    }
    IS(MCPICO_ERROR_BUFFER_TOO_SMALL, mcpico_client_request(&client, &call, NULL, 0, &len, &post, &exchange));
    IS(MCPICO_ERROR_BUFFER_TOO_SMALL, mcpico_client_request(&client, &call, out, len - 1, &len, &post, &exchange));
    IS(MCPICO_OK, mcpico_client_request(&client, &call, out, len, &len, &post, &exchange));
    IS(MCPICO_OK, mcpico_post_header(&post, 3, &name, &value));
    STR("Mcp-Name", name);
    STR("786512e2", value);
    IS(MCPICO_OK, mcpico_post_body(&post, &body));
    YES(body.data + body.len == out + len);
    IS(MCPICO_OK, mcpico_json_member(body.data, body.len, MCPICO_LIT("method"), &value));
    STR(requests[i].name, value);
    IS(MCPICO_OK, mcpico_json_at(body.data, body.len, MCPICO_LIT("/params/taskId"), &value));
    STR(requests[i].params, value);
    IS(MCPICO_OK, mcpico_json_at(body.data, body.len, MCPICO_LIT("/params/_meta/progressToken"), &value));
    IS(i == 1 ? MCPICO_OK : MCPICO_ERROR_NOT_FOUND,
       mcpico_json_at(body.data, body.len, MCPICO_LIT("/params/inputResponses/k"), &value));
    call.name.data = NULL;
    call.name.len = 0;
    REQUEST(MCPICO_ERROR_NULL_POINTER);
  }
}

void test_subscription(void)
{
  filters();
  told();
  ends();
  legacy();
  following();
}
