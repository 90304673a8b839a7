// One request to an MCP server, where its answer is received, and the events of the answer.

#ifndef MCPICO_EXCHANGE_HPP
#define MCPICO_EXCHANGE_HPP

#include "http1.hpp"
#include "json.hpp"

namespace mcpico {

class client;

/// Receive storage over a buffer of yours. What is handed out of it is valid until the next call on it.
class inbox {
 public:
  static result<inbox> over(buffer storage) noexcept {
    inbox made;
    const std::int32_t code = mcpico_inbox_init(&made.raw_, storage.data(), storage.size());
    if (code != MCPICO_OK) return error(code);
    return made;
  }

  inbox(const inbox&) = delete;
  inbox& operator=(const inbox&) = delete;
  inbox(inbox&& other) noexcept : raw_(other.raw_) { other.raw_ = {}; }
  inbox& operator=(inbox&& other) noexcept {
    const mcpico_inbox taken = other.raw_;
    other.raw_ = {};
    release();
    raw_ = taken;
    return *this;
  }
  ~inbox() { release(); }

  /// Forgets everything.
  result<void> reset() noexcept { return detail::done(mcpico_inbox_reset(&raw_)); }
  /// The room to read into; empty only when a message fills the whole storage.
  result<buffer> spare() noexcept {
    char* data = nullptr;
    std::size_t len = 0;
    const std::int32_t code = mcpico_inbox_spare(&raw_, &data, &len);
    if (code != MCPICO_OK) return error(code);
    return buffer(data, len);
  }
  /// Declares the first bytes of the room as filled; for HTTP there is response::received. Errors: LENGTH.
  result<void> commit(std::size_t count) noexcept { return detail::done(mcpico_inbox_commit(&raw_, count)); }
  /// Declares that no more bytes will come.
  result<void> close() noexcept { return detail::done(mcpico_inbox_close(&raw_)); }
  /// The bytes that have come and are in no message.
  result<std::string_view> unread() const noexcept {
    return detail::lent([&](auto* out) { return mcpico_inbox_unread(&raw_, out); });
  }
  /// Drops the first unread bytes. Errors: LENGTH.
  result<void> discard(std::size_t count) noexcept { return detail::done(mcpico_inbox_discard(&raw_, count)); }

  mcpico_inbox* raw() noexcept { return &raw_; }

 private:
  inbox() noexcept : raw_() {}
  /// Where AddressSanitizer watches, the storage becomes yours again.
  void release() noexcept { static_cast<void>(reset()); }

  mcpico_inbox raw_;
};

enum class event_kind : std::uint32_t {
  accepted = MCPICO_EVENT_ACCEPTED,
  closed = MCPICO_EVENT_CLOSED,
  interrupted = MCPICO_EVENT_INTERRUPTED,
  need_data = MCPICO_EVENT_NEED_DATA,
  notification = MCPICO_EVENT_NOTIFICATION,
  rejected = MCPICO_EVENT_REJECTED,
  result = MCPICO_EVENT_RESULT,
  error = MCPICO_EVENT_ERROR,
  input_required = MCPICO_EVENT_INPUT_REQUIRED,
  task = MCPICO_EVENT_TASK,
  server_request = MCPICO_EVENT_SERVER_REQUEST,
  unsolicited = MCPICO_EVENT_UNSOLICITED,
  /// These three are of result_stream only.
  result_part = MCPICO_EVENT_RESULT_PART,
  result_complete = MCPICO_EVENT_RESULT_COMPLETE,
  dropped = MCPICO_EVENT_DROPPED,
};

/// What happened. Its texts borrow the inbox and come from the peer; one that the kind does not have is none.
class event {
 public:
  event() noexcept : raw_(detail::sized<mcpico_event>()) {}
  explicit event(const mcpico_event& raw) noexcept : raw_(raw) {}

