// Secrets in logs and memory.

#ifndef MCPICO_SECRET_HPP
#define MCPICO_SECRET_HPP

#include "text.hpp"

namespace mcpico {

/// A token as it may be logged, in storage of its own.
class masked {
 public:
  /// See mcpico_mask; it cannot fail, up to a length that no text has.
  explicit masked(std::string_view token) noexcept : text_(), len_(0) {
    if (mcpico_mask(token.data(), token.size(), text_, sizeof text_, &len_) != MCPICO_OK) len_ = 0;
  }
  std::string_view view() const noexcept { return {text_, len_}; }

 private:
  char text_[MCPICO_MASK_MAX];
  std::size_t len_;
};

/// Copies a text without its secrets. Errors: TOO_MANY, BUFFER_TOO_SMALL.
inline result<std::string_view> redact(const texts& secrets, std::string_view text, buffer out) noexcept {
  return detail::put(out, [&](char* buf, std::size_t cap, std::size_t* len) {
    return mcpico_redact(secrets.data(), secrets.size(), text.data(), text.size(), buf, cap, len);
  });
}

/// Overwrites bytes with zeros, which no compiler leaves out.
inline void wipe(buffer bytes) noexcept { mcpico_wipe(bytes.data(), bytes.size()); }

}  // namespace mcpico

#endif
