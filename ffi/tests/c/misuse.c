/* What programs do by mistake: buffers used twice, objects moved or used after their end, callbacks that call back. */
#include <stdlib.h>

#include "check.h"

#define SECRET "an example secret of 32 bytes..."

/* Texts in structures, each in its turn within the buffer that the call writes to. */

static char buf[1024];
static size_t len;

/* Where the texts of a structure are. */
#define FIELD(type, name) offsetof(type, name)

static void put(void *structure, size_t field, const char *text, size_t count)
{
  mcpico_str str;
  str.data = text;
  str.len = count;
  memcpy((char *)structure + field, &str, sizeof str);
}

static void overlaps(void)
{
  static const size_t of_call[] = {
    FIELD(mcpico_call, name), FIELD(mcpico_call, arguments), FIELD(mcpico_call, input_schema), FIELD(mcpico_call, cursor),
    FIELD(mcpico_call, argument), FIELD(mcpico_call, value), FIELD(mcpico_call, mcp_name), FIELD(mcpico_call, bearer),
    FIELD(mcpico_call, input_responses), FIELD(mcpico_call, input_state), FIELD(mcpico_call, trace_parent),
    FIELD(mcpico_call, trace_state), FIELD(mcpico_call, baggage)};
  static const size_t of_claims[] = {FIELD(mcpico_claims, iss), FIELD(mcpico_claims, sub), FIELD(mcpico_claims, jti)};
  static const size_t of_header[] = {FIELD(mcpico_jose_header, typ), FIELD(mcpico_jose_header, kid)};
  static const size_t of_policy[] = {FIELD(mcpico_policy, typ), FIELD(mcpico_policy, issuer), FIELD(mcpico_policy, subject)};
  static const size_t of_fields[] = {
    FIELD(mcpico_challenge_fields, realm), FIELD(mcpico_challenge_fields, error_description),
    FIELD(mcpico_challenge_fields, error_uri), FIELD(mcpico_challenge_fields, scope),
    FIELD(mcpico_challenge_fields, resource_metadata)};
  static const size_t of_guard[] = {FIELD(mcpico_guard, scope), FIELD(mcpico_guard, realm), FIELD(mcpico_guard, resource_metadata)};
  static const size_t of_head[] = {FIELD(mcpico_request_head, target), FIELD(mcpico_request_head, host)};
  char before[sizeof buf];
  mcpico_str inside;
  mcpico_key key;
  mcpico_named_key named;
  mcpico_client client;
  mcpico_post post;
  mcpico_exchange exchange;
  mcpico_token token;
  mcpico_grant grant;
  mcpico_denial denial;
  mcpico_event event;
  mcpico_header_field field;
  size_t i;

  memset(buf, 'x', sizeof buf);
  memcpy(before, buf, sizeof buf);
  inside.data = buf + 100;
  inside.len = 3;
  modern_client(&client);
  IS(MCPICO_OK, mcpico_key_init(&key, MCPICO_LIT(SECRET)));
  memset(&named, 0, sizeof named);
  named.key = &key;
  len = 77;

  for (i = 0; i < sizeof of_call / sizeof *of_call; i++) {
    mcpico_call call;
    FRESH(call);
    call.method = MCPICO_METHOD_LIST_TOOLS;
    put(&call, of_call[i], inside.data, inside.len);
    IS(MCPICO_ERROR_OVERLAP, mcpico_client_request(&client, &call, buf, sizeof buf, &len, &post, &exchange));
  }
  for (i = 0; i < 2; i++) {
    mcpico_call call;
    FRESH(call);
    call.method = MCPICO_METHOD_SUBSCRIBE;
    *(i == 0 ? &call.resource_uris : &call.task_ids) = &inside;
    *(i == 0 ? &call.resource_uri_count : &call.task_id_count) = 1;
    IS(MCPICO_ERROR_OVERLAP, mcpico_client_request(&client, &call, buf, sizeof buf, &len, &post, &exchange));
  }
  for (i = 0; i < sizeof of_claims / sizeof *of_claims; i++) {
    mcpico_claims claims;
    FRESH(claims);
    put(&claims, of_claims[i], inside.data, inside.len);
    IS(MCPICO_ERROR_OVERLAP, mcpico_sign(&key, NULL, &claims, buf, sizeof buf, &len));
  }
  {
    mcpico_claims claims;
    mcpico_claim more;
    FRESH(claims);
    claims.audiences = &inside;
    claims.audience_count = 1;
    IS(MCPICO_ERROR_OVERLAP, mcpico_sign(&key, NULL, &claims, buf, sizeof buf, &len));
    FRESH(claims);
    claims.more = &more;
    claims.more_count = 1;
    more.name = inside;
    more.json = mcpico_str_of("1");
    IS(MCPICO_ERROR_OVERLAP, mcpico_sign(&key, NULL, &claims, buf, sizeof buf, &len));
    more.name = mcpico_str_of("n");
    more.json = inside;
    IS(MCPICO_ERROR_OVERLAP, mcpico_sign(&key, NULL, &claims, buf, sizeof buf, &len));
  }
  for (i = 0; i < sizeof of_header / sizeof *of_header; i++) {
    mcpico_jose_header header;
    mcpico_claims claims;
    FRESH(header);
    FRESH(claims);
    put(&header, of_header[i], inside.data, inside.len);
    IS(MCPICO_ERROR_OVERLAP, mcpico_sign(&key, &header, &claims, buf, sizeof buf, &len));
    IS(MCPICO_ERROR_OVERLAP, mcpico_sign_payload(&key, &header, MCPICO_LIT("{}"), buf, sizeof buf, &len));
  }
  for (i = 0; i < 3 + sizeof of_policy / sizeof *of_policy; i++) {
    mcpico_policy policy;
    FRESH(policy);
    if (i < 3) {
      const mcpico_str **lists[3];
      size_t *counts[3];
      lists[0] = &policy.audiences;
      lists[1] = &policy.required;
      lists[2] = &policy.allowed;
      counts[0] = &policy.audience_count;
      counts[1] = &policy.required_count;
      counts[2] = &policy.allowed_count;
      *lists[i] = &inside;
      *counts[i] = 1;
    } else {
      put(&policy, of_policy[i - 3], inside.data, inside.len);
    }
    IS(MCPICO_ERROR_OVERLAP, mcpico_verify(&named, 1, &policy, 1, MCPICO_LIT("a.b.c"), buf, sizeof buf, &token));
  }
  named.kid = inside;
  IS(MCPICO_ERROR_OVERLAP, mcpico_verify(&named, 1, NULL, 1, MCPICO_LIT("a.b.c"), buf, sizeof buf, &token));
  named.kid.data = NULL;
  named.kid.len = 0;
  for (i = 0; i < 2 + sizeof of_guard / sizeof *of_guard; i++) {
    mcpico_guard guard;
    mcpico_str header = mcpico_str_of("Bearer a.b.c");
    FRESH(guard);
    guard.keys = &named;
    guard.key_count = 1;
    if (i == 0) {
      header = inside;
    } else if (i == 1) {
      named.kid = inside;
    } else {
      put(&guard, of_guard[i - 2], inside.data, inside.len);
    }
    IS(MCPICO_ERROR_OVERLAP, mcpico_guard_check(&guard, &header, 1, 1, buf, sizeof buf, &grant, &denial));
    named.kid.data = NULL;
    named.kid.len = 0;
  }
  for (i = 0; i < sizeof of_fields / sizeof *of_fields; i++) {
    mcpico_challenge_fields fields;
    FRESH(fields);
    put(&fields, of_fields[i], inside.data, inside.len);
    IS(MCPICO_ERROR_OVERLAP, mcpico_challenge_write(&fields, buf, sizeof buf, &len));
  }
  for (i = 0; i < 2 + sizeof of_head / sizeof *of_head; i++) {
    mcpico_request_head head;
    FRESH(head);
    head.verb = MCPICO_HTTP_GET;
    head.target = mcpico_str_of("/");
    head.host = mcpico_str_of("h");
    field.name = i == 0 ? inside : mcpico_str_of("n");
    field.value = i == 1 ? inside : mcpico_str_of("v");
    head.headers = &field;
    head.header_count = 1;
    if (i >= 2) {
      put(&head, of_head[i - 2], inside.data, inside.len);
    }
    IS(MCPICO_ERROR_OVERLAP, mcpico_request_head_write(&head, buf, sizeof buf, &len));
  }
  FRESH(event);
  event.kind = MCPICO_EVENT_SERVER_REQUEST;
  event.id_kind = MCPICO_ID_STRING;
  event.id = inside;
  IS(MCPICO_ERROR_OVERLAP,
     mcpico_client_answer(&client, &event, MCPICO_LIT("{}"), 0, NULL, 0, NULL, 0, buf, sizeof buf, &len, &post, &exchange));
  event.id_kind = MCPICO_ID_NUMBER;
  event.id.data = NULL;
  event.id.len = 0;
  IS(MCPICO_ERROR_OVERLAP,
     mcpico_client_answer(&client, &event, NULL, 0, 1, inside.data, inside.len, NULL, 0, buf, sizeof buf, &len, &post, &exchange));
  IS(MCPICO_ERROR_OVERLAP, mcpico_redact(&inside, 1, MCPICO_LIT("text"), buf, sizeof buf, &len));
  YES(len == 77 && memcmp(buf, before, sizeof buf) == 0);

  /* A challenge, whose header line is the buffer. */
  {
    mcpico_challenge challenge;
    static const char line[] = "Bearer realm=\"mcp\"";
    memcpy(buf, line, sizeof line);
    IS(MCPICO_OK, mcpico_challenge_at(buf, sizeof line - 1, 0, &challenge));
    IS(MCPICO_ERROR_OVERLAP, mcpico_challenge_param(&challenge, MCPICO_LIT("realm"), buf, sizeof buf, &len));
    IS(MCPICO_OK, mcpico_challenge_param(&challenge, MCPICO_LIT("realm"), buf + sizeof line, 8, &len));
    TEXT("mcp", buf + sizeof line, len);
  }
  /* A post: each of its texts by itself. */
  {
    mcpico_call call;
    mcpico_str name;
    mcpico_str value;
    size_t index;
    FRESH(call);
    call.method = MCPICO_METHOD_LIST_TOOLS;
    IS(MCPICO_OK, mcpico_client_request(&client, &call, buf, sizeof buf, &len, &post, &exchange));
    for (index = 0; mcpico_post_header(&post, index, &name, &value) == MCPICO_OK; index++) {
      IS(MCPICO_ERROR_OVERLAP, mcpico_post_head(&post, MCPICO_LIT("h"), MCPICO_LIT("/"), buf + (name.data - buf), 1, &len));
      IS(MCPICO_ERROR_OVERLAP, mcpico_post_head(&post, MCPICO_LIT("h"), MCPICO_LIT("/"), buf + (value.data - buf), 1, &len));
    }
    YES(index > 2);
    IS(MCPICO_OK, mcpico_post_body(&post, &value));
    IS(MCPICO_ERROR_OVERLAP, mcpico_post_request(&post, MCPICO_LIT("h"), MCPICO_LIT("/"), buf + (value.data - buf), 1, &len));
  }
  /* What only touches does not overlap, and what is empty lies nowhere. */
  IS(MCPICO_OK, mcpico_json_quote(buf, 100, buf + 100, 200, &len));
  IS(MCPICO_OK, mcpico_json_quote(buf + 300, 100, buf + 100, 200, &len));
  IS(MCPICO_OK, mcpico_json_quote(buf + 150, 0, buf + 100, 200, &len));
  IS(MCPICO_ERROR_BUFFER_TOO_SMALL, mcpico_json_quote(buf, 100, buf + 50, 0, &len));
  IS(MCPICO_ERROR_OVERLAP, mcpico_json_quote(buf + 299, 100, buf + 100, 200, &len));
  IS(MCPICO_ERROR_OVERLAP, mcpico_json_quote(buf, 101, buf + 100, 200, &len));
  IS(MCPICO_ERROR_OVERLAP, mcpico_json_quote(buf, 1000, buf + 100, 200, &len));
  IS(MCPICO_OK, mcpico_key_wipe(&key));
}