  event_kind kind() const noexcept { return static_cast<event_kind>(raw_.kind); }
  bool is(event_kind kind) const noexcept { return raw_.kind == static_cast<std::uint32_t>(kind); }
  /// The status of a rejection.
  std::uint32_t http_status() const noexcept { return raw_.http_status; }
  std::optional<std::int64_t> id_number() const noexcept {
    if (raw_.id_kind != MCPICO_ID_NUMBER) return std::nullopt;
    return raw_.id_number;
  }
  /// The id, when it is a string.
  mcpico::json id_string() const noexcept { return mcpico::json(view(raw_.id)); }
  /// The code of an error.
  std::int64_t code() const noexcept { return raw_.code; }
  std::string_view method() const noexcept { return view(raw_.method); }
  /// Result, parameters, error data, input requests or task.
  mcpico::json json() const noexcept { return mcpico::json(view(raw_.json)); }
  /// The message of an error, a JSON string.
  mcpico::json message() const noexcept { return mcpico::json(view(raw_.message)); }
  /// What goes back with the input, a JSON string.
  mcpico::json state() const noexcept { return mcpico::json(view(raw_.state)); }
  /// The body of a rejection.
  std::string_view body() const noexcept { return view(raw_.body); }

  mcpico_event* raw() noexcept { return &raw_; }
  const mcpico_event* raw() const noexcept { return &raw_; }

 private:
  mcpico_event raw_;
};

using post_headers = detail::numbered_headers<mcpico_post, mcpico_post_header>;

/// One HTTP request: verb, headers and body. It borrows the buffer that it was written into.
class post {
 public:
  explicit post(const mcpico_post& raw) noexcept : raw_(raw) {}

  result<mcpico::verb> verb() const noexcept {
    return detail::get<std::uint32_t>([&](auto* out) {
             return mcpico_post_verb(&raw_, out);
           }).transform([](std::uint32_t value) { return static_cast<mcpico::verb>(value); });
  }
  /// For range-for; one of them is the bearer.
  post_headers headers() const noexcept { return post_headers(raw_); }
  result<std::string_view> body() const noexcept {
    return detail::lent([&](auto* out) { return mcpico_post_body(&raw_, out); });
  }
  /// Writes the message as one line. Errors: BUFFER_TOO_SMALL.
  result<std::string_view> line(buffer out) const noexcept {
    return detail::put(out, [&](char* buf, std::size_t cap, std::size_t* len) {
      return mcpico_post_line(&raw_, buf, cap, len);
    });
  }
  /// Writes the head of the HTTP/1.1 request. Errors: REQUEST_TARGET, REQUEST_HOST, BUFFER_TOO_SMALL.
  result<std::string_view> head(std::string_view host, std::string_view target, buffer out) const noexcept {
    return detail::put(out, [&](char* buf, std::size_t cap, std::size_t* len) {
      return mcpico_post_head(&raw_, host.data(), host.size(), target.data(), target.size(), buf, cap, len);
    });
  }
  /// Writes the whole HTTP/1.1 request. Errors: REQUEST_TARGET, REQUEST_HOST, BUFFER_TOO_SMALL.
  result<std::string_view> request(std::string_view host, std::string_view target, buffer out) const noexcept {
    return detail::put(out, [&](char* buf, std::size_t cap, std::size_t* len) {
      return mcpico_post_request(&raw_, host.data(), host.size(), target.data(), target.size(), buf, cap, len);
    });
  }

  const mcpico_post* raw() const noexcept { return &raw_; }

 private:
  mcpico_post raw_;
};

class ready_events;

/// One exchange: status and headers go in first, then events come out. It borrows nothing.
class exchange {
 public:
  explicit exchange(const mcpico_exchange& raw) noexcept : raw_(raw) {}

