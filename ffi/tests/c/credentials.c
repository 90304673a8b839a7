/* Masks, redaction, Authorization, challenges, the guard. */
#include "check.h"

static void masks(void)
{
  char buf[MCPICO_MASK_MAX];
  size_t len = 0;
  /* The table of the rules: docs/c.md and the header. */
  IS(MCPICO_OK, mcpico_mask("", 0, buf, sizeof buf, &len));
  TEXT("(none)", buf, len);
  IS(MCPICO_OK, mcpico_mask(NULL, 0, buf, sizeof buf, &len));
  TEXT("(none)", buf, len);
  IS(MCPICO_OK, mcpico_mask(MCPICO_LIT("twelve bytes"), buf, sizeof buf, &len));
  TEXT("***", buf, len);
  IS(MCPICO_OK, mcpico_mask(MCPICO_LIT("0123456789abc"), buf, sizeof buf, &len));
  TEXT("0123...9abc", buf, len);
  IS(MCPICO_OK, mcpico_mask(MCPICO_LIT("0123456789ab\033"), buf, sizeof buf, &len));
  TEXT("****...****", buf, len);
}

static void redaction(void)
{
  mcpico_str secrets[MCPICO_MAX_SECRETS + 1];
  char buf[64];
  size_t len = 0;
  size_t i;
  for (i = 0; i <= MCPICO_MAX_SECRETS; i++) {
    secrets[i] = mcpico_str_of("hunter2");
  }
  IS(MCPICO_OK, mcpico_redact(secrets, MCPICO_MAX_SECRETS, MCPICO_LIT("say hunter2 twice hunter2"), buf, sizeof buf, &len));
  TEXT("say *** twice ***", buf, len);
  IS(MCPICO_ERROR_TOO_MANY, mcpico_redact(secrets, MCPICO_MAX_SECRETS + 1, "", 0, buf, sizeof buf, &len));
  secrets[0] = mcpico_str_of(NULL);
  IS(MCPICO_OK, mcpico_redact(secrets, 1, MCPICO_LIT("Authorization: Bearer abcdef"), buf, sizeof buf, &len));
  YES(len < 28 && memcmp(buf, "Authorization: ", 15) == 0);
  IS(MCPICO_OK, mcpico_redact(NULL, 0, MCPICO_LIT("plain"), buf, sizeof buf, &len));
  TEXT("plain", buf, len);
  IS(MCPICO_ERROR_OVERLAP, mcpico_redact(NULL, 0, buf + 63, 1, buf, sizeof buf, &len));
}

static void bearers(void)
{
  mcpico_str token;
  char buf[32];
  size_t len = 0;
  int32_t equal = 7;
  IS(MCPICO_OK, mcpico_bearer_parse(MCPICO_LIT("bEARER  a.b-c=="), &token));
  STR("a.b-c==", token);
  IS(MCPICO_ERROR_OTHER_SCHEME, mcpico_bearer_parse(MCPICO_LIT("Basic abc"), &token));
  IS(MCPICO_ERROR_NO_TOKEN, mcpico_bearer_parse(MCPICO_LIT("Bearer"), &token));
  IS(MCPICO_ERROR_NO_TOKEN, mcpico_bearer_parse("", 0, &token));
  IS(MCPICO_ERROR_BEARER, mcpico_bearer_parse(MCPICO_LIT("Bearer a b"), &token));
  IS(MCPICO_OK, mcpico_bearer_write(MCPICO_LIT("abc"), buf, sizeof buf, &len));
  TEXT("Bearer abc", buf, len);
  IS(MCPICO_ERROR_BEARER, mcpico_bearer_write(MCPICO_LIT("a\r\nX: y"), buf, sizeof buf, &len));
  IS(MCPICO_ERROR_NO_TOKEN, mcpico_bearer_write("", 0, buf, sizeof buf, &len));
  IS(MCPICO_ERROR_OVERLAP, mcpico_bearer_write(buf, 6, buf, sizeof buf, &len));
  IS(MCPICO_OK, mcpico_bearer_equal(MCPICO_LIT("abc"), MCPICO_LIT("abc"), &equal));
  YES(equal == 1);
  IS(MCPICO_OK, mcpico_bearer_equal(MCPICO_LIT("abc"), MCPICO_LIT("abd"), &equal));
  YES(equal == 0);
  IS(MCPICO_OK, mcpico_bearer_equal(MCPICO_LIT("abc"), MCPICO_LIT("abcd"), &equal));
  YES(equal == 0);
  IS(MCPICO_ERROR_NO_TOKEN, mcpico_bearer_equal("", 0, MCPICO_LIT("abc"), &equal));
  IS(MCPICO_ERROR_BEARER, mcpico_bearer_equal(MCPICO_LIT("abc"), MCPICO_LIT("a c"), &equal));
}

