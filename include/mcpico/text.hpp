// Texts and lists on their way to the C functions, and buffers on their way back.

#ifndef MCPICO_TEXT_HPP
#define MCPICO_TEXT_HPP

#include "result.hpp"

namespace mcpico {

/// A text as C takes it. It borrows; an array of them is a list of texts.
constexpr mcpico_str text(std::string_view view) noexcept { return {view.data(), view.size()}; }

/// A text as C gives it; `data() == nullptr` when there is none.
constexpr std::string_view view(mcpico_str str) noexcept { return {str.data, str.len}; }

/// Bytes of yours that a function writes into.
class buffer {
 public:
  /// No room: the function fails and says how much it needs.
  constexpr buffer() noexcept : data_(nullptr), size_(0) {}
  constexpr buffer(char* data, std::size_t size) noexcept : data_(data), size_(size) {}
  template <std::size_t N>
  constexpr buffer(char (&array)[N]) noexcept : data_(array), size_(N) {}
  /// std::array, std::vector, std::string, std::span<char>: whatever has data() and size().
  template <class C, class = std::enable_if_t<std::is_same_v<decltype(std::declval<C&>().data()), char*>>>
  constexpr buffer(C& container) noexcept : data_(container.data()), size_(container.size()) {}

  constexpr char* data() const noexcept { return data_; }
  constexpr std::size_t size() const noexcept { return size_; }

 private:
  char* data_;
  std::size_t size_;
};

/// A list that is borrowed: an array, std::array, std::vector, std::span.
template <class T>
class list {
 public:
  constexpr list() noexcept : data_(nullptr), size_(0) {}
  constexpr list(const T* data, std::size_t size) noexcept : data_(data), size_(size) {}
  template <std::size_t N>
  constexpr list(const T (&array)[N]) noexcept : data_(array), size_(N) {}
  template <class C, class = std::enable_if_t<std::is_convertible_v<decltype(std::declval<const C&>().data()), const T*>>>
  constexpr list(const C& container) noexcept : data_(container.data()), size_(container.size()) {}

  constexpr const T* data() const noexcept { return data_; }
  constexpr std::size_t size() const noexcept { return size_; }

 private:
  const T* data_;
  std::size_t size_;
};

/// One text, or a list of mcpico_str. Without either it is none.
class texts {
 public:
  constexpr texts() noexcept : one_(), many_() {}
  /// A std::string_view, a std::string, a literal.
  template <class S, std::enable_if_t<std::is_convertible_v<const S&, std::string_view>, int> = 0>
  constexpr texts(const S& one) noexcept : one_(text(one)), many_() {}
  constexpr texts(list<mcpico_str> many) noexcept : one_(), many_(many) {}
  template <std::size_t N>
  constexpr texts(const mcpico_str (&many)[N]) noexcept : one_(), many_(many) {}
  template <class C, class = std::enable_if_t<
                         std::is_convertible_v<decltype(std::declval<const C&>().data()), const mcpico_str*>>>
  constexpr texts(const C& many) noexcept : one_(), many_(many) {}

  constexpr const mcpico_str* data() const noexcept { return one_.data != nullptr ? &one_ : many_.data(); }
  constexpr std::size_t size() const noexcept { return one_.data != nullptr ? 1 : many_.size(); }

 private:
  mcpico_str one_;
  list<mcpico_str> many_;
};

namespace detail {

/// What a function of C writes into the buffer.
template <class F>
result<std::string_view> put(buffer out, F&& call) noexcept {
  std::size_t len = 0;
  const std::int32_t code = std::forward<F>(call)(out.data(), out.size(), &len);
  if (code == MCPICO_ERROR_BUFFER_TOO_SMALL) return error(code, len);
  if (code != MCPICO_OK) return error(code);
  return std::string_view(out.data(), len);
}

/// A text that a function of C hands out.
template <class F>
result<std::string_view> lent(F&& call) noexcept {
  return get<mcpico_str>(std::forward<F>(call)).transform([](mcpico_str str) { return view(str); });
}

template <class T>
constexpr T sized() noexcept {
  T value{};
  value.struct_size = sizeof(T);
  return value;
}

}  // namespace detail
}  // namespace mcpico

#endif
