// A value or an error, without exceptions.

#ifndef MCPICO_RESULT_HPP
#define MCPICO_RESULT_HPP

#include "../mcpico.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

// What taking the value of a result without one does; `code` is the status. It must not return.
#ifndef MCPICO_ABORT
#define MCPICO_ABORT(code) ((void)(code), std::abort())
#endif

namespace mcpico {

/// A status that is not MCPICO_OK.
class error {
 public:
  constexpr explicit error(std::int32_t code, std::size_t needed = 0) noexcept : code_(code), needed_(needed) {}

  /// MCPICO_ERROR_*
  constexpr std::int32_t code() const noexcept { return code_; }
  /// Bytes that the buffer should have had; 0 unless the code is MCPICO_ERROR_BUFFER_TOO_SMALL.
  constexpr std::size_t needed() const noexcept { return needed_; }
  /// Such as "TOKEN_EXPIRED". Never nullptr.
  const char* name() const noexcept { return mcpico_status_name(code_); }
  /// Such as "the token has expired". Never nullptr.
  const char* what() const noexcept { return mcpico_strerror(code_); }

  friend constexpr bool operator==(error a, error b) noexcept { return a.code_ == b.code_; }
  friend constexpr bool operator!=(error a, error b) noexcept { return a.code_ != b.code_; }

 private:
  std::int32_t code_;
  std::size_t needed_;
};

/// A value or an error, after std::expected. Whoever takes what is not there ends the program by MCPICO_ABORT.
///
/// From a temporary result the value comes by move and not by reference, so `for (auto m : *doc.members())` is safe.
template <class T>
class [[nodiscard]] result {
 public:
  using value_type = T;
  using error_type = mcpico::error;

  constexpr result(T value) noexcept : value_(std::move(value)), error_(MCPICO_OK) {}
  constexpr result(mcpico::error error) noexcept : value_(), error_(error) {}

  constexpr bool has_value() const noexcept { return value_.has_value(); }
  constexpr explicit operator bool() const noexcept { return has_value(); }

  constexpr T& value() & noexcept { return checked(), *value_; }
  constexpr const T& value() const& noexcept { return checked(), *value_; }
  constexpr T value() && noexcept { return checked(), std::move(*value_); }
  constexpr T& operator*() & noexcept { return value(); }
  constexpr const T& operator*() const& noexcept { return value(); }
  constexpr T operator*() && noexcept { return std::move(*this).value(); }
  constexpr T* operator->() noexcept { return &value(); }
  constexpr const T* operator->() const noexcept { return &value(); }

  template <class U>
  constexpr T value_or(U&& other) const& noexcept {
    return has_value() ? *value_ : static_cast<T>(std::forward<U>(other));
  }
  template <class U>
  constexpr T value_or(U&& other) && noexcept {
    return has_value() ? std::move(*value_) : static_cast<T>(std::forward<U>(other));
  }

  constexpr mcpico::error error() const noexcept {
    if (has_value()) MCPICO_ABORT(MCPICO_OK);
    return error_;
  }
  /// MCPICO_OK or the code of the error.
  constexpr std::int32_t code() const noexcept { return has_value() ? MCPICO_OK : error_.code(); }

  /// Goes on with a function that may fail, when there is a value.
  template <class F>
  constexpr auto and_then(F&& next) & -> std::invoke_result_t<F, T&> {
    if (!has_value()) return error_;
    return std::forward<F>(next)(*value_);
  }
  template <class F>
  constexpr auto and_then(F&& next) && -> std::invoke_result_t<F, T&&> {
    if (!has_value()) return error_;
    return std::forward<F>(next)(std::move(*value_));
  }
  template <class F>
  constexpr auto and_then(F&& next) const& -> std::invoke_result_t<F, const T&> {
    if (!has_value()) return error_;
    return std::forward<F>(next)(*value_);
  }
  /// Goes on with a function that cannot fail, when there is a value.
  template <class F>
  constexpr auto transform(F&& next) const& -> result<std::invoke_result_t<F, const T&>> {
    if (!has_value()) return error_;
    return std::forward<F>(next)(*value_);
  }
  template <class F>
  constexpr auto transform(F&& next) && -> result<std::invoke_result_t<F, T&&>> {
    if (!has_value()) return error_;
    return std::forward<F>(next)(std::move(*value_));
  }

 private:
  constexpr void checked() const noexcept {
    if (!has_value()) MCPICO_ABORT(error_.code());
  }

  std::optional<T> value_;
  mcpico::error error_;
};

/// Success or an error.
template <>
class [[nodiscard]] result<void> {
 public:
  using value_type = void;
  using error_type = mcpico::error;

  constexpr result() noexcept : error_(MCPICO_OK) {}
  constexpr result(mcpico::error error) noexcept : error_(error) {}

  constexpr bool has_value() const noexcept { return error_.code() == MCPICO_OK; }
  constexpr explicit operator bool() const noexcept { return has_value(); }
  constexpr void value() const noexcept {
    if (!has_value()) MCPICO_ABORT(error_.code());
  }
  constexpr mcpico::error error() const noexcept {
    if (has_value()) MCPICO_ABORT(MCPICO_OK);
    return error_;
  }
  constexpr std::int32_t code() const noexcept { return error_.code(); }

  template <class F>
  constexpr auto and_then(F&& next) const -> std::invoke_result_t<F> {
    if (!has_value()) return error_;
    return std::forward<F>(next)();
  }

 private:
  mcpico::error error_;
};

namespace detail {

inline result<void> done(std::int32_t code) noexcept {
  if (code != MCPICO_OK) return error(code);
  return {};
}

/// What a function of C writes through the pointer that it is given, made of a default T.
template <class T, class F>
result<T> get(F&& call) noexcept {
  T value{};
  const std::int32_t code = std::forward<F>(call)(&value);
  if (code != MCPICO_OK) return error(code);
  return value;
}

template <class F>
result<bool> flag(F&& call) noexcept {
  return get<std::int32_t>(std::forward<F>(call)).transform([](std::int32_t value) { return value != 0; });
}

/// The beginning and the end of a range-for over what can be read only once; R has `bool advance()` and `current()`.
struct sentinel {};

template <class R>
class iterator {
 public:
  explicit iterator(R* range) noexcept : range_(range), more_(range->advance()) {}
  auto operator*() const noexcept { return range_->current(); }
  iterator& operator++() noexcept {
    more_ = range_->advance();
    return *this;
  }
  friend bool operator!=(const iterator& at, sentinel) noexcept { return at.more_; }

 private:
  R* range_;
  bool more_;
};

}  // namespace detail

/// The version of the library.
inline std::string_view version() noexcept { return mcpico_version(); }

/// Whether this header belongs to the library that is linked. Errors: ABI.
inline result<void> check_header() noexcept { return detail::done(mcpico_check_header()); }

}  // namespace mcpico

#endif
