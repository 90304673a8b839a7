// MCP over a stream that all exchanges share: lines, or HTTP+SSE of 2024-11-05; and framing alone.

#ifndef MCPICO_STREAM_HPP
#define MCPICO_STREAM_HPP

#include "client.hpp"

namespace mcpico {

/// The exchanges whose responses are awaited: an array, std::array or std::vector of what exchange::raw gives, which the
/// caller keeps.
class waiting {
 public:
  constexpr waiting() noexcept : data_(nullptr), size_(0) {}
  template <std::size_t N>
  constexpr waiting(mcpico_exchange* (&array)[N]) noexcept : data_(array), size_(N) {}
  template <class C, class = std::enable_if_t<std::is_same_v<decltype(std::declval<C&>().data()), mcpico_exchange**>>>
  constexpr waiting(C& container) noexcept : data_(container.data()), size_(container.size()) {}

  constexpr mcpico_exchange** data() const noexcept { return data_; }
  constexpr std::size_t size() const noexcept { return size_; }

 private:
  mcpico_exchange** data_;
  std::size_t size_;
};

/// What came over a shared stream; `text` is the message as it stands.
struct arrival {
  mcpico::event event;
  /// Which of the exchanges is over by it.
  std::optional<std::size_t> answered;
  std::string_view text;
  /// PEER_MESSAGE, MESSAGE_TOO_LARGE, BATCH_TOO_LARGE or ENDPOINT_REPEATED: it is no message and has been dropped; there is
  /// no event. PEER_RESULT, and MESSAGE_TOO_LARGE with `answered`: the response to that exchange is no use.
  std::int32_t dropped;
};

namespace detail {

template <class O, class F>
result<arrival> next_of(O* stream, const client& client, waiting among, inbox& inbox, F&& call) noexcept {
  event event;
  std::ptrdiff_t answered = -1;
  mcpico_str text{};
  const std::int32_t code =
      call(stream, client.raw(), among.data(), among.size(), inbox.raw(), event.raw(), &answered, &text);
  switch (code) {
    case MCPICO_OK:
    case MCPICO_ERROR_PEER_MESSAGE:
    case MCPICO_ERROR_PEER_RESULT:
    case MCPICO_ERROR_MESSAGE_TOO_LARGE:
    case MCPICO_ERROR_BATCH_TOO_LARGE:
    case MCPICO_ERROR_ENDPOINT_REPEATED:
      break;
    default:
      return error(code);
  }
  std::optional<std::size_t> place;
  if (answered >= 0) place = static_cast<std::size_t>(answered);
  return arrival{event, place, view(text), code};
}

}  // namespace detail

/// Reads what a server says over a stream of lines.
class lines {
 public:
  /// What came; `line` is the message as it stands.
  struct item {
    mcpico::event event;
    /// Whether the exchange is over by it.
    bool answered;
    std::string_view line;
    /// PEER_MESSAGE, MESSAGE_TOO_LARGE or BATCH_TOO_LARGE: the line is no message and has been dropped; there is no event.
    std::int32_t dropped;
  };

  static result<lines> make() noexcept {
    return detail::get<mcpico_lines>(mcpico_lines_init).transform([](const mcpico_lines& raw) { return lines(raw); });
  }

  /// The next thing that came. `exchange` is the one whose response is awaited, nullptr when none is.
  /// Errors: PEER_RESULT.
  result<item> next(const client& client, exchange* exchange, inbox& inbox) noexcept {
    event event;
    std::int32_t answered = 0;
    mcpico_str line{};
    const std::int32_t code =
        mcpico_lines_next(&raw_, client.raw(), exchange != nullptr ? exchange->raw() : nullptr, inbox.raw(),
                          event.raw(), &answered, &line);
    switch (code) {
      case MCPICO_OK:
      case MCPICO_ERROR_PEER_MESSAGE:
      case MCPICO_ERROR_MESSAGE_TOO_LARGE:
      case MCPICO_ERROR_BATCH_TOO_LARGE:
        return item{event, answered != 0, view(line), code};
      default:
        return error(code);
    }
  }

  /// The same where several responses are awaited. What is wrong with what came is in arrival::dropped.
  result<arrival> next_of(const client& client, waiting among, inbox& inbox) noexcept {
    return detail::next_of(&raw_, client, among, inbox, mcpico_lines_next_of);
  }

