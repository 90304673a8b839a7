// The client of both eras: messages, exchanges, events.
#include "check.hpp"

namespace {

// The result of core/tests/corpora/mcp/2026-07-28/examples/DiscoverResult/server-capabilities-discovery.json, and that of
// CallToolResult/result-with-unstructured-text.json.
const std::string discovered =
    R"({"jsonrpc":"2.0","id":@,"result":{"resultType":"complete","supportedVersions":["2026-07-28"],)"
    R"("capabilities":{"tools":{},"resources":{}},"_meta":{"io.modelcontextprotocol/serverInfo":)"
    R"({"name":"ExampleServer","version":"1.0.0"}},"ttlMs":3600000,"cacheScope":"public"}})";
const std::string weather =
    R"({"jsonrpc":"2.0","id":@,"result":{"resultType":"complete","content":[{"type":"text",)"
    R"("text":"Current weather in New York:\nTemperature: 72°F\nConditions: Partly cloudy"}],"isError":false}})";
const std::string progress =
    R"({"jsonrpc":"2.0","method":"notifications/progress",)"
    R"("params":{"progressToken":@,"progress":50,"total":100,"message":"Reticulating splines..."}})";

mcpico::client make(mcpico::revision oldest = mcpico::revision::any, mcpico::revision newest = mcpico::revision::any,
                    std::uint32_t capabilities = 0) {
  mcpico::client_options options;
  options.name = "test";
  options.version = "1";
  options.oldest = oldest;
  options.newest = newest;
  options.capabilities = capabilities;
  auto made = mcpico::client::make(options);
  OK(made);
  return *std::move(made);
}

void messages() {
  mcpico::client_options options;
  options.name = "test";
  options.version = "1";
  options.oldest = static_cast<mcpico::revision>(1);
  FAILS(OPTION, mcpico::client::make(options));

  auto client = make();
  char out[2048];
  FAILS(NOT_READY, client.revision());
  FAILS(NOT_READY, client.request(mcpico::list_tools(), out));
  FAILS(BEARER, client.connect("a b", out));
  const auto small = client.connect("tok.en", {});
  FAILS(BUFFER_TOO_SMALL, small);
  const auto asked = client.connect("tok.en", {out, small.error().needed()});
  OK(asked);
  YES(*asked->post.verb() == mcpico::verb::post && *asked->exchange.status() == 0);
  bool bearer = false;
  bool type = false;
  for (const auto& [name, value] : asked->post.headers()) {
    bearer |= name == "Authorization" && value == "Bearer tok.en";
    type |= name == "Content-Type" && value == "application/json";
  }
  YES(bearer && type);
  YES(*mcpico::json(*asked->post.body()).member("method")->equals("server/discover"));
  YES(*mcpico::json(*asked->post.body()).member("id")->int64() == *asked->exchange.id());

  char text[4096];
  const auto head = asked->post.head("localhost:8080", "/mcp", text);
  OK(head);
  YES(head->substr(0, 19) == "POST /mcp HTTP/1.1\r" && head->find("\r\nHost: localhost:8080\r\n") != head->npos);
  const std::string whole = std::string(*head) + std::string(*asked->post.body());
  TEXT(whole, asked->post.request("localhost:8080", "/mcp", text));
  TEXT(std::string(*asked->post.body()) + "\n", asked->post.line(text));
  FAILS(REQUEST_HOST, asked->post.request("", "/mcp", text));
  FAILS(BUFFER_TOO_SMALL, asked->post.request("localhost", "/mcp", {text, 10}));
}

// Status and headers one by one, the body by commit: for those who bring their own HTTP.
void by_hand() {
  auto client = make();
  char out[2048];
  char storage[4096];
  auto inbox = *mcpico::inbox::over(storage);
  auto [post, exchange] = *client.connect({}, out);
  (void)post;
  YES(exchange.next(inbox)->is(mcpico::event_kind::need_data));
  FAILS(OUT_OF_RANGE, exchange.on_status(99));
  OK(exchange.on_status(200));
  OK(exchange.on_header(client, "Content-Type", "application/json"));
  std::string body = discovered;
  body.replace(body.find('@'), 1, std::to_string(*exchange.id()));

  const auto feed = [&](std::string_view piece) {
    const auto spare = *inbox.spare();
    YES(spare.size() >= piece.size());
    piece.copy(spare.data(), piece.size());
    OK(inbox.commit(piece.size()));
  };
  feed(std::string_view(body).substr(0, 50));
  auto first = exchange.events(inbox);
  for (const auto& event : first) YES(event.is(mcpico::event_kind::closed));
  YES(!first.over());
  OK(first.status());
  TEXT(std::string_view(body).substr(0, 50), inbox.unread());
  feed(std::string_view(body).substr(50));
  OK(inbox.close());
  int results = 0;
  auto second = exchange.events(inbox);
  for (const auto& event : second) {
    results += event.is(mcpico::event_kind::result) &&
               *event.json().at("/supportedVersions/0")->equals("2026-07-28");
  }
  YES(results == 1 && second.over() && *exchange.is_answered() && !*exchange.is_stream());
  FAILS(NOTHING_TO_SEND, exchange.retry());
  YES(*client.settle(exchange));
  YES(*client.revision() == mcpico::revision::v2026_07_28 && !*client.has_session());
  FAILS(NOTHING_TO_SEND, client.connect({}, out));
  FAILS(NOT_READY, client.listen({}, out));
  FAILS(NOTHING_TO_SEND, client.end({}, out));

  // What is no MCP ends the exchange by an error.
  OK(inbox.reset());
  auto other = *client.request(mcpico::list_tools(), out);
  OK(other.exchange.on_status(200));
  OK(other.exchange.on_header(client, "Content-Type", "text/html"));
  feed("<html>");
  auto html = other.exchange.events(inbox);
  for (const auto& event : html) YES(event.is(mcpico::event_kind::closed));
  FAILS(CONTENT_TYPE, html.status());
  YES(html.over());

  // A client and an inbox that are moved go on; what was moved from is none.
  auto moved = std::move(client);
  OK(moved.request(mcpico::list_tools("tok", "cursor"), out));
  FAILS(UNINITIALIZED, client.request(mcpico::list_tools(), out));
  auto moved_inbox = std::move(inbox);
  OK(moved_inbox.reset());
  FAILS(UNINITIALIZED, inbox.reset());
  // By assignment too: to themselves nothing happens, and what was there before is gone.
  char other_storage[64];
  auto assigned = *mcpico::inbox::over(other_storage);
  assigned = std::move(moved_inbox);
  YES((*assigned.spare()).data() == storage);
  FAILS(UNINITIALIZED, moved_inbox.reset());
  moved_inbox = std::move(assigned);
  auto& same_inbox = moved_inbox;
  moved_inbox = std::move(same_inbox);
  OK(moved_inbox.reset());
  auto taken = make();
  taken = std::move(moved);
  YES(*taken.revision() == mcpico::revision::v2026_07_28);
  FAILS(UNINITIALIZED, moved.revision());
  moved = std::move(taken);
  auto& same = moved;
  moved = std::move(same);
  OK(moved.revision());
  FAILS(LENGTH, moved_inbox.commit(sizeof storage + 1));
  FAILS(LENGTH, moved_inbox.discard(1));
  auto beside = moved.beside(10);
  OK(beside);
  YES(*beside->revision() == mcpico::revision::v2026_07_28);

  // Each field of a call reaches the message.
  mcpico::call call = mcpico::call_tool("get_weather", R"({"location":"New York"})", "tok");
  call.progress = true;
  call.trace_parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  const auto sent = *moved.request(call, out);
  const mcpico::json message(*sent.post.body());
  YES(*message.at("/params/name")->equals("get_weather"));
  YES(*message.at("/params/arguments/location")->equals("New York"));
  YES(*message.at("/params/_meta/progressToken")->int64() == *sent.exchange.id());
  YES(*message.at("/params/_meta/traceparent")->equals(call.trace_parent));
  const auto read = *moved.request(mcpico::read_resource("demo://x", "tok"), out);
  YES(*mcpico::json(*read.post.body()).at("/params/uri")->equals("demo://x"));
  call.arguments = "[]";
  FAILS(ARGUMENTS, moved.request(call, out));
}

// The same over a connection, with an event stream.
void over_connection() {
  auto client = make();
  char out[4096];
  char storage[4096];
  auto inbox = *mcpico::inbox::over(storage);
  script peer({json_response(discovered),
               "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\ndata: " + progress +
                   "\n\n: comment\n\ndata: " + weather + "\n\n"});
  const auto send = [&](const mcpico::outgoing& message) {
    char text[4096];
    OK(mcpico::write_all(peer, *message.post.request("localhost", "/mcp", text)));
  };
  auto hello = *client.connect("tok", out);
  send(hello);
  mcpico::answer welcome(peer, client, hello.exchange, inbox);
  for (const auto& event : welcome) YES(event.is(mcpico::event_kind::result));
  OK(welcome.status());
  YES(welcome.reusable() && *client.settle(hello.exchange));

  mcpico::call call = mcpico::call_tool("get_weather", R"({"location":"New York"})", "tok");
  call.progress = true;
  auto asked = *client.request(call, out);
  send(asked);
  mcpico::answer answer(peer, client, asked.exchange, inbox);
  std::string seen;
  for (const auto& event : answer) {
    char text[256];
    switch (event.kind()) {
      case mcpico::event_kind::notification:
        YES(event.method() == "notifications/progress");
        seen.append(*event.json().member("message")->string(text)).append(";");
        break;
      case mcpico::event_kind::result:
        seen.append(*event.json().at("/content/0/text")->string(text));
        YES(!*event.json().member("isError")->boolean());
        break;
      default:
        check(false, "another event", __FILE__, __LINE__);
    }
  }
  OK(answer.status());
  YES(!answer.reusable() && *asked.exchange.is_stream());
  YES(seen == "Reticulating splines...;Current weather in New York:\nTemperature: 72°F\nConditions: Partly cloudy");

  // A refusal, a failed read, a peer that says nothing, a message that does not fit.
  const std::string body = "{\"error\":\"invalid_token\"}";
  script refusing({"HTTP/1.1 401 Unauthorized\r\nContent-Length: " + std::to_string(body.size()) +
                   "\r\nWWW-Authenticate: Bearer error=\"invalid_token\"\r\n\r\n" + body});
  auto refused = *client.request(mcpico::list_tools("tok"), out);
  char text[4096];
  OK(mcpico::write_all(refusing, *refused.post.request("localhost", "/mcp", text)));
  mcpico::answer rejection(refusing, client, refused.exchange, inbox);
  for (const auto& event : rejection) {
    YES(event.is(mcpico::event_kind::rejected) && event.http_status() == 401 && event.body() == body);
  }
  OK(rejection.status());

  struct {
    static std::ptrdiff_t read(char*, std::size_t) { return -1; }
    static std::ptrdiff_t write(const char*, std::size_t) { return 0; }
  } broken;
  FAILS(WRITE, mcpico::write_all(broken, "x"));
  auto failed = *client.request(mcpico::list_tools(), out);
  mcpico::answer nothing(broken, client, failed.exchange, inbox);
  for (const auto& event : nothing) YES(event.is(mcpico::event_kind::closed));
  FAILS(READ, nothing.status());
  YES(!nothing.reusable());
  script silent({});
  auto unanswered = *client.request(mcpico::list_tools(), out);
  mcpico::answer silence(silent, client, unanswered.exchange, inbox);
  for (const auto& event : silence) YES(event.is(mcpico::event_kind::closed));
  FAILS(CLOSED_UNANSWERED, silence.status());
}

}  // namespace

