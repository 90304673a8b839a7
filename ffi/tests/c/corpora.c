/* Verdicts and values that others have fixed. */
#include <stdlib.h>

#include "check.h"
#include "vectors.h"

#define COUNT(table) (sizeof(table) / sizeof(table)[0])

static char scratch[1 << 20];

static int32_t verdict(const mcpico_key *key, const mcpico_policy *policy, struct bytes token)
{
  mcpico_named_key keys[1];
  mcpico_token verified;
  memset(keys, 0, sizeof keys);
  keys[0].key = key;
  return mcpico_verify(keys, 1, policy, CORPUS_NOW, token.data, token.len, scratch, MCPICO_SCRATCH_SIZE(token.len),
                       &verified);
}

/* The verdicts of the unverified view, put together, are the verdict of mcpico_verify. */
static int unverified_agrees(const mcpico_key *key, const mcpico_policy *policy, struct bytes token, int good)
{
  mcpico_unverified unverified;
  int whole = mcpico_unverified_init(&unverified, token.data, token.len, scratch, sizeof scratch) == MCPICO_OK &&
              mcpico_unverified_check_structure(&unverified) == MCPICO_OK &&
              mcpico_unverified_check_signature(&unverified, key) == MCPICO_OK &&
              mcpico_unverified_check_times(&unverified, policy, CORPUS_NOW) == MCPICO_OK &&
              mcpico_unverified_check_claims(&unverified, policy) == MCPICO_OK;
  return whole == good;
}

static void token_verdicts(void)
{
  mcpico_policy policy;
  mcpico_str audience = MCPICO_STR(CORPUS_AUD);
  size_t i;
  FRESH(policy);
  policy.issuer = mcpico_str_of(CORPUS_ISS);
  policy.audiences = &audience;
  policy.audience_count = 1;
  policy.leeway = CORPUS_LEEWAY;
  policy.max_token_len = sizeof scratch;
  for (i = 0; i < COUNT(token_cases); i++) {
    const struct token_case *test = &token_cases[i];
    mcpico_key key;
    int32_t status = mcpico_key_init(&key, test->secret.data, test->secret.len);
    int expected = 0;
    int n;
    if (status == MCPICO_OK) {
      status = verdict(&key, &policy, test->token);
      YES(unverified_agrees(&key, &policy, test->token, status == MCPICO_OK));
      IS(MCPICO_OK, mcpico_key_wipe(&key));
    }
    for (n = 0; n < 4; n++) {
      int32_t one = test->expected[n];
      /* 1 is good or refused, 2 is refused for whatever reason. */
      expected = expected || one == status || one == 1 || (one == 2 && status != MCPICO_OK);
    }
    if (!expected) {
      printf("%s: %s\n", test->name, mcpico_status_name(status));
    }
    YES(expected);
  }
}

/* Tokens that are too large for a literal. */
static void large_tokens(void)
{
  mcpico_key key;
  mcpico_policy policy;
  struct bytes token;
  char *text = malloc(1000000);
  YES(text != NULL);
  if (text == NULL) {
    return;
  }
  FRESH(policy);
  policy.max_token_len = sizeof scratch;
  IS(MCPICO_OK, mcpico_key_init(&key, MCPICO_LIT("an example secret of 32 bytes...")));
  token.data = text;
  memset(text, '.', 100000);
  token.len = 100000;
  IS(MCPICO_ERROR_TOKEN_MALFORMED, verdict(&key, &policy, token));
  IS(MCPICO_ERROR_TOKEN_LIMIT, verdict(&key, NULL, token));
  memset(text, 'A', 1000000);
  token.len = 1000000;
  IS(MCPICO_ERROR_TOKEN_MALFORMED, verdict(&key, &policy, token));
  free(text);
}

