/* Keys, signing, verifying by a policy, claims. */
#include "check.h"

static mcpico_key key;
static mcpico_named_key keys[1];
static char scratch[4096];

/* Signs a payload whatever it is, and verifies it. */
static int32_t judge(const char *header, const char *payload, const mcpico_policy *policy, mcpico_token *verified)
{
  char token[4096];
  size_t len = 0;
  IS(MCPICO_OK, mcpico_dangerous_sign(&key, header, strlen(header), payload, strlen(payload), token, sizeof token, &len));
  return mcpico_verify(keys, 1, policy, 1000, token, len, scratch, sizeof scratch, verified);
}

#define HEADER "{\"alg\":\"HS256\",\"typ\":\"JWT\",\"kid\":\"k\"}"

static void key_errors(void)
{
  mcpico_key other;
  int32_t zeros = 1;
  size_t at;
  IS(MCPICO_ERROR_KEY_EMPTY, mcpico_key_init(&other, "", 0));
  IS(MCPICO_ERROR_KEY_EMPTY, mcpico_key_init(&other, NULL, 0));
  IS(MCPICO_ERROR_KEY_TOO_SHORT, mcpico_key_init(&other, MCPICO_LIT("an example secret of 31 bytes..")));
  IS(MCPICO_ERROR_KEY_PEM, mcpico_key_init(&other, MCPICO_LIT("-----BEGIN PUBLIC KEY-----\nMFkw\n-----END PUBLIC KEY-----\n")));
  IS(MCPICO_ERROR_KEY_EMPTY, mcpico_dangerous_key_init(&other, "", 0));
  IS(MCPICO_OK, mcpico_dangerous_key_init(&other, "x", 1));
  IS(MCPICO_OK, mcpico_key_wipe(&other));
  for (at = 0; at < MCPICO_KEY_WORDS; at++) {
    zeros = zeros && other.opaque[at] == 0;
  }
  YES(zeros);
  IS(MCPICO_ERROR_UNINITIALIZED, mcpico_key_wipe(&other));
  {
    char secret[4] = "abc";
    mcpico_wipe(secret, 3);
    YES(memcmp(secret, "\0\0\0", 4) == 0);
    mcpico_wipe(NULL, 0);
    mcpico_wipe(secret, 0);
  }
}

/* A secure element: the key lies where only it can look, and it may have no answer. */
struct element {
  mcpico_key inside;
  int calls;
  int broken;
  char seen[512];
  size_t seen_len;
};

/* HMAC-SHA256 by way of a token that has the message as its signing input: the MAC is its third part. */
static int32_t element_mac(void *context, const char *message, size_t message_len, uint8_t *tag)
{
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  struct element *element = context;
  char token[1024];
  char header[512];
  char payload[512];
  mcpico_unverified shown;
  mcpico_str text;
  size_t len = 0;
  size_t i;
  uint32_t bits = 0;
  const char *dot = memchr(message, '.', message_len);
  element->calls++;
  if (element->broken) {
    memset(tag, 0x5a, MCPICO_MAC_LEN);
    return -1;
  }
  YES(dot != NULL && message_len < sizeof element->seen);
  memcpy(element->seen, message, message_len);
  element->seen_len = message_len;
  /* Decodes both parts: a third one makes it a token. */
  memcpy(token, message, message_len);
  memset(token + message_len, 'A', 44);
  token[message_len] = '.';
  IS(MCPICO_OK, mcpico_unverified_init(&shown, token, message_len + 44, payload, sizeof payload));
  IS(MCPICO_OK, mcpico_unverified_header(&shown, &text));
  memcpy(header, text.data, text.len);
  len = text.len;
  IS(MCPICO_OK, mcpico_unverified_claims(&shown, &text));
  IS(MCPICO_OK, mcpico_dangerous_sign(&element->inside, header, len, text.data, text.len, token, sizeof token, &len));
  YES(len == message_len + 44 && memcmp(token, message, message_len) == 0);
  for (i = 0; i < 43; i++) {
    const char *digit = strchr(digits, token[message_len + 1 + i]);
    bits = bits << 6 | (uint32_t)(digit - digits);
    if (i % 4 != 0) {
      /* Of the bits that have come, 6 * (i + 1), one more byte is whole. */
      uint32_t rest = (uint32_t)(6 * (i + 1) % 8);
      tag[(6 * (i + 1)) / 8 - 1] = (uint8_t)(bits >> rest & 0xffu);
    }
  }
  return 0;
}

