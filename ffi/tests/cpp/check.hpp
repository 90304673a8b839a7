// What the tests of mcpico.hpp say and count, and the connection that they talk over.
#ifndef CHECK_HPP
#define CHECK_HPP

#include "mcpico.hpp"

#include <algorithm>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

extern int check_count;
extern int check_failures;

inline void check(bool good, const char* what, const char* file, int line) {
  ++check_count;
  if (good) return;
  ++check_failures;
  std::printf("%s:%d: %s\n", file, line, what);
}

inline void check_code(std::int32_t expected, std::int32_t code, const char* what, const char* file, int line) {
  check(expected == code, what, file, line);
  if (expected != code) std::printf("    %s where %s is due\n", mcpico_status_name(code), mcpico_status_name(expected));
}

inline void check_text(std::string_view expected, const mcpico::result<std::string_view>& text, const char* what,
                       const char* file, int line) {
  const bool good = text && *text == expected;
  check(good, what, file, line);
  if (good) return;
  const std::string shown(text ? *text : std::string_view(text.error().name()));
  std::printf("    %s where %s is due\n", shown.c_str(), std::string(expected).c_str());
}

#define YES(condition) check(static_cast<bool>(condition), #condition, __FILE__, __LINE__)
#define OK(call) check_code(MCPICO_OK, (call).code(), #call, __FILE__, __LINE__)
#define FAILS(name, call) check_code(MCPICO_ERROR_##name, (call).code(), #call, __FILE__, __LINE__)
#define TEXT(expected, call) check_text((expected), (call), #call, __FILE__, __LINE__)

// A peer that answers each request by the next of its texts, in which `@` stands for the id of the request, and hands
// them out a few bytes at a time.
class script {
 public:
  explicit script(std::vector<std::string> answers, std::size_t piece = 7) : answers_(std::move(answers)), piece_(piece) {}

  std::ptrdiff_t read(char* data, std::size_t size) {
    if (pending_.empty()) return 0;
    const std::size_t count = std::min({size, piece_, pending_.size()});
    pending_.copy(data, count);
    pending_.erase(0, count);
    return static_cast<std::ptrdiff_t>(count);
  }

  std::ptrdiff_t write(const char* data, std::size_t size) {
    // A short write, as a socket may have one.
    const std::size_t count = std::min<std::size_t>(size, 100);
    request_.append(data, count);
    if (count == size) answer();
    return static_cast<std::ptrdiff_t>(count);
  }

  const std::vector<std::string>& requests() const { return requests_; }

 private:
  void answer() {
    const std::size_t at = request_.find("\"id\":");
    std::string id;
    if (at != std::string::npos) id = request_.substr(at + 5, request_.find_first_of(",}", at) - at - 5);
    if (requests_.size() < answers_.size()) {
      std::string text = answers_[requests_.size()];
      for (std::size_t mark; (mark = text.find('@')) != std::string::npos;) text.replace(mark, 1, id);
      pending_ += text;
    }
    requests_.push_back(request_);
    request_.clear();
  }

  std::vector<std::string> answers_;
  std::size_t piece_;
  std::string pending_;
  std::string request_;
  std::vector<std::string> requests_;
};

inline std::string json_response(const std::string& body, const std::string& headers = "") {
  return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n" + headers +
         // An id has one digit, as the mark for it.
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

// Puts bytes into an inbox, which has room for them.
inline void feed(mcpico::inbox& inbox, std::string_view text) {
  const auto spare = *inbox.spare();
  YES(spare.size() >= text.size());
  text.copy(spare.data(), text.size());
  OK(inbox.commit(text.size()));
}

void test_result();
void test_tokens();
void test_credentials();
void test_json();
void test_http();
void test_client();
void test_legacy();
void test_streams();
void test_result_stream();
void test_subscription();
void test_content();
void test_run();
void test_threads();
void test_fields();

#endif
