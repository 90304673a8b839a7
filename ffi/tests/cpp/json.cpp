// JSON where it lies, and its ranges.
#include "check.hpp"

void test_json() {
  // RFC 6901 section 5.
  const mcpico::json rfc(std::string_view(R"({"foo":["bar","baz"],"":0,"a/b":1,"c%d":2,"e^f":3,"g|h":4,"i\\j":5,
    "k\"l":6," ":7,"m~n":8})"));
  YES(rfc.at("")->text() == rfc.text());
  YES(rfc.at("/foo")->text() == R"(["bar","baz"])");
  YES(*rfc.at("/foo/0")->equals("bar"));
  YES(*rfc.at("/")->int64() == 0 && *rfc.at("/a~1b")->int64() == 1 && *rfc.at("/i\\j")->int64() == 5);
  YES(*rfc.at("/k\"l")->int64() == 6 && *rfc.at("/m~0n")->int64() == 8);
  FAILS(NOT_FOUND, rfc.at("/foo/2"));

  const mcpico::json doc(std::string_view("{\"s\":\"a\\u00e9\\n\",\"t\":true,\"d\":-2.5e-1,\"z\":null,\"l\":[1,[2],{}]}"));
  YES(*doc.kind() == mcpico::json_kind::object);
  YES(*doc.member("z")->kind() == mcpico::json_kind::null && *doc.member("l")->kind() == mcpico::json_kind::array);
  char text[16];
  TEXT("a\xc3\xa9\n", doc.member("s")->string(text));
  YES(*doc.member("t")->boolean());
  FAILS(WRONG_TYPE, doc.member("d")->int64());
  YES(doc.member("l")->element(1)->text() == "[2]");
  FAILS(NOT_FOUND, doc.member("x"));
  FAILS(NOT_FOUND, doc.member("l")->element(3));
  FAILS(WRONG_TYPE, doc.element(0));
  FAILS(WRONG_TYPE, doc.member("t")->int64());
  FAILS(OUT_OF_RANGE, mcpico::json(std::string_view("9223372036854775808")).int64());
  FAILS(JSON, mcpico::json(std::string_view("{\"a\":}")).kind());
  FAILS(JSON, mcpico::json(std::string_view("")).kind());
  FAILS(JSON_DUPLICATE, mcpico::json(std::string_view("{\"a\":1,\"a\":2}")).member("a"));
  YES(!mcpico::json().exists() && doc.exists());

  std::string seen;
  for (const auto& [name, value] : *doc.members()) {
    char out[8];
    seen.append(*name.string(out)).append("=").append(value.text()).append(";");
  }
  YES(seen == "s=\"a\\u00e9\\n\";t=true;d=-2.5e-1;z=null;l=[1,[2],{}];");
  seen.clear();
  for (const auto element : *doc.member("l")->elements()) seen.append(element.text()).append(";");
  YES(seen == "1;[2];{};");
  for (const auto element : *mcpico::json(std::string_view(" [ ] ")).elements()) YES(!element.exists());
  FAILS(WRONG_TYPE, doc.elements());
  FAILS(WRONG_TYPE, doc.member("l")->members());
  FAILS(WRONG_TYPE, doc.member("t")->members());
  FAILS(JSON, mcpico::json(std::string_view("[1")).elements());

  char out[32];
  TEXT("\"a\\\"b\\n\"", mcpico::quote("a\"b\n", out));
  FAILS(NOT_UTF8, mcpico::quote("\xff", out));
}