void test_client() {
  messages();
  by_hand();
  over_connection();
}

// The legacy era: handshake, session, requests of the server, cancelling, listening, ending.
void test_legacy() {
  auto client = make(mcpico::revision::v2025_11_25, mcpico::revision::v2025_11_25, MCPICO_CAPABILITY_ROOTS);
  char out[2048];
  char text[4096];
  char storage[4096];
  auto inbox = *mcpico::inbox::over(storage);
  const std::string initialized =
      R"({"jsonrpc":"2.0","id":@,"result":{"protocolVersion":"2025-11-25","capabilities":{},)"
      R"("serverInfo":{"name":"s","version":"1"}}})";
  const std::string asks_roots = R"({"jsonrpc":"2.0","id":"r1","method":"roots/list"})";
  const std::string accepted = "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n";
  script peer({json_response(initialized, "Mcp-Session-Id: s-1\r\n"), accepted,
               "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\nid: e1\nretry: 700\ndata: " + asks_roots + "\n\n",
               accepted, accepted, accepted});
  const auto exchange = [&](mcpico::outgoing& message, auto&& each) {
    OK(mcpico::write_all(peer, *message.post.request("localhost", "/mcp", text)));
    mcpico::answer answer(peer, client, message.exchange, inbox);
    for (const auto& event : answer) each(event);
    OK(answer.status());
    OK(client.settle(message.exchange));
  };
  for (int round = 0; round < 2; ++round) {
    auto message = *client.connect("tok", out);
    exchange(message, [&](const mcpico::event& event) {
      YES(event.is(round == 0 ? mcpico::event_kind::result : mcpico::event_kind::accepted));
    });
  }
  FAILS(NOTHING_TO_SEND, client.connect("tok", out));
  YES(*client.has_session() && *client.revision() == mcpico::revision::v2025_11_25);

  auto call = *client.request(mcpico::call_tool("t", "{}", "tok"), out);
  std::string answers;
  exchange(call, [&](const mcpico::event& event) {
    if (!event.is(mcpico::event_kind::server_request)) {
      YES(event.is(mcpico::event_kind::interrupted));
      return;
    }
    YES(event.method() == "roots/list" && *event.id_string().equals("r1") && !event.id_number());
    char reply[1024];
    const auto answer = client.answer(event, R"({"roots":[]})", "tok", reply);
    OK(answer);
    answers = *answer->post.body();
    const auto refusal = client.refuse(event, -32603, "no", "tok", reply);
    OK(refusal);
    YES(*mcpico::json(*refusal->post.body()).at("/error/code")->int64() == -32603);
    YES(*mcpico::json(*refusal->post.body()).at("/error/message")->equals("no"));
  });
  YES(mcpico::json(std::string_view(answers)).at("/result/roots")->text() == "[]");
  YES(*mcpico::json(std::string_view(answers)).member("id")->equals("r1"));

  YES(*call.exchange.retry() == 700);
  const auto resumed = client.resume(call.exchange, "tok", text);
  OK(resumed);
  YES(*resumed->post.verb() == mcpico::verb::get);
  bool last = false;
  for (const auto& header : resumed->post.headers()) last |= header.name == "Last-Event-ID" && header.value == "e1";
  YES(last);
  const auto cancelled = client.cancel(call.exchange, "too slow", "tok", out);
  OK(cancelled);
  YES(*mcpico::json(*cancelled->post.body()).at("/params/reason")->equals("too slow"));
  YES(*mcpico::json(*cancelled->post.body()).at("/params/requestId")->int64() == *call.exchange.id());
  OK(client.cancel_line(call.exchange, "too slow", out));
  YES(*client.listen("tok", out)->post.verb() == mcpico::verb::get);
  const auto end = client.end("tok", out);
  OK(end);
  YES(*end->post.verb() == mcpico::verb::del);
}
