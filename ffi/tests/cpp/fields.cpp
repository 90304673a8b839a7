// Every field of a structure reaches the one of C that has its name, and what is rarely used works as the rest.
#include "check.hpp"

namespace {

std::string_view of(mcpico_str text) { return mcpico::view(text); }

void calls() {
  mcpico::call call;
  call.method = mcpico::method::other;
  call.name = "name";
  call.arguments = "arguments";
  call.bearer = "bearer";
  call.input_schema = "input_schema";
  call.cursor = "cursor";
  call.argument = "argument";
  call.value = "value";
  call.mcp_name = "mcp_name";
  call.input_responses = "input_responses";
  call.input_state = "input_state";
  call.trace_parent = "trace_parent";
  call.trace_state = "trace_state";
  call.baggage = "baggage";
  call.progress = true;
  call.log_level = mcpico::log_level::warning;
  call.subscribe = MCPICO_SUBSCRIBE_TOOLS;
  const mcpico_str uris[] = {mcpico::text("one"), mcpico::text("two")};
  call.resource_uris = uris;
  call.task_ids = "task";
  const auto raw = call.raw();
  YES(raw.struct_size == sizeof raw && raw.method == MCPICO_METHOD_OTHER && raw.flags == MCPICO_CALL_PROGRESS);
  YES(raw.log_level == MCPICO_LOG_WARNING && raw.subscribe == MCPICO_SUBSCRIBE_TOOLS);
  YES(of(raw.name) == "name" && of(raw.arguments) == "arguments" && of(raw.bearer) == "bearer");
  YES(of(raw.input_schema) == "input_schema" && of(raw.cursor) == "cursor" && of(raw.argument) == "argument");
  YES(of(raw.value) == "value" && of(raw.mcp_name) == "mcp_name" && of(raw.input_responses) == "input_responses");
  YES(of(raw.input_state) == "input_state" && of(raw.trace_parent) == "trace_parent");
  YES(of(raw.trace_state) == "trace_state" && of(raw.baggage) == "baggage");
  YES(raw.resource_uri_count == 2 && of(raw.resource_uris[1]) == "two");
  YES(raw.task_id_count == 1 && of(raw.task_ids[0]) == "task");

  const auto list = mcpico::list_tools("b", "c");
  YES(list.method == mcpico::method::list_tools && list.bearer == "b" && list.cursor == "c");
  const auto tool = mcpico::call_tool("n", "{}", "b");
  YES(tool.method == mcpico::method::call_tool && tool.name == "n" && tool.arguments == "{}" && tool.bearer == "b");
  const auto resource = mcpico::read_resource("u", "b");
  YES(resource.method == mcpico::method::read_resource && resource.name == "u" && resource.bearer == "b");
  const auto told = mcpico::subscribe(MCPICO_SUBSCRIBE_PROMPTS, "b");
  YES(told.method == mcpico::method::subscribe && told.subscribe == MCPICO_SUBSCRIBE_PROMPTS && told.bearer == "b");
}

void credentials() {
  mcpico::challenge_fields fields;
  fields.error = mcpico::challenge_error::invalid_request;
  fields.realm = "r";
  fields.error_description = "d";
  fields.error_uri = "https://h/e";
  fields.scope = "s";
  fields.resource_metadata = "https://h/m";
  char out[512];
  char text[64];
  const auto back = mcpico::challenge::bearer(*fields.write(out));
  TEXT("invalid_request", back->param("error", text));
  TEXT("r", back->param("realm", text));
  TEXT("d", back->param("error_description", text));
  TEXT("https://h/e", back->param("error_uri", text));
  TEXT("s", back->param("scope", text));
  TEXT("https://h/m", back->param("resource_metadata", text));

  const auto key = *mcpico::key::make("an example secret of 32 bytes...");
  mcpico::guard guard;
  guard.keys = key;
  guard.resource_metadata = "https://h/m";
  char scratch[256];
  auto verdict = guard.check({}, 1, scratch);
  YES(verdict && verdict->denied());
  TEXT("https://h/m", mcpico::challenge::bearer(*verdict->denied()->challenge(out))->param("resource_metadata", text));

  mcpico::policy policy;
  const mcpico_str names[] = {mcpico::text("exp"), mcpico::text("n")};
  policy.leeway = 1;
  policy.max_lifetime = 2;
  policy.max_token_len = 3;
  policy.typ = "t";
  policy.issuer = "i";
  policy.subject = "s";
  policy.audiences = "a";
  policy.required = names;
  policy.allowed = names;
  policy.exp_optional = policy.future_iat = true;
  const auto raw = policy.raw();
  YES(raw.struct_size == sizeof raw && raw.flags == (MCPICO_POLICY_EXP_OPTIONAL | MCPICO_POLICY_FUTURE_IAT));
  YES(raw.leeway == 1 && raw.max_lifetime == 2 && raw.max_token_len == 3);
  YES(of(raw.typ) == "t" && of(raw.issuer) == "i" && of(raw.subject) == "s");
  YES(raw.audience_count == 1 && of(raw.audiences[0]) == "a");
  YES(raw.required_count == 2 && raw.required == names && raw.allowed_count == 2 && raw.allowed == names);

  // What has no wrapper is reached by the object of C.
  const auto token = *mcpico::sign_payload(key, "{\"exp\":9,\"n\":1}", out);
  mcpico::policy plain;
  const auto verified = *mcpico::verify(key, plain, 1, token, scratch);
  mcpico_str claims{};
  YES(mcpico_token_claims(verified.raw(), &claims) == MCPICO_OK && of(claims) == "{\"exp\":9,\"n\":1}");
}

void results() {
  const auto half = [](int value) {
    return value % 2 == 0 ? mcpico::result<long>(value / 2L) : mcpico::result<long>(mcpico::error(MCPICO_ERROR_LENGTH));
  };
  const auto twice = [](int value) { return value * 2L; };
  const mcpico::error wrong(MCPICO_ERROR_JSON);
  mcpico::result<int> good = 8;
  mcpico::result<int> odd = 7;
  mcpico::result<int> bad = wrong;
  const auto& same = good;
  const auto& none = bad;
  // Of each kind: one that stays, one that is only looked at, one that goes.
  YES(*good.and_then(half) == 4 && *same.and_then(half) == 4 && *mcpico::result<int>(8).and_then(half) == 4);
  FAILS(LENGTH, odd.and_then(half));
  FAILS(JSON, bad.and_then(half));
  FAILS(JSON, none.and_then(half));
  FAILS(JSON, mcpico::result<int>(wrong).and_then(half));
  YES(*good.transform(twice) == 16 && *same.transform(twice) == 16 && *mcpico::result<int>(8).transform(twice) == 16);
  FAILS(JSON, bad.transform(twice));
  FAILS(JSON, none.transform(twice));
  FAILS(JSON, mcpico::result<int>(wrong).transform(twice));
  YES(same.value_or(1) == 8 && none.value_or(1) == 1);
  YES(mcpico::result<int>(8).value_or(1) == 8 && mcpico::result<int>(wrong).value_or(1) == 1);

  const mcpico::result<void> done;
  const mcpico::result<void> failed = wrong;
  YES(done && !failed && failed.error() == wrong && failed.code() == MCPICO_ERROR_JSON && done.code() == MCPICO_OK);
  int calls = 0;
  const auto count = [&] { return ++calls, mcpico::result<int>(calls); };
  FAILS(JSON, failed.and_then(count));
  YES(calls == 0 && *done.and_then(count) == 1);
}

// An answer by a reader of one's own: mcpico::response, and a head that has been read apart.
void responses() {
  mcpico::client_options options;
  options.name = "test";
  options.version = "1";
  options.oldest = options.newest = mcpico::revision::v2026_07_28;
  auto client = *mcpico::client::make(options);
  char out[1024];
  char storage[512];
  auto inbox = *mcpico::inbox::over(storage);
  auto sent = *client.request(mcpico::call_tool("t"), out);
  auto response = *mcpico::response::make();
  FAILS(CLOSED_UNANSWERED, response.received(client, sent.exchange, inbox, 0));
  YES(!response.state()->complete && !response.state()->reusable);
  const std::string answer = json_response(
      R"({"jsonrpc":"2.0","id":1,"result":{"resultType":"input_required","requestState":"s","inputRequests":)"
      R"({"k":{"method":"roots/list"}}}})");
  const auto spare = *inbox.spare();
  answer.copy(spare.data(), answer.size());
  FAILS(LENGTH, response.received(client, sent.exchange, inbox, sizeof storage + 1));
  OK(response.received(client, sent.exchange, inbox, answer.size()));
  YES(response.state()->complete && response.state()->reusable && *sent.exchange.status() == 200);
  const auto asked = sent.exchange.next(inbox);
  YES(asked->is(mcpico::event_kind::input_required) && *asked->state().equals("s"));
  YES(*asked->json().at("/k/method")->equals("roots/list"));
  YES(!asked->id_number() && asked->message().text().data() == nullptr && asked->body().data() == nullptr);

  auto second = *client.request(mcpico::call_tool("t"), out);
  auto reader = *mcpico::head_reader::make();
  const auto head = reader.read("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n");
  OK(second.exchange.on_head(client, *head));
  YES(*second.exchange.status() == 401);
  OK(inbox.reset());
  OK(inbox.close());
  const auto refused = second.exchange.next(inbox);
  YES(refused->is(mcpico::event_kind::rejected) && refused->http_status() == 401);

  // No room to read into is no connection that has closed.
  auto third = *client.request(mcpico::call_tool("t"), out);
  auto none = *mcpico::inbox::over({});
  script peer({answer});
  mcpico::answer lost(peer, client, third.exchange, none);
  for (const auto& event : lost) YES(event.is(mcpico::event_kind::closed));
  FAILS(MESSAGE_TOO_LARGE, lost.status());

  const auto request = mcpico::parse_message(R"({"jsonrpc":"2.0","id":7,"method":"ping"})");
  YES(request && request->id_number() && *request->id_number() == 7);

  mcpico::request_head written;
  written.verb = mcpico::verb::post;
  written.target = "/";
  written.host = "h";
  written.content_length = 12345;
  YES(written.write(out)->find("\r\nContent-Length: 12345\r\n") != std::string_view::npos);
}

}  // namespace

void test_fields() {
  calls();
  credentials();
  results();
  responses();
}
