#include "check.h"

void test_version(void)
{
  size_t sizes[64];
  size_t count = 0;
  int32_t status;
  char number[32];
  IS(MCPICO_OK, mcpico_check_header());
  YES(mcpico_version_number() == MCPICO_VERSION_NUMBER);
  YES(strcmp(mcpico_version(), MCPICO_VERSION) == 0);
  snprintf(number, sizeof number, "%u.%u.%u", (unsigned)(mcpico_version_number() >> 16),
           (unsigned)(mcpico_version_number() >> 8 & 0xffu), (unsigned)(mcpico_version_number() & 0xffu));
  YES(strcmp(mcpico_version(), number) == 0);

  IS(MCPICO_OK, mcpico_abi_check(MCPICO_VERSION_NUMBER, NULL, 0));
  IS(MCPICO_ERROR_ABI, mcpico_abi_check(MCPICO_VERSION_NUMBER + 1u, NULL, 0));
  IS(MCPICO_ERROR_ABI, mcpico_abi_check(MCPICO_VERSION_NUMBER + (1u << 8), NULL, 0));
  IS(MCPICO_ERROR_ABI, mcpico_abi_check(MCPICO_VERSION_NUMBER + (1u << 16), NULL, 0));
  IS(MCPICO_ERROR_ABI, mcpico_abi_check(0, NULL, 0));
  /* Sizes that are no header's. */
  memset(sizes, 0, sizeof sizes);
  for (count = 1; count <= 64; count++) {
    IS(MCPICO_ERROR_ABI, mcpico_abi_check(MCPICO_VERSION_NUMBER, sizes, count));
  }

  for (status = 1; status > -1000; status--) {
    YES(mcpico_strerror(status) != NULL && mcpico_strerror(status)[0] != '\0');
    YES(mcpico_status_name(status) != NULL && mcpico_status_name(status)[0] != '\0');
  }
  YES(strcmp(mcpico_strerror(MCPICO_OK), "success") == 0);
  YES(strcmp(mcpico_strerror(MCPICO_ERROR_TOKEN_EXPIRED), "the token has expired") == 0);
  YES(strcmp(mcpico_status_name(MCPICO_ERROR_TOKEN_EXPIRED), "TOKEN_EXPIRED") == 0);
  YES(strcmp(mcpico_strerror(INT32_MIN), "unknown status") == 0);

  YES(sizeof(mcpico_key) == MCPICO_KEY_SIZE && sizeof(mcpico_exchange) == MCPICO_EXCHANGE_SIZE);
  YES(mcpico_str_of(NULL).data == NULL && mcpico_str_of(NULL).len == 0);
  STR("abc", mcpico_str_of("abc"));
}