static void hardware(void)
{
  static struct element element;
  mcpico_key own;
  mcpico_named_key set[2];
  mcpico_jose_header header;
  mcpico_claims claims;
  mcpico_token verified;
  mcpico_unverified shown;
  mcpico_guard guard;
  mcpico_grant grant;
  mcpico_denial denial;
  mcpico_str authorization;
  char token[512];
  char same[512];
  char bearer[600];
  char room[512];
  size_t len = 0;
  size_t same_len = 0;
  size_t i;
  uint32_t status = 0;
  int32_t reason = 0;
  IS(MCPICO_OK, mcpico_key_init(&element.inside, MCPICO_LIT("an example secret of 32 bytes...")));
  IS(MCPICO_ERROR_NULL_POINTER, mcpico_key_init_mac(&own, NULL, &element));
  IS(MCPICO_OK, mcpico_key_init_mac(&own, element_mac, &element));
  FRESH(header);
  header.kid = mcpico_str_of("hw");
  FRESH(claims);
  claims.sub = mcpico_str_of("device");
  claims.exp = 2000;
  /* What hardware signs is what the same secret signs in memory. */
  IS(MCPICO_OK, mcpico_sign(&own, &header, &claims, token, sizeof token, &len));
  YES(element.calls == 1 && element.seen_len == len - 44 && memcmp(element.seen, token, len - 44) == 0);
  IS(MCPICO_OK, mcpico_sign(&element.inside, &header, &claims, same, sizeof same, &same_len));
  YES(len == same_len && memcmp(token, same, len) == 0);
  IS(MCPICO_OK, mcpico_sign_payload(&own, &header, MCPICO_LIT("{\"sub\":\"device\",\"exp\":2000}"), same, sizeof same, &same_len));
  YES(len == same_len && memcmp(token, same, len) == 0 && element.calls == 2);
  /* The size is known without it. */
  IS(MCPICO_ERROR_BUFFER_TOO_SMALL, mcpico_sign(&own, &header, &claims, same, len - 1, &same_len));
  YES(same_len == len && element.calls == 2);

  /* It verifies, alone and beside a key in memory; the kid chooses which of them is asked. */
  memset(set, 0, sizeof set);
  set[0].key = &own;
  set[0].kid = mcpico_str_of("hw");
  set[1].key = &key;
  set[1].kid = mcpico_str_of("k");
  IS(MCPICO_OK, mcpico_verify(set, 2, NULL, 1999, token, len, room, sizeof room, &verified));
  YES(element.calls == 3);
  IS(MCPICO_ERROR_TOKEN_EXPIRED, mcpico_verify(set, 2, NULL, 2000, token, len, room, sizeof room, &verified));
  header.kid = mcpico_str_of("k");
  IS(MCPICO_OK, mcpico_sign(&key, &header, &claims, same, sizeof same, &same_len));
  IS(MCPICO_OK, mcpico_verify(set, 2, NULL, 1999, same, same_len, room, sizeof room, &verified));
  YES(element.calls == 4);
  /* Each bit of the signature counts. */
  for (i = 0; i < 43; i++) {
    char was = token[len - 43 + i];
    token[len - 43 + i] = was == 'A' ? 'E' : 'A';
    IS(MCPICO_ERROR_TOKEN_SIGNATURE, mcpico_verify(set, 1, NULL, 1999, token, len, room, sizeof room, &verified));
    token[len - 43 + i] = was;
  }
  IS(MCPICO_OK, mcpico_unverified_init(&shown, token, len, room, sizeof room));
  IS(MCPICO_OK, mcpico_unverified_check_signature(&shown, &own));

  /* The guard asks it too. Without an answer the request is not let in, and that is no fault of the request. */
  FRESH(guard);
  guard.keys = set;
  guard.key_count = 2;
  IS(MCPICO_OK, mcpico_bearer_write(token, len, bearer, sizeof bearer, &same_len));
  authorization.data = bearer;
  authorization.len = same_len;
  IS(MCPICO_OK, mcpico_guard_check(&guard, &authorization, 1, 1999, room, sizeof room, &grant, &denial));
  element.broken = 1;
  IS(MCPICO_ERROR_DENIED, mcpico_guard_check(&guard, &authorization, 1, 1999, room, sizeof room, &grant, &denial));
  IS(MCPICO_OK, mcpico_denial_status(&denial, &status));
  IS(MCPICO_OK, mcpico_denial_reason(&denial, &reason));
  YES(status == 503 && reason == MCPICO_ERROR_MAC_UNAVAILABLE);
  IS(MCPICO_ERROR_MAC_UNAVAILABLE, mcpico_verify(set, 1, NULL, 1999, token, len, room, sizeof room, &verified));
  IS(MCPICO_OK, mcpico_unverified_init(&shown, token, len, room, sizeof room));
  IS(MCPICO_ERROR_MAC_UNAVAILABLE, mcpico_unverified_check_signature(&shown, &own));
  /* What was signed without an answer is no token, and holds nothing of a MAC. */
  same_len = 9;
  memset(same, 'x', sizeof same);
  IS(MCPICO_ERROR_MAC_UNAVAILABLE, mcpico_sign(&own, &header, &claims, same, sizeof same, &same_len));
  YES(same_len == 9);
  IS(MCPICO_ERROR_MAC_UNAVAILABLE, mcpico_sign_payload(&own, NULL, "{}", 2, same, sizeof same, &same_len));
  IS(MCPICO_ERROR_MAC_UNAVAILABLE, mcpico_dangerous_sign(&own, "{}", 2, "{}", 2, same, sizeof same, &same_len));
  for (i = 8; i < 51; i++) {
    YES(same[i] == '.');
  }
  IS(MCPICO_OK, mcpico_key_wipe(&own));
  i = (size_t)element.calls;
  IS(MCPICO_ERROR_UNINITIALIZED, mcpico_sign(&own, NULL, &claims, same, sizeof same, &same_len));
  YES((size_t)element.calls == i);
  IS(MCPICO_OK, mcpico_key_wipe(&element.inside));
}

