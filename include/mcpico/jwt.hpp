// Keys, tokens that are signed, tokens that are verified, tokens that nobody has verified.

#ifndef MCPICO_JWT_HPP
#define MCPICO_JWT_HPP

#include "json.hpp"

namespace mcpico {

/// An HS256 key. It cannot be copied; what is moved from, and what goes out of scope, is wiped.
class key {
 public:
  /// Errors: KEY_EMPTY, KEY_TOO_SHORT (fewer than MCPICO_MIN_SECRET bytes), KEY_PEM.
  static result<key> make(std::string_view secret) noexcept { return by(mcpico_key_init, secret); }
  /// A key out of a secret that is too short to be safe, for test rigs. Errors: KEY_EMPTY, KEY_PEM.
  static result<key> dangerous(std::string_view secret) noexcept { return by(mcpico_dangerous_key_init, secret); }

  /// A key that something of yours keeps, such as a crypto engine: an object with
  /// `bool mac(std::string_view message, std::uint8_t* tag)`, which computes HMAC-SHA256 into MCPICO_MAC_LEN bytes; false
  /// when there was no answer. It is borrowed as long as the key is used.
  template <class E>
  static result<key> kept_by(E& engine) noexcept {
    key made;
    const std::int32_t code = mcpico_key_init_mac(
        &made.raw_,
        [](void* at, const char* message, std::size_t size, std::uint8_t* tag) noexcept -> std::int32_t {
          return static_cast<E*>(at)->mac(std::string_view(message, size), tag) ? 0 : 1;
        },
        &engine);
    if (code != MCPICO_OK) return error(code);
    return made;
  }

  key(const key&) = delete;
  key& operator=(const key&) = delete;
  key(key&& other) noexcept : raw_(other.raw_) { other.wipe(); }
  key& operator=(key&& other) noexcept {
    if (this != &other) {
      raw_ = other.raw_;
      other.wipe();
    }
    return *this;
  }
  ~key() { wipe(); }

  /// Overwrites it with zeros; whoever uses it then gets UNINITIALIZED.
  void wipe() noexcept { mcpico_wipe(reinterpret_cast<char*>(&raw_), sizeof raw_); }

  const mcpico_key* raw() const noexcept { return &raw_; }

 private:
  key() noexcept : raw_() {}

  static result<key> by(std::int32_t (*init)(mcpico_key*, const char*, std::size_t), std::string_view secret) noexcept {
    key made;
    const std::int32_t code = init(&made.raw_, secret.data(), secret.size());
    if (code != MCPICO_OK) return error(code);
    return made;
  }

  mcpico_key raw_;
};

/// A key and the name that tokens may give it. An array of them is a set.
inline mcpico_named_key named(std::string_view kid, const key& key) noexcept { return {text(kid), key.raw()}; }

/// The keys that are accepted: one without a name, or a list of mcpico_named_key.
class keys {
 public:
  constexpr keys() noexcept : one_(), many_() {}
  keys(const key& one) noexcept : one_(named({}, one)), many_() {}
  keys(key&&) = delete;
  template <std::size_t N>
  constexpr keys(const mcpico_named_key (&many)[N]) noexcept : one_(), many_(many) {}
  template <class C, class = std::enable_if_t<
                         std::is_convertible_v<decltype(std::declval<const C&>().data()), const mcpico_named_key*>>>
  constexpr keys(const C& many) noexcept : one_(), many_(many) {}

  constexpr const mcpico_named_key* data() const noexcept { return one_.key != nullptr ? &one_ : many_.data(); }
  constexpr std::size_t size() const noexcept { return one_.key != nullptr ? 1 : many_.size(); }

 private:
  mcpico_named_key one_;
  list<mcpico_named_key> many_;
};

/// The header of a token to be signed.
struct jose_header {
  /// None: "JWT".
  std::string_view typ{};
  std::string_view kid{};
  /// Leaves `typ` out.
  bool no_typ = false;

  mcpico_jose_header raw() const noexcept {
    auto raw = detail::sized<mcpico_jose_header>();
    raw.flags = no_typ ? MCPICO_HEADER_NO_TYP : 0;
    raw.typ = text(typ);
    raw.kid = text(kid);
    return raw;
  }
};

/// A claim of any type; `value` is a JSON document. An array of them goes into claims::more.
constexpr mcpico_claim claim(std::string_view name, std::string_view value) noexcept {
  return {text(name), text(value)};
}

/// The claims of a token to be signed. Times are seconds since 1970, 0 leaves them out.
struct claims {
  std::string_view iss{};
  std::string_view sub{};
  texts audiences{};
  std::int64_t exp = 0;
  std::int64_t nbf = 0;
  std::int64_t iat = 0;
  std::string_view jti{};
  /// Up to MCPICO_MAX_CLAIMS.
  list<mcpico_claim> more{};