static void challenges(void)
{
  mcpico_str lines[2];
  mcpico_challenge challenge;
  mcpico_challenge_fields fields;
  mcpico_str text;
  char buf[256];
  size_t len = 0;
  lines[0] = mcpico_str_of("Basic realm=x");
  lines[1] = mcpico_str_of("Negotiate abc=, Bearer error=\"invalid_token\", resource_metadata=\"https://a/b\"");
  IS(MCPICO_OK, mcpico_challenge_bearer(lines, 2, &challenge));
  IS(MCPICO_OK, mcpico_challenge_scheme(&challenge, &text));
  STR("Bearer", text);
  IS(MCPICO_OK, mcpico_challenge_param(&challenge, MCPICO_LIT("Resource_Metadata"), buf, sizeof buf, &len));
  TEXT("https://a/b", buf, len);
  IS(MCPICO_ERROR_NOT_FOUND, mcpico_challenge_param(&challenge, MCPICO_LIT("scope"), buf, sizeof buf, &len));
  IS(MCPICO_ERROR_NOT_FOUND, mcpico_challenge_token68(&challenge, &text));
  IS(MCPICO_OK, mcpico_challenge_param_name(&challenge, 0, &text));
  STR("error", text);
  IS(MCPICO_ERROR_NOT_FOUND, mcpico_challenge_param_name(&challenge, 2, &text));
  IS(MCPICO_OK, mcpico_challenge_at(lines[1].data, lines[1].len, 0, &challenge));
  IS(MCPICO_OK, mcpico_challenge_token68(&challenge, &text));
  STR("abc=", text);
  IS(MCPICO_ERROR_NOT_FOUND, mcpico_challenge_bearer(lines, 1, &challenge));
  IS(MCPICO_ERROR_NOT_FOUND, mcpico_challenge_bearer(NULL, 0, &challenge));
  lines[0] = mcpico_str_of("Bearer a=b, a=c");
  IS(MCPICO_ERROR_CHALLENGE, mcpico_challenge_bearer(lines, 2, &challenge));
  lines[0].data = NULL;
  IS(MCPICO_ERROR_NULL_POINTER, mcpico_challenge_bearer(lines, 2, &challenge));

  /* RFC 6750 section 3. */
  FRESH(fields);
  fields.realm = mcpico_str_of("example");
  fields.error = MCPICO_CHALLENGE_INVALID_TOKEN;
  fields.error_description = mcpico_str_of("The access token expired");
  IS(MCPICO_OK, mcpico_challenge_write(&fields, buf, sizeof buf, &len));
  TEXT("Bearer realm=\"example\", error=\"invalid_token\", error_description=\"The access token expired\"", buf, len);
  FRESH(fields);
  fields.error = MCPICO_CHALLENGE_INSUFFICIENT_SCOPE;
  fields.error_uri = mcpico_str_of("https://e/");
  fields.scope = mcpico_str_of("a b");
  fields.resource_metadata = mcpico_str_of("https://m/");
  IS(MCPICO_OK, mcpico_challenge_write(&fields, buf, sizeof buf, &len));
  TEXT("Bearer error=\"insufficient_scope\", error_uri=\"https://e/\", scope=\"a b\", resource_metadata=\"https://m/\"", buf, len);
  fields.error = MCPICO_CHALLENGE_INVALID_REQUEST;
  fields.scope = fields.error_uri = fields.resource_metadata = mcpico_str_of(NULL);
  IS(MCPICO_OK, mcpico_challenge_write(&fields, buf, sizeof buf, &len));
  TEXT("Bearer error=\"invalid_request\"", buf, len);
  fields.scope = mcpico_str_of("a  b");
  IS(MCPICO_ERROR_CHALLENGE_FIELD, mcpico_challenge_write(&fields, buf, sizeof buf, &len));
  fields.scope = mcpico_str_of("");
  IS(MCPICO_ERROR_CHALLENGE_FIELD, mcpico_challenge_write(&fields, buf, sizeof buf, &len));
  fields.scope = mcpico_str_of(NULL);
  fields.realm = mcpico_str_of("a\r\nb");
  IS(MCPICO_ERROR_CHALLENGE_FIELD, mcpico_challenge_write(&fields, buf, sizeof buf, &len));
  fields.realm = mcpico_str_of("x");
  fields.error_description = mcpico_str_of("\"");
  IS(MCPICO_ERROR_CHALLENGE_FIELD, mcpico_challenge_write(&fields, buf, sizeof buf, &len));
  fields.error_description = mcpico_str_of(NULL);
  fields.error = 4;
  IS(MCPICO_ERROR_OPTION, mcpico_challenge_write(&fields, buf, sizeof buf, &len));
}

