#include "check.h"

static void kinds(void)
{
  static const struct { const char *text; uint32_t kind; } documents[] = {
    {"null", MCPICO_JSON_NULL}, {"true", MCPICO_JSON_BOOL}, {"false", MCPICO_JSON_BOOL}, {"-1.5e3", MCPICO_JSON_NUMBER},
    {"\"\"", MCPICO_JSON_STRING}, {" [] ", MCPICO_JSON_ARRAY}, {"{\"a\":{}}", MCPICO_JSON_OBJECT},
  };
  static const char *const broken[] = {"", "[", "01", "nul", "\"\x01\"", "\"\xff\"", "[1,]", "{\"a\"}", "1 2", "\"\\ud800\""};
  size_t i;
  uint32_t kind = 0;
  for (i = 0; i < sizeof documents / sizeof documents[0]; i++) {
    IS(MCPICO_OK, mcpico_json_kind(documents[i].text, strlen(documents[i].text), &kind));
    YES(kind == documents[i].kind);
  }
  for (i = 0; i < sizeof broken / sizeof broken[0]; i++) {
    IS(MCPICO_ERROR_JSON, mcpico_json_kind(broken[i], strlen(broken[i]), &kind));
  }
  IS(MCPICO_ERROR_JSON, mcpico_json_kind(NULL, 0, &kind));
}

/* The examples of RFC 6901 section 5. */
static void pointers(void)
{
  static const char document[] =
    "{\"foo\":[\"bar\",\"baz\"],\"\":0,\"a/b\":1,\"c%d\":2,\"e^f\":3,\"g|h\":4,\"i\\\\j\":5,\"k\\\"l\":6,\" \":7,\"m~n\":8}";
  static const struct { const char *pointer; const char *value; } examples[] = {
    {"", document}, {"/foo", "[\"bar\",\"baz\"]"}, {"/foo/0", "\"bar\""}, {"/", "0"}, {"/a~1b", "1"}, {"/c%d", "2"},
    {"/e^f", "3"}, {"/g|h", "4"}, {"/i\\j", "5"}, {"/k\"l", "6"}, {"/ ", "7"}, {"/m~0n", "8"},
  };
  static const char *const nowhere[] = {"foo", "/foo/2", "/foo/-", "/foo/00", "/foo/01", "/foo/0/x", "/m~n", "/m~2n", "/x",
                                        "/foo/18446744073709551616", "/foo/+1"};
  mcpico_str value;
  size_t i;
  for (i = 0; i < sizeof examples / sizeof examples[0]; i++) {
    IS(MCPICO_OK, mcpico_json_at(document, sizeof document - 1, examples[i].pointer, strlen(examples[i].pointer), &value));
    STR(examples[i].value, value);
  }
  for (i = 0; i < sizeof nowhere / sizeof nowhere[0]; i++) {
    IS(MCPICO_ERROR_NOT_FOUND, mcpico_json_at(document, sizeof document - 1, nowhere[i], strlen(nowhere[i]), &value));
  }
  IS(MCPICO_ERROR_JSON, mcpico_json_at("[", 1, "", 0, &value));
  IS(MCPICO_ERROR_JSON_DUPLICATE, mcpico_json_at(MCPICO_LIT("{\"a\":1,\"\\u0061\":2}"), MCPICO_LIT("/a"), &value));
}

