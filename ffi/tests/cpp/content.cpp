// What results, errors and notifications say. They are those of the schema's examples of 2026-07-28.
#include "check.hpp"

namespace {

mcpico::event message(std::string_view text) {
  const auto event = mcpico::parse_message(text);
  OK(event);
  return *event;
}

void events() {
  const auto progress = mcpico::progress_of(message(
      R"({"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":7,"progress":50,"message":"m"}})"));
  YES(progress && progress->id == 7 && progress->done.text() == "50" && progress->total.text().data() == nullptr);
  YES(*progress->message.equals("m"));
  const auto log = mcpico::log_of(message(
      R"({"jsonrpc":"2.0","method":"notifications/message","params":{"level":"error","logger":"database","data":[1]}})"));
  YES(log && log->level == mcpico::log_level::error && *log->logger.equals("database") && log->content.text() == "[1]");
  const auto other = message(R"({"jsonrpc":"2.0","method":"x"})");
  FAILS(WRONG_TYPE, mcpico::progress_of(other));
  FAILS(WRONG_TYPE, mcpico::log_of(other));
  FAILS(WRONG_TYPE, mcpico::refusal_of(other));
  const auto refusal = mcpico::refusal_of(message(
      R"({"jsonrpc":"2.0","id":1,"error":{"code":-32022,"message":"Unsupported protocol version",)"
      R"("data":{"supported":["2026-07-28","2025-11-25"],"requested":"1900-01-01"}}})"));
  YES(refusal && refusal->kind == mcpico::refusal_kind::unsupported_revision && *refusal->requested.equals("1900-01-01"));
  YES(*refusal->wanted.at("/1")->equals("2025-11-25"));
  FAILS(PEER_MESSAGE, mcpico::parse_message("[]"));
  const auto request = message(R"({"jsonrpc":"2.0","id":"a","method":"ping"})");
  YES(request.is(mcpico::event_kind::server_request) && *request.id_string().equals("a") && request.method() == "ping");
}

void results() {
  const mcpico::json list(R"({"tools":[{"name":"get_weather"}],"nextCursor":"n","ttlMs":300000,"cacheScope":"public"})");
  const auto page = mcpico::page_of(list, "tools");
  YES(page && *page->items.at("/0/name")->equals("get_weather") && *page->next_cursor.equals("n"));
  FAILS(OPTION, mcpico::page_of(list, "x"));
  const auto hint = mcpico::cache_hint_of(list);
  YES(hint && hint->ttl == 300000 && hint->is_public);
  FAILS(JSON, mcpico::cache_hint_of(mcpico::json("{")));
  const auto tool = mcpico::tool_result_of(mcpico::json(R"({"content":[],"isError":true})"));
  YES(tool && tool->is_error && tool->content.text() == "[]" && tool->structured_content.text().empty());
  FAILS(PEER_RESULT, mcpico::tool_result_of(mcpico::json(R"({"isError":1})")));

  const mcpico::json done(R"({"taskId":"786512e2","status":"completed","ttlMs":60000,"result":{"content":[]}})");
  const auto task = mcpico::task_of(done);
  YES(task && task->status == mcpico::task_status::completed && task->ttl == 60000u && task->poll_interval == 0);
  YES(*task->id.equals("786512e2"));
  const auto outcome = mcpico::task_outcome_of(done);
  YES(outcome && outcome->is(mcpico::event_kind::result) && outcome->json().text() == R"({"content":[]})");
  FAILS(PEER_RESULT, mcpico::task_of(mcpico::json("{}")));
  FAILS(PEER_RESULT, mcpico::task_outcome_of(mcpico::json(R"({"taskId":"a","status":"completed"})")));
  YES(!mcpico::task_of(mcpico::json(R"({"taskId":"a","status":"working"})"))->ttl);
}

void questions() {
  char out[64];
  TEXT(R"({"n":1})", mcpico::elicitation_defaults(
                         mcpico::json(R"({"requestedSchema":{"properties":{"n":{"type":"integer","default":1}}}})"), out));
  FAILS(ELICITATION, mcpico::elicitation_defaults(mcpico::json("{}"), out));
  FAILS(WRONG_TYPE, mcpico::elicitation_defaults(mcpico::json(R"({"mode":"url"})"), out));
  YES(*mcpico::param_header_count(mcpico::json(R"({"properties":{"a":{"type":"string","x-mcp-header":"A"}}})")) == 1);
  FAILS(PARAM_HEADER, mcpico::param_header_count(mcpico::json(R"({"properties":{"a":{"type":"object","x-mcp-header":"A"}}})")));
  mcpico::client_options options;
  options.name = options.version = "test";
  options.newest = mcpico::revision::v2025_11_25;
  options.capabilities = MCPICO_CAPABILITY_ROOTS;
  auto client = *mcpico::client::make(options);
  YES(*client.allows("roots/list", {}) && !*client.allows("elicitation/create", mcpico::json("{}")));
  YES(*client.is_initializing());
  char sent[1024];
  auto exchange = client.connect({}, sent)->exchange;
  YES(!*exchange.is_over());
  OK(exchange.on_status(404));
  char storage[64];
  auto inbox = *mcpico::inbox::over(storage);
  OK(inbox.close());
  YES(exchange.next(inbox)->is(mcpico::event_kind::rejected) && *exchange.is_over());
}

void documents() {
  const std::string_view text = R"({"a":[1,"x\n"],"b":true})";
  auto pointers = *mcpico::pointers("/a/1");
  auto stream = *mcpico::json_stream::make();
  std::string found;
  for (std::size_t at = 0; at < text.size(); at += 5) {
    std::string_view piece = text.substr(at, 5);
    for (;;) {
      const auto part = stream.next(piece, pointers);
      if (!part) {
        FAILS(INCOMPLETE, part);
        break;
      }
      if (part->selected() && part->is(mcpico::part_kind::string)) found.append(part->text());
    }
  }
  YES(stream.finish(pointers)->is(mcpico::part_kind::none));
  YES(found == "x\n" && *pointers.is_found());
  auto broken = *mcpico::json_stream::make();
  std::string_view rest = "]";
  FAILS(JSON, broken.next(rest));
  FAILS(JSON, broken.finish());
}

}  // namespace

void test_content() {
  events();
  results();
  questions();
  documents();
}
