/* Results that are larger than the inbox. */
#include "check.h"

#define ROOM 8192
#define FAIL(what) check_true(0, (what), __FILE__, __LINE__)
#define LONG (1024 * 1024)

/* What comes over the wire, in pieces of these lengths, over and over. */
struct wire {
  const char *rest;
  size_t len;
  const size_t *lengths;
  size_t turn;
};

static const size_t pieces[] = {1, 700, 3, 65536, 17};

/* Puts the next piece into the inbox; the end of the body is known with its last byte. */
static void fill(struct wire *wire, mcpico_inbox *inbox)
{
  char *room = NULL;
  size_t count = 0;
  size_t piece = wire->lengths[wire->turn++ % (sizeof pieces / sizeof pieces[0])];
  if (mcpico_inbox_spare(inbox, &room, &count) != MCPICO_OK || count == 0) {
    FAIL("there is room");
    wire->len = 0;
  }
  count = count < piece ? count : piece;
  count = count < wire->len ? count : wire->len;
  if (count > 0) {
    memcpy(room, wire->rest, count);
  }
  wire->rest += count;
  wire->len -= count;
  if (mcpico_inbox_commit(inbox, count) != MCPICO_OK || (wire->len == 0 && mcpico_inbox_close(inbox) != MCPICO_OK)) {
    FAIL("the bytes are taken");
  }
}

/* What was read of one answer. */
struct reading {
  int32_t status;
  int parts;
  int completes;
  int drops;
  int errors;
  int results;
  int interruptions;
  int64_t code;
  /* The strings that the first pointer selects, and everything as JSON. */
  char *text;
  size_t text_len;
  char *json;
  size_t json_len;
  int found[2];
  int is_error;
  uint32_t last;
};

static void note(struct reading *reading, const char *text, size_t len)
{
  memcpy(reading->json + reading->json_len, text, len);
  reading->json_len += len;
}

/* Writes a part so that it does not matter where text was cut. */
static void take(struct reading *reading, const mcpico_json_part *part)
{
  static const char *const words[] = {"?", "null ", "true ", "false ", "", ";", "", ": ", "", ", ", "[ ", "] ", "{ ", "} "};
  const char *word = words[part->kind];
  int has_text = part->kind == MCPICO_PART_NAME || part->kind == MCPICO_PART_STRING || part->kind == MCPICO_PART_NUMBER;
  if (has_text != (part->text.data != NULL) || (has_text && part->text.len == 0)) {
    FAIL("a text where there is one");
    return;
  }
  if (part->selected & 1 && part->kind == MCPICO_PART_STRING) {
    memcpy(reading->text + reading->text_len, part->text.data, part->text.len);
    reading->text_len += part->text.len;
  }
  if (part->selected & 2 && part->kind == MCPICO_PART_TRUE) {
    reading->is_error = 1;
  }
  note(reading, has_text ? part->text.data : word, has_text ? part->text.len : strlen(word));
}

static int lies_in(const mcpico_str *text, const char *start, size_t size)
{
  uintptr_t offset = (uintptr_t)text->data - (uintptr_t)start;
  return offset < size && text->len <= size - offset;
}

static char texts[2][LONG + 4096];

