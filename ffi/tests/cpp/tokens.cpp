// Keys, signing, verifying, and the view of what nobody has verified.
#include "check.hpp"

#include <array>
#include <cstring>

namespace {

// RFC 7515 appendix A.1.
const unsigned char rfc7515_secret[] = {
    0x03, 0x23, 0x35, 0x4b, 0x2b, 0x0f, 0xa5, 0xbc, 0x83, 0x7e, 0x06, 0x65, 0x77, 0x7b, 0xa6, 0x8f,
    0x5a, 0xb3, 0x28, 0xe6, 0xf0, 0x54, 0xc9, 0x28, 0xa9, 0x0f, 0x84, 0xb2, 0xd2, 0x50, 0x2e, 0xbf,
    0xd3, 0xfb, 0x5a, 0x92, 0xd2, 0x06, 0x47, 0xef, 0x96, 0x8a, 0xb4, 0xc3, 0x77, 0x62, 0x3d, 0x22,
    0x3d, 0x2e, 0x21, 0x72, 0x05, 0x2e, 0x4f, 0x08, 0xc0, 0xcd, 0x9a, 0xf5, 0x67, 0xd0, 0x80, 0xa3};
constexpr std::string_view rfc7515_header = "{\"typ\":\"JWT\",\r\n \"alg\":\"HS256\"}";
constexpr std::string_view rfc7515_payload =
    "{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n \"http://example.com/is_root\":true}";
constexpr std::string_view rfc7515_token =
    "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9"
    ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
    ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

// core/tests/corpora/jwt/hs256-cases.json.
constexpr std::string_view corpus_secret =
    "\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10"
    "\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1b\x1c\x1d\x1e\x1f\x20";
constexpr std::int64_t corpus_now = 1800000000;
#define HS256_JWT "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9."
#define MCP_CLAIMS \
  "eyJpc3MiOiJodHRwczovL2FzLmV4YW1wbGUiLCJhdWQiOiJodHRwczovL21jcC5leGFtcGxlL21jcCIsInN1YiI6InUxIiwiaWF0IjoxNzk5OTk5OTAwLCJuYm"
#define MCP_TIMES MCP_CLAIMS "YiOjE3OTk5OTk5MDAsImV4cCI6MTgwMDAwMzYwMH0"
struct {
  const char* name;
  std::int32_t expected;
  std::string_view token;
} const corpus[] = {
    {"ok-base", MCPICO_OK, HS256_JWT MCP_TIMES ".7ONHjfGwZhQtqVkz5_zmuanywA07wnMWSU3jxjmFP70"},
    {"crit-unknown", MCPICO_ERROR_TOKEN_CRIT,
     "eyJhbGciOiJIUzI1NiIsImNyaXQiOlsieCJdLCJ4IjoxfQ." MCP_TIMES ".r7MgzOYdk7R-yt82ooPy1TrEJImDELHlSZjcDyNeNVg"},
    {"dup-alg-none-last", MCPICO_ERROR_TOKEN_DUPLICATE,
     "eyJhbGciOiJIUzI1NiIsImFsZyI6Im5vbmUifQ." MCP_TIMES ".yPiMfga4hsguub-0QeKpYE6A7xvvcOOLLaee1NrcLYg"},
    {"exp-past", MCPICO_ERROR_TOKEN_EXPIRED,
     HS256_JWT MCP_CLAIMS "YiOjE3OTk5OTk5MDAsImV4cCI6MTc5OTk5OTkzOX0.q3-oGh_oQAahYJAn00a-eCUbhxsPWDfoHCjZXTbuhVY"},
    {"nbf-future", MCPICO_ERROR_TOKEN_NOT_YET_VALID,
     HS256_JWT MCP_CLAIMS "YiOjE4MDAwMDAwNjEsImV4cCI6MTgwMDAwMzYwMH0.Y8sgM4GXJn6GwNwl2xE9Z6-7MUAMPS-doC6iKN0lDpU"},
    {"aud-array-other", MCPICO_ERROR_TOKEN_AUDIENCE,
     HS256_JWT
     "eyJpc3MiOiJodHRwczovL2FzLmV4YW1wbGUiLCJhdWQiOlsieCIsInkiXSwic3ViIjoidTEiLCJpYXQiOjE3OTk5OTk5MDAsIm5iZiI6MTc5OTk5OT"
     "kwMCwiZXhwIjoxODAwMDAzNjAwfQ.pQnaSDDvo6_GV9eEfW83KcvmAQb1EWCK1Yi5sipI2M0"},
    {"iss-other", MCPICO_ERROR_TOKEN_ISSUER,
     HS256_JWT
     "eyJpc3MiOiJodHRwczovL2V2aWwuZXhhbXBsZSIsImF1ZCI6Imh0dHBzOi8vbWNwLmV4YW1wbGUvbWNwIiwic3ViIjoidTEiLCJpYXQiOjE3OTk5OTk5"
     "MDAsIm5iZiI6MTc5OTk5OTkwMCwiZXhwIjoxODAwMDAzNjAwfQ.kvz_svfbSa3I2PBfsLkNj198QkP3si_PH0a38Ys_jhM"},
};

// HMAC-SHA256 by hmac and hashlib of Python, over headers and payload as they are written here.
constexpr std::string_view device_payload = "{\"sub\":\"device-7\",\"exp\":1800000600}";
constexpr std::string_view device_token = HS256_JWT
    "eyJzdWIiOiJkZXZpY2UtNyIsImV4cCI6MTgwMDAwMDYwMH0.2H6mo6JI_tVQlXST3Dz6_hqopluEjg8x4HJ323g_5PM";
constexpr std::string_view named_device_token =
    "eyJhbGciOiJIUzI1NiIsInR5cCI6ImF0K2p3dCIsImtpZCI6ImsyIn0"
    ".eyJzdWIiOiJkZXZpY2UtNyIsImV4cCI6MTgwMDAwMDYwMH0.ZyPObabtweGYrMvtlNU-0RIPUfh6a23mJsPfoS4NsgQ";

bool is_zero(const mcpico::key& key) {
  static const mcpico_key zeros{};
  return std::memcmp(key.raw(), &zeros, sizeof zeros) == 0;
}

void keys_wipe_and_move() {
  FAILS(KEY_EMPTY, mcpico::key::make(""));
  FAILS(KEY_TOO_SHORT, mcpico::key::make("short"));
  FAILS(KEY_EMPTY, mcpico::key::dangerous(""));
  OK(mcpico::key::dangerous("short"));

  auto first = *mcpico::key::make(corpus_secret);
  YES(!is_zero(first));
  mcpico::key second = std::move(first);
  YES(is_zero(first) && !is_zero(second));
  char token[256];
  TEXT(device_token, mcpico::sign_payload(second, device_payload, token));
  FAILS(UNINITIALIZED, mcpico::sign_payload(first, device_payload, token));
  first = std::move(second);
  YES(!is_zero(first) && is_zero(second));
  first.wipe();
  YES(is_zero(first));

  // What a key leaves behind when it goes out of scope.
  alignas(mcpico::key) unsigned char place[sizeof(mcpico::key)];
  auto* key = new (place) mcpico::key(*mcpico::key::make(corpus_secret));
  YES(!is_zero(*key));
  key->~key();
  unsigned char left[sizeof place];
  const volatile unsigned char* seen = place;
  for (std::size_t at = 0; at < sizeof place; ++at) left[at] = seen[at];
  static const unsigned char zeros[sizeof place] = {};
  YES(std::memcmp(left, zeros, sizeof zeros) == 0);
}

void signing() {
  const auto rfc = *mcpico::key::make({reinterpret_cast<const char*>(rfc7515_secret), sizeof rfc7515_secret});
  const auto key = *mcpico::key::make(corpus_secret);
  char out[512];
  TEXT(rfc7515_token, mcpico::dangerous_sign(rfc, rfc7515_header, rfc7515_payload, out));
  TEXT(device_token, mcpico::sign_payload(key, device_payload, out));
  mcpico::jose_header header;
  header.typ = "at+jwt";
  header.kid = "k2";
  TEXT(named_device_token, mcpico::sign_payload(key, device_payload, out, header));
  FAILS(PAYLOAD, mcpico::sign_payload(key, "[]", out));

  mcpico::claims claims;
  claims.sub = "device-7";
  claims.exp = 1800000600;
  TEXT(device_token, mcpico::sign(key, claims, out));
  const auto asked = mcpico::sign(key, claims, {});
  FAILS(BUFFER_TOO_SMALL, asked);
  YES(asked.error().needed() == device_token.size());

  // Everything that claims may hold, read back by the view that checks nothing.
  const mcpico_str audiences[] = {mcpico::text("a"), mcpico::text("b")};
  const std::array<mcpico_claim, 2> more = {mcpico::claim("n", "-5"), mcpico::claim("list", "[true,\"x\"]")};
  claims.iss = "joe";
  claims.jti = "7";
  claims.audiences = audiences;
  claims.nbf = 1;
  claims.iat = 2;
  claims.more = more;
  header = {};
  header.no_typ = true;
  const auto full = mcpico::sign(key, claims, out, header);
  OK(full);
  char scratch[512];
  const auto view = mcpico::unverified::parse(*full, scratch);
  OK(view);
  YES(view->header()->text() == "{\"alg\":\"HS256\"}");
  const struct {
    const char* name;
    const char* value;
  } expected[] = {{"iss", "\"joe\""}, {"sub", "\"device-7\""}, {"aud", "[\"a\",\"b\"]"}, {"exp", "1800000600"},
                  {"nbf", "1"},       {"iat", "2"},            {"jti", "\"7\""},         {"n", "-5"},
                  {"list", "[true,\"x\"]"}};
  std::size_t count = 0;
  for (const auto& [name, value] : *view->claims()->members()) {
    (void)name;
    (void)value;
    ++count;
  }
  YES(count == sizeof expected / sizeof expected[0]);
  for (const auto& claim : expected) YES(view->claims()->member(claim.name)->text() == claim.value);

  claims.more = mcpico::list<mcpico_claim>();
  claims.audiences = "one";
  const auto one = mcpico::sign(key, claims, out);
  YES(mcpico::unverified::parse(*one, scratch)->claims()->member("aud")->text() == "\"one\"");
  const mcpico_claim twice[] = {mcpico::claim("sub", "\"x\"")};
  claims.more = twice;
  FAILS(DUPLICATE_CLAIM, mcpico::sign(key, claims, out));
}

void verifying() {
  char scratch[512];
  const auto rfc = *mcpico::key::make({reinterpret_cast<const char*>(rfc7515_secret), sizeof rfc7515_secret});
  const auto verified = mcpico::verify(rfc, {}, 1300819379, rfc7515_token, scratch);
  OK(verified);
  char text[32];
  TEXT("joe", verified->string("iss", text));
  YES(*verified->int64("exp") == 1300819380 && *verified->time("exp") == 1300819380);
  YES(*verified->boolean("http://example.com/is_root"));
  YES(verified->json("iss")->text() == "\"joe\"");
  YES(verified->header()->text() == rfc7515_header && verified->claims()->text() == rfc7515_payload);
  FAILS(NOT_FOUND, verified->string("sub", text));
  FAILS(WRONG_TYPE, verified->string("exp", text));
  FAILS(WRONG_TYPE, verified->int64("iss"));
  FAILS(WRONG_TYPE, verified->boolean("iss"));
  FAILS(NOT_FOUND, verified->json("sub"));
  FAILS(BUFFER_TOO_SMALL, verified->string("iss", {text, 2}));
  FAILS(TOKEN_EXPIRED, mcpico::verify(rfc, {}, 1300819380, rfc7515_token, scratch));
  FAILS(SCRATCH_TOO_SMALL, mcpico::verify(rfc, {}, 1, rfc7515_token, {scratch, 8}));
  FAILS(TOKEN_MALFORMED, mcpico::verify(rfc, {}, 1, "a.b", scratch));

  const auto key = *mcpico::key::make(corpus_secret);
  FAILS(TOKEN_SIGNATURE, mcpico::verify(key, {}, 1300819379, rfc7515_token, scratch));
  mcpico::policy policy;
  policy.issuer = "https://as.example";
  policy.audiences = "https://mcp.example/mcp";
  policy.leeway = 60;
  for (const auto& item : corpus) {
    const auto judged = mcpico::verify(key, policy, corpus_now, item.token, scratch);
    check_code(item.expected, judged.code(), item.name, __FILE__, __LINE__);
  }

  // Each part of a policy, by the good token.
  const std::string_view token = corpus[0].token;
  const auto code = [&](auto&& change) {
    mcpico::policy changed = policy;
    change(changed);
    return mcpico::verify(key, changed, corpus_now, token, scratch);
  };
  OK(code([](auto& p) { p.subject = "u1"; }));
  FAILS(TOKEN_SUBJECT, code([](auto& p) { p.subject = "u2"; }));
  FAILS(TOKEN_AUDIENCE, code([](auto& p) { p.audiences = {}; }));
  OK(code([](auto& p) { p.audiences = {}, p.any_audience = true; }));
  const mcpico_str two[] = {mcpico::text("x"), mcpico::text("https://mcp.example/mcp")};
  OK(code([&](auto& p) { p.audiences = two; }));
  OK(code([](auto& p) { p.typ = "JWT"; }));
  FAILS(TOKEN_TYP, code([](auto& p) { p.typ = "at+jwt"; }));
  FAILS(CLAIM_MISSING, code([](auto& p) { p.required = "scope"; }));
  FAILS(CLAIM_NOT_ALLOWED, code([](auto& p) { p.allowed = "exp"; }));
  FAILS(TOKEN_LIFETIME, code([](auto& p) { p.max_lifetime = 3699; }));
  OK(code([](auto& p) { p.max_lifetime = 3700; }));
  FAILS(TOKEN_LIMIT, code([](auto& p) { p.max_token_len = 64; }));
  char out[512];
  const auto eternal = *mcpico::sign_payload(key, "{\"iat\":1900000000}", out);
  mcpico::policy lax;
  FAILS(CLAIM_MISSING, mcpico::verify(key, lax, corpus_now, eternal, scratch));
  lax.exp_optional = true;
  FAILS(TOKEN_ISSUED_IN_FUTURE, mcpico::verify(key, lax, corpus_now, eternal, scratch));
  lax.future_iat = true;
  OK(mcpico::verify(key, lax, corpus_now, eternal, scratch));

  // A set of keys: the name chooses.
  const mcpico_named_key set[] = {mcpico::named("k1", rfc), mcpico::named("k2", key)};
  OK(mcpico::verify(set, {}, corpus_now, named_device_token, scratch));
  const mcpico_named_key other[] = {mcpico::named("k1", key)};
  FAILS(TOKEN_KEY, mcpico::verify(other, {}, corpus_now, named_device_token, scratch));

  const auto audience = *mcpico::verify(key, policy, corpus_now, token, scratch);
  YES(audience.element("aud", 0)->text() == "\"https://mcp.example/mcp\"");
  FAILS(NOT_FOUND, audience.element("aud", 1));
}

void unverified() {
  char scratch[512];
  const auto key = *mcpico::key::make(corpus_secret);
  FAILS(TOKEN_MALFORMED, mcpico::unverified::parse("x", scratch));
  const auto view = *mcpico::unverified::parse(device_token, scratch);
  YES(view.claims()->text() == device_payload);
  TEXT(device_token.substr(0, device_token.rfind('.')), view.signing_input());
  OK(view.check_structure());
  OK(view.check_signature(key));
  OK(view.check_times({}, 1800000599));
  FAILS(TOKEN_EXPIRED, view.check_times({}, 1800000600));
  OK(view.check_claims({}));
  mcpico::policy policy;
  policy.issuer = "joe";
  FAILS(TOKEN_ISSUER, view.check_claims(policy));
  const auto rfc = *mcpico::key::make({reinterpret_cast<const char*>(rfc7515_secret), sizeof rfc7515_secret});
  FAILS(TOKEN_SIGNATURE, view.check_signature(rfc));
  // A right signature does not help a token of another algorithm.
  char out[256];
  const auto other = *mcpico::dangerous_sign(key, "{\"alg\":\"HS512\"}", device_payload, out);
  const auto wrong = *mcpico::unverified::parse(other, scratch);
  OK(wrong.check_signature(key));
  FAILS(TOKEN_ALG, wrong.check_structure());
}

// RFC 7515 appendix A.1.1: the MAC of its signing input, and no other.
struct vault {
  bool open = true;