/* A key that is used after its end, and one that is made anew in the same place. */
static void after_the_end(void)
{
  mcpico_key key;
  mcpico_named_key named;
  mcpico_token token;
  mcpico_guard guard;
  mcpico_grant grant;
  mcpico_denial denial;
  mcpico_str header = mcpico_str_of("Bearer a.b.c");
  char scratch[64];
  char first[128];
  char second[128];
  size_t first_len = 0;
  size_t second_len = 0;
  memset(&named, 0, sizeof named);
  named.key = &key;
  FRESH(guard);
  guard.keys = &named;
  guard.key_count = 1;
  IS(MCPICO_OK, mcpico_key_init(&key, MCPICO_LIT(SECRET)));
  IS(MCPICO_OK, mcpico_sign_payload(&key, NULL, MCPICO_LIT("{\"exp\":9}"), first, sizeof first, &first_len));
  IS(MCPICO_OK, mcpico_key_wipe(&key));
  IS(MCPICO_ERROR_UNINITIALIZED, mcpico_key_wipe(&key));
  IS(MCPICO_ERROR_UNINITIALIZED, mcpico_sign_payload(&key, NULL, MCPICO_LIT("{}"), second, sizeof second, &second_len));
  IS(MCPICO_ERROR_UNINITIALIZED, mcpico_verify(&named, 1, NULL, 1, first, first_len, scratch, sizeof scratch, &token));
  /* Not a denial: the program is wrong, and not the request. */
  IS(MCPICO_ERROR_UNINITIALIZED, mcpico_guard_check(&guard, &header, 1, 1, scratch, sizeof scratch, &grant, &denial));
  IS(MCPICO_OK, mcpico_key_init(&key, MCPICO_LIT(SECRET)));
  IS(MCPICO_OK, mcpico_sign_payload(&key, NULL, MCPICO_LIT("{\"exp\":9}"), second, sizeof second, &second_len));
  YES(first_len == second_len && memcmp(first, second, first_len) == 0);
  IS(MCPICO_OK, mcpico_verify(&named, 1, NULL, 1, first, first_len, scratch, sizeof scratch, &token));
  /* A token does not need the key that it was verified with. */
  IS(MCPICO_OK, mcpico_key_wipe(&key));
  {
    int64_t exp = 0;
    IS(MCPICO_OK, mcpico_claim_int64(&token, MCPICO_LIT("exp"), &exp));
    YES(exp == 9);
  }
  /* No key at all. */
  guard.key_count = 0;
  guard.keys = NULL;
  header.data = "Bearer eyJhbGciOiJIUzI1NiJ9.e30.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
  header.len = strlen(header.data);
  IS(MCPICO_ERROR_DENIED, mcpico_guard_check(&guard, &header, 1, 1, scratch, sizeof scratch, &grant, &denial));
  {
    int32_t reason = 0;
    IS(MCPICO_OK, mcpico_denial_reason(&denial, &reason));
    IS(MCPICO_ERROR_TOKEN_KEY, reason);
  }
  /* A list of none that is there is not the same as no list. */
  {
    mcpico_policy policy;
    mcpico_str nothing = {NULL, 0};
    FRESH(policy);
    IS(MCPICO_OK, mcpico_key_init(&key, MCPICO_LIT(SECRET)));
    policy.audiences = &nothing;
    IS(MCPICO_ERROR_TOKEN_AUDIENCE, mcpico_verify(&named, 1, &policy, 1, first, first_len, scratch, sizeof scratch, &token));
    policy.audiences = NULL;
    policy.allowed = &nothing;
    IS(MCPICO_ERROR_CLAIM_NOT_ALLOWED, mcpico_verify(&named, 1, &policy, 1, first, first_len, scratch, sizeof scratch, &token));
    policy.allowed = NULL;
    policy.required = &nothing;
    IS(MCPICO_OK, mcpico_verify(&named, 1, &policy, 1, first, first_len, scratch, sizeof scratch, &token));
    IS(MCPICO_OK, mcpico_key_wipe(&key));
  }
}