static void rfc7515(void)
{
  mcpico_key key;
  mcpico_policy policy;
  mcpico_named_key keys[1];
  mcpico_token verified;
  mcpico_unverified unverified;
  mcpico_str text;
  char out[512];
  size_t len = 0;
  int64_t exp = 0;
  int32_t root = 0;
  IS(MCPICO_OK, mcpico_key_init(&key, rfc7515_secret.data, rfc7515_secret.len));
  IS(MCPICO_OK, mcpico_dangerous_sign(&key, rfc7515_header.data, rfc7515_header.len, rfc7515_payload.data,
                                      rfc7515_payload.len, out, sizeof out, &len));
  TEXT(rfc7515_token.data, out, len);
  YES(MCPICO_SIGN_MAX(rfc7515_header.len, rfc7515_payload.len) >= len);
  memset(keys, 0, sizeof keys);
  keys[0].key = &key;
  IS(MCPICO_OK, mcpico_verify(keys, 1, NULL, 1300819379, out, len, scratch, MCPICO_SCRATCH_SIZE(len), &verified));
  IS(MCPICO_OK, mcpico_claim_time(&verified, MCPICO_LIT("exp"), &exp));
  YES(exp == 1300819380);
  IS(MCPICO_OK, mcpico_claim_bool(&verified, MCPICO_LIT("http://example.com/is_root"), &root));
  YES(root == 1);
  IS(MCPICO_OK, mcpico_token_claims(&verified, &text));
  STR(rfc7515_payload.data, text);
  IS(MCPICO_OK, mcpico_token_header(&verified, &text));
  STR(rfc7515_header.data, text);
  IS(MCPICO_ERROR_TOKEN_EXPIRED,
     mcpico_verify(keys, 1, NULL, 1300819380, out, len, scratch, sizeof scratch, &verified));
  FRESH(policy);
  policy.leeway = 1;
  IS(MCPICO_OK, mcpico_verify(keys, 1, &policy, 1300819380, out, len, scratch, sizeof scratch, &verified));

  /* RFC 7520 section 4.4: the payload is no JSON. */
  IS(MCPICO_OK, mcpico_key_init(&key, rfc7520_secret.data, rfc7520_secret.len));
  IS(MCPICO_OK, mcpico_unverified_init(&unverified, rfc7520_token.data, rfc7520_token.len, scratch, sizeof scratch));
  IS(MCPICO_OK, mcpico_unverified_check_signature(&unverified, &key));
  IS(MCPICO_ERROR_TOKEN_CLAIMS, mcpico_unverified_check_structure(&unverified));
}

static void challenges(void)
{
  size_t i;
  for (i = 0; i < COUNT(challenge_cases); i++) {
    const struct challenge_case *test = &challenge_cases[i];
    mcpico_challenge challenge;
    mcpico_str scheme;
    char value[512];
    size_t len = 0;
    size_t index = 0;
    int32_t status;
    do {
      status = mcpico_challenge_at(test->line.data, test->line.len, index, &challenge);
      if (status == MCPICO_OK && index == 0) {
        IS(MCPICO_OK, mcpico_challenge_scheme(&challenge, &scheme));
        STR(test->scheme, scheme);
        if (test->param[0] != '\0') {
          IS(MCPICO_OK, mcpico_challenge_param(&challenge, test->param, strlen(test->param), value, sizeof value, &len));
          TEXT(test->value, value, len);
        }
      }
      index++;
    } while (status == MCPICO_OK);
    IS(test->challenges < 0 ? MCPICO_ERROR_CHALLENGE : MCPICO_ERROR_NOT_FOUND, status);
    YES(test->challenges < 0 ? index == 1 : index == (size_t)test->challenges + 1u);
  }
}

static int holds(const char *text, size_t text_len, struct bytes part)
{
  size_t at;
  for (at = 0; part.len > 0 && at + part.len <= text_len; at++) {
    if (memcmp(text + at, part.data, part.len) == 0) {
      return 1;
    }
  }
  return 0;
}

static void redacted(void)
{
  static char out[1 << 16];
  size_t i;
  for (i = 0; i < COUNT(redact_cases); i++) {
    const struct redact_case *test = &redact_cases[i];
    mcpico_str secrets[4];
    size_t count = 0;
    size_t len = 0;
    size_t n;
    int secret_inside = 0;
    while (count < 4 && test->secrets[count].data != NULL) {
      secrets[count].data = test->secrets[count].data;
      secrets[count].len = test->secrets[count].len;
      secret_inside = secret_inside || holds(test->text.data, test->text.len, test->secrets[count]);
      count++;
    }
    /* By what it looks like alone, and with the secrets known. */
    IS(MCPICO_OK, mcpico_redact(secrets, count, test->text.data, test->text.len, out, sizeof out, &len));
    for (n = 0; n < count; n++) {
      YES(!holds(out, len, test->secrets[n]));
    }
    if (count == 0) {
      YES(len == test->text.len && memcmp(out, test->text.data, len) == 0);
    } else if (secret_inside) {
      YES(len != test->text.len || memcmp(out, test->text.data, len) != 0);
    }
  }
}

