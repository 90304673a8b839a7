// What a server tells of its own accord.
#include "check.hpp"

namespace {

// The parameters are those of the schema's examples of 2026-07-28.
std::string told(const std::string& method, const std::string& params) {
  return R"(data: {"jsonrpc":"2.0","method":"notifications/)" + method +
         R"(","params":{"_meta":{"io.modelcontextprotocol/subscriptionId":1})" + params + "}}\n\n";
}

void modern() {
  mcpico::client_options options;
  options.name = options.version = "test";
  options.oldest = options.newest = mcpico::revision::v2026_07_28;
  auto client = *mcpico::client::make(options);
  char out[2048];
  char storage[2048];
  auto inbox = *mcpico::inbox::over(storage);
  auto call = mcpico::subscribe(MCPICO_SUBSCRIBE_TOOLS, "tok");
  call.resource_uris = "file:///project/config.json";
  const mcpico_str tasks[] = {mcpico::text("t1"), mcpico::text("t2")};
  call.task_ids = tasks;
  const auto small = client.request(call, {});
  FAILS(BUFFER_TOO_SMALL, small);
  auto sent = *client.request(call, {out, small.error().needed()});
  TEXT(R"({"toolsListChanged":true,"resourceSubscriptions":["file:///project/config.json"],"taskIds":["t1","t2"]})",
       mcpico::json(*sent.post.body()).at("/params/notifications").transform([](auto json) { return json.text(); }));
  OK(sent.exchange.on_status(200));
  OK(sent.exchange.on_header(client, "Content-Type", "text/event-stream"));
  auto subscription = *mcpico::subscription::of(sent.exchange);
  feed(inbox, told("subscriptions/acknowledged",
                   R"(,"notifications":{"toolsListChanged":true,"taskIds":["t1","t2"]})") +
                  told("resources/updated", R"(,"uri":"file:///x")") + told("resources/updated", "") +
                  told("tools/list_changed", "") + told("y", ""));
  YES(!*subscription.is_acknowledged());
  const auto granted = *subscription.read(*sent.exchange.next(inbox));
  YES(granted.is(mcpico::update_kind::acknowledged) && granted.granted() == MCPICO_SUBSCRIBE_TOOLS);
  YES(*granted.json().at("/notifications/taskIds/1")->equals("t2"));
  YES(*subscription.is_acknowledged() && !*granted.grants(call));
  call.resource_uris = {};
  YES(*granted.grants(call));
  const auto updated = *subscription.read(*sent.exchange.next(inbox));
  YES(updated.is(mcpico::update_kind::resource_updated) && *updated.uri().equals("file:///x"));
  FAILS(OPTION, updated.grants(call));
  FAILS(PEER_RESULT, subscription.read(*sent.exchange.next(inbox)));
  YES(subscription.read(*sent.exchange.next(inbox))->kind() == mcpico::update_kind::tools_changed);
  const auto other = *subscription.read(*sent.exchange.next(inbox));
  YES(other.is(mcpico::update_kind::unknown) && other.method() == "notifications/y" && *other.json().member("_meta")->kind() == mcpico::json_kind::object);
  OK(inbox.close());
  const auto ended = *subscription.read(*sent.exchange.next(inbox));
  YES(ended.is(mcpico::update_kind::ended) && ended.ending() == mcpico::ending::interrupted);

  auto task = mcpico::call();
  task.method = mcpico::method::cancel_task;
  task.name = "t1";
  YES(*mcpico::json(*client.request(task, out)->post.body()).at("/params/taskId")->equals("t1"));
}

void any_era() {
  mcpico_event raw{};
  raw.struct_size = sizeof raw;
  raw.kind = MCPICO_EVENT_NOTIFICATION;
  raw.method = mcpico::text("notifications/prompts/list_changed");
  YES(mcpico::told(mcpico::event(raw))->is(mcpico::update_kind::prompts_changed));
  raw.kind = MCPICO_EVENT_RESULT;
  FAILS(WRONG_TYPE, mcpico::told(mcpico::event(raw)));
}

}  // namespace

void test_subscription() {
  modern();
  any_era();
}
