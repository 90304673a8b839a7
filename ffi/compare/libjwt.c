/* Signs and verifies an HS256 token, as often as the argument says. */
#include <jwt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int round_trip(const char *secret, long now)
{
  const unsigned char *key = (const unsigned char *)secret;
  jwt_t *jwt = NULL, *verified = NULL;
  char *text = NULL;
  const char *sub;
  long exp;
  int bad = 1;
  if (jwt_new(&jwt) != 0) goto end;
  if (jwt_add_grant(jwt, "sub", "device-7") != 0) goto end;
  if (jwt_add_grant_int(jwt, "exp", now + 600) != 0) goto end;
  if (jwt_set_alg(jwt, JWT_ALG_HS256, key, (int)strlen(secret)) != 0) goto end;
  text = jwt_encode_str(jwt);
  if (text == NULL) goto end;
  if (jwt_decode(&verified, text, key, (int)strlen(secret)) != 0) goto end;
  /* The algorithm comes from the token, so it has to be looked at. */
  if (jwt_get_alg(verified) != JWT_ALG_HS256) goto end;
  /* This version judges no times. */
  exp = jwt_get_grant_int(verified, "exp");
  if (exp == 0 || now >= exp) {
    fprintf(stderr, "the token has expired\n");
    goto end;
  }
  sub = jwt_get_grant(verified, "sub");
  bad = sub == NULL || strcmp(sub, "device-7") != 0;
end:
  free(text);
  jwt_free(verified);
  jwt_free(jwt);
  return bad;
}

int main(int argc, char **argv)
{
  for (int left = argc > 1 ? atoi(argv[1]) : 1; left > 0; left--) {
    if (round_trip("0123456789abcdef0123456789abcdef", 1800000000)) return 1;
  }
  return 0;
}