 private:
  explicit lines(const mcpico_lines& raw) noexcept : raw_(raw) {}
  mcpico_lines raw_;
};

/// Reads what a server says over HTTP+SSE of 2024-11-05; see mcpico_channel for the steps.
class channel {
 public:
  static result<channel> make() noexcept {
    return detail::get<mcpico_channel>(mcpico_channel_init).transform([](const mcpico_channel& raw) {
      return channel(raw);
    });
  }

  /// The request that opens the stream. Errors: BEARER, BUFFER_TOO_SMALL.
  static result<outgoing> open(std::string_view bearer, buffer out) noexcept {
    return detail::message(out, [&](auto... to) { return mcpico_channel_open(bearer.data(), bearer.size(), to...); });
  }
  /// The request that posts a message. Errors: BEARER, BUFFER_TOO_SMALL.
  static result<outgoing> submit(const post& message, std::string_view bearer, buffer out) noexcept {
    return detail::message(out, [&](auto... to) {
      return mcpico_channel_submit(message.raw(), bearer.data(), bearer.size(), to...);
    });
  }

  /// Where messages are posted, to be resolved by message_endpoint. Errors: INCOMPLETE, ENDPOINT_MISSING, ENDPOINT,
  /// MESSAGE_TOO_LARGE.
  result<std::string_view> endpoint(inbox& inbox) noexcept {
    return detail::lent([&](auto* out) { return mcpico_channel_endpoint(&raw_, inbox.raw(), out); });
  }
  /// The next thing that came. What is wrong with it is in arrival::dropped.
  result<arrival> next_of(const client& client, waiting among, inbox& inbox) noexcept {
    return detail::next_of(&raw_, client, among, inbox, mcpico_channel_next);
  }

 private:
  explicit channel(const mcpico_channel& raw) noexcept : raw_(raw) {}
  mcpico_channel raw_;
};

/// A URL, and its path and query.
struct endpoint {
  std::string_view url;
  std::string_view target;
};

/// Resolves what channel::endpoint has given against the URL of the stream. Errors: ENDPOINT, ENDPOINT_ORIGIN,
/// BUFFER_TOO_SMALL.
inline result<endpoint> message_endpoint(std::string_view stream, std::string_view reference, buffer out) noexcept {
  mcpico_str target{};
  return detail::put(out, [&](char* buf, std::size_t cap, std::size_t* len) {
           return mcpico_message_endpoint(stream.data(), stream.size(), reference.data(), reference.size(), buf, cap, len,
                                          &target);
         }).transform([&](std::string_view url) { return endpoint{url, view(target)}; });
}

enum class framing_kind : std::uint32_t {
  lines = MCPICO_FRAMING_LINES,
  event_stream = MCPICO_FRAMING_EVENT_STREAM,
  whole_body = MCPICO_FRAMING_WHOLE_BODY,
};

/// How messages are separated, for those who bring their own protocol.
class framing {
 public:
  static result<framing> make(framing_kind kind) noexcept {
    return detail::get<mcpico_framing>([&](auto* out) {
             return mcpico_framing_init(out, static_cast<std::uint32_t>(kind));
           }).transform([](const mcpico_framing& raw) { return framing(raw); });
  }

  framing(const framing&) = delete;
  framing& operator=(const framing&) = delete;
  framing(framing&&) noexcept = default;
  framing& operator=(framing&&) noexcept = default;
  ~framing() = default;

  /// The next message, valid until the next call on the inbox. Errors: INCOMPLETE when more bytes are needed, NOT_FOUND
  /// when the stream has ended, MESSAGE_TOO_LARGE.
  result<std::string_view> next(inbox& inbox) noexcept {
    return detail::lent([&](auto* out) { return mcpico_framing_next(&raw_, inbox.raw(), out); });
  }
  /// The name of the event that was last handed out. Errors: WRONG_TYPE, NOT_FOUND.
  result<std::string_view> event_name() const noexcept {
    return detail::lent([&](auto* out) { return mcpico_framing_event_name(&raw_, out); });
  }
  /// Errors: WRONG_TYPE, NOT_FOUND.
  result<std::string_view> last_event_id() const noexcept {
    return detail::lent([&](auto* out) { return mcpico_framing_last_event_id(&raw_, out); });
  }
  /// Milliseconds. Errors: WRONG_TYPE, NOT_FOUND.
  result<std::uint64_t> retry() const noexcept {
    return detail::get<std::uint64_t>([&](auto* out) { return mcpico_framing_retry(&raw_, out); });
  }

 private:
  explicit framing(const mcpico_framing& raw) noexcept : raw_(raw) {}
  mcpico_framing raw_;
};

}  // namespace mcpico

#endif
