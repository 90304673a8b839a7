/* Distinct objects on distinct threads, and one key that all of them only read. */
#include <pthread.h>

#include "check.h"

static mcpico_key key;

struct work {
  int number;
  int faults;
};

static void *work(void *argument)
{
  struct work *own = argument;
  mcpico_named_key keys[1];
  char payload[64];
  char token[256];
  char scratch[256];
  int i;
  memset(keys, 0, sizeof keys);
  keys[0].key = &key;
  for (i = 1; i <= 500; i++) {
    mcpico_token verified;
    size_t len = 0;
    int64_t number = 0;
    int count = snprintf(payload, sizeof payload, "{\"exp\":%d,\"n\":%d}", i + 1, own->number * 1000 + i);
    own->faults += mcpico_sign_payload(&key, NULL, payload, (size_t)count, token, sizeof token, &len) != MCPICO_OK;
    own->faults += mcpico_verify(keys, 1, NULL, i, token, len, scratch, sizeof scratch, &verified) != MCPICO_OK;
    own->faults += mcpico_claim_int64(&verified, MCPICO_LIT("n"), &number) != MCPICO_OK;
    own->faults += number != own->number * 1000 + i;
    own->faults += mcpico_verify(keys, 1, NULL, i + 1, token, len, scratch, sizeof scratch, &verified) != MCPICO_ERROR_TOKEN_EXPIRED;
  }
  return NULL;
}

void test_threads(void)
{
  struct work works[2] = {{1, 0}, {2, 0}};
  pthread_t threads[2];
  int i;
  IS(MCPICO_OK, mcpico_key_init(&key, MCPICO_LIT("an example secret of 32 bytes...")));
  for (i = 0; i < 2; i++) {
    YES(pthread_create(&threads[i], NULL, work, &works[i]) == 0);
  }
  for (i = 0; i < 2; i++) {
    YES(pthread_join(threads[i], NULL) == 0);
    YES(works[i].faults == 0);
  }
  IS(MCPICO_OK, mcpico_key_wipe(&key));
}
