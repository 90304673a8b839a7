// Results that are larger than the inbox, as parts of a JSON document.

#ifndef MCPICO_RESULT_STREAM_HPP
#define MCPICO_RESULT_STREAM_HPP

#include "exchange.hpp"

namespace mcpico {

enum class part_kind : std::uint32_t {
  none = MCPICO_PART_NONE,
  null = MCPICO_PART_NULL,
  true_ = MCPICO_PART_TRUE,
  false_ = MCPICO_PART_FALSE,
  number = MCPICO_PART_NUMBER,
  end_number = MCPICO_PART_END_NUMBER,
  name = MCPICO_PART_NAME,
  end_name = MCPICO_PART_END_NAME,
  string = MCPICO_PART_STRING,
  end_string = MCPICO_PART_END_STRING,
  start_array = MCPICO_PART_START_ARRAY,
  end_array = MCPICO_PART_END_ARRAY,
  start_object = MCPICO_PART_START_OBJECT,
  end_object = MCPICO_PART_END_OBJECT,
};

/// The next thing in a document that comes in parts. A name, a string or a number comes in any number of parts and then
/// its end.
class json_part {
 public:
  json_part() noexcept : raw_(detail::sized<mcpico_json_part>()) {}

  part_kind kind() const noexcept { return static_cast<part_kind>(raw_.kind); }
  bool is(part_kind kind) const noexcept { return raw_.kind == static_cast<std::uint32_t>(kind); }
  /// Whether it belongs to the value of that pointer, from 0.
  bool selected(std::size_t pointer = 0) const noexcept { return pointer < 64 && (raw_.selected >> pointer & 1) != 0; }
  /// UTF-8, escapes resolved; valid until the next call on the inbox or the stream.
  std::string_view text() const noexcept { return view(raw_.text); }

  mcpico_json_part* raw() noexcept { return &raw_; }

 private:
  mcpico_json_part raw_;
};

/// JSON Pointers (RFC 6901), each of which finds the parts of one value. They borrow their texts. For one document.
template <std::size_t N>
class json_pointers {
 public:
  static_assert(N <= MCPICO_JSON_POINTERS_MAX, "selected() cannot tell so many apart");

  /// Errors: JSON_POINTER, NOT_UTF8.
  static result<json_pointers> make(const std::string_view (&paths)[N]) noexcept {
    json_pointers made;
    for (std::size_t i = 0; i < N; ++i) {
      const std::int32_t code = mcpico_json_pointer_init(&made.raw_[i], paths[i].data(), paths[i].size());
      if (code != MCPICO_OK) return error(code);
    }
    return made;
  }

  json_pointers(const json_pointers&) = delete;
  json_pointers& operator=(const json_pointers&) = delete;
  json_pointers(json_pointers&&) noexcept = default;
  json_pointers& operator=(json_pointers&&) noexcept = default;
  ~json_pointers() = default;

  /// Whether the value of that pointer has begun. Errors: NOT_FOUND when there is no such pointer.
  result<bool> is_found(std::size_t pointer = 0) const noexcept {
    if (pointer >= N) return error(MCPICO_ERROR_NOT_FOUND);
    return detail::flag([&](auto* out) { return mcpico_json_pointer_is_found(&raw_[pointer], out); });
  }

  mcpico_json_pointer* raw() noexcept { return raw_; }

 private:
  json_pointers() noexcept : raw_() {}
  mcpico_json_pointer raw_[N];
};

/// `auto pointers = *mcpico::pointers("/content/0/text", "/isError");` Errors: JSON_POINTER, NOT_UTF8.
template <class... S>
result<json_pointers<sizeof...(S)>> pointers(const S&... paths) noexcept {
  const std::string_view all[] = {std::string_view(paths)...};
  return json_pointers<sizeof...(S)>::make(all);
}

/// What a result_stream finds: an event, and with event_kind::result_part the part.
struct streamed {
  mcpico::event event;
  json_part part;
};

/// Reads the answer to one request, also where a message is larger than the inbox; it takes the place of exchange::next.
///
/// What fits comes as the event that exchange::next gives. Parts are nothing yet: only event_kind::result_complete says
/// that they were the whole result of this request; after any other event but need_data, and after an error, they are void.
/// An error that does not fit has a code and nothing else.
class result_stream {
 public:
  static result<result_stream> make() noexcept {
    return detail::get<mcpico_result_stream>(mcpico_result_stream_init).transform([](const mcpico_result_stream& raw) {
      return result_stream(raw);
    });
  }

  result_stream(const result_stream&) = delete;
  result_stream& operator=(const result_stream&) = delete;
  result_stream(result_stream&&) noexcept = default;
  result_stream& operator=(result_stream&&) noexcept = default;
  ~result_stream() = default;

  /// The next event, valid until the next call on the inbox or the stream; with event_kind::need_data read on.
  /// Errors: those of mcpico_result_stream_next.
  result<streamed> next(exchange& exchange, inbox& inbox) noexcept { return next(exchange, inbox, nullptr, 0); }
  /// The same; json_part::selected says to which of the values a part belongs.
  template <std::size_t N>
  result<streamed> next(exchange& exchange, inbox& inbox, json_pointers<N>& pointers) noexcept {
    return next(exchange, inbox, pointers.raw(), N);
  }

 private:
  explicit result_stream(const mcpico_result_stream& raw) noexcept : raw_(raw) {}

  result<streamed> next(exchange& exchange, inbox& inbox, mcpico_json_pointer* pointers, std::size_t count) noexcept {
    streamed found;
    const std::int32_t code = mcpico_result_stream_next(&raw_, exchange.raw(), inbox.raw(), pointers, count,
                                                        found.event.raw(), found.part.raw());
    if (code != MCPICO_OK) return error(code);
    return found;
  }

  mcpico_result_stream raw_;
};

}  // namespace mcpico

#endif
