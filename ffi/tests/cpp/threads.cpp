// Two threads: a key that both use, and a client, an inbox and a guard for each.
#include "check.hpp"

#include <atomic>
#include <functional>
#include <thread>

namespace {

std::atomic<int> done{0};

void work(const mcpico::key& key, const char* subject) {
  mcpico::guard guard;
  guard.keys = key;
  mcpico::client_options options;
  options.name = subject;
  options.version = "1";
  for (int round = 0; round < 500; ++round) {
    mcpico::claims claims;
    claims.sub = subject;
    claims.exp = 200;
    char text[256];
    char scratch[256];
    const auto token = mcpico::sign(key, claims, text);
    if (!token) return;
    char value[300];
    const auto header = mcpico::write_bearer(*token, value);
    if (!header) return;
    const auto verdict = guard.check(*header, 100, scratch);
    char sub[16];
    if (!verdict || !*verdict || *verdict->granted()->token()->string("sub", sub) != subject) return;

    auto client = *mcpico::client::make(options);
    char out[2048];
    char storage[256];
    auto inbox = *mcpico::inbox::over(storage);
    auto asked = client.connect(*token, out);
    if (!asked || !asked->exchange.on_status(401)) return;
    const auto spare = *inbox.spare();
    std::string_view(subject).copy(spare.data(), spare.size());
    if (!inbox.commit(3) || !inbox.close()) return;
    const auto event = asked->exchange.next(inbox);
    if (!event || event->body() != subject) return;
  }
  ++done;
}

}  // namespace

void test_threads() {
  const auto key = *mcpico::key::make("0123456789abcdef0123456789abcdef");
  std::thread one(work, std::cref(key), "one");
  std::thread two(work, std::cref(key), "two");
  one.join();
  two.join();
  YES(done == 2);
}