  mcpico_claims raw() const noexcept {
    auto raw = detail::sized<mcpico_claims>();
    raw.iss = text(iss);
    raw.sub = text(sub);
    raw.jti = text(jti);
    raw.audiences = audiences.data();
    raw.audience_count = audiences.size();
    raw.exp = exp;
    raw.nbf = nbf;
    raw.iat = iat;
    raw.more = more.data();
    raw.more_count = more.size();
    return raw;
  }
};

/// Signs claims. Errors: those of mcpico_sign.
inline result<std::string_view> sign(const key& key, const claims& claims, buffer out,
                                     const jose_header& header = {}) noexcept {
  const auto raw_header = header.raw();
  const auto raw_claims = claims.raw();
  return detail::put(out, [&](char* buf, std::size_t cap, std::size_t* len) {
    return mcpico_sign(key.raw(), &raw_header, &raw_claims, buf, cap, len);
  });
}

/// Signs the JSON text of a claims set as it stands. Errors: those of mcpico_sign_payload.
inline result<std::string_view> sign_payload(const key& key, std::string_view payload, buffer out,
                                             const jose_header& header = {}) noexcept {
  const auto raw_header = header.raw();
  return detail::put(out, [&](char* buf, std::size_t cap, std::size_t* len) {
    return mcpico_sign_payload(key.raw(), &raw_header, payload.data(), payload.size(), buf, cap, len);
  });
}

/// Signs any two byte strings, for test rigs that need bad tokens. Errors: BUFFER_TOO_SMALL.
inline result<std::string_view> dangerous_sign(const key& key, std::string_view header, std::string_view payload,
                                               buffer out) noexcept {
  return detail::put(out, [&](char* buf, std::size_t cap, std::size_t* len) {
    return mcpico_dangerous_sign(key.raw(), header.data(), header.size(), payload.data(), payload.size(), buf, cap,
                                 len);
  });
}

/// What a token has to say to be accepted; the default is the strict start of mcpico_policy. It borrows.
struct policy {
  /// Exactly this `iss`.
  std::string_view issuer{};
  /// Exactly this `sub`.
  std::string_view subject{};
  /// One of these in `aud`; none: a token with `aud` is refused.
  texts audiences{};
  /// The media type that `typ` names.
  std::string_view typ{};
  /// Claims that have to be there.
  texts required{};
  /// The only claims that may be there.
  texts allowed{};
  /// Seconds by which clocks may differ.
  std::uint32_t leeway = 0;
  /// Refuses a token that is valid for more seconds; 0: any.
  std::uint32_t max_lifetime = 0;
  /// Bytes of the longest token that is read; 0: 8192.
  std::size_t max_token_len = 0;
  bool exp_optional = false;
  bool future_iat = false;
  bool any_audience = false;

  mcpico_policy raw() const noexcept {
    auto raw = detail::sized<mcpico_policy>();
    raw.flags = (exp_optional ? std::uint32_t{MCPICO_POLICY_EXP_OPTIONAL} : 0u) |
                (future_iat ? std::uint32_t{MCPICO_POLICY_FUTURE_IAT} : 0u) |
                (any_audience ? std::uint32_t{MCPICO_POLICY_ANY_AUDIENCE} : 0u);
    raw.leeway = leeway;
    raw.max_lifetime = max_lifetime;
    raw.max_token_len = max_token_len;
    raw.typ = text(typ);
    raw.issuer = text(issuer);
    raw.subject = text(subject);
    raw.audiences = audiences.data();
    raw.audience_count = audiences.size();
    raw.required = required.data();
    raw.required_count = required.size();
    raw.allowed = allowed.data();
    raw.allowed_count = allowed.size();
    return raw;
  }
};

/// A token that has been verified; only verify and grant::token make one. It borrows the scratch.
class token {
 public:
  /// As JSON.
  result<mcpico::json> header() const noexcept { return as_json(mcpico_token_header); }
  /// All claims; `for (auto [name, value] : *token.claims()->members())`.
  result<mcpico::json> claims() const noexcept { return as_json(mcpico_token_claims); }

