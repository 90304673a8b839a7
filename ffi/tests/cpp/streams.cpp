// Lines, framing alone, and a whole call in one function.
#include "check.hpp"

namespace {

const std::string discovered =
    R"({"jsonrpc":"2.0","id":@,"result":{"resultType":"complete","supportedVersions":["2026-07-28"],)"
    R"("capabilities":{},"_meta":{"io.modelcontextprotocol/serverInfo":{"name":"s","version":"1"}},)"
    R"("ttlMs":0,"cacheScope":"private"}})";

mcpico::client make() {
  mcpico::client_options options;
  options.name = "test";
  options.version = "1";
  return *mcpico::client::make(options);
}

void lines() {
  auto client = make();
  char out[2048];
  char storage[512];
  auto inbox = *mcpico::inbox::over(storage);
  auto lines = *mcpico::lines::make();
  auto [post, exchange] = *client.connect({}, out);
  (void)post;
  OK(exchange.on_line_sent());
  std::string text = discovered;
  text.replace(text.find('@'), 1, std::to_string(*exchange.id()));
  feed(inbox, "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/x\"}\nno JSON\n");
  auto told = lines.next(client, &exchange, inbox);
  YES(told && told->dropped == MCPICO_OK && told->event.method() == "notifications/x" && !told->answered);
  auto junk = lines.next(client, &exchange, inbox);
  YES(junk && junk->dropped == MCPICO_ERROR_PEER_MESSAGE && junk->line == "no JSON");
  feed(inbox, text + "\n");
  auto answered = lines.next(client, &exchange, inbox);
  YES(answered && answered->answered && answered->event.is(mcpico::event_kind::result) && answered->line == text);
  YES(*client.settle(exchange));
  auto more = lines.next(client, nullptr, inbox);
  YES(more && more->event.is(mcpico::event_kind::need_data));

  // Who does not answer server/discover is of the legacy era.
  auto other = make();
  auto unanswered = *other.connect({}, out);
  OK(unanswered.exchange.on_line_sent());
  OK(unanswered.exchange.on_line_unanswered());
  YES(*other.settle(unanswered.exchange));
  YES(*mcpico::json(*other.connect({}, out)->post.body()).member("method")->equals("initialize"));
}

// Two requests at a time, answered the other way round.
void several() {
  mcpico::client_options options;
  options.name = options.version = "test";
  options.oldest = options.newest = mcpico::revision::v2026_07_28;
  auto client = *mcpico::client::make(options);
  char out[2048];
  char storage[512];
  auto inbox = *mcpico::inbox::over(storage);
  auto lines = *mcpico::lines::make();
  auto first = client.request(mcpico::list_tools(), out)->exchange;
  auto second = client.request(mcpico::list_tools(), out)->exchange;
  OK(first.on_line_sent());
  OK(second.on_line_sent());
  mcpico_exchange* waiting[] = {first.raw(), second.raw()};
  feed(inbox, "{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":{}}\nno JSON\n{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":7}\n");
  const auto answered = lines.next_of(client, waiting, inbox);
  YES(answered && answered->answered == 1u && answered->event.is(mcpico::event_kind::result) && !answered->dropped);
  YES(*second.is_answered() && !*first.is_answered());
  const auto junk = lines.next_of(client, waiting, inbox);
  YES(junk && !junk->answered && junk->dropped == MCPICO_ERROR_PEER_MESSAGE && junk->text == "no JSON");
  std::vector<mcpico_exchange*> left{first.raw()};
  const auto useless = lines.next_of(client, left, inbox);
  YES(useless && useless->answered == 0u && useless->dropped == MCPICO_ERROR_PEER_RESULT);
  const auto more = lines.next_of(client, {}, inbox);
  YES(more && more->event.is(mcpico::event_kind::need_data) && more->text.empty());
  left[0] = nullptr;
  FAILS(NULL_POINTER, lines.next_of(client, left, inbox));
}

// HTTP+SSE of 2024-11-05, its stream by hand.
void channel() {
  mcpico::client_options options;
  options.name = options.version = "test";
  options.oldest = options.newest = mcpico::revision::v2024_11_05;
  auto client = *mcpico::client::make(options);
  char out[1024];
  char posted[1024];
  char storage[512];
  auto inbox = *mcpico::inbox::over(storage);
  auto channel = *mcpico::channel::make();
  FAILS(BEARER, mcpico::channel::open("a b", out));
  YES(*mcpico::channel::open("tok", out)->post.verb() == mcpico::verb::get);
  FAILS(INCOMPLETE, channel.endpoint(inbox));
  feed(inbox, "event: endpoint\ndata: ../messages?s=7\n\n");
  const auto reference = channel.endpoint(inbox);
  TEXT("../messages?s=7", reference);
  char url[64];
  const auto place = mcpico::message_endpoint("http://h/a/sse", *reference, url);
  YES(place && place->url == "http://h/messages?s=7" && place->target == "/messages?s=7");
  FAILS(ENDPOINT_ORIGIN, mcpico::message_endpoint("http://h/sse", "//evil/x", url));
  FAILS(BUFFER_TOO_SMALL, mcpico::message_endpoint("http://h/sse", "/x", {}));

  auto sent = *client.connect({}, out);
  FAILS(BUFFER_TOO_SMALL, mcpico::channel::submit(sent.post, "tok", {}));
  const auto post = *mcpico::channel::submit(sent.post, "tok", posted);
  TEXT(*sent.post.body(), post.post.body());
  OK(sent.exchange.on_line_sent());
  feed(inbox, "event: endpoint\ndata: /x\n\n"
              "data: {\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"protocolVersion\":\"2024-11-05\",\"capabilities\":{},"
              "\"serverInfo\":{\"name\":\"s\",\"version\":\"1\"}}}\n\n");
  mcpico_exchange* waiting[] = {sent.exchange.raw()};
  const auto again = channel.next_of(client, waiting, inbox);
  YES(again && again->dropped == MCPICO_ERROR_ENDPOINT_REPEATED && !again->answered);
  const auto answered = channel.next_of(client, waiting, inbox);
  YES(answered && answered->answered == 0u && answered->event.is(mcpico::event_kind::result));
  YES(*client.settle(sent.exchange));
  OK(inbox.close());
  YES(channel.next_of(client, {}, inbox)->event.is(mcpico::event_kind::closed));
}

void framing() {
  // `format-field-retry`, the ids and the names of the event stream in WHATWG HTML 9.2.6, by hand.
  char storage[64];
  auto inbox = *mcpico::inbox::over(storage);
  auto framing = *mcpico::framing::make(mcpico::framing_kind::event_stream);
  FAILS(INCOMPLETE, framing.next(inbox));
  feed(inbox, "retry: 500\nid: 7\nevent: message\ndata: a\ndata: b\n\n");
  TEXT("a\nb", framing.next(inbox));
  TEXT("message", framing.event_name());
  TEXT("7", framing.last_event_id());
  YES(*framing.retry() == 500);
  OK(inbox.close());
  FAILS(NOT_FOUND, framing.next(inbox));
  FAILS(OPTION, mcpico::framing::make(static_cast<mcpico::framing_kind>(9)));
  auto lines = *mcpico::framing::make(mcpico::framing_kind::lines);
  FAILS(WRONG_TYPE, lines.retry());
  OK(inbox.reset());
  feed(inbox, "{}\n");
  TEXT("{}", lines.next(inbox));
}

}  // namespace