/* Asks, and reads the answer through a small inbox. */
static void answer(struct reading *reading, const char *media_type, const char *body, size_t len, const char *first,
                   const char *second)
{
  static char storage[ROOM];
  mcpico_client client;
  mcpico_call call;
  mcpico_post post;
  mcpico_exchange exchange;
  mcpico_inbox inbox;
  mcpico_result_stream stream;
  mcpico_json_pointer pointers[2];
  mcpico_event event;
  mcpico_json_part part;
  char out[1024];
  size_t out_len = 0;
  struct wire wire;
  memset(reading, 0, sizeof *reading);
  reading->text = texts[0];
  reading->json = texts[1];
  wire.rest = body;
  wire.len = len;
  wire.lengths = pieces;
  wire.turn = 0;
  modern_client(&client);
  FRESH(call);
  FRESH(event);
  FRESH(part);
  call.method = MCPICO_METHOD_CALL_TOOL;
  call.name = mcpico_str_of("dump");
  IS(MCPICO_OK, mcpico_inbox_init(&inbox, storage, sizeof storage));
  IS(MCPICO_OK, mcpico_json_pointer_init(&pointers[0], first, strlen(first)));
  IS(MCPICO_OK, mcpico_json_pointer_init(&pointers[1], second, strlen(second)));
  IS(MCPICO_OK, mcpico_client_request(&client, &call, out, sizeof out, &out_len, &post, &exchange));
  IS(MCPICO_OK, mcpico_result_stream_init(&stream));
  /* There is no head yet, so what has come is no body. */
  feed(&inbox, "x", 1);
  IS(MCPICO_OK, mcpico_result_stream_next(&stream, &exchange, &inbox, pointers, 2, &event, &part));
  YES(event.kind == MCPICO_EVENT_NEED_DATA && part.kind == MCPICO_PART_NONE);
  IS(MCPICO_OK, mcpico_inbox_reset(&inbox));
  IS(MCPICO_OK, mcpico_exchange_on_status(&exchange, 200));
  IS(MCPICO_OK, mcpico_exchange_on_header(&exchange, &client, MCPICO_LIT("Content-Type"), media_type, strlen(media_type)));
  do {
    reading->status = mcpico_result_stream_next(&stream, &exchange, &inbox, pointers, 2, &event, &part);
    if (reading->status != MCPICO_OK) {
      break;
    }
    if (event.kind != MCPICO_EVENT_RESULT_PART && (part.kind != MCPICO_PART_NONE || part.selected != 0 || part.text.data)) {
      FAIL("no part with another event");
    }
    if (part.text.data != NULL && !lies_in(&part.text, storage, sizeof storage) &&
        !lies_in(&part.text, (const char *)&stream, sizeof stream)) {
      FAIL("the text lies in the inbox or the stream");
    }
    if (event.kind != MCPICO_EVENT_NEED_DATA) {
      reading->last = event.kind;
    }
    switch (event.kind) {
      case MCPICO_EVENT_NEED_DATA: fill(&wire, &inbox); break;
      case MCPICO_EVENT_RESULT_PART: reading->parts++; take(reading, &part); break;
      case MCPICO_EVENT_RESULT_COMPLETE: reading->completes++; break;
      case MCPICO_EVENT_DROPPED: reading->drops++; break;
      case MCPICO_EVENT_INTERRUPTED: reading->interruptions++; break;
      case MCPICO_EVENT_RESULT: reading->results++; note(reading, event.json.data, event.json.len); break;
      case MCPICO_EVENT_ERROR:
        reading->errors++;
        reading->code = event.code;
        YES(event.message.data == NULL && event.json.data == NULL);
        break;
      default: break;
    }
  } while (event.kind != MCPICO_EVENT_CLOSED);
  if (reading->status != MCPICO_OK) {
    IS(reading->status, mcpico_result_stream_next(&stream, &exchange, &inbox, pointers, 2, &event, &part));
  }
  IS(MCPICO_OK, mcpico_json_pointer_is_found(&pointers[0], &reading->found[0]));
  IS(MCPICO_OK, mcpico_json_pointer_is_found(&pointers[1], &reading->found[1]));
  IS(MCPICO_OK, mcpico_inbox_reset(&inbox));
}

/* Text of 1 MiB with escapes and characters of all lengths in it: `plain` as it is, `escaped` as it stands in JSON. */
static char plain[LONG + 16];
static char escaped[LONG * 2];
static size_t plain_len;
static size_t escaped_len;

