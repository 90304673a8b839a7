// HTTP/1.1 heads, bodies and request heads.
#include "check.hpp"

void test_http() {
  // RFC 9112 section 7.1 and 6.3, by hand.
  constexpr std::string_view text =
      "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\nX-Two: a\r\nx-two: b\r\n\r\n";
  auto reader = *mcpico::head_reader::make();
  FAILS(INCOMPLETE, reader.read(text.substr(0, 20)));
  const auto head = reader.read(text);
  OK(head);
  YES(head->size() == text.size() && *head->status() == 200);
  TEXT("application/json", head->find("content-type"));
  TEXT("a", head->find("X-TWO"));
  FAILS(NOT_FOUND, head->find("X-Three"));
  std::string seen;
  for (const auto& [name, value] : head->headers()) seen.append(name).append("=").append(value).append(";");
  YES(seen == "Content-Type=application/json;Transfer-Encoding=chunked;X-Two=a;x-two=b;");

  auto body = *mcpico::body::of(*head);
  char chunks[] = "5\r\nhello\r\n7;x=1\r\n, world\r\n";
  const auto piece = body.decode({chunks, sizeof chunks - 1});
  OK(piece);
  YES(piece->text == "hello, world" && piece->excess == 0 && !body.state()->complete);
  FAILS(HTTP_TRUNCATED, body.end());
  auto again = *mcpico::body::of(*head);
  char rest[] = "1\r\n!\r\n0\r\n\r\nHTTP";
  const auto last = again.decode({rest, sizeof rest - 1});
  YES(last && last->text == "!" && last->excess == 4 && again.state()->complete);
  OK(again.end());
  auto broken = *mcpico::body::of(*head);
  char bad[] = "xyz\r\n";
  FAILS(HTTP_CHUNK, broken.decode({bad, sizeof bad - 1}));
  auto fresh = *mcpico::head_reader::make();
  FAILS(HTTP_HEAD, fresh.read("SSH-2.0-OpenSSH\r\n\r\n"));

  const mcpico_header_field headers[] = {mcpico::field("Accept", "text/plain")};
  mcpico::request_head request;
  request.verb = mcpico::verb::get;
  request.target = "/x?y=1";
  request.host = "localhost:80";
  request.headers = headers;
  request.content_length = -1;
  char out[256];
  const auto written = request.write(out);
  OK(written);
  YES(written->substr(0, 19) == "GET /x?y=1 HTTP/1.1");
  YES(written->find("\r\nHost: localhost:80\r\n") != std::string_view::npos);
  YES(written->find("\r\nAccept: text/plain\r\n") != std::string_view::npos);
  YES(written->substr(written->size() - 4) == "\r\n\r\n");
  request.target = "x";
  FAILS(REQUEST_TARGET, request.write(out));
  request.target = "/";
  request.host = "a\r\nb";
  FAILS(REQUEST_HOST, request.write(out));
  request.host = "a";
  const mcpico_header_field injected[] = {mcpico::field("X", "a\r\nY: b")};
  request.headers = injected;
  FAILS(REQUEST_HEADER, request.write(out));
}