  bool mac(std::string_view message, std::uint8_t* tag) {
    static const unsigned char known[MCPICO_MAC_LEN] = {116, 24,  223, 180, 151, 153, 224, 37,  79, 250, 96,
                                                        125, 216, 173, 187, 186, 22,  212, 37,  77, 105, 214,
                                                        191, 240, 91,  88,  5,   88,  83,  132, 141, 121};
    if (!open || message != rfc7515_token.substr(0, rfc7515_token.rfind('.'))) return false;
    std::memcpy(tag, known, sizeof known);
    return true;
  }
};

void kept_elsewhere() {
  vault vault;
  auto key = *mcpico::key::kept_by(vault);
  const auto moved = std::move(key);
  char out[512];
  TEXT(rfc7515_token, mcpico::dangerous_sign(moved, rfc7515_header, rfc7515_payload, out));
  OK(mcpico::verify(moved, {}, 1300819379, rfc7515_token, out));
  FAILS(TOKEN_EXPIRED, mcpico::verify(moved, {}, 1300819380, rfc7515_token, out));
  FAILS(MAC_UNAVAILABLE, mcpico::verify(moved, {}, corpus_now, device_token, out));
  vault.open = false;
  FAILS(MAC_UNAVAILABLE, mcpico::verify(moved, {}, 1300819379, rfc7515_token, out));
}

}  // namespace

void test_tokens() {
  kept_elsewhere();
  keys_wipe_and_move();
  signing();
  verifying();
  unverified();
}