static void build(void)
{
  static const struct { const char *plain; const char *escaped; } bits[] = {
    {"The quick brown fox. ", "The quick brown fox. "}, {"\"\\/\n", "\\\"\\\\\\/\\n"}, {"caf\xc3\xa9 ", "caf\xc3\xa9 "},
    {"\xe2\x82\xac", "\\u20ac"}, {"\xe2\x82\xac", "\xe2\x82\xac"}, {"\xf0\x9f\x98\x80", "\\ud83d\\ude00"},
    {"\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80"}, {"0123456789012345678901234567890123456789", "0123456789012345678901234567890123456789"},
  };
  uint32_t state = 1;
  while (plain_len < LONG - 40) {
    state = state * 1664525u + 1013904223u;
    {
      size_t bit = (state >> 24) % (sizeof bits / sizeof bits[0]);
      memcpy(plain + plain_len, bits[bit].plain, strlen(bits[bit].plain));
      plain_len += strlen(bits[bit].plain);
      memcpy(escaped + escaped_len, bits[bit].escaped, strlen(bits[bit].escaped));
      escaped_len += strlen(bits[bit].escaped);
    }
  }
  memset(plain + plain_len, 'e', LONG - plain_len);
  memset(escaped + escaped_len, 'e', LONG - plain_len);
  escaped_len += LONG - plain_len;
  plain_len = LONG;
}

static char body[LONG * 2 + 1024];

static size_t message(const char *before, const char *behind)
{
  size_t len = strlen(before);
  memcpy(body, before, len);
  memcpy(body + len, escaped, escaped_len);
  len += escaped_len;
  memcpy(body + len, behind, strlen(behind));
  return len + strlen(behind);
}

#define RESULT "\"result\":{\"resultType\":\"complete\",\"content\":[{\"type\":\"text\",\"text\":\""
#define OPEN "{\"jsonrpc\":\"2.0\",\"id\":1," RESULT
#define TAIL "\"}],\"isError\":true}}"
#define JSON "application/json"
#define EVENTS "text/event-stream"

static int whole(const struct reading *reading)
{
  return reading->text_len == LONG && memcmp(reading->text, plain, LONG) == 0;
}

static void large(void)
{
  static const char head[] = "{ resultType: complete, content: [ { type: text, text: ";
  static const char tail[] = ", } ] isError: true } ";
  static const char *const media[] = {JSON, EVENTS};
  struct reading reading;
  size_t i;
  for (i = 0; i < 2; i++) {
    size_t len = i == 0 ? message(OPEN, TAIL) : message("data: " OPEN, TAIL "\n\n");
    answer(&reading, media[i], body, len, "/content/0/text", "/isError");
    IS(MCPICO_OK, reading.status);
    YES(whole(&reading) && reading.is_error && reading.found[0] == 1 && reading.found[1] == 1);
    YES(reading.completes == 1 && reading.drops == 0 && reading.errors == 0 && reading.results == 0);
    YES(reading.last == MCPICO_EVENT_CLOSED && reading.parts > 100);
    /* The whole of it. */
    YES(reading.json_len == sizeof head - 1 + LONG + sizeof tail - 1 &&
        memcmp(reading.json, head, sizeof head - 1) == 0 &&
        memcmp(reading.json + sizeof head - 1, plain, LONG) == 0 &&
        memcmp(reading.json + sizeof head - 1 + LONG, tail, sizeof tail - 1) == 0);
  }
  /* Every kind of part, behind the long text. */
  answer(&reading, JSON, body, message(OPEN, "\"},null,true,false,-1.50e3,\"\",{\"a\\n\":0},[]]}}"), "/content/6", "");
  IS(MCPICO_OK, reading.status);
  {
    static const char kinds[] = ", } null true false -1.50e3;, { a\n: 0;} [ ] ] } ";
    YES(reading.completes == 1 && reading.json_len == sizeof head - 1 + LONG + sizeof kinds - 1 && reading.found[0] == 1);
    YES(memcmp(reading.json + sizeof head - 1 + LONG, kinds, sizeof kinds - 1) == 0);
  }
  /* An id that stands behind the result. */
  answer(&reading, JSON, body, message("{\"jsonrpc\":\"2.0\"," RESULT, "\"}],\"isError\":true},\"id\":1}"), "/content/0/text", "");
  IS(MCPICO_OK, reading.status);
  YES(whole(&reading) && reading.completes == 1);
}