  /// Errors: SESSION_ID, HTTP_HEADER.
  result<void> on_head(client& client, const head& head) noexcept;
  /// For those who bring their own HTTP. Errors: OUT_OF_RANGE.
  result<void> on_status(std::uint32_t status) noexcept {
    return detail::done(mcpico_exchange_on_status(&raw_, status));
  }
  /// Each of the headers, after the status. Errors: SESSION_ID, HTTP_HEADER.
  result<void> on_header(client& client, std::string_view name, std::string_view value) noexcept;
  /// Says that the message has gone out as a line.
  result<void> on_line_sent() noexcept { return detail::done(mcpico_exchange_on_line_sent(&raw_)); }
  /// Says that no response to a line came.
  result<void> on_line_unanswered() noexcept { return detail::done(mcpico_exchange_on_line_unanswered(&raw_)); }

  /// The next event; with event_kind::need_data read on. Errors: those of mcpico_exchange_next.
  result<event> next(inbox& inbox) noexcept {
    event next;
    const std::int32_t code = mcpico_exchange_next(&raw_, inbox.raw(), next.raw());
    if (code != MCPICO_OK) return error(code);
    return next;
  }
  /// The events that have come, for range-for. For all of them there is answer.
  ready_events events(inbox& inbox) noexcept;

  /// 0 while there is none.
  result<std::uint32_t> status() const noexcept {
    return detail::get<std::uint32_t>([&](auto* out) { return mcpico_exchange_status(&raw_, out); });
  }
  result<std::uint32_t> id() const noexcept {
    return detail::get<std::uint32_t>([&](auto* out) { return mcpico_exchange_id(&raw_, out); });
  }
  result<bool> is_answered() const noexcept {
    return detail::flag([&](auto* out) { return mcpico_exchange_is_answered(&raw_, out); });
  }
  /// Whether nothing more is to come.
  result<bool> is_over() const noexcept {
    return detail::flag([&](auto* out) { return mcpico_exchange_is_over(&raw_, out); });
  }
  result<bool> is_stream() const noexcept {
    return detail::flag([&](auto* out) { return mcpico_exchange_is_stream(&raw_, out); });
  }
  /// Milliseconds to wait before client::resume. Errors: NOTHING_TO_SEND when it cannot be resumed.
  result<std::uint64_t> retry() const noexcept {
    return detail::get<std::uint64_t>([&](auto* out) { return mcpico_exchange_retry(&raw_, out); });
  }

  mcpico_exchange* raw() noexcept { return &raw_; }
  const mcpico_exchange* raw() const noexcept { return &raw_; }

 private:
  mcpico_exchange raw_;
};

/// The events that have come, until more bytes are needed or the exchange is over.
///
///     auto ready = exchange.events(inbox);
///     for (const auto& event : ready) { ... }
///     if (!ready.status()) ...       // the answer is no MCP
///     if (ready.over()) ...          // otherwise: read on
class ready_events {
 public:
  ready_events(exchange& exchange, inbox& inbox) noexcept
      : exchange_(&exchange), inbox_(&inbox), event_(), code_(MCPICO_OK), over_(false) {}

  bool advance() noexcept {
    const auto next = exchange_->next(*inbox_);
    code_ = next.code();
    over_ = !next || next->is(event_kind::closed);
    if (over_ || next->is(event_kind::need_data)) return false;
    event_ = *next;
    return true;
  }
  const event& current() const noexcept { return event_; }
  detail::iterator<ready_events> begin() noexcept { return detail::iterator<ready_events>(this); }
  detail::sentinel end() const noexcept { return {}; }

  /// Whether no more events will come.
  bool over() const noexcept { return over_; }
  /// The error that ended the exchange, if one did.
  result<void> status() const noexcept { return detail::done(code_); }

 private:
  exchange* exchange_;
  inbox* inbox_;
  event event_;
  std::int32_t code_;
  bool over_;
};

inline ready_events exchange::events(inbox& inbox) noexcept { return ready_events(*this, inbox); }

}  // namespace mcpico

#endif
