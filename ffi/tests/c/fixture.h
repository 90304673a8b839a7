/* One good value for every parameter of every function. */
#ifndef FIXTURE_H
#define FIXTURE_H

#include "check.h"

#define ROOM 2048

struct fixture {
  mcpico_key key;
  mcpico_key new_key;
  mcpico_named_key keys[1];
  mcpico_policy policy;
  mcpico_jose_header jose;
  mcpico_claims claims;
  char token[ROOM];
  size_t token_len;
  char scratch[ROOM];
  mcpico_token verified;
  mcpico_token new_token;
  char verified_scratch[ROOM];
  mcpico_unverified unverified;
  mcpico_unverified new_unverified;
  char unverified_scratch[ROOM];
  char bearer[ROOM];
  size_t bearer_len;
  mcpico_str secrets[1];
  mcpico_str challenge_lines[1];
  mcpico_challenge challenge;
  mcpico_challenge challenge68;
  mcpico_challenge new_challenge;
  mcpico_challenge_fields fields;
  mcpico_guard guard;
  mcpico_str authorization[1];
  mcpico_grant grant;
  mcpico_grant new_grant;
  char grant_scratch[ROOM];
  mcpico_denial denial;
  mcpico_denial new_denial;
  char denial_scratch[ROOM];
  mcpico_json_iterator iterator;
  mcpico_json_iterator new_iterator;
  mcpico_json_pointer pointers[1];
  mcpico_json_pointer new_pointer;
  mcpico_inbox inbox;
  mcpico_inbox new_inbox;
  mcpico_inbox body_inbox;
  mcpico_inbox line_inbox;
  mcpico_inbox stream_inbox;
  char storage[ROOM];
  char new_storage[ROOM];
  char body_storage[ROOM];
  char line_storage[ROOM];
  char stream_storage[ROOM];
  mcpico_client_options options;
  mcpico_client fresh;
  mcpico_client modern;
  mcpico_client legacy;
  mcpico_client new_client;
  mcpico_call call;
  char message[ROOM];
  mcpico_post post;
  mcpico_post new_post;
  mcpico_exchange exchange;
  mcpico_exchange answering;
  mcpico_exchange waiting;
  mcpico_exchange interrupted;
  mcpico_exchange line_exchange;
  mcpico_exchange new_exchange;
  mcpico_event request;
  mcpico_event event;
  mcpico_result_stream result_stream;
  mcpico_result_stream new_result_stream;
  mcpico_json_part part;
  mcpico_call listening;
  mcpico_subscription subscription;
  mcpico_subscription new_subscription;
  mcpico_event notification;
  mcpico_update acknowledged;
  mcpico_update update;
  mcpico_event told_progress;
  mcpico_event told_log;
  mcpico_event refused;
  mcpico_progress progress;
  mcpico_task task;
  mcpico_json_stream json_stream;
  mcpico_json_stream ended_stream;
  mcpico_json_stream new_json_stream;
  char request_storage[ROOM];
  mcpico_lines lines;
  mcpico_lines new_lines;
  mcpico_exchange *waitings[2];
  mcpico_channel channel;
  mcpico_channel new_channel;
  mcpico_inbox endpoint_inbox;
  mcpico_inbox channel_inbox;
  char endpoint_storage[ROOM];
  char channel_storage[ROOM];
  mcpico_head_reader reader;
  mcpico_head_reader new_reader;
  mcpico_head head;
  mcpico_head new_head;
  mcpico_body body;
  mcpico_body new_body;
  char chunk[16];
  mcpico_request_head request_head;
  mcpico_response response;
  mcpico_response new_response;
  mcpico_framing framing;
  mcpico_framing new_framing;
  mcpico_io io;
  /* Outputs. */
  char buf[ROOM];
  size_t out_len;
  mcpico_str str;
  mcpico_str str2;
  int32_t i32;
  int32_t i32b;
  uint32_t u32;
  int64_t i64;
  uint64_t u64;
  size_t size;
  size_t size2;
  ptrdiff_t place;
  char *room;
};

/* A MAC that is no MAC. */
int32_t fixture_mac(void *context, const char *message, size_t message_len, uint8_t *tag);

/* Makes everything; the result is the same every time. */
void fixture(struct fixture *f);

#endif
