// Masking, bearers, challenges, and the guard.
#include "check.hpp"

namespace {

constexpr std::string_view secret = "0123456789abcdef0123456789abcdef";

void secrets() {
  YES(mcpico::masked("").view() == "(none)");
  YES(mcpico::masked("twelve bytes").view() == "***");
  YES(mcpico::masked("eyJhbGciOiJIUzI1NiJ9").view() == "eyJh...NiJ9");

  char out[128];
  // `bearer-opaque` of core/tests/corpora/masking/cases.json.
  TEXT("Authorization: Bearer ***", mcpico::redact({}, "Authorization: Bearer s3cr3t-Value_0123456789abcdef", out));
  TEXT("it is *** here", mcpico::redact("hunter2hunter2", "it is hunter2hunter2 here", out));
  FAILS(BUFFER_TOO_SMALL, mcpico::redact({}, "plain", {out, 4}));
  char bytes[4] = {1, 2, 3, 4};
  mcpico::wipe(bytes);
  YES(bytes[0] == 0 && bytes[1] == 0 && bytes[2] == 0 && bytes[3] == 0);
}

void bearers() {
  char out[64];
  TEXT("abc.def", mcpico::parse_bearer("bearer  abc.def"));
  FAILS(OTHER_SCHEME, mcpico::parse_bearer("Basic YTpi"));
  FAILS(NO_TOKEN, mcpico::parse_bearer("Bearer "));
  FAILS(BEARER, mcpico::parse_bearer("Bearer a b"));
  TEXT("Bearer abc.def", mcpico::write_bearer("abc.def", out));
  FAILS(BEARER, mcpico::write_bearer("a\r\nb", out));
  YES(*mcpico::equal_bearers("abc", "abc") && !*mcpico::equal_bearers("abc", "abd"));
  FAILS(NO_TOKEN, mcpico::equal_bearers("", "abd"));
}

void challenges() {
  // `mcp-401-scope` and `multidisgscheme` of core/tests/corpora/httpauth/cases.json.
  constexpr std::string_view line =
      "Bearer resource_metadata=\"https://mcp.example.com/.well-known/oauth-protected-resource\", scope=\"files:read\"";
  char out[256];
  const auto bearer = mcpico::challenge::bearer(line);
  OK(bearer);
  TEXT("files:read", bearer->param("SCOPE", out));
  TEXT("https://mcp.example.com/.well-known/oauth-protected-resource", bearer->param("resource_metadata", out));
  FAILS(NOT_FOUND, bearer->param("realm", out));
  FAILS(NOT_FOUND, bearer->token68());
  std::string names;
  for (const auto name : bearer->param_names()) names.append(name).append(" ");
  YES(names == "resource_metadata scope ");
  constexpr std::string_view several = "Newauth realm=\"Newauth Realm\", basic=foo, Basic realm=\"Basic Realm\"";
  TEXT("Newauth", mcpico::challenge::at(several, 0)->scheme());
  TEXT("Basic", mcpico::challenge::at(several, 1)->scheme());
  FAILS(NOT_FOUND, mcpico::challenge::at(several, 2));
  FAILS(NOT_FOUND, mcpico::challenge::bearer(several));
  const mcpico_str lines[] = {mcpico::text("Basic realm=\"x\""), mcpico::text(line)};
  TEXT("files:read", mcpico::challenge::bearer(lines)->param("scope", out));
  FAILS(CHALLENGE, mcpico::challenge::bearer("Bearer realm=\"x\", realm=\"y\""));
  TEXT("abc=", mcpico::challenge::at("Negotiate abc=", 0)->token68());

  mcpico::challenge_fields fields;
  fields.error = mcpico::challenge_error::invalid_token;
  fields.realm = "mcp";
  fields.scope = "a b";
  // Whatever their order: each reads back.
  const auto written = fields.write(out);
  OK(written);
  char text[64];
  const auto back = mcpico::challenge::bearer(*written);
  TEXT("invalid_token", back->param("error", text));
  TEXT("mcp", back->param("realm", text));
  TEXT("a b", back->param("scope", text));
  fields.error_description = "a \"quote\"";
  FAILS(CHALLENGE_FIELD, fields.write(out));
}

void guards() {
  const auto key = *mcpico::key::make(secret);
  char out[512];
  char scratch[512];
  mcpico::guard guard;
  guard.keys = key;
  guard.policy.audiences = "gateway";
  guard.scope = "read";
  guard.realm = "mcp";
  const auto sign = [&](std::string_view payload) {
    const auto token = *mcpico::sign_payload(key, payload, out);
    return "Bearer " + std::string(token);
  };

  const std::string good = sign("{\"aud\":\"gateway\",\"exp\":200,\"scope\":\"read write\",\"sub\":\"u\"}");
  auto verdict = guard.check(good, 100, scratch);
  OK(verdict);
  YES(*verdict && verdict->granted() != nullptr && verdict->denied() == nullptr);
  char text[256];
  TEXT("u", verdict->granted()->token()->string("sub", text));
  YES(*verdict->granted()->allows("write") && !*verdict->granted()->allows("delete"));

  const auto denied = [&](const mcpico::texts& headers, std::uint32_t status, std::int32_t reason, const char* code) {
    auto judged = guard.check(headers, 100, scratch);
    OK(judged);
    YES(!*judged && judged->granted() == nullptr && judged->denied() != nullptr);
    if (!judged->denied()) return;
    YES(*judged->denied()->status() == status && judged->denied()->reason().code() == reason);
    TEXT(code, judged->denied()->code());
    const auto challenge = judged->denied()->challenge(text);
    OK(challenge);
    char value[32];
    TEXT("mcp", mcpico::challenge::bearer(*challenge)->param("realm", value));
    const auto body = judged->denied()->body(text);
    OK(body);
    YES(*mcpico::json(*body).member("code")->equals(code));
  };
  denied({}, 401, MCPICO_ERROR_NO_TOKEN, "missing_token");
  denied(sign("{\"aud\":\"gateway\",\"exp\":100,\"scope\":\"read\"}"), 401, MCPICO_ERROR_TOKEN_EXPIRED, "expired_token");
  denied(sign("{\"aud\":\"gateway\",\"exp\":200}"), 403, MCPICO_ERROR_INSUFFICIENT_SCOPE, "insufficient_scope");
  const mcpico_str twice[] = {mcpico::text(good), mcpico::text(good)};
  auto judged = guard.check(twice, 100, scratch);
  YES(judged && judged->denied() && judged->denied()->reason().code() == MCPICO_ERROR_REPEATED_AUTHORIZATION);

  mcpico::guard admin = guard;
  admin.scope = "admin";
  const auto lacking = admin.deny_scope();
  YES(lacking && *lacking->status() == 403);
  guard.realm = "a\r\nb";
  FAILS(CHALLENGE_FIELD, guard.check(good, 100, scratch));
}

}  // namespace

void test_credentials() {
  secrets();
  bearers();
  challenges();
  guards();
}