static void signing(void)
{
  mcpico_claims claims;
  mcpico_jose_header header;
  mcpico_claim more[MCPICO_MAX_CLAIMS + 1];
  mcpico_str audiences[MCPICO_MAX_LIST + 1];
  mcpico_unverified shown;
  mcpico_str text;
  char token[4096];
  char names[MCPICO_MAX_CLAIMS + 1][8];
  char kid[1100];
  char deep[256];
  size_t len = 0;
  size_t i;
  FRESH(claims);
  FRESH(header);
  claims.iss = mcpico_str_of("i");
  claims.sub = mcpico_str_of("s\"\n");
  claims.jti = mcpico_str_of("j");
  claims.exp = 3;
  claims.nbf = -2;
  claims.iat = 1;
  audiences[0] = mcpico_str_of("a");
  audiences[1] = mcpico_str_of("b");
  claims.audiences = audiences;
  claims.audience_count = 2;
  more[0].name = mcpico_str_of("roles");
  more[0].json = mcpico_str_of(" [\"x\"] ");
  claims.more = more;
  claims.more_count = 1;
  IS(MCPICO_OK, mcpico_sign(&key, NULL, &claims, token, sizeof token, &len));
  IS(MCPICO_OK, mcpico_unverified_init(&shown, token, len, scratch, sizeof scratch));
  IS(MCPICO_OK, mcpico_unverified_header(&shown, &text));
  STR("{\"alg\":\"HS256\",\"typ\":\"JWT\"}", text);
  IS(MCPICO_OK, mcpico_unverified_claims(&shown, &text));
  STR("{\"iss\":\"i\",\"sub\":\"s\\\"\\n\",\"aud\":[\"a\",\"b\"],\"exp\":3,\"nbf\":-2,\"iat\":1,\"jti\":\"j\",\"roles\":[\"x\"]}", text);
  YES(MCPICO_SIGN_MAX(27, text.len) == len);
  IS(MCPICO_OK, mcpico_unverified_signing_input(&shown, &text));
  YES(text.data == token && text.len == len - 44);
  IS(MCPICO_OK, mcpico_unverified_check_signature(&shown, &key));

  claims.audience_count = 1;
  header.typ = mcpico_str_of("at+jwt");
  header.kid = mcpico_str_of("k");
  IS(MCPICO_OK, mcpico_sign(&key, &header, &claims, token, sizeof token, &len));
  IS(MCPICO_OK, mcpico_unverified_init(&shown, token, len, scratch, sizeof scratch));
  IS(MCPICO_OK, mcpico_unverified_header(&shown, &text));
  STR("{\"alg\":\"HS256\",\"typ\":\"at+jwt\",\"kid\":\"k\"}", text);
  IS(MCPICO_OK, mcpico_unverified_claims(&shown, &text));
  IS(MCPICO_OK, mcpico_json_at(text.data, text.len, MCPICO_LIT("/aud"), &text));
  STR("\"a\"", text);
  header.flags = MCPICO_HEADER_NO_TYP;
  IS(MCPICO_ERROR_OPTION, mcpico_sign(&key, &header, &claims, token, sizeof token, &len));
  header.typ = mcpico_str_of(NULL);
  IS(MCPICO_OK, mcpico_sign(&key, &header, &claims, token, sizeof token, &len));
  IS(MCPICO_OK, mcpico_unverified_init(&shown, token, len, scratch, sizeof scratch));
  IS(MCPICO_OK, mcpico_unverified_header(&shown, &text));
  STR("{\"alg\":\"HS256\",\"kid\":\"k\"}", text);
  header.flags = 2;
  IS(MCPICO_ERROR_OPTION, mcpico_sign(&key, &header, &claims, token, sizeof token, &len));
  header.flags = 0;
  memset(kid, 'k', sizeof kid);
  header.kid.data = kid;
  header.kid.len = sizeof kid;
  IS(MCPICO_ERROR_HEADER_TOO_LONG, mcpico_sign(&key, &header, &claims, token, sizeof token, &len));
  header.kid = mcpico_str_of("\xff");
  IS(MCPICO_ERROR_NOT_UTF8, mcpico_sign(&key, &header, &claims, token, sizeof token, &len));

  more[0].json = mcpico_str_of("[");
  IS(MCPICO_ERROR_JSON, mcpico_sign(&key, NULL, &claims, token, sizeof token, &len));
  more[0].json = mcpico_str_of("1");
  more[0].name = mcpico_str_of("sub");
  IS(MCPICO_ERROR_DUPLICATE_CLAIM, mcpico_sign(&key, NULL, &claims, token, sizeof token, &len));
  claims.sub = mcpico_str_of(NULL);
  IS(MCPICO_ERROR_CLAIM_TYPE, mcpico_sign(&key, NULL, &claims, token, sizeof token, &len));
  more[0].name = mcpico_str_of("exp");
  claims.exp = 0;
  more[0].json = mcpico_str_of("1e400");
  IS(MCPICO_ERROR_CLAIM_RANGE, mcpico_sign(&key, NULL, &claims, token, sizeof token, &len));
  more[0].name = mcpico_str_of(NULL);
  IS(MCPICO_ERROR_NULL_POINTER, mcpico_sign(&key, NULL, &claims, token, sizeof token, &len));
  memset(deep, '[', 64);
  memset(deep + 64, ']', 64);
  more[0].name = mcpico_str_of("deep");
  more[0].json.data = deep;
  more[0].json.len = 128;
  IS(MCPICO_ERROR_CLAIM_TOO_DEEP, mcpico_sign(&key, NULL, &claims, token, sizeof token, &len));
  for (i = 0; i <= MCPICO_MAX_CLAIMS; i++) {
    snprintf(names[i], sizeof names[i], "c%u", (unsigned)i);
    more[i].name = mcpico_str_of(names[i]);
    more[i].json = mcpico_str_of("null");
  }
  claims.exp = 3;
  claims.sub = mcpico_str_of("s");
  claims.more_count = MCPICO_MAX_CLAIMS;
  IS(MCPICO_OK, mcpico_sign(&key, NULL, &claims, token, sizeof token, &len));
  claims.more_count = MCPICO_MAX_CLAIMS + 1;
  IS(MCPICO_ERROR_TOO_MANY, mcpico_sign(&key, NULL, &claims, token, sizeof token, &len));
  claims.more_count = 0;
  for (i = 0; i <= MCPICO_MAX_LIST; i++) {
    audiences[i] = mcpico_str_of("a");
  }
  claims.audience_count = MCPICO_MAX_LIST + 1;
  IS(MCPICO_ERROR_TOO_MANY, mcpico_sign(&key, NULL, &claims, token, sizeof token, &len));
  claims.audience_count = 0;
  claims.reserved = 1;
  IS(MCPICO_ERROR_OPTION, mcpico_sign(&key, NULL, &claims, token, sizeof token, &len));

  IS(MCPICO_ERROR_PAYLOAD, mcpico_sign_payload(&key, NULL, MCPICO_LIT("[]"), token, sizeof token, &len));
  IS(MCPICO_ERROR_PAYLOAD, mcpico_sign_payload(&key, NULL, "", 0, token, sizeof token, &len));
  IS(MCPICO_ERROR_CLAIM_TYPE, mcpico_sign_payload(&key, NULL, MCPICO_LIT("{\"exp\":\"1\"}"), token, sizeof token, &len));
  memcpy(token, "{}", 2);
  IS(MCPICO_ERROR_OVERLAP, mcpico_sign_payload(&key, NULL, token, 2, token, sizeof token, &len));
  IS(MCPICO_ERROR_OVERLAP, mcpico_dangerous_sign(&key, "", 0, token + 100, 1, token, sizeof token, &len));
}