/* Moves an object to memory of its own, and spoils the place where it was. The caller frees it. */
static void *moved(void *object, size_t size)
{
  void *to = malloc(size);
  YES(to != NULL);
  if (to == NULL) {
    exit(1);
  }
  memcpy(to, object, size);
  memset(object, 0xA5, size);
  return to;
}

/* An answer in pieces of every size, everything that takes part moved before each piece. */
static void moving(void)
{
  static const char answer[] =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
    "41\r\ndata: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/tools/list_changed"
    "\r\n43\r\n\"}\n\ndata: {\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"content\":[\"a text\"]}}\n\r\n1\r\n\n\r\n0\r\n\r\n";
  size_t step;
  for (step = 1; step < 90; step += step < 10 ? 1 : 20) {
    mcpico_client first_client;
    mcpico_client *client;
    mcpico_post first_post;
    mcpico_post *post;
    mcpico_exchange first_exchange;
    mcpico_exchange *exchange;
    mcpico_response first_response;
    mcpico_response *response;
    mcpico_inbox first_inbox;
    mcpico_inbox *inbox;
    mcpico_call call;
    mcpico_event event;
    mcpico_str text = {NULL, 0};
    char storage[256];
    char out[1024];
    size_t at = 0;
    int notes = 0;
    int results = 0;
    modern_client(&first_client);
    client = moved(&first_client, sizeof *client);
    FRESH(call);
    call.method = MCPICO_METHOD_LIST_TOOLS;
    IS(MCPICO_OK, mcpico_client_request(client, &call, buf, sizeof buf, &len, &first_post, &first_exchange));
    post = moved(&first_post, sizeof *post);
    IS(MCPICO_OK, mcpico_post_request(post, MCPICO_LIT("h"), MCPICO_LIT("/"), out, sizeof out, &len));
    YES(len > 200 && memcmp(out, "POST / HTTP/1.1\r\nHost: h\r\n", 26) == 0);
    IS(MCPICO_OK, mcpico_response_init(&first_response));
    IS(MCPICO_OK, mcpico_inbox_init(&first_inbox, storage, sizeof storage));
    exchange = moved(&first_exchange, sizeof *exchange);
    response = moved(&first_response, sizeof *response);
    inbox = moved(&first_inbox, sizeof *inbox);
    FRESH(event);
    for (;;) {
      IS(MCPICO_OK, mcpico_exchange_next(exchange, inbox, &event));
      if (event.kind == MCPICO_EVENT_NOTIFICATION) {
        STR("notifications/tools/list_changed", event.method);
        notes++;
      } else if (event.kind == MCPICO_EVENT_RESULT) {
        IS(MCPICO_OK, mcpico_json_at(event.json.data, event.json.len, MCPICO_LIT("/content/0"), &text));
        STR("\"a text\"", text);
        results++;
      } else if (event.kind == MCPICO_EVENT_NEED_DATA && at < sizeof answer - 1) {
        char *room = NULL;
        size_t space = 0;
        void *old;
#define MOVE(object) (old = (object), (object) = moved(old, sizeof *(object)), free(old))
        MOVE(client);
        MOVE(exchange);
        MOVE(response);
        MOVE(inbox);
        IS(MCPICO_OK, mcpico_inbox_spare(inbox, &room, &space));
        MOVE(inbox);
        space = space < step ? space : step;
        space = space < sizeof answer - 1 - at ? space : sizeof answer - 1 - at;
        memcpy(room, answer + at, space);
        at += space;
        IS(MCPICO_OK, mcpico_response_received(response, client, exchange, inbox, space));
      } else {
        break;
      }
    }
    YES(event.kind == MCPICO_EVENT_CLOSED && notes == 1 && results == 1);
    free(client);
    free(post);
    free(exchange);
    free(response);
    free(inbox);
  }
}