static void parts(void)
{
  mcpico_str value;
  mcpico_str name;
  mcpico_json_iterator iterator;
  IS(MCPICO_OK, mcpico_json_member(MCPICO_LIT("{\"a\" : [ 1 ] }"), MCPICO_LIT("a"), &value));
  STR("[ 1 ]", value);
  IS(MCPICO_ERROR_NOT_FOUND, mcpico_json_member(MCPICO_LIT("{}"), MCPICO_LIT("a"), &value));
  IS(MCPICO_ERROR_WRONG_TYPE, mcpico_json_member(MCPICO_LIT("[]"), MCPICO_LIT("a"), &value));
  IS(MCPICO_ERROR_JSON, mcpico_json_member(MCPICO_LIT("{"), MCPICO_LIT("a"), &value));
  IS(MCPICO_ERROR_JSON_DUPLICATE, mcpico_json_member(MCPICO_LIT("{\"a\":1,\"a\":1}"), MCPICO_LIT("a"), &value));
  IS(MCPICO_OK, mcpico_json_element(MCPICO_LIT("[1, 2]"), 1, &value));
  STR("2", value);
  IS(MCPICO_ERROR_NOT_FOUND, mcpico_json_element(MCPICO_LIT("[1, 2]"), 2, &value));
  IS(MCPICO_ERROR_WRONG_TYPE, mcpico_json_element(MCPICO_LIT("{}"), 0, &value));
  IS(MCPICO_ERROR_JSON, mcpico_json_element(MCPICO_LIT("[1,"), 0, &value));

  IS(MCPICO_OK, mcpico_json_iterator_init(&iterator, MCPICO_LIT(" {\"a\\n\":1,\"b\":[2]}")));
  IS(MCPICO_OK, mcpico_json_iterator_next(&iterator, &name, &value));
  STR("\"a\\n\"", name);
  STR("1", value);
  IS(MCPICO_OK, mcpico_json_iterator_next(&iterator, NULL, &value));
  STR("[2]", value);
  IS(MCPICO_ERROR_NOT_FOUND, mcpico_json_iterator_next(&iterator, &name, &value));
  IS(MCPICO_ERROR_NOT_FOUND, mcpico_json_iterator_next(&iterator, &name, &value));
  IS(MCPICO_OK, mcpico_json_iterator_init(&iterator, MCPICO_LIT("[null]")));
  IS(MCPICO_OK, mcpico_json_iterator_next(&iterator, &name, &value));
  YES(name.data == NULL && name.len == 0);
  STR("null", value);
  IS(MCPICO_ERROR_NOT_FOUND, mcpico_json_iterator_next(&iterator, &name, &value));
  IS(MCPICO_ERROR_WRONG_TYPE, mcpico_json_iterator_init(&iterator, MCPICO_LIT("7")));
  IS(MCPICO_ERROR_JSON, mcpico_json_iterator_init(&iterator, MCPICO_LIT("[7")));
}

static void values(void)
{
  char buf[64];
  size_t len = 0;
  int32_t truth = 9;
  int64_t number = 0;
  IS(MCPICO_OK, mcpico_json_string(MCPICO_LIT("\"\\ud83d\\ude00\\t\""), buf, sizeof buf, &len));
  TEXT("\xf0\x9f\x98\x80\t", buf, len);
  IS(MCPICO_ERROR_WRONG_TYPE, mcpico_json_string(MCPICO_LIT("1"), buf, sizeof buf, &len));
  IS(MCPICO_ERROR_JSON, mcpico_json_string(MCPICO_LIT("\""), buf, sizeof buf, &len));
  memcpy(buf, "\"x\"", 3);
  IS(MCPICO_ERROR_OVERLAP, mcpico_json_string(buf, 3, buf, sizeof buf, &len));
  IS(MCPICO_OK, mcpico_json_equals(MCPICO_LIT("\"\\u0061b\""), MCPICO_LIT("ab"), &truth));
  YES(truth == 1);
  IS(MCPICO_OK, mcpico_json_equals(MCPICO_LIT("\"ab\""), MCPICO_LIT("abc"), &truth));
  YES(truth == 0);
  IS(MCPICO_OK, mcpico_json_equals(MCPICO_LIT("7"), MCPICO_LIT("7"), &truth));
  YES(truth == 0);
  IS(MCPICO_OK, mcpico_json_bool(MCPICO_LIT("true"), &truth));
  YES(truth == 1);
  IS(MCPICO_OK, mcpico_json_bool(MCPICO_LIT("false"), &truth));
  YES(truth == 0);
  IS(MCPICO_ERROR_WRONG_TYPE, mcpico_json_bool(MCPICO_LIT("0"), &truth));
  IS(MCPICO_OK, mcpico_json_int64(MCPICO_LIT("9223372036854775807"), &number));
  YES(number == INT64_MAX);
  IS(MCPICO_ERROR_OUT_OF_RANGE, mcpico_json_int64(MCPICO_LIT("9223372036854775808"), &number));
  IS(MCPICO_ERROR_WRONG_TYPE, mcpico_json_int64(MCPICO_LIT("1.0"), &number));
  IS(MCPICO_ERROR_WRONG_TYPE, mcpico_json_int64(MCPICO_LIT("\"1\""), &number));
  IS(MCPICO_OK, mcpico_json_quote(MCPICO_LIT("a\"\\\n\x01\xc3\xa9"), buf, sizeof buf, &len));
  TEXT("\"a\\\"\\\\\\n\\u0001\xc3\xa9\"", buf, len);
  IS(MCPICO_OK, mcpico_json_quote("\0", 1, buf, sizeof buf, &len));
  TEXT("\"\\u0000\"", buf, len);
  IS(MCPICO_ERROR_NOT_UTF8, mcpico_json_quote(MCPICO_LIT("\xc3"), buf, sizeof buf, &len));
  IS(MCPICO_ERROR_OVERLAP, mcpico_json_quote(buf, 3, buf, sizeof buf, &len));
}

void test_json(void)
{
  kinds();
  pointers();
  parts();
  values();
}