static void policies(void)
{
  mcpico_policy policy;
  mcpico_token verified;
  mcpico_str texts[MCPICO_MAX_LIST + 1];
  char token[512];
  size_t len = 0;
  size_t i;
  FRESH(policy);
  IS(MCPICO_OK, judge(HEADER, "{\"exp\":1001}", NULL, &verified));
  IS(MCPICO_ERROR_CLAIM_MISSING, judge(HEADER, "{}", &policy, &verified));
  policy.flags = MCPICO_POLICY_EXP_OPTIONAL;
  IS(MCPICO_OK, judge(HEADER, "{}", &policy, &verified));
  IS(MCPICO_ERROR_TOKEN_ISSUED_IN_FUTURE, judge(HEADER, "{\"iat\":1001}", &policy, &verified));
  policy.flags |= MCPICO_POLICY_FUTURE_IAT;
  IS(MCPICO_OK, judge(HEADER, "{\"iat\":1001}", &policy, &verified));
  IS(MCPICO_ERROR_TOKEN_NOT_YET_VALID, judge(HEADER, "{\"nbf\":1001}", &policy, &verified));
  policy.leeway = 1;
  IS(MCPICO_OK, judge(HEADER, "{\"nbf\":1001}", &policy, &verified));
  IS(MCPICO_ERROR_TOKEN_AUDIENCE, judge(HEADER, "{\"aud\":\"a\"}", &policy, &verified));
  policy.flags |= MCPICO_POLICY_ANY_AUDIENCE;
  IS(MCPICO_OK, judge(HEADER, "{\"aud\":\"a\"}", &policy, &verified));
  policy.audiences = texts;
  IS(MCPICO_ERROR_OPTION, judge(HEADER, "{}", &policy, &verified));
  policy.flags = 8;
  IS(MCPICO_ERROR_OPTION, judge(HEADER, "{}", &policy, &verified));
  policy.flags = MCPICO_POLICY_EXP_OPTIONAL;
  /* A list that is there and empty accepts nothing. */
  IS(MCPICO_ERROR_TOKEN_AUDIENCE, judge(HEADER, "{\"aud\":\"a\"}", &policy, &verified));
  for (i = 0; i <= MCPICO_MAX_LIST; i++) {
    texts[i] = mcpico_str_of("x");
  }
  texts[1] = mcpico_str_of("a");
  policy.audience_count = 2;
  IS(MCPICO_OK, judge(HEADER, "{\"aud\":[\"b\",\"a\"]}", &policy, &verified));
  IS(MCPICO_ERROR_TOKEN_AUDIENCE, judge(HEADER, "{\"aud\":[\"b\"]}", &policy, &verified));
  policy.audience_count = MCPICO_MAX_LIST + 1;
  IS(MCPICO_ERROR_TOO_MANY, judge(HEADER, "{}", &policy, &verified));
  policy.audiences = NULL;
  policy.audience_count = 0;
  policy.issuer = mcpico_str_of("i");
  IS(MCPICO_ERROR_TOKEN_ISSUER, judge(HEADER, "{\"iss\":\"j\"}", &policy, &verified));
  policy.issuer = mcpico_str_of(NULL);
  policy.subject = mcpico_str_of("");
  IS(MCPICO_ERROR_TOKEN_SUBJECT, judge(HEADER, "{\"sub\":\"j\"}", &policy, &verified));
  IS(MCPICO_OK, judge(HEADER, "{\"sub\":\"\"}", &policy, &verified));
  policy.subject = mcpico_str_of(NULL);
  policy.typ = mcpico_str_of("at+jwt");
  IS(MCPICO_ERROR_TOKEN_TYP, judge(HEADER, "{}", &policy, &verified));
  policy.typ = mcpico_str_of("jwt");
  IS(MCPICO_OK, judge(HEADER, "{}", &policy, &verified));
  policy.typ = mcpico_str_of(NULL);
  policy.required = texts;
  policy.required_count = 2;
  IS(MCPICO_ERROR_CLAIM_MISSING, judge(HEADER, "{\"a\":1}", &policy, &verified));
  IS(MCPICO_OK, judge(HEADER, "{\"a\":1,\"x\":null}", &policy, &verified));
  policy.required_count = MCPICO_MAX_LIST + 1;
  IS(MCPICO_ERROR_TOO_MANY, judge(HEADER, "{}", &policy, &verified));
  policy.required = NULL;
  policy.required_count = 0;
  policy.allowed = texts;
  policy.allowed_count = 2;
  IS(MCPICO_OK, judge(HEADER, "{\"a\":1}", &policy, &verified));
  IS(MCPICO_ERROR_CLAIM_NOT_ALLOWED, judge(HEADER, "{\"b\":1}", &policy, &verified));
  policy.allowed_count = 0;
  IS(MCPICO_ERROR_CLAIM_NOT_ALLOWED, judge(HEADER, "{\"a\":1}", &policy, &verified));
  policy.allowed = NULL;
  policy.max_lifetime = 10;
  IS(MCPICO_ERROR_TOKEN_LIFETIME, judge(HEADER, "{\"exp\":1012}", &policy, &verified));
  IS(MCPICO_OK, judge(HEADER, "{\"exp\":1011}", &policy, &verified));
  policy.max_token_len = 20;
  IS(MCPICO_ERROR_TOKEN_LIMIT, judge(HEADER, "{\"exp\":1011}", &policy, &verified));

  IS(MCPICO_ERROR_TOKEN_HEADER_TYPE, judge("{\"alg\":\"HS256\",\"kid\":7}", "{\"exp\":1001}", NULL, &verified));
  IS(MCPICO_ERROR_TOKEN_HEADER_TYPE, judge("{\"alg\":\"HS256\",\"typ\":null}", "{\"exp\":1001}", NULL, &verified));
  IS(MCPICO_ERROR_TOKEN_HEADER, judge("[]", "{\"exp\":1001}", NULL, &verified));
  IS(MCPICO_ERROR_TOKEN_CRIT, judge("{\"alg\":\"HS256\",\"crit\":[]}", "{\"exp\":1001}", NULL, &verified));

  IS(MCPICO_OK, mcpico_sign_payload(&key, NULL, MCPICO_LIT("{\"exp\":1001}"), token, sizeof token, &len));
  IS(MCPICO_ERROR_SCRATCH_TOO_SMALL, mcpico_verify(keys, 1, NULL, 1000, token, len, scratch, 27 + 12 - 1, &verified));
  IS(MCPICO_ERROR_SCRATCH_TOO_SMALL, mcpico_verify(keys, 1, NULL, 1000, token, len, NULL, 0, &verified));
  IS(MCPICO_OK, mcpico_verify(keys, 1, NULL, 1000, token, len, scratch, 27 + 12, &verified));
  token[len - 2] = token[len - 2] == 'A' ? 'B' : 'A';
  IS(MCPICO_ERROR_TOKEN_SIGNATURE, mcpico_verify(keys, 1, NULL, 1000, token, len, scratch, sizeof scratch, &verified));
}

