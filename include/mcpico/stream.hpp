// MCP over a stream of lines, and framing alone.

#ifndef MCPICO_STREAM_HPP
#define MCPICO_STREAM_HPP

#include "client.hpp"

namespace mcpico {

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

 private:
  explicit lines(const mcpico_lines& raw) noexcept : raw_(raw) {}
  mcpico_lines raw_;
};

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
