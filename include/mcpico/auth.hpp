// Bearer credentials, challenges, and the guard of a resource.

#ifndef MCPICO_AUTH_HPP
#define MCPICO_AUTH_HPP

#include "jwt.hpp"

namespace mcpico {

/// The token in the value of an Authorization header. Errors: OTHER_SCHEME, NO_TOKEN, BEARER.
inline result<std::string_view> parse_bearer(std::string_view value) noexcept {
  return detail::lent([&](auto* out) { return mcpico_bearer_parse(value.data(), value.size(), out); });
}

/// Writes the value of an Authorization header. Errors: NO_TOKEN, BEARER, BUFFER_TOO_SMALL.
inline result<std::string_view> write_bearer(std::string_view token, buffer out) noexcept {
  return detail::put(out, [&](char* buf, std::size_t cap, std::size_t* len) {
    return mcpico_bearer_write(token.data(), token.size(), buf, cap, len);
  });
}

/// Whether two tokens are the same, in constant time for one length. Errors: NO_TOKEN, BEARER.
inline result<bool> equal_bearers(std::string_view token, std::string_view expected) noexcept {
  return detail::flag([&](auto* out) {
    return mcpico_bearer_equal(token.data(), token.size(), expected.data(), expected.size(), out);
  });
}

class challenge_param_names;

/// One challenge of a response. It borrows the header line.
class challenge {
 public:
  /// The first Bearer challenge, out of all WWW-Authenticate lines. Errors: CHALLENGE, NOT_FOUND.
  static result<challenge> bearer(const texts& lines) noexcept {
    return make([&](auto* out) { return mcpico_challenge_bearer(lines.data(), lines.size(), out); });
  }
  /// Challenge number `index` of one line. Errors: CHALLENGE, NOT_FOUND.
  static result<challenge> at(std::string_view line, std::size_t index) noexcept {
    return make([&](auto* out) { return mcpico_challenge_at(line.data(), line.size(), index, out); });
  }

  result<std::string_view> scheme() const noexcept {
    return detail::lent([&](auto* out) { return mcpico_challenge_scheme(&raw_, out); });
  }
  /// Errors: NOT_FOUND.
  result<std::string_view> token68() const noexcept {
    return detail::lent([&](auto* out) { return mcpico_challenge_token68(&raw_, out); });
  }
  /// Copies the value of a parameter; it comes from the peer. Errors: NOT_FOUND, BUFFER_TOO_SMALL.
  result<std::string_view> param(std::string_view name, buffer out) const noexcept {
    return detail::put(out, [&](char* buf, std::size_t cap, std::size_t* len) {
      return mcpico_challenge_param(&raw_, name.data(), name.size(), buf, cap, len);
    });
  }
  /// The names of the parameters, for range-for.
  challenge_param_names param_names() const noexcept;

 private:
  explicit challenge(const mcpico_challenge& raw) noexcept : raw_(raw) {}

  template <class F>
  static result<challenge> make(F&& call) noexcept {
    return detail::get<mcpico_challenge>(std::forward<F>(call)).transform([](const mcpico_challenge& raw) {
      return challenge(raw);
    });
  }

  mcpico_challenge raw_;
};

/// The names of the parameters of a challenge.
class challenge_param_names {
 public:
  explicit challenge_param_names(const mcpico_challenge& raw) noexcept : raw_(raw), index_(0), name_() {}
  bool advance() noexcept { return mcpico_challenge_param_name(&raw_, index_++, &name_) == MCPICO_OK; }
  std::string_view current() const noexcept { return view(name_); }
  detail::iterator<challenge_param_names> begin() noexcept { return detail::iterator<challenge_param_names>(this); }
  detail::sentinel end() const noexcept { return {}; }

 private:
  mcpico_challenge raw_;
  std::size_t index_;
  mcpico_str name_;
};

inline challenge_param_names challenge::param_names() const noexcept { return challenge_param_names(raw_); }

enum class challenge_error : std::uint32_t {
  none = MCPICO_CHALLENGE_NO_ERROR,
  invalid_request = MCPICO_CHALLENGE_INVALID_REQUEST,
  invalid_token = MCPICO_CHALLENGE_INVALID_TOKEN,
  insufficient_scope = MCPICO_CHALLENGE_INSUFFICIENT_SCOPE,
};

/// A Bearer challenge to be sent.
struct challenge_fields {
  challenge_error error = challenge_error::none;
  std::string_view realm{};
  std::string_view error_description{};
  std::string_view error_uri{};
  std::string_view scope{};
  std::string_view resource_metadata{};

  /// Writes the value of a WWW-Authenticate header. Errors: CHALLENGE_FIELD, BUFFER_TOO_SMALL.
  result<std::string_view> write(buffer out) const noexcept {
    auto raw = detail::sized<mcpico_challenge_fields>();
    raw.error = static_cast<std::uint32_t>(error);
    raw.realm = text(realm);
    raw.error_description = text(error_description);
    raw.error_uri = text(error_uri);
    raw.scope = text(scope);
    raw.resource_metadata = text(resource_metadata);
    return detail::put(out, [&](char* buf, std::size_t cap, std::size_t* len) {
      return mcpico_challenge_write(&raw, buf, cap, len);
    });
  }
};

/// A request that carries a valid token with every scope that is needed. It borrows the scratch.
class grant {
 public:
  explicit grant(const mcpico_grant& raw) noexcept : raw_(raw) {}

