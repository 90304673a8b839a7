// Verifies a token with the library that was installed.
#include <cstdio>
#include <mcpico.hpp>

int main() {
  const auto key = mcpico::key::make("0123456789abcdef0123456789abcdef");
  char out[256];
  char scratch[256];
  if (!mcpico::check_header() || !key) return 1;
  const auto token = mcpico::sign_payload(*key, "{\"exp\":200}", out);
  if (!token || !mcpico::verify(*key, {}, 199, *token, scratch)) return 1;
  const auto late = mcpico::verify(*key, {}, 200, *token, scratch);
  std::puts(late ? "valid" : late.error().name());
}