void test_streams() {
  lines();
  several();
  channel();
  framing();
}

void test_run() {
  auto client = make();
  char out[4096];
  char storage[2048];
  auto inbox = *mcpico::inbox::over(storage);
  const std::string called =
      R"({"jsonrpc":"2.0","id":@,"result":{"resultType":"complete","content":[{"type":"text","text":"42"}]}})";
  const std::string told = R"({"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":"x"}})";
  script peer({json_response(discovered),
               "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: " + told + "\n\ndata: " + called + "\n\n",
               "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"});
  const auto call = mcpico::call_tool("add", R"({"a":44,"b":-2})", "tok");
  const auto small = mcpico::run(peer, "localhost", "/mcp", client, call, {}, inbox);
  FAILS(BUFFER_TOO_SMALL, small);
  YES(small.error().needed() > 100 && peer.requests().empty());

  std::string seen;
  const auto end = mcpico::run(peer, "localhost", "/mcp", client, call, out, inbox,
                               [&](const mcpico::event& event) { seen.append(event.method()); });
  OK(end);
  YES(end->event.is(mcpico::event_kind::result) && *end->event.json().at("/content/0/text")->equals("42"));
  // The stream lasts until the connection closes; the refusal below has a length.
  YES(!end->reusable);
  YES(seen == "notifications/message" && peer.requests().size() == 2);
  YES(peer.requests()[1].find("Authorization: Bearer tok\r\n") != std::string::npos);

  const auto refused = mcpico::run(peer, "localhost", "/mcp", client, call, out, inbox);
  YES(refused && refused->event.is(mcpico::event_kind::rejected) && refused->event.http_status() == 403);
  YES(refused->reusable);
  // The peer has nothing more to say.
  FAILS(CLOSED_UNANSWERED, mcpico::run(peer, "localhost", "/mcp", client, call, out, inbox));
  FAILS(REQUEST_HOST, mcpico::run(peer, "", "/mcp", client, call, out, inbox));
}