static void small(void)
{
  static const char text[] = "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"resultType\":\"complete\",\"content\":[]}}";
  struct reading reading;
  answer(&reading, JSON, text, sizeof text - 1, "/content", "");
  IS(MCPICO_OK, reading.status);
  YES(reading.results == 1 && reading.parts == 0 && reading.completes == 0 && reading.found[0] == 0);
  TEXT("{\"resultType\":\"complete\",\"content\":[]}", reading.json, reading.json_len);
}

static void nothing_found(void)
{
  static const char *const nowhere[] = {"/content/1/text", "/content/0/texts", "/content/0/tex", "/isError/0", "/", "/content/00"};
  struct reading reading;
  size_t i;
  for (i = 0; i < sizeof nowhere / sizeof nowhere[0]; i++) {
    answer(&reading, JSON, body, message(OPEN, TAIL), nowhere[i], "/content/0/type");
    IS(MCPICO_OK, reading.status);
    YES(reading.completes == 1 && reading.found[0] == 0 && reading.found[1] == 1 && reading.text_len == 0);
  }
}

/* What came is void: it has parts, and nothing that says they are the result. */
static void no_result(void)
{
  struct reading reading;
  size_t len = message(OPEN, TAIL);
  /* The connection was cut. */
  answer(&reading, JSON, body, len - 1, "/content/0/text", "");
  IS(MCPICO_ERROR_PEER_MESSAGE, reading.status);
  YES(reading.parts > 100 && reading.completes == 0);
  answer(&reading, JSON, body, len / 2, "/content/0/text", "");
  IS(MCPICO_ERROR_PEER_MESSAGE, reading.status);
  YES(reading.parts > 100 && reading.completes == 0 && reading.text_len > 1000 && reading.text_len < LONG);
  len = message("data: " OPEN, TAIL "\n\n");
  answer(&reading, EVENTS, body, len - 1, "/content/0/text", "");
  IS(MCPICO_OK, reading.status);
  YES(reading.parts > 100 && reading.completes == 0 && reading.interruptions == 1);

  /* The id of somebody else, before the result and behind it. */
  len = message("data: {\"jsonrpc\":\"2.0\",\"id\":2," RESULT, TAIL "\n\n");
  answer(&reading, EVENTS, body, len, "/content/0/text", "");
  IS(MCPICO_OK, reading.status);
  YES(reading.parts == 0 && reading.completes == 0 && reading.drops == 1 && reading.interruptions == 1);
  len = message("data: {\"jsonrpc\":\"2.0\"," RESULT, "\"}]},\"id\":2}\n\n");
  answer(&reading, EVENTS, body, len, "/content/0/text", "");
  IS(MCPICO_OK, reading.status);
  YES(reading.parts > 100 && reading.completes == 0 && reading.drops == 1 && reading.interruptions == 1);

  /* An error, of which the code is kept. */
  len = message("{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32602,\"message\":\"", "\"}}");
  answer(&reading, JSON, body, len, "/content/0/text", "");
  IS(MCPICO_OK, reading.status);
  YES(reading.parts == 0 && reading.completes == 0 && reading.errors == 1 && reading.code == -32602);

  /* Not JSON any more, far behind the start. */
  len = message(OPEN, "\"}]]}}");
  answer(&reading, JSON, body, len, "/content/0/text", "");
  IS(MCPICO_ERROR_PEER_MESSAGE, reading.status);
  YES(reading.parts > 100 && reading.completes == 0);
  /* Neither a batch nor what somebody has to hold is read in parts. */
  len = message("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"resultType\":\"input_required\",\"requestState\":\"", "\"}}");
  answer(&reading, JSON, body, len, "", "");
  IS(MCPICO_ERROR_MESSAGE_TOO_LARGE, reading.status);
}

