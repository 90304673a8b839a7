// Looks at an event after the next call on its inbox, which AddressSanitizer tells on.
#include "mcpico.hpp"

#include <cstdio>

int main() {
  char out[2048];
  char storage[512];
  mcpico::client_options options;
  options.name = "test";
  options.version = "1";
  auto client = *mcpico::client::make(options);
  auto [post, exchange] = *client.connect({}, out);
  auto inbox = *mcpico::inbox::over(storage);
  if (!exchange.on_status(401)) return 2;
  const auto spare = *inbox.spare();
  std::string_view("refused").copy(spare.data(), spare.size());
  if (!inbox.commit(7) || !inbox.close()) return 2;
  const auto event = *exchange.next(inbox);
  std::printf("%c\n", event.body().front());
  std::fflush(stdout);
  const auto next = exchange.next(inbox);
  // Stale from here on.
  std::printf("%c\n", event.body().front());
  return next && post.body() ? 0 : 2;
}