  result<mcpico::token> token() const noexcept {
    return detail::get<mcpico_token>([&](auto* out) {
             return mcpico_grant_token(&raw_, out);
           }).transform([](const mcpico_token& raw) { return mcpico::token(raw); });
  }
  /// Whether the token has a scope.
  result<bool> allows(std::string_view scope) const noexcept {
    return detail::flag([&](auto* out) { return mcpico_grant_allows(&raw_, scope.data(), scope.size(), out); });
  }

 private:
  mcpico_grant raw_;
};

/// The answer to a request that is denied. It borrows the texts of the guard.
class denial {
 public:
  explicit denial(const mcpico_denial& raw) noexcept : raw_(raw) {}

  /// 401, 403 or 503.
  result<std::uint32_t> status() const noexcept {
    return detail::get<std::uint32_t>([&](auto* out) { return mcpico_denial_status(&raw_, out); });
  }
  /// Why, as an error.
  error reason() const noexcept {
    std::int32_t reason = MCPICO_ERROR_DENIED;
    const std::int32_t code = mcpico_denial_reason(&raw_, &reason);
    return error(code == MCPICO_OK ? reason : code);
  }
  /// Why, in one word such as "expired_token".
  result<std::string_view> code() const noexcept {
    return detail::lent([&](auto* out) { return mcpico_denial_code(&raw_, out); });
  }
  /// Writes the value of the WWW-Authenticate header. Errors: BUFFER_TOO_SMALL.
  result<std::string_view> challenge(buffer out) const noexcept {
    return detail::put(out, [&](char* buf, std::size_t cap, std::size_t* len) {
      return mcpico_denial_challenge(&raw_, buf, cap, len);
    });
  }
  /// Writes the JSON body. Errors: BUFFER_TOO_SMALL.
  result<std::string_view> body(buffer out) const noexcept {
    return detail::put(out, [&](char* buf, std::size_t cap, std::size_t* len) {
      return mcpico_denial_body(&raw_, buf, cap, len);
    });
  }

 private:
  mcpico_denial raw_;
};

/// A grant or a denial.
class verdict {
 public:
  verdict(const mcpico::grant& grant) noexcept : grant_(grant), denial_() {}
  verdict(const mcpico::denial& denial) noexcept : grant_(), denial_(denial) {}

  /// nullptr when the request is denied.
  const mcpico::grant* granted() const noexcept { return grant_ ? &*grant_ : nullptr; }
  /// nullptr when the request is granted.
  const mcpico::denial* denied() const noexcept { return denial_ ? &*denial_ : nullptr; }
  explicit operator bool() const noexcept { return grant_.has_value(); }

 private:
  std::optional<mcpico::grant> grant_;
  std::optional<mcpico::denial> denial_;
};

/// What guards a resource. It borrows keys and texts.
struct guard {
  mcpico::keys keys{};
  mcpico::policy policy{};
  /// The scopes that are needed, divided by single spaces.
  std::string_view scope{};
  std::string_view realm{};
  std::string_view resource_metadata{};

  /// Judges a request by the values of all its Authorization headers. `scratch` takes the decoded token.
  /// Errors: CHALLENGE_FIELD for texts of the guard, TOO_MANY, OPTION. A request that is denied is no error.
  result<verdict> check(const texts& authorization, std::int64_t now, buffer scratch) const noexcept {
    const auto raw_policy = policy.raw();
    const auto raw_guard = as_raw(&raw_policy);
    mcpico_grant granted{};
    mcpico_denial denied{};
    const std::int32_t code = mcpico_guard_check(&raw_guard, authorization.data(), authorization.size(), now,
                                                 scratch.data(), scratch.size(), &granted, &denied);
    if (code == MCPICO_OK) return verdict(grant(granted));
    if (code == MCPICO_ERROR_DENIED) return verdict(denial(denied));
    return error(code);
  }
  /// A denial for a request that is granted and lacks the scopes of this guard. Errors: CHALLENGE_FIELD.
  result<denial> deny_scope() const noexcept {
    const auto raw_policy = policy.raw();
    const auto raw_guard = as_raw(&raw_policy);
    return detail::get<mcpico_denial>([&](auto* out) {
             return mcpico_guard_deny_scope(&raw_guard, out);
           }).transform([](const mcpico_denial& denied) { return denial(denied); });
  }

 private:
  mcpico_guard as_raw(const mcpico_policy* raw_policy) const noexcept {
    auto raw = detail::sized<mcpico_guard>();
    raw.keys = keys.data();
    raw.key_count = keys.size();
    raw.policy = raw_policy;
    raw.scope = text(scope);
    raw.realm = text(realm);
    raw.resource_metadata = text(resource_metadata);
    return raw;
  }
};

}  // namespace mcpico

#endif