  /// Copies a claim that is a string. Errors: NOT_FOUND, WRONG_TYPE, BUFFER_TOO_SMALL.
  result<std::string_view> string(std::string_view name, buffer out) const noexcept {
    return detail::put(out, [&](char* buf, std::size_t cap, std::size_t* len) {
      return mcpico_claim_string(&raw_, name.data(), name.size(), buf, cap, len);
    });
  }
  /// Errors: NOT_FOUND, WRONG_TYPE, OUT_OF_RANGE.
  result<std::int64_t> int64(std::string_view name) const noexcept {
    return detail::get<std::int64_t>(
        [&](auto* out) { return mcpico_claim_int64(&raw_, name.data(), name.size(), out); });
  }
  /// Whole seconds since 1970, fractions rounded up. Errors: NOT_FOUND, WRONG_TYPE, OUT_OF_RANGE.
  result<std::int64_t> time(std::string_view name) const noexcept {
    return detail::get<std::int64_t>(
        [&](auto* out) { return mcpico_claim_time(&raw_, name.data(), name.size(), out); });
  }
  /// Errors: NOT_FOUND, WRONG_TYPE.
  result<bool> boolean(std::string_view name) const noexcept {
    return detail::flag([&](auto* out) { return mcpico_claim_bool(&raw_, name.data(), name.size(), out); });
  }
  /// Element number `index` of an array; a lone string is the only element of `aud`. Errors: NOT_FOUND, WRONG_TYPE.
  result<mcpico::json> element(std::string_view name, std::size_t index) const noexcept {
    return detail::lent([&](auto* out) {
             return mcpico_claim_element(&raw_, name.data(), name.size(), index, out);
           }).transform([](std::string_view text) { return mcpico::json(text); });
  }
  /// A claim of any type. Errors: NOT_FOUND.
  result<mcpico::json> json(std::string_view name) const noexcept {
    return detail::lent([&](auto* out) {
             return mcpico_claim_json(&raw_, name.data(), name.size(), out);
           }).transform([](std::string_view text) { return mcpico::json(text); });
  }

  /// What a C function has filled.
  explicit token(const mcpico_token& raw) noexcept : raw_(raw) {}
  const mcpico_token* raw() const noexcept { return &raw_; }

 private:
  result<mcpico::json> as_json(std::int32_t (*part)(const mcpico_token*, mcpico_str*)) const noexcept {
    return detail::lent([&](auto* out) { return part(&raw_, out); }).transform([](std::string_view text) {
      return mcpico::json(text);
    });
  }

  mcpico_token raw_;
};

/// Verifies a token; `now` is in seconds since 1970. `scratch` takes the decoded token, MCPICO_SCRATCH_SIZE(length) bytes
/// suffice. Errors: those of mcpico_verify.
inline result<token> verify(const keys& keys, const policy& policy, std::int64_t now, std::string_view text,
                            buffer scratch) noexcept {
  const auto raw_policy = policy.raw();
  return detail::get<mcpico_token>([&](auto* out) {
           return mcpico_verify(keys.data(), keys.size(), &raw_policy, now, text.data(), text.size(), scratch.data(),
                                scratch.size(), out);
         }).transform([](const mcpico_token& raw) { return token(raw); });
}

/// A token that nobody has verified: for showing, and for telling what is wrong with it. It borrows token and scratch.
class unverified {
 public:
  /// Errors: TOKEN_MALFORMED, TOKEN_BASE64, TOKEN_LIMIT, SCRATCH_TOO_SMALL.
  static result<unverified> parse(std::string_view text, buffer scratch) noexcept {
    unverified made;
    const std::int32_t code =
        mcpico_unverified_init(&made.raw_, text.data(), text.size(), scratch.data(), scratch.size());
    if (code != MCPICO_OK) return error(code);
    return made;
  }

  /// The decoded header, which need not be JSON.
  result<json> header() const noexcept { return as_json(mcpico_unverified_header); }
  /// The decoded claims, which need not be JSON.
  result<json> claims() const noexcept { return as_json(mcpico_unverified_claims); }
  /// The text that the signature covers.
  result<std::string_view> signing_input() const noexcept {
    return detail::lent([&](auto* out) { return mcpico_unverified_signing_input(&raw_, out); });
  }
  /// Whether it is a well-formed HS256 token. Errors: those of verify about the form, but TOKEN_TYP.
  result<void> check_structure() const noexcept { return detail::done(mcpico_unverified_check_structure(&raw_)); }
  /// Errors: TOKEN_SIGNATURE, TOKEN_BASE64.
  result<void> check_signature(const key& key) const noexcept {
    return detail::done(mcpico_unverified_check_signature(&raw_, key.raw()));
  }
  /// Errors: those of verify about times and claims.
  result<void> check_times(const policy& policy, std::int64_t now) const noexcept {
    const auto raw_policy = policy.raw();
    return detail::done(mcpico_unverified_check_times(&raw_, &raw_policy, now));
  }
  /// Errors: those of verify about `typ` and all claims but the times.
  result<void> check_claims(const policy& policy) const noexcept {
    const auto raw_policy = policy.raw();
    return detail::done(mcpico_unverified_check_claims(&raw_, &raw_policy));
  }

 private:
  unverified() noexcept : raw_() {}

  result<json> as_json(std::int32_t (*part)(const mcpico_unverified*, mcpico_str*)) const noexcept {
    return detail::lent([&](auto* out) { return part(&raw_, out); }).transform([](std::string_view text) {
      return json(text);
    });
  }

  mcpico_unverified raw_;
};

}  // namespace mcpico

#endif
