// JSON that is read where it lies.

#ifndef MCPICO_JSON_HPP
#define MCPICO_JSON_HPP

#include "text.hpp"

namespace mcpico {

enum class json_kind : std::uint32_t {
  null = MCPICO_JSON_NULL,
  boolean = MCPICO_JSON_BOOL,
  number = MCPICO_JSON_NUMBER,
  string = MCPICO_JSON_STRING,
  array = MCPICO_JSON_ARRAY,
  object = MCPICO_JSON_OBJECT,
};

class json_members;
class json_elements;

/// A text that may be a JSON document; each function reads it strictly. It borrows.
class json {
 public:
  constexpr json() noexcept : text_() {}
  constexpr explicit json(std::string_view text) noexcept : text_(text) {}

  /// As it stands, strings with their quotes. `data() == nullptr` when there is none.
  constexpr std::string_view text() const noexcept { return text_; }
  constexpr bool exists() const noexcept { return text_.data() != nullptr; }

  /// Errors: JSON.
  result<json_kind> kind() const noexcept {
    return detail::get<std::uint32_t>([&](auto* out) { return mcpico_json_kind(text_.data(), text_.size(), out); })
        .transform([](std::uint32_t value) { return static_cast<json_kind>(value); });
  }
  /// The member called `name`. Errors: JSON, WRONG_TYPE, NOT_FOUND, JSON_DUPLICATE.
  result<json> member(std::string_view name) const noexcept {
    return part([&](auto* out) {
      return mcpico_json_member(text_.data(), text_.size(), name.data(), name.size(), out);
    });
  }
  /// Element number `index`. Errors: JSON, WRONG_TYPE, NOT_FOUND.
  result<json> element(std::size_t index) const noexcept {
    return part([&](auto* out) { return mcpico_json_element(text_.data(), text_.size(), index, out); });
  }
  /// The value that a JSON Pointer (RFC 6901) names, such as "/content/0/text". Errors: JSON, NOT_FOUND, JSON_DUPLICATE.
  result<json> at(std::string_view pointer) const noexcept {
    return part([&](auto* out) {
      return mcpico_json_at(text_.data(), text_.size(), pointer.data(), pointer.size(), out);
    });
  }

  /// Copies a string, its escapes resolved. Errors: JSON, WRONG_TYPE, BUFFER_TOO_SMALL.
  result<std::string_view> string(buffer out) const noexcept {
    return detail::put(out, [&](char* buf, std::size_t cap, std::size_t* len) {
      return mcpico_json_string(text_.data(), text_.size(), buf, cap, len);
    });
  }
  /// Whether it is a string that is equal to `expected`. Errors: JSON.
  result<bool> equals(std::string_view expected) const noexcept {
    return detail::flag([&](auto* out) {
      return mcpico_json_equals(text_.data(), text_.size(), expected.data(), expected.size(), out);
    });
  }
  /// Errors: JSON, WRONG_TYPE.
  result<bool> boolean() const noexcept {
    return detail::flag([&](auto* out) { return mcpico_json_bool(text_.data(), text_.size(), out); });
  }
  /// An integer that is written without fraction and exponent; other numbers are text(). Errors: JSON, WRONG_TYPE,
  /// OUT_OF_RANGE.
  result<std::int64_t> int64() const noexcept {
    return detail::get<std::int64_t>([&](auto* out) { return mcpico_json_int64(text_.data(), text_.size(), out); });
  }

  /// The members of an object, for range-for. Errors: JSON, WRONG_TYPE.
  result<json_members> members() const noexcept;
  /// The elements of an array, for range-for. Errors: JSON, WRONG_TYPE.
  result<json_elements> elements() const noexcept;

 private:
  template <class F>
  static result<json> part(F&& call) noexcept {
    return detail::lent(std::forward<F>(call)).transform([](std::string_view text) { return json(text); });
  }

  std::string_view text_;
};

/// A member of an object. The name is a JSON string: `name.equals("kid")`.
struct json_member {
  json name;
  json value;
};

namespace detail {

class json_reader {
 public:
  json_reader() noexcept : raw_(), name_(), value_() {}
  bool advance() noexcept { return mcpico_json_iterator_next(&raw_, &name_, &value_) == MCPICO_OK; }

 protected:
  /// `opening` is the first character of the kind that is asked for.
  template <class R>
  static result<R> over(std::string_view text, char opening) noexcept {
    R range;
    const std::int32_t code = mcpico_json_iterator_init(&range.raw_, text.data(), text.size());
    if (code != MCPICO_OK) return error(code);
    if (text[text.find_first_not_of(" \t\r\n")] != opening) return error(MCPICO_ERROR_WRONG_TYPE);
    return range;
  }

  mcpico_json_iterator raw_;
  mcpico_str name_;
  mcpico_str value_;
};

}  // namespace detail

/// The members of an object, in their order.
class json_members : public detail::json_reader {
 public:
  static result<json_members> of(std::string_view text) noexcept { return over<json_members>(text, '{'); }
  json_member current() const noexcept { return {json(view(name_)), json(view(value_))}; }
  detail::iterator<json_members> begin() noexcept { return detail::iterator<json_members>(this); }
  detail::sentinel end() const noexcept { return {}; }

 private:
  friend class detail::json_reader;
};

/// The elements of an array, in their order.
class json_elements : public detail::json_reader {
 public:
  static result<json_elements> of(std::string_view text) noexcept { return over<json_elements>(text, '['); }
  json current() const noexcept { return json(view(value_)); }
  detail::iterator<json_elements> begin() noexcept { return detail::iterator<json_elements>(this); }
  detail::sentinel end() const noexcept { return {}; }

 private:
  friend class detail::json_reader;
};

inline result<json_members> json::members() const noexcept { return json_members::of(text_); }
inline result<json_elements> json::elements() const noexcept { return json_elements::of(text_); }

/// Writes a text as a JSON string. Errors: NOT_UTF8, BUFFER_TOO_SMALL.
inline result<std::string_view> quote(std::string_view string, buffer out) noexcept {
  return detail::put(out, [&](char* buf, std::size_t cap, std::size_t* len) {
    return mcpico_json_quote(string.data(), string.size(), buf, cap, len);
  });
}

}  // namespace mcpico

#endif