static void key_sets(void)
{
  mcpico_named_key set[MCPICO_MAX_KEYS + 1];
  mcpico_key old;
  mcpico_token verified;
  char token[512];
  size_t len = 0;
  size_t i;
  IS(MCPICO_OK, mcpico_key_init(&old, MCPICO_LIT("an older secret that has 32 bytes")));
  for (i = 0; i <= MCPICO_MAX_KEYS; i++) {
    set[i].kid = mcpico_str_of("k");
    set[i].key = &key;
  }
  set[0].kid = mcpico_str_of("new");
  set[1].kid = mcpico_str_of("old");
  set[1].key = &old;
  IS(MCPICO_OK, mcpico_dangerous_sign(&old, MCPICO_LIT("{\"alg\":\"HS256\",\"kid\":\"old\"}"), MCPICO_LIT("{\"exp\":9}"), token,
                                      sizeof token, &len));
  IS(MCPICO_OK, mcpico_verify(set, 2, NULL, 8, token, len, scratch, sizeof scratch, &verified));
  IS(MCPICO_ERROR_TOKEN_KEY, mcpico_verify(set, 1, NULL, 8, token, len, scratch, sizeof scratch, &verified));
  IS(MCPICO_ERROR_TOKEN_KEY, mcpico_verify(NULL, 0, NULL, 8, token, len, scratch, sizeof scratch, &verified));
  set[0].kid = mcpico_str_of("old");
  IS(MCPICO_ERROR_TOKEN_SIGNATURE, mcpico_verify(set, 1, NULL, 8, token, len, scratch, sizeof scratch, &verified));
  IS(MCPICO_OK, mcpico_verify(set, MCPICO_MAX_KEYS, NULL, 8, token, len, scratch, sizeof scratch, &verified));
  IS(MCPICO_ERROR_TOO_MANY, mcpico_verify(set, MCPICO_MAX_KEYS + 1, NULL, 8, token, len, scratch, sizeof scratch, &verified));
  set[1].key = NULL;
  IS(MCPICO_ERROR_NULL_POINTER, mcpico_verify(set, 2, NULL, 8, token, len, scratch, sizeof scratch, &verified));
  IS(MCPICO_OK, mcpico_key_wipe(&old));
  set[1].key = &old;
  IS(MCPICO_ERROR_UNINITIALIZED, mcpico_verify(set, 2, NULL, 8, token, len, scratch, sizeof scratch, &verified));
}