/* What else is read by and by. */
static void moving_others(void)
{
  mcpico_key first_key;
  mcpico_key *key;
  mcpico_named_key named;
  mcpico_token first_token;
  mcpico_token *token;
  mcpico_json_iterator first_iterator;
  mcpico_json_iterator *iterator;
  mcpico_json_stream first_stream;
  mcpico_json_stream *stream;
  mcpico_framing first_framing;
  mcpico_framing *framing;
  mcpico_inbox inbox;
  mcpico_json_part part;
  mcpico_str name = {NULL, 0};
  mcpico_str value = {NULL, 0};
  char scratch[256];
  char storage[64];
  size_t used = 0;
  void *old;
  IS(MCPICO_OK, mcpico_key_init(&first_key, MCPICO_LIT(SECRET)));
  key = moved(&first_key, sizeof *key);
  memset(&named, 0, sizeof named);
  named.key = key;
  IS(MCPICO_OK, mcpico_sign_payload(key, NULL, MCPICO_LIT("{\"exp\":9,\"s\":\"text\"}"), buf, sizeof buf, &len));
  IS(MCPICO_OK, mcpico_verify(&named, 1, NULL, 1, buf, len, scratch, sizeof scratch, &first_token));
  token = moved(&first_token, sizeof *token);
  IS(MCPICO_OK, mcpico_claim_string(token, MCPICO_LIT("s"), storage, sizeof storage, &len));
  TEXT("text", storage, len);
  IS(MCPICO_OK, mcpico_key_wipe(key));
  free(key);
  free(token);

  IS(MCPICO_OK, mcpico_json_iterator_init(&first_iterator, MCPICO_LIT("{\"a\":1,\"b\":2}")));
  iterator = moved(&first_iterator, sizeof *iterator);
  IS(MCPICO_OK, mcpico_json_iterator_next(iterator, &name, &value));
  STR("\"a\"", name);
  MOVE(iterator);
  IS(MCPICO_OK, mcpico_json_iterator_next(iterator, &name, &value));
  STR("\"b\"", name);
  STR("2", value);
  free(iterator);

  /* In the middle of a character that came in two pieces. */
  FRESH(part);
  IS(MCPICO_OK, mcpico_json_stream_init(&first_stream));
  stream = moved(&first_stream, sizeof *stream);
  IS(MCPICO_ERROR_INCOMPLETE, mcpico_json_stream_next(stream, MCPICO_LIT("\"\xC3"), NULL, 0, &used, &part));
  MOVE(stream);
  IS(MCPICO_OK, mcpico_json_stream_next(stream, MCPICO_LIT("\xA9\""), NULL, 0, &used, &part));
  STR("\xC3\xA9", part.text);
  free(stream);

  IS(MCPICO_OK, mcpico_framing_init(&first_framing, MCPICO_FRAMING_EVENT_STREAM));
  framing = moved(&first_framing, sizeof *framing);
  IS(MCPICO_OK, mcpico_inbox_init(&inbox, storage, sizeof storage));
  feed(&inbox, "event: e\nid: 7\ndata: a", 0);
  IS(MCPICO_ERROR_INCOMPLETE, mcpico_framing_next(framing, &inbox, &value));
  MOVE(framing);
  feed(&inbox, "b\n\n", 1);
  IS(MCPICO_OK, mcpico_framing_next(framing, &inbox, &value));
  STR("ab", value);
  IS(MCPICO_OK, mcpico_framing_event_name(framing, &name));
  STR("e", name);
  free(framing);
}

