// Results that are larger than the inbox.
#include "check.hpp"

namespace {

using mcpico::event_kind;
using mcpico::part_kind;

mcpico::client modern() {
  mcpico::client_options options;
  options.name = "test";
  options.version = "1";
  options.oldest = options.newest = mcpico::revision::v2026_07_28;
  return *mcpico::client::make(options);
}

std::string repeated(std::string_view bit, int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text.append(bit);
  return text;
}

// 2000 times some text, as it is and as it stands in JSON.
const std::string plain = repeated("caf\xc3\xa9 \"\xe2\x82\xac\" 0123456789\n", 2000);
const std::string escaped = repeated("caf\\u00e9 \\\"\xe2\x82\xac\\\" 0123456789\\n", 2000);

std::string message(std::string_view head, std::string_view tail, std::string_view more = "") {
  std::string text(R"({"jsonrpc":"2.0",)");
  text.append(head).append(R"("result":{"resultType":"complete","content":[{"type":"text","text":")");
  return text.append(escaped).append("\"}],\"isError\":true").append(more).append("}").append(tail);
}

struct seen {
  std::string text;
  std::string kinds;
  bool is_error = false;
  int parts = 0;
  mcpico::result<void> status;
  bool reusable = false;
};

template <std::size_t N>
seen read(const std::string& response, mcpico::json_pointers<N>& pointers) {
  seen seen;
  auto client = modern();
  char out[1024];
  char storage[2048];
  auto inbox = *mcpico::inbox::over(storage);
  script peer({response}, 500);
  auto [post, exchange] = *client.request(mcpico::call_tool("dump", "{}"), out);
  char request[2048];
  OK(mcpico::write_all(peer, *post.request("localhost", "/mcp", request)));
  mcpico::streamed_answer answer(peer, client, exchange, inbox, pointers);
  for (const auto& [event, part] : answer) {
    switch (event.kind()) {
      case event_kind::result_part:
        ++seen.parts;
        if (part.selected() && part.is(part_kind::string)) seen.text.append(part.text());
        if (part.selected(1) && part.kind() == part_kind::true_) seen.is_error = true;
        break;
      case event_kind::result_complete:
        seen.kinds += 'C';
        break;
      case event_kind::dropped:
        seen.kinds += 'D';
        break;
      case event_kind::interrupted:
        seen.kinds += 'I';
        break;
      case event_kind::result:
        seen.kinds += 'R';
        break;
      case event_kind::error:
        YES(event.code() == -32602 && !event.message().exists());
        seen.kinds += 'E';
        break;
      default:
        seen.kinds += '?';
    }
  }
  seen.status = answer.status();
  seen.reusable = answer.reusable();
  return seen;
}

std::string events(const std::string& body) {
  return "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: " + std::to_string(body.size() + 8) +
         "\r\n\r\ndata: " + body + "\n\n";
}

}  // namespace

void test_result_stream() {
  auto found = *mcpico::pointers("/content/0/text", std::string("/isError"));
  const auto whole = read(json_response(message("\"id\":@,", "}")), found);
  OK(whole.status);
  YES(whole.text == plain && whole.is_error && whole.kinds == "C" && whole.reusable);
  YES(*found.is_found() && *found.is_found(1));
  FAILS(NOT_FOUND, found.is_found(2));

  auto late = *mcpico::pointers("/content/0/text");
  const auto behind = read(events(message("", ",\"id\":@}")), late);
  YES(behind.status && behind.text == plain && behind.kinds == "C");

  // A value that is not there.
  auto nowhere = *mcpico::pointers("/content/1/text", "/content/0/type");
  const auto none = read(json_response(message("\"id\":@,", "}")), nowhere);
  YES(none.status && none.text.empty() && none.kinds == "C" && none.parts > 10 && !*nowhere.is_found() && *nowhere.is_found(1));

  // The id of somebody else; a stream that breaks; one that ends too early; an error.
  auto other = *mcpico::pointers("");
  const auto stray = read(events(message("", ",\"id\":999}")), other);
  YES(stray.status && stray.parts > 10 && stray.kinds == "DI");
  auto cut = *mcpico::pointers("/content/0/text");
  const auto broken = read(json_response(message("\"id\":@,", "}")).substr(0, 9000), cut);
  FAILS(HTTP_TRUNCATED, broken.status);
  YES(broken.parts > 10 && broken.kinds.empty() && !broken.reusable && plain.compare(0, broken.text.size(), broken.text) == 0);
  auto failed = *mcpico::pointers("");
  const auto error = read(json_response(R"({"jsonrpc":"2.0","id":@,"error":{"code":-32602,"message":")" + escaped + "\"}}"), failed);
  YES(error.status && error.parts == 0 && error.kinds == "E");
  auto fits = *mcpico::pointers("/content");
  const auto small = read(json_response(R"({"jsonrpc":"2.0","id":@,"result":{"resultType":"complete","content":[]}})"), fits);
  YES(small.status && small.parts == 0 && small.kinds == "R");
  auto twice = *mcpico::pointers("/isError");
  const auto ambiguous = read(json_response(message("\"id\":@,", "}", ",\"isError\":false")), twice);
  FAILS(JSON_DUPLICATE, ambiguous.status);
  YES(ambiguous.kinds.empty());

  FAILS(JSON_POINTER, mcpico::pointers("/ok", "content"));
  FAILS(NOT_UTF8, mcpico::pointers("/\xff"));

  // Step by step, without pointers.
  auto client = modern();
  char out[1024];
  char storage[64];
  auto inbox = *mcpico::inbox::over(storage);
  auto exchange = client.request(mcpico::call_tool("dump", "{}"), out)->exchange;
  OK(exchange.on_status(200));
  OK(exchange.on_header(client, "Content-Type", "application/json"));
  auto stream = *mcpico::result_stream::make();
  YES(stream.next(exchange, inbox)->event.is(event_kind::need_data));
  std::string text = R"({"jsonrpc":"2.0","id":1,"result":{"b":null)";
  text.resize(sizeof storage, ' ');
  text.copy(inbox.spare()->data(), text.size());
  OK(inbox.commit(text.size()));
  YES(stream.next(exchange, inbox)->part.is(part_kind::start_object));
  const auto name = *stream.next(exchange, inbox);
  YES(name.event.is(event_kind::result_part) && name.part.is(part_kind::name) && name.part.text() == "b");
  YES(!name.part.selected() && !name.part.selected(64));
}