static void claims_by_name(void)
{
  mcpico_token token;
  mcpico_str json;
  char buf[16];
  size_t len = 99;
  int64_t number = 0;
  int32_t truth = 0;
  IS(MCPICO_OK, judge(HEADER,
                      "{\"exp\":1000.5,\"s\":\"a\\u00e9\\n\",\"n\":-9223372036854775808,\"big\":9223372036854775808,\"f\":1.5,"
                      "\"t\":true,\"u\":false,\"l\":[1,[2]],\"z\":null,\"\\u006eame\":1}",
                      NULL, &token));
  IS(MCPICO_OK, mcpico_claim_string(&token, MCPICO_LIT("s"), buf, sizeof buf, &len));
  TEXT("a\xc3\xa9\n", buf, len);
  IS(MCPICO_ERROR_BUFFER_TOO_SMALL, mcpico_claim_string(&token, MCPICO_LIT("s"), buf, 3, &len));
  YES(len == 4);
  IS(MCPICO_ERROR_WRONG_TYPE, mcpico_claim_string(&token, MCPICO_LIT("n"), buf, sizeof buf, &len));
  IS(MCPICO_ERROR_NOT_FOUND, mcpico_claim_string(&token, MCPICO_LIT("sub"), buf, sizeof buf, &len));
  IS(MCPICO_ERROR_NOT_FOUND, mcpico_claim_string(&token, "", 0, buf, sizeof buf, &len));
  IS(MCPICO_ERROR_NOT_UTF8, mcpico_claim_string(&token, "\xff", 1, buf, sizeof buf, &len));
  IS(MCPICO_ERROR_OVERLAP, mcpico_claim_string(&token, MCPICO_LIT("s"), scratch, sizeof scratch, &len));
  IS(MCPICO_OK, mcpico_claim_int64(&token, MCPICO_LIT("n"), &number));
  YES(number == INT64_MIN);
  IS(MCPICO_OK, mcpico_claim_int64(&token, MCPICO_LIT("name"), &number));
  YES(number == 1);
  IS(MCPICO_ERROR_OUT_OF_RANGE, mcpico_claim_int64(&token, MCPICO_LIT("big"), &number));
  IS(MCPICO_ERROR_WRONG_TYPE, mcpico_claim_int64(&token, MCPICO_LIT("f"), &number));
  IS(MCPICO_ERROR_NOT_FOUND, mcpico_claim_int64(&token, MCPICO_LIT("q"), &number));
  IS(MCPICO_OK, mcpico_claim_time(&token, MCPICO_LIT("exp"), &number));
  YES(number == 1001);
  IS(MCPICO_ERROR_OUT_OF_RANGE, mcpico_claim_time(&token, MCPICO_LIT("big"), &number));
  IS(MCPICO_ERROR_WRONG_TYPE, mcpico_claim_time(&token, MCPICO_LIT("s"), &number));
  IS(MCPICO_OK, mcpico_claim_bool(&token, MCPICO_LIT("t"), &truth));
  YES(truth == 1);
  IS(MCPICO_OK, mcpico_claim_bool(&token, MCPICO_LIT("u"), &truth));
  YES(truth == 0);
  IS(MCPICO_ERROR_WRONG_TYPE, mcpico_claim_bool(&token, MCPICO_LIT("z"), &truth));
  IS(MCPICO_OK, mcpico_claim_element(&token, MCPICO_LIT("l"), 1, &json));
  STR("[2]", json);
  IS(MCPICO_ERROR_NOT_FOUND, mcpico_claim_element(&token, MCPICO_LIT("l"), 2, &json));
  IS(MCPICO_ERROR_WRONG_TYPE, mcpico_claim_element(&token, MCPICO_LIT("s"), 0, &json));
  IS(MCPICO_OK, mcpico_claim_json(&token, MCPICO_LIT("z"), &json));
  STR("null", json);
  IS(MCPICO_ERROR_NOT_FOUND, mcpico_claim_json(&token, MCPICO_LIT("q"), &json));
  {
    mcpico_policy policy;
    FRESH(policy);
    policy.flags = MCPICO_POLICY_ANY_AUDIENCE;
    IS(MCPICO_OK, judge(HEADER, "{\"exp\":1001,\"aud\":\"one\"}", &policy, &token));
    IS(MCPICO_OK, mcpico_claim_element(&token, MCPICO_LIT("aud"), 0, &json));
    STR("\"one\"", json);
    IS(MCPICO_ERROR_NOT_FOUND, mcpico_claim_element(&token, MCPICO_LIT("aud"), 1, &json));
  }
}

void test_tokens(void)
{
  IS(MCPICO_OK, mcpico_key_init(&key, MCPICO_LIT("an example secret of 32 bytes...")));
  keys[0].kid = mcpico_str_of("k");
  keys[0].key = &key;
  key_errors();
  hardware();
  signing();
  policies();
  key_sets();
  claims_by_name();
}