static void pointers(void)
{
  static const char *const broken[] = {"content", "x/", "/~", "/~2", "/a~"};
  static const char *const good[] = {"", "/", "/~0~1"};
  mcpico_json_pointer pointer;
  mcpico_json_pointer many[MCPICO_JSON_POINTERS_MAX + 1];
  struct reading reading;
  int32_t found = 9;
  size_t i;
  for (i = 0; i < sizeof broken / sizeof broken[0]; i++) {
    IS(MCPICO_ERROR_JSON_POINTER, mcpico_json_pointer_init(&pointer, broken[i], strlen(broken[i])));
  }
  for (i = 0; i < sizeof good / sizeof good[0]; i++) {
    IS(MCPICO_OK, mcpico_json_pointer_init(&pointer, good[i], strlen(good[i])));
    IS(MCPICO_OK, mcpico_json_pointer_is_found(&pointer, &found));
    YES(found == 0);
  }
  IS(MCPICO_ERROR_NOT_UTF8, mcpico_json_pointer_init(&pointer, MCPICO_LIT("/\xff")));

  /* A name on the way that stands twice: which of the texts is meant nobody knows. */
  answer(&reading, JSON, body, message(OPEN, "\",\"te\\u0078t\":\"\"}]}}"), "/content/0/text", "");
  IS(MCPICO_ERROR_JSON_DUPLICATE, reading.status);
  YES(reading.completes == 0 && whole(&reading));

  {
    /* As many pointers as can be told apart, and one more. */
    static char storage[64];
    mcpico_client client;
    mcpico_call call;
    mcpico_post post;
    mcpico_exchange exchange;
    mcpico_inbox inbox;
    mcpico_result_stream stream;
    mcpico_event event;
    mcpico_json_part part;
    char out[1024];
    size_t len = 0;
    for (i = 0; i < MCPICO_JSON_POINTERS_MAX + 1; i++) {
      IS(MCPICO_OK, mcpico_json_pointer_init(&many[i], i % 2 == 0 ? "/b" : "", i % 2 == 0 ? 2 : 0));
    }
    modern_client(&client);
    FRESH(call);
    FRESH(event);
    FRESH(part);
    call.method = MCPICO_METHOD_LIST_TOOLS;
    IS(MCPICO_OK, mcpico_client_request(&client, &call, out, sizeof out, &len, &post, &exchange));
    IS(MCPICO_OK, mcpico_exchange_on_status(&exchange, 200));
    IS(MCPICO_OK, mcpico_exchange_on_header(&exchange, &client, MCPICO_LIT("Content-Type"), MCPICO_LIT(JSON)));
    IS(MCPICO_OK, mcpico_inbox_init(&inbox, storage, sizeof storage));
    IS(MCPICO_OK, mcpico_result_stream_init(&stream));
    feed(&inbox, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"b\":null                      ", 0);
    IS(MCPICO_ERROR_TOO_MANY, mcpico_result_stream_next(&stream, &exchange, &inbox, many, MCPICO_JSON_POINTERS_MAX + 1,
                                                        &event, &part));
#define NEXT(expected_kind, mask) \
  IS(MCPICO_OK, mcpico_result_stream_next(&stream, &exchange, &inbox, many, MCPICO_JSON_POINTERS_MAX, &event, &part)); \
  YES(event.kind == MCPICO_EVENT_RESULT_PART && part.kind == (expected_kind) && part.selected == (mask))
    NEXT(MCPICO_PART_START_OBJECT, 0xaaaaaaaaaaaaaaaau);
    NEXT(MCPICO_PART_NAME, 0xaaaaaaaaaaaaaaaau);
    STR("b", part.text);
    NEXT(MCPICO_PART_END_NAME, 0xaaaaaaaaaaaaaaaau);
    NEXT(MCPICO_PART_NULL, 0xffffffffffffffffu);
    IS(MCPICO_OK, mcpico_result_stream_next(&stream, &exchange, &inbox, NULL, 0, &event, &part));
    YES(event.kind == MCPICO_EVENT_NEED_DATA);
    IS(MCPICO_OK, mcpico_inbox_reset(&inbox));
  }
}

void test_result_stream(void)
{
  build();
  large();
  small();
  nothing_found();
  no_result();
  pointers();
}
