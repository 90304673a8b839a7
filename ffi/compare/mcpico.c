/* Signs and verifies an HS256 token, as often as the argument says. */
#include <mcpico.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int round_trip(const char *secret, int64_t now)
{
  mcpico_key key;
  if (mcpico_key_init(&key, secret, strlen(secret)) != MCPICO_OK) return 1;
  mcpico_claims claims = { .struct_size = sizeof claims, .exp = now + 600 };
  claims.sub = mcpico_str_of("device-7");
  char text[256], scratch[MCPICO_SCRATCH_SIZE(256)], sub[64];
  size_t len, sub_len;
  if (mcpico_sign(&key, NULL, &claims, text, sizeof text, &len) != MCPICO_OK) return 1;
  const mcpico_named_key keys = { .key = &key };
  mcpico_token token;
  int32_t status = mcpico_verify(&keys, 1, NULL, now, text, len, scratch, sizeof scratch, &token);
  if (status == MCPICO_OK) status = mcpico_claim_string(&token, MCPICO_LIT("sub"), sub, sizeof sub, &sub_len);
  if (status != MCPICO_OK) return fprintf(stderr, "%s\n", mcpico_strerror(status)), 1;
  return mcpico_key_wipe(&key) != MCPICO_OK || sub_len != 8 || memcmp(sub, "device-7", 8) != 0;
}

int main(int argc, char **argv)
{
  for (int left = argc > 1 ? atoi(argv[1]) : 1; left > 0; left--) {
    if (round_trip("0123456789abcdef0123456789abcdef", 1800000000)) return 1;
  }
  return 0;
}
