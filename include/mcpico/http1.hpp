// HTTP/1.1: response heads, body framing, request heads.

#ifndef MCPICO_HTTP1_HPP
#define MCPICO_HTTP1_HPP

#include "text.hpp"

namespace mcpico {

enum class verb : std::uint32_t {
  post = MCPICO_HTTP_POST,
  get = MCPICO_HTTP_GET,
  del = MCPICO_HTTP_DELETE,
};

/// A header of a request or a response.
struct header {
  std::string_view name;
  std::string_view value;
};

/// A header of a request to be written. An array of them goes into request_head::headers.
constexpr mcpico_header_field field(std::string_view name, std::string_view value) noexcept {
  return {text(name), text(value)};
}

namespace detail {

/// The headers of `T`, which is read by number.
template <class T, std::int32_t (*Read)(const T*, std::size_t, mcpico_str*, mcpico_str*)>
class numbered_headers {
 public:
  explicit numbered_headers(const T& raw) noexcept : raw_(raw), index_(0), name_(), value_() {}
  bool advance() noexcept { return Read(&raw_, index_++, &name_, &value_) == MCPICO_OK; }
  header current() const noexcept { return {view(name_), view(value_)}; }
  iterator<numbered_headers> begin() noexcept { return iterator<numbered_headers>(this); }
  sentinel end() const noexcept { return {}; }

 private:
  T raw_;
  std::size_t index_;
  mcpico_str name_;
  mcpico_str value_;
};

}  // namespace detail

using head_headers = detail::numbered_headers<mcpico_head, mcpico_head_header>;

/// A checked response head. It borrows the bytes that it was read from.
class head {
 public:
  explicit head(const mcpico_head& raw, std::size_t size) noexcept : raw_(raw), size_(size) {}

  /// Bytes of the head; the body begins behind them.
  std::size_t size() const noexcept { return size_; }
  result<std::uint32_t> status() const noexcept {
    return detail::get<std::uint32_t>([&](auto* out) { return mcpico_head_status(&raw_, out); });
  }
  /// For range-for.
  head_headers headers() const noexcept { return head_headers(raw_); }
  /// The value of the first header of that name, without regard to case. Errors: NOT_FOUND.
  result<std::string_view> find(std::string_view name) const noexcept {
    return detail::lent([&](auto* out) { return mcpico_head_find(&raw_, name.data(), name.size(), out); });
  }
  const mcpico_head* raw() const noexcept { return &raw_; }

 private:
  mcpico_head raw_;
  std::size_t size_;
};

/// Finds and checks the heads of one response, informational ones (1xx) included.
class head_reader {
 public:
  static result<head_reader> make() noexcept {
    return detail::get<mcpico_head_reader>(mcpico_head_reader_init).transform([](const mcpico_head_reader& raw) {
      return head_reader(raw);
    });
  }

  /// The head at the start of everything that has come. Errors: INCOMPLETE while it is not whole, HTTP_HEAD, HTTP_LIMIT.
  result<head> read(std::string_view data) noexcept {
    mcpico_head raw{};
    std::size_t size = 0;
    const std::int32_t code = mcpico_head_read(&raw_, data.data(), data.size(), &raw, &size);
    if (code != MCPICO_OK) return error(code);
    return head(raw, size);
  }

 private:
  explicit head_reader(const mcpico_head_reader& raw) noexcept : raw_(raw) {}
  mcpico_head_reader raw_;
};

/// Whether a body is whole, and whether the connection can carry another request.
struct body_state {
  bool complete;
  bool reusable;
};

namespace detail {

template <class T>
result<body_state> state(std::int32_t (*read)(const T*, std::int32_t*, std::int32_t*), const T& raw) noexcept {
  std::int32_t complete = 0;
  std::int32_t reusable = 0;
  const std::int32_t code = read(&raw, &complete, &reusable);
  if (code != MCPICO_OK) return error(code);
  return body_state{complete != 0, reusable != 0};
}

}  // namespace detail

/// Strips the framing of one response body.
class body {
 public:
  /// What a decoded piece of a body holds.
  struct piece {
    std::string_view text;
    /// Bytes that came after the end of the response: close the connection.
    std::size_t excess;
  };

  /// Errors: HTTP_FRAMING, HTTP_HEADER, HTTP_LIMIT.
  static result<body> of(const head& head) noexcept {
    return detail::get<mcpico_body>([&](auto* out) {
             return mcpico_body_init(out, head.raw());
           }).transform([](const mcpico_body& raw) { return body(raw); });
  }

  /// Strips the framing in place; the text lies at the front of `data`. Errors: HTTP_CHUNK, HTTP_LIMIT.
  result<piece> decode(buffer data) noexcept {
    std::size_t kept = 0;
    std::size_t excess = 0;
    const std::int32_t code = mcpico_body_decode(&raw_, data.data(), data.size(), &kept, &excess);
    if (code != MCPICO_OK) return error(code);
    return piece{std::string_view(data.data(), kept), excess};
  }
  /// Notes that the peer has closed the connection. Errors: HTTP_TRUNCATED.
  result<void> end() noexcept { return detail::done(mcpico_body_end(&raw_)); }
  result<body_state> state() const noexcept { return detail::state(mcpico_body_state, raw_); }

 private:
  explicit body(const mcpico_body& raw) noexcept : raw_(raw) {}
  mcpico_body raw_;
};

/// The head of a request of your own. For a post there is post::request.
struct request_head {
  mcpico::verb verb = mcpico::verb::post;
  /// Path and query, beginning with `/`.
  std::string_view target{};
  std::string_view host{};
  list<mcpico_header_field> headers{};
  /// Bytes of the body; below 0: no `Content-Length`.
  std::int64_t content_length = 0;

  /// Errors: REQUEST_TARGET, REQUEST_HOST, REQUEST_HEADER, BUFFER_TOO_SMALL.
  result<std::string_view> write(buffer out) const noexcept {
    auto raw = detail::sized<mcpico_request_head>();
    raw.verb = static_cast<std::uint32_t>(verb);
    raw.target = text(target);
    raw.host = text(host);
    raw.headers = headers.data();
    raw.header_count = headers.size();
    raw.content_length = content_length;
    return detail::put(out, [&](char* buf, std::size_t cap, std::size_t* len) {
      return mcpico_request_head_write(&raw, buf, cap, len);
    });
  }
};

}  // namespace mcpico

#endif
