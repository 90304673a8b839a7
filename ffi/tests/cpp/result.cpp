// result, error, buffer and the lists.
#include "check.hpp"

#include <array>
#include <memory>
#if __cplusplus >= 202002L
#include <span>
#endif

static_assert(!std::is_copy_constructible_v<mcpico::key> && std::is_nothrow_move_constructible_v<mcpico::key>);
static_assert(!std::is_copy_constructible_v<mcpico::client> && std::is_nothrow_move_constructible_v<mcpico::client>);
static_assert(!std::is_copy_constructible_v<mcpico::inbox> && std::is_nothrow_move_constructible_v<mcpico::inbox>);
static_assert(!std::is_copy_constructible_v<mcpico::result<mcpico::key>>);
static_assert(std::is_copy_constructible_v<mcpico::result<int>>);
// A set of keys borrows: a key that is gone at the end of the line is none to take.
static_assert(!std::is_constructible_v<mcpico::keys, mcpico::key&&>);
// What would leave the text without its buffer is no buffer either.
static_assert(!std::is_constructible_v<mcpico::buffer, std::string&&>);
static_assert(!std::is_constructible_v<mcpico::buffer, const std::string&>);
static_assert(std::is_same_v<decltype(*std::declval<mcpico::result<int>>()), int>);

void test_result() {
  const mcpico::result<int> good = 7;
  const mcpico::result<int> bad = mcpico::error(MCPICO_ERROR_TOKEN_EXPIRED);
  YES(good && *good == 7 && good.value() == 7 && good.code() == MCPICO_OK && good.value_or(1) == 7);
  YES(!bad && bad.code() == -57 && bad.value_or(1) == 1);
  YES(bad.error() == mcpico::error(-57) && bad.error() != mcpico::error(-58));
  YES(std::string_view(bad.error().name()) == "TOKEN_EXPIRED");
  YES(std::string_view(bad.error().what()).find("expired") != std::string_view::npos);
  YES(std::string_view(mcpico::error(12345).name()) == "UNKNOWN");

  auto doubled = mcpico::result<int>(7).transform([](int value) { return value * 2L; });
  YES(doubled && *doubled == 14);
  auto halved = mcpico::result<int>(7).and_then([](int) { return mcpico::result<long>(mcpico::error(-13)); });
  FAILS(NOT_FOUND, halved);
  // Of one that stays, the value is only looked at.
  YES(*good.transform([](const int& value) { return value + 1; }) == 8);
  FAILS(TOKEN_EXPIRED, bad.transform([](const int& value) { return value + 1; }));
  FAILS(NOT_FOUND, good.and_then([](const int&) { return mcpico::result<long>(mcpico::error(-13)); }));
  auto skipped = mcpico::result<int>(mcpico::error(-14)).and_then([](int) { return mcpico::result<long>(1L); });
  FAILS(WRONG_TYPE, skipped);
  OK(mcpico::result<void>());
  FAILS(JSON, mcpico::result<void>().and_then([] { return mcpico::result<void>(mcpico::error(-80)); }));

  // A value that cannot be copied.
  mcpico::result<std::unique_ptr<int>> only = std::make_unique<int>(3);
  YES(**only == 3);
  const std::unique_ptr<int> taken = *std::move(only);
  YES(*taken == 3);

  char array[16] = "abcdefghijklmno";
  std::array<char, 16> standard{};
  std::vector<char> vector(16);
  std::string string(16, ' ');
  TEXT("***", mcpico::json(std::string_view("\"***\"")).string(array));
  TEXT("***", mcpico::json(std::string_view("\"***\"")).string(standard));
  TEXT("***", mcpico::json(std::string_view("\"***\"")).string(vector));
  TEXT("***", mcpico::json(std::string_view("\"***\"")).string(string));
  TEXT("***", mcpico::json(std::string_view("\"***\"")).string({array, 3}));
#if __cplusplus >= 202002L
  std::span<char> span(array);
  TEXT("***", mcpico::json(std::string_view("\"***\"")).string(span));
#endif
  // A length that no object has.
  const std::size_t huge = static_cast<std::size_t>(PTRDIFF_MAX) + 1;
  FAILS(LENGTH, mcpico::json(std::string_view("x", huge)).kind());
  FAILS(LENGTH, mcpico::json(std::string_view("\"x\"")).string({array, huge}));
  FAILS(NULL_POINTER, mcpico::json(std::string_view("\"x\"")).string({nullptr, 1}));
  FAILS(NULL_POINTER, mcpico::key::make(std::string_view(nullptr, 32)));

  // The size query, and one byte too small: both name what suffices, and nothing is written.
  const auto asked = mcpico::json(std::string_view("\"four\"")).string({});
  FAILS(BUFFER_TOO_SMALL, asked);
  YES(asked.error().needed() == 4);
  array[0] = '!';
  FAILS(BUFFER_TOO_SMALL, mcpico::json(std::string_view("\"four\"")).string({array, 3}));
  YES(array[0] == '!');
}