/* A MAC that is computed by the library itself, with another key: the callback calls back. */
static int32_t mac_by_another_key(void *context, const char *message, size_t message_len, uint8_t *tag)
{
  const mcpico_key *key = context;
  const char *dot = memchr(message, '.', message_len);
  mcpico_named_key named;
  mcpico_unverified unverified;
  char header[128];
  char payload[256];
  char token[512];
  char scratch[512];
  mcpico_str shown = {NULL, 0};
  size_t token_len = 0;
  size_t i;
  if (dot == NULL || message_len > 300) {
    return 1;
  }
  /* Header and payload as they were, to be signed by the other key. */
  memcpy(token, message, message_len);
  memcpy(token + message_len, ".AAAA", 5);
  if (mcpico_unverified_init(&unverified, token, message_len + 5, scratch, sizeof scratch) != MCPICO_OK ||
      mcpico_unverified_header(&unverified, &shown) != MCPICO_OK || shown.len > sizeof header) {
    return 2;
  }
  memcpy(header, shown.data, shown.len);
  i = shown.len;
  if (mcpico_unverified_claims(&unverified, &shown) != MCPICO_OK || shown.len > sizeof payload) {
    return 3;
  }
  memcpy(payload, shown.data, shown.len);
  if (mcpico_dangerous_sign(key, header, i, payload, shown.len, token, sizeof token, &token_len) != MCPICO_OK) {
    return 4;
  }
  /* And to be verified, one call within another one. */
  memset(&named, 0, sizeof named);
  named.key = key;
  {
    mcpico_token verified;
    if (mcpico_verify(&named, 1, NULL, 1, token, token_len, scratch, sizeof scratch, &verified) != MCPICO_OK) {
      return 5;
    }
  }
  /* base64url by hand. */
  {
    static const char symbols[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    uint32_t bits = 0;
    int count = 0;
    size_t to = 0;
    for (i = token_len - 43; i < token_len && to < MCPICO_MAC_LEN; i++) {
      bits = bits << 6 | (uint32_t)(strchr(symbols, token[i]) - symbols);
      count += 6;
      if (count >= 8) {
        count -= 8;
        tag[to++] = (uint8_t)(bits >> count);
      }
    }
  }
  return 0;
}

static void calling_back(void)
{
  mcpico_key inner;
  mcpico_key outer;
  mcpico_named_key named;
  mcpico_token token;
  char by_inner[256];
  char by_outer[256];
  char scratch[256];
  size_t inner_len = 0;
  size_t outer_len = 0;
  IS(MCPICO_OK, mcpico_key_init(&inner, MCPICO_LIT(SECRET)));
  IS(MCPICO_OK, mcpico_key_init_mac(&outer, mac_by_another_key, &inner));
  IS(MCPICO_OK, mcpico_sign_payload(&inner, NULL, MCPICO_LIT("{\"exp\":9}"), by_inner, sizeof by_inner, &inner_len));
  IS(MCPICO_OK, mcpico_sign_payload(&outer, NULL, MCPICO_LIT("{\"exp\":9}"), by_outer, sizeof by_outer, &outer_len));
  YES(inner_len == outer_len && memcmp(by_inner, by_outer, inner_len) == 0);
  memset(&named, 0, sizeof named);
  named.key = &outer;
  IS(MCPICO_OK, mcpico_verify(&named, 1, NULL, 1, by_inner, inner_len, scratch, sizeof scratch, &token));
  IS(MCPICO_OK, mcpico_key_wipe(&inner));
  /* The context has gone before the key: the engine has no answer, and nobody is let in. */
  IS(MCPICO_ERROR_MAC_UNAVAILABLE, mcpico_verify(&named, 1, NULL, 1, by_inner, inner_len, scratch, sizeof scratch, &token));
  IS(MCPICO_OK, mcpico_key_wipe(&outer));
}

/* Texts that have no byte, and inboxes that have none. */
static void nothing(void)
{
  mcpico_inbox inbox;
  mcpico_framing framing;
  mcpico_str text = {NULL, 0};
  mcpico_json_stream stream;
  mcpico_json_part part;
  mcpico_json_pointer pointer;
  mcpico_head_reader reader;
  mcpico_head head;
  mcpico_event event;
  mcpico_client client;
  mcpico_exchange exchange;
  mcpico_post post;
  mcpico_call call;
  char *room = buf;
  size_t used = 9;
  FRESH(part);
  FRESH(event);
  IS(MCPICO_OK, mcpico_inbox_init(&inbox, NULL, 0));
  IS(MCPICO_OK, mcpico_inbox_spare(&inbox, &room, &used));
  YES(used == 0);
  IS(MCPICO_OK, mcpico_inbox_commit(&inbox, 0));
  IS(MCPICO_ERROR_LENGTH, mcpico_inbox_commit(&inbox, 1));
  IS(MCPICO_ERROR_LENGTH, mcpico_inbox_discard(&inbox, SIZE_MAX));
  IS(MCPICO_OK, mcpico_inbox_unread(&inbox, &text));
  YES(text.len == 0);
  IS(MCPICO_OK, mcpico_framing_init(&framing, MCPICO_FRAMING_LINES));
  IS(MCPICO_ERROR_MESSAGE_TOO_LARGE, mcpico_framing_next(&framing, &inbox, &text));
  modern_client(&client);
  FRESH(call);
  call.method = MCPICO_METHOD_LIST_TOOLS;
  IS(MCPICO_OK, mcpico_client_request(&client, &call, buf, sizeof buf, &len, &post, &exchange));
  IS(MCPICO_OK, mcpico_exchange_on_status(&exchange, 200));
  IS(MCPICO_OK, mcpico_exchange_on_header(&exchange, &client, MCPICO_LIT("Content-Type"), MCPICO_LIT("application/json")));
  IS(MCPICO_ERROR_MESSAGE_TOO_LARGE, mcpico_exchange_next(&exchange, &inbox, &event));

  IS(MCPICO_OK, mcpico_json_stream_init(&stream));
  IS(MCPICO_ERROR_INCOMPLETE, mcpico_json_stream_next(&stream, NULL, 0, NULL, 0, &used, &part));
  IS(MCPICO_ERROR_INCOMPLETE, mcpico_json_stream_next(&stream, "", 0, NULL, 0, &used, &part));
  IS(MCPICO_ERROR_JSON, mcpico_json_stream_finish(&stream, NULL, 0, &part));
  IS(MCPICO_OK, mcpico_json_pointer_init(&pointer, NULL, 0));
  IS(MCPICO_OK, mcpico_head_reader_init(&reader));
  IS(MCPICO_ERROR_INCOMPLETE, mcpico_head_read(&reader, NULL, 0, &head, &used));
  IS(MCPICO_OK, mcpico_mask(NULL, 0, buf, sizeof buf, &len));
  TEXT("(none)", buf, len);
  IS(MCPICO_OK, mcpico_redact(NULL, 0, NULL, 0, NULL, 0, &len));
  YES(len == 0);
  mcpico_wipe(NULL, 0);
}

/* A name that stands twice makes a pointer void; the document is read on without it. */
static void read_on(void)
{
  static const char document[] = "{\"a\":1,\"a\":2,\"b\":[3]}";
  mcpico_json_stream stream;
  mcpico_json_pointer pointers[2];
  mcpico_json_part part;
  size_t at = 0;
  size_t used = 0;
  size_t count = 2;
  int void_parts = 0;
  int threes = 0;
  FRESH(part);
  IS(MCPICO_OK, mcpico_json_stream_init(&stream));
  IS(MCPICO_OK, mcpico_json_pointer_init(&pointers[0], MCPICO_LIT("/b/0")));
  IS(MCPICO_OK, mcpico_json_pointer_init(&pointers[1], MCPICO_LIT("/a")));
  while (at < sizeof document - 1) {
    int32_t status = mcpico_json_stream_next(&stream, document + at, sizeof document - 1 - at, pointers, count, &used, &part);
    if (status == MCPICO_ERROR_JSON_DUPLICATE) {
      void_parts++;
      count = 1;
    } else {
      IS(MCPICO_OK, status);
      threes += part.selected == 1 && part.kind == MCPICO_PART_NUMBER && part.text.len == 1 && *part.text.data == '3';
    }
    YES(used <= sizeof document - 1 - at);
    at += used;
    used = sizeof document;
  }
  IS(MCPICO_OK, mcpico_json_stream_finish(&stream, pointers, count, &part));
  YES(void_parts == 1 && threes == 1);
}

void test_misuse(void)
{
  overlaps();
  after_the_end();
  moving();
  moving_others();
  calling_back();
  nothing();
  read_on();
}
