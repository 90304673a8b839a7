// A test rig for an MCP server that wants a JWT: a small executable that a build runs, with a report that says what is
// wrong. C++17, no exceptions, no framework.
//
//   rig HOST PORT SECRET_FILE
//
// Exit code 0 when every test passes, 1 when one fails, 2 for wrong usage.

#include "mcpico.hpp"

#include <array>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <netdb.h>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>
#include <utility>

namespace {

// What mcpico::run reads and writes: a socket that closes itself.
class connection {
 public:
  connection(const std::string& host, const std::string& port) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (getaddrinfo(host.c_str(), port.c_str(), &hints, &found) != 0) return;
    for (const addrinfo* each = found; each != nullptr && socket_ < 0; each = each->ai_next) {
      const int opened = ::socket(each->ai_family, each->ai_socktype, each->ai_protocol);
      if (opened >= 0 && ::connect(opened, each->ai_addr, each->ai_addrlen) == 0) {
        socket_ = opened;
      } else if (opened >= 0) {
        ::close(opened);
      }
    }
    freeaddrinfo(found);
    const timeval patience{10, 0};
    setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  }
  connection(const connection&) = delete;
  connection& operator=(const connection&) = delete;
  ~connection() {
    if (socket_ >= 0) ::close(socket_);
  }

  std::ptrdiff_t read(char* data, std::size_t size) { return ::recv(socket_, data, size, 0); }
  std::ptrdiff_t write(const char* data, std::size_t size) { return ::send(socket_, data, size, MSG_NOSIGNAL); }

 private:
  int socket_ = -1;
};

// What a call came to, copied out of the inbox, in words that a report can show.
struct seen {
  std::string text;
  std::string json;
};

class rig {
 public:
  rig(std::string host, std::string port, mcpico::key key)
      : host_(std::move(host)), port_(std::move(port)), key_(std::move(key)) {}

  // A token for the server under test, by default a good one.
  std::string token(std::int64_t lifetime = 60, std::string_view audience = "demo") const {
    return token(key_, lifetime, audience);
  }
  static std::string token(const mcpico::key& key, std::int64_t lifetime, std::string_view audience) {
    mcpico::claims claims;
    claims.sub = "rig";
    claims.audiences = audience;
    claims.exp = std::time(nullptr) + lifetime;
    std::array<char, 512> out;
    const auto signed_token = mcpico::sign(key, claims, out);
    return signed_token ? std::string(*signed_token) : std::string(signed_token.error().name());
  }

  // Makes a call, the handshake included.
  seen call(const mcpico::call& call) const {
    mcpico::client_options options;
    options.name = "rig";
    options.version = MCPICO_VERSION;
    auto client = mcpico::client::make(options);
    std::array<char, 4096> request;
    std::array<char, 16384> storage;
    auto inbox = mcpico::inbox::over(storage);
    if (!client || !inbox) return {"no client", {}};
    // Another connection as often as the server wants one between two messages.
    for (int attempt = 0; attempt < 8; ++attempt) {
      connection connection(host_, port_);
      const auto end = mcpico::run(connection, host_ + ":" + port_, "/mcp", *client, call, request, *inbox);
      if (end) return describe(end->event);
      if (end.code() != MCPICO_ERROR_RECONNECT) return {end.error().what(), {}};
    }
    return {"no connection lasts", {}};
  }

  // One line of the report.
  void expect(const char* test, const std::string& expected, const seen& seen) {
    ++tests_;
    if (seen.text == expected) {
      std::printf("ok      %s\n", test);
      return;
    }
    ++failed_;
    std::printf("FAILED  %s\n        expected  %s\n        got       %s\n", test, expected.c_str(), seen.text.c_str());
    if (!seen.json.empty()) std::printf("        result    %.300s\n", seen.json.c_str());
  }

  int finish() const {
    std::printf("%d tests, %d failed\n", tests_, failed_);
    return failed_ == 0 ? 0 : 1;
  }

 private:
  static seen describe(const mcpico::event& event) {
    const std::string json(event.json().text());
    switch (event.kind()) {
      case mcpico::event_kind::rejected:
        return {"status " + std::to_string(event.http_status()), {}};
      case mcpico::event_kind::error:
        return {"error " + std::to_string(event.code()), json};
      case mcpico::event_kind::result: {
        const auto is_error = event.json().member("isError").and_then([](mcpico::json flag) { return flag.boolean(); });
        return {is_error.value_or(false) ? "a failed tool" : "a result", json};
      }
      default:
        return {"event " + std::to_string(static_cast<unsigned>(event.kind())), json};
    }
  }

  std::string host_;
  std::string port_;
  mcpico::key key_;
  int tests_ = 0;
  int failed_ = 0;
};

std::string read_file(const char* path) {
  std::string text;
  std::array<char, 256> piece;
  if (std::FILE* file = std::fopen(path, "rb")) {
    const std::size_t count = std::fread(piece.data(), 1, piece.size(), file);
    text.assign(piece.data(), count);
    std::fclose(file);
  }
  mcpico::wipe(piece);
  return text;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: rig HOST PORT SECRET_FILE\n");
    return 2;
  }
  if (const auto fits = mcpico::check_header(); !fits) {
    std::fprintf(stderr, "rig: %s\n", fits.error().what());
    return 2;
  }
  std::string secret = read_file(argv[3]);
  auto key = mcpico::key::make(secret);
  mcpico::wipe(secret);
  if (!key) {
    std::fprintf(stderr, "rig: %s: %s\n", argv[3], key.error().what());
    return 2;
  }
  rig rig(argv[1], argv[2], *std::move(key));

  const std::string good = rig.token();
  std::printf("token   %s\n", std::string(mcpico::masked(good).view()).c_str());
  const auto other = *mcpico::key::make("a secret that the server does not have, really");
  rig.expect("no token is refused", "status 401", rig.call(mcpico::list_tools()));
  rig.expect("a token with another secret is refused", "status 401",
             rig.call(mcpico::list_tools(rig::token(other, 60, "demo"))));
  rig.expect("an expired token is refused", "status 401", rig.call(mcpico::list_tools(rig.token(-60))));
  rig.expect("a token for somebody else is refused", "status 401", rig.call(mcpico::list_tools(rig.token(60, "other"))));
  rig.expect("a good token is taken", "a result", rig.call(mcpico::list_tools(good)));

  const auto sum = rig.call(mcpico::call_tool("add", R"({"a":44,"b":-2})", good));
  rig.expect("add is called", "a result", sum);
  const auto added = mcpico::json(std::string_view(sum.json)).at("/structuredContent/sum");
  rig.expect("44 and -2 are 42", "42", {added ? std::string(added->text()) : added.error().what(), sum.json});
  rig.expect("a tool that fails is seen to fail", "a failed tool",
             rig.call(mcpico::call_tool("fail", R"({"message":"on purpose"})", good)));
  return rig.finish();
}
