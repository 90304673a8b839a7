#include "check.hpp"

int check_count = 0;
int check_failures = 0;

int main() {
  OK(mcpico::check_header());
  YES(mcpico::version() == MCPICO_VERSION);
  test_result();
  test_tokens();
  test_credentials();
  test_json();
  test_http();
  test_client();
  test_legacy();
  test_streams();
  test_result_stream();
  test_subscription();
  test_content();
  test_run();
  test_threads();
  test_fields();
  std::printf("%d checks, %d failed\n", check_count, check_failures);
  return check_failures == 0 ? 0 : 1;
}