static void denied(const mcpico_denial *denial, uint32_t status, int32_t reason, const char *code, const char *challenge)
{
  char buf[512];
  size_t len = 0;
  uint32_t http_status = 0;
  int32_t why = 0;
  mcpico_str word;
  mcpico_str body;
  IS(MCPICO_OK, mcpico_denial_status(denial, &http_status));
  YES(http_status == status);
  IS(MCPICO_OK, mcpico_denial_reason(denial, &why));
  IS(reason, why);
  IS(MCPICO_OK, mcpico_denial_code(denial, &word));
  STR(code, word);
  IS(MCPICO_OK, mcpico_denial_challenge(denial, buf, sizeof buf, &len));
  TEXT(challenge, buf, len);
  IS(MCPICO_OK, mcpico_denial_body(denial, buf, sizeof buf, &len));
  IS(MCPICO_OK, mcpico_json_member(buf, len, MCPICO_LIT("code"), &body));
  YES(body.len == word.len + 2 && memcmp(body.data + 1, word.data, word.len) == 0);
}

static void guards(void)
{
  mcpico_key key;
  mcpico_named_key keys[1];
  mcpico_guard guard;
  mcpico_grant grant;
  mcpico_denial denial;
  mcpico_token token;
  mcpico_str values[2];
  char text[512];
  char bearer[512];
  char scratch[512];
  size_t len = 0;
  size_t bearer_len = 0;
  int32_t allowed = 0;
  IS(MCPICO_OK, mcpico_key_init(&key, MCPICO_LIT("an example secret of 32 bytes...")));
  memset(keys, 0, sizeof keys);
  keys[0].key = &key;
  FRESH(guard);
  guard.keys = keys;
  guard.key_count = 1;
  guard.realm = mcpico_str_of("mcp");
  guard.scope = mcpico_str_of("read");
  guard.resource_metadata = mcpico_str_of("https://m/");
  IS(MCPICO_OK, mcpico_sign_payload(&key, NULL, MCPICO_LIT("{\"exp\":100,\"scope\":\"read list\"}"), text, sizeof text, &len));
  IS(MCPICO_OK, mcpico_bearer_write(text, len, bearer, sizeof bearer, &bearer_len));
  values[0].data = bearer;
  values[0].len = bearer_len;
  values[1] = values[0];
#define CHECK_GUARD(count, now) mcpico_guard_check(&guard, values, count, now, scratch, sizeof scratch, &grant, &denial)
#define TAIL "scope=\"read\", resource_metadata=\"https://m/\""
  IS(MCPICO_OK, CHECK_GUARD(1, 99));
  IS(MCPICO_OK, mcpico_grant_allows(&grant, MCPICO_LIT("list"), &allowed));
  YES(allowed == 1);
  IS(MCPICO_OK, mcpico_grant_allows(&grant, MCPICO_LIT("lis"), &allowed));
  YES(allowed == 0);
  IS(MCPICO_OK, mcpico_grant_token(&grant, &token));
  IS(MCPICO_OK, mcpico_claim_string(&token, MCPICO_LIT("scope"), text, sizeof text, &len));
  TEXT("read list", text, len);
  IS(MCPICO_ERROR_DENIED, CHECK_GUARD(1, 100));
  denied(&denial, 401, MCPICO_ERROR_TOKEN_EXPIRED, "expired_token",
         "Bearer realm=\"mcp\", error=\"invalid_token\", error_description=\"The access token expired\", " TAIL);
  IS(MCPICO_ERROR_DENIED, CHECK_GUARD(0, 99));
  denied(&denial, 401, MCPICO_ERROR_NO_TOKEN, "missing_token", "Bearer realm=\"mcp\", " TAIL);
  IS(MCPICO_ERROR_DENIED, CHECK_GUARD(2, 99));
  denied(&denial, 401, MCPICO_ERROR_REPEATED_AUTHORIZATION, "repeated_header",
         "Bearer realm=\"mcp\", error=\"invalid_request\", error_description=\"There are several Authorization headers\", " TAIL);
  values[0] = mcpico_str_of("Basic eDp5");
  IS(MCPICO_ERROR_DENIED, CHECK_GUARD(1, 99));
  denied(&denial, 401, MCPICO_ERROR_OTHER_SCHEME, "unsupported_scheme", "Bearer realm=\"mcp\", " TAIL);
  values[0] = mcpico_str_of("Bearer ,");
  IS(MCPICO_ERROR_DENIED, CHECK_GUARD(1, 99));
  denied(&denial, 401, MCPICO_ERROR_BEARER, "malformed_header",
         "Bearer realm=\"mcp\", error=\"invalid_request\", error_description=\"The Authorization header is malformed\", " TAIL);
  /* One that is not there is none. */
  values[0] = mcpico_str_of(NULL);
  IS(MCPICO_ERROR_DENIED, CHECK_GUARD(1, 99));
  denied(&denial, 401, MCPICO_ERROR_NO_TOKEN, "missing_token", "Bearer realm=\"mcp\", " TAIL);
  IS(MCPICO_OK, CHECK_GUARD(2, 99));
  values[0] = values[1];
  guard.scope = mcpico_str_of("write");
  IS(MCPICO_ERROR_DENIED, CHECK_GUARD(1, 99));
  denied(&denial, 403, MCPICO_ERROR_INSUFFICIENT_SCOPE, "insufficient_scope",
         "Bearer realm=\"mcp\", error=\"insufficient_scope\", error_description=\"The access token lacks a scope that is needed\", "
         "scope=\"write\", resource_metadata=\"https://m/\"");
  IS(MCPICO_OK, mcpico_guard_deny_scope(&guard, &denial));
  denied(&denial, 403, MCPICO_ERROR_INSUFFICIENT_SCOPE, "insufficient_scope",
         "Bearer realm=\"mcp\", error=\"insufficient_scope\", error_description=\"The access token lacks a scope that is needed\", "
         "scope=\"write\", resource_metadata=\"https://m/\"");
  guard.scope = mcpico_str_of(" ");
  IS(MCPICO_ERROR_CHALLENGE_FIELD, CHECK_GUARD(1, 99));
  IS(MCPICO_ERROR_CHALLENGE_FIELD, mcpico_guard_deny_scope(&guard, &denial));
  guard.scope = mcpico_str_of(NULL);
  guard.reserved = 1;
  IS(MCPICO_ERROR_OPTION, CHECK_GUARD(1, 99));
}

void test_credentials(void)
{
  masks();
  redaction();
  bearers();
  challenges();
  guards();
}