static void streams(void)
{
  size_t i;
  size_t step;
  for (i = 0; i < COUNT(stream_cases); i++) {
    const struct stream_case *test = &stream_cases[i];
    for (step = 1; step < 5000; step = step == 1 ? 5000 : step) {
      static char storage[4096];
      char got[4096];
      size_t got_len = 0;
      size_t at = 0;
      mcpico_framing framing;
      mcpico_inbox inbox;
      mcpico_str frame;
      uint64_t retry = 0;
      int32_t status;
      IS(MCPICO_OK, mcpico_framing_init(&framing, MCPICO_FRAMING_EVENT_STREAM));
      IS(MCPICO_OK, mcpico_inbox_init(&inbox, storage, sizeof storage));
      for (;;) {
        status = mcpico_framing_next(&framing, &inbox, &frame);
        if (status == MCPICO_OK) {
          if (got_len + frame.len + 1 <= sizeof got) {
            memcpy(got + got_len, frame.data, frame.len);
            got[got_len + frame.len] = '\0';
          }
          got_len += frame.len + 1;
        } else if (status == MCPICO_ERROR_INCOMPLETE && at < test->stream.len) {
          char *room = NULL;
          size_t len = 0;
          size_t count = test->stream.len - at < step ? test->stream.len - at : step;
          IS(MCPICO_OK, mcpico_inbox_spare(&inbox, &room, &len));
          count = count < len ? count : len;
          memcpy(room, test->stream.data + at, count);
          at += count;
          IS(MCPICO_OK, mcpico_inbox_commit(&inbox, count));
        } else if (status == MCPICO_ERROR_INCOMPLETE) {
          IS(MCPICO_OK, mcpico_inbox_close(&inbox));
        } else {
          break;
        }
      }
      IS(MCPICO_ERROR_NOT_FOUND, status);
      if (got_len != test->frames.len || memcmp(got, test->frames.data, got_len) != 0) {
        printf("%s\n", test->name);
      }
      YES(got_len == test->frames.len && memcmp(got, test->frames.data, got_len) == 0);
      IS(MCPICO_OK, mcpico_framing_last_event_id(&framing, &frame));
      YES(frame.len == test->last_event_id.len && memcmp(frame.data, test->last_event_id.data, frame.len) == 0);
      status = mcpico_framing_retry(&framing, &retry);
      YES(test->retry < 0 ? status == MCPICO_ERROR_NOT_FOUND : status == MCPICO_OK && retry == (uint64_t)test->retry);
    }
  }
}

/* Reads a response whole, or byte by byte: its status, or -1, and its body. */
static int read_response(struct bytes response, size_t step, char *body, size_t *body_len)
{
  static char got[8192];
  mcpico_head_reader reader;
  mcpico_head head;
  mcpico_body framing;
  size_t have = 0;
  size_t head_len = 0;
  size_t from = 0;
  size_t kept = 0;
  size_t excess = 0;
  uint32_t status = 0;
  int32_t complete = 0;
  int32_t reusable = 0;
  int32_t rc;
  *body_len = 0;
  IS(MCPICO_OK, mcpico_head_reader_init(&reader));
  for (;;) {
    rc = mcpico_head_read(&reader, got + from, have - from, &head, &head_len);
    if (rc == MCPICO_OK) {
      from += head_len;
      IS(MCPICO_OK, mcpico_head_status(&head, &status));
      if (status >= 200) {
        break;
      }
    } else if (rc == MCPICO_ERROR_INCOMPLETE && have < response.len) {
      size_t count = response.len - have < step ? response.len - have : step;
      memcpy(got + have, response.data + have, count);
      have += count;
    } else {
      return -1;
    }
  }
  if (mcpico_body_init(&framing, &head) != MCPICO_OK) {
    return -1;
  }
  memcpy(body, got + from, have - from);
  if (mcpico_body_decode(&framing, body, have - from, &kept, &excess) != MCPICO_OK) {
    return -1;
  }
  *body_len = kept;
  while (have < response.len && excess == 0) {
    size_t count = response.len - have < step ? response.len - have : step;
    memcpy(body + *body_len, response.data + have, count);
    have += count;
    if (mcpico_body_decode(&framing, body + *body_len, count, &kept, &excess) != MCPICO_OK) {
      return -1;
    }
    *body_len += kept;
  }
  if (mcpico_body_end(&framing) != MCPICO_OK) {
    return -1;
  }
  IS(MCPICO_OK, mcpico_body_state(&framing, &complete, &reusable));
  YES(complete == 1 && reusable == 0);
  return (int)status;
}

static void responses(void)
{
  static char body[8192];
  size_t i;
  for (i = 0; i < COUNT(response_cases); i++) {
    const struct response_case *test = &response_cases[i];
    size_t step;
    for (step = 1; step < 10000; step += 9998) {
      size_t len = 0;
      int status = read_response(test->response, step, body, &len);
      if (status != test->status) {
        printf("%s: %d\n", test->name, status);
      }
      YES(status == test->status);
      if (status >= 0) {
        YES(len == test->body.len && memcmp(body, test->body.data, len) == 0);
      }
    }
  }
}

void test_corpora(void)
{
  token_verdicts();
  large_tokens();
  rfc7515();
  challenges();
  redacted();
  streams();
  responses();
}
