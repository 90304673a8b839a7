//! The table of calls that a program is made of.

use core::ptr::{null, null_mut};

#[allow(clippy::wildcard_imports, reason = "all of the interface is called")]
use crate::*;

use super::{Program, ROOM, size};

impl Program<'_> {
    /// One call.
    #[expect(clippy::too_many_lines, reason = "it is a table")]
    pub(super) fn step(&mut self) {
        let choice = self.byte() % 57;
        if choice > 47 {
            return self.step_of_contents(choice);
        }
        // SAFETY: objects are slots, or pointers that are refused; texts, lists and rooms are as long as is said, and
        // outputs are apart from them; so for every call below.
        #[allow(clippy::multiple_unsafe_ops_per_block, reason = "it is a table")]
        unsafe {
            let status = match choice {
                0 => {
                    let (key, (secret, len)) = (self.object(0), self.text());
                    match self.byte() {
                        255 => mcpico_key_init_mac(key, Some(super::mac), null_mut()),
                        choice if choice.is_multiple_of(2) => mcpico_key_init(key, secret, len),
                        _ => mcpico_dangerous_key_init(key, secret, len),
                    }
                }
                1 => mcpico_key_wipe(self.object(0)),
                2 | 3 => {
                    let policy = self.policy();
                    let keys = [mcpico_named_key { kid: self.str(), key: self.object(0) }; 2];
                    let ((token, len), verified) = (self.text(), self.place(1));
                    let count = usize::from(self.byte() % 3);
                    let cap = self.cap();
                    let scratch = self.fresh();
                    let now = i64::from(self.byte());
                    let (keys, policy) = (keys.as_ptr(), &raw const policy);
                    mcpico_verify(keys, count, policy, now, token, len, scratch, cap, verified)
                }
                4 => {
                    let (key, payload) = (self.object(0), self.text());
                    let header = mcpico_jose_header {
                        struct_size: size(null::<mcpico_jose_header>()),
                        flags: u32::from(self.byte() % 3),
                        typ: self.str(),
                        kid: self.str(),
                    };
                    return self.output(|buf, cap, len| {
                        mcpico_sign_payload(
                            key,
                            &raw const header,
                            payload.0,
                            payload.1,
                            buf,
                            cap,
                            len,
                        )
                    });
                }
                5 => {
                    let key = self.object(0);
                    let (audiences, audience_count) = self.list();
                    let more = [mcpico_claim { name: self.str(), json: self.str() }; 2];
                    let claims = mcpico_claims {
                        struct_size: size(null::<mcpico_claims>()),
                        reserved: 0,
                        iss: self.str(),
                        sub: self.str(),
                        jti: self.str(),
                        audiences,
                        audience_count,
                        exp: self.byte().into(),
                        nbf: self.byte().into(),
                        iat: self.byte().into(),
                        more: more.as_ptr(),
                        more_count: usize::from(self.byte() % 3),
                    };
                    return self.output(|buf, cap, len| {
                        mcpico_sign(key, null(), &raw const claims, buf, cap, len)
                    });
                }
                6 => {
                    // A token of the program's own, which the guard and the verifier can be given.
                    let (key, header, payload) = (self.object(0), self.text(), self.text());
                    self.output(|buf, cap, len| {
                        mcpico_dangerous_sign(
                            key, header.0, header.1, payload.0, payload.1, buf, cap, len,
                        )
                    });
                    let policy = self.policy();
                    let keys = [mcpico_named_key { kid: mcpico_str::ABSENT, key }];
                    let len = self.len.min(ROOM);
                    let token = self.written()[..len].to_vec();
                    let token = self.keep(&token);
                    let (scratch, verified) = (self.fresh(), self.place(1));
                    let (keys, policy) = (keys.as_ptr(), &raw const policy);
                    mcpico_verify(keys, 1, policy, 9, token, len, scratch, ROOM, verified)
                }
                7 => mcpico_token_header(self.object(1), &raw mut self.string),
                8 => mcpico_token_claims(self.object(1), &raw mut self.string),
                9 => {
                    let (token, name) = (self.object(1), self.text());
                    return self.output(|buf, cap, len| {
                        mcpico_claim_string(token, name.0, name.1, buf, cap, len)
                    });
                }
                10 => {
                    let (token, (name, len)) = (self.object(1), self.text());
                    match self.byte() % 4 {
                        0 => mcpico_claim_int64(token, name, len, &raw mut self.number),
                        1 => mcpico_claim_time(token, name, len, &raw mut self.number),
                        2 => mcpico_claim_bool(token, name, len, &raw mut self.flag),
                        _ => mcpico_claim_json(token, name, len, &raw mut self.string),
                    }
                }
                11 => {
                    let (token, (name, len)) = (self.object(1), self.text());
                    let index = usize::from(self.byte());
                    mcpico_claim_element(token, name, len, index, &raw mut self.string)
                }
                12 => {
                    let (shown, (token, len), cap) = (self.place(2), self.text(), self.cap());
                    let scratch = self.fresh();
                    mcpico_unverified_init(shown, token, len, scratch, cap)
                }
                13 => {
                    let (shown, key) = (self.object(2), self.object(0));
                    let policy = self.policy();
                    match self.byte() % 7 {
                        0 => mcpico_unverified_header(shown, &raw mut self.string),
                        1 => mcpico_unverified_claims(shown, &raw mut self.string),
                        2 => mcpico_unverified_signing_input(shown, &raw mut self.string),
                        3 => mcpico_unverified_check_structure(shown),
                        4 => mcpico_unverified_check_signature(shown, key),
                        5 => mcpico_unverified_check_times(shown, &raw const policy, 9),
                        _ => mcpico_unverified_check_claims(shown, &raw const policy),
                    }
                }
                14 => {
                    let token = self.text();
                    return self
                        .output(|buf, cap, len| mcpico_mask(token.0, token.1, buf, cap, len));
                }
                15 => {
                    let (secrets, text) = (self.list(), self.text());
                    return self.output(|buf, cap, len| {
                        mcpico_redact(secrets.0, secrets.1, text.0, text.1, buf, cap, len)
                    });
                }
                16 => {
                    let (value, len) = self.text();
                    mcpico_bearer_parse(value, len, &raw mut self.string)
                }
                17 => {
                    let token = self.text();
                    return self.output(|buf, cap, len| {
                        mcpico_bearer_write(token.0, token.1, buf, cap, len)
                    });
                }
                18 => {
                    let ((lines, count), challenge) = (self.list(), self.place(3));
                    mcpico_challenge_bearer(lines, count, challenge)
                }
                19 => {
                    let ((line, len), index) = (self.text(), usize::from(self.byte()));
                    mcpico_challenge_at(line, len, index, self.place(3))
                }
                20 => {
                    let (challenge, name) = (self.object(3), self.text());
                    return self.output(|buf, cap, len| {
                        mcpico_challenge_param(challenge, name.0, name.1, buf, cap, len)
                    });
                }
                21 => {
                    let (challenge, index) = (self.object(3), usize::from(self.byte()));
                    match index % 3 {
                        0 => mcpico_challenge_scheme(challenge, &raw mut self.string),
                        1 => mcpico_challenge_token68(challenge, &raw mut self.string),
                        _ => mcpico_challenge_param_name(challenge, index, &raw mut self.string),
                    }
                }
                22 => {
                    let fields = mcpico_challenge_fields {
                        struct_size: size(null::<mcpico_challenge_fields>()),
                        error: u32::from(self.byte() % 5),
                        realm: self.str(),
                        error_description: self.str(),
                        error_uri: self.str(),
                        scope: self.str(),
                        resource_metadata: self.str(),
                    };
                    return self.output(|buf, cap, len| {
                        mcpico_challenge_write(&raw const fields, buf, cap, len)
                    });
                }
                23 => {
                    let keys = [mcpico_named_key { kid: self.str(), key: self.object(0) }];
                    let policy = self.policy();
                    let guard = mcpico_guard {
                        struct_size: size(null::<mcpico_guard>()),
                        reserved: 0,
                        keys: keys.as_ptr(),
                        key_count: 1,
                        policy: &raw const policy,
                        scope: self.str(),
                        realm: self.str(),
                        resource_metadata: self.str(),
                    };
                    let ((values, count), cap) = (self.list(), self.cap());
                    let (grant, denial) = (self.slot(4).cast(), self.slot(17).cast());
                    let scratch = self.fresh();
                    mcpico_guard_check(
                        &raw const guard,
                        values,
                        count,
                        9,
                        scratch,
                        cap,
                        grant,
                        denial,
                    )
                }
                24 => {
                    let (denial, part) = (self.object(17), self.byte());
                    return self.output(|buf, cap, len| match part % 2 {
                        0 => mcpico_denial_challenge(denial, buf, cap, len),
                        _ => mcpico_denial_body(denial, buf, cap, len),
                    });
                }
                25 => {
                    let (grant, (scope, len)) = (self.object(4), self.text());
                    match self.byte() % 2 {
                        0 => mcpico_grant_allows(grant, scope, len, &raw mut self.flag),
                        _ => mcpico_grant_token(grant, self.slot(1).cast()),
                    }
                }
                26 => {
                    let ((json, len), (name, name_len)) = (self.text(), self.text());
                    match self.byte() % 7 {
                        0 => mcpico_json_member(json, len, name, name_len, &raw mut self.string),
                        1 => mcpico_json_at(json, len, name, name_len, &raw mut self.string),
                        2 => mcpico_json_equals(json, len, name, name_len, &raw mut self.flag),
                        3 => mcpico_json_element(json, len, name_len, &raw mut self.string),
                        4 => mcpico_json_bool(json, len, &raw mut self.flag),
                        5 => mcpico_json_int64(json, len, &raw mut self.number),
                        _ => mcpico_json_iterator_init(self.place(9), json, len),
                    }
                }
                27 => {
                    let iterator = self.object(9);
                    mcpico_json_iterator_next(iterator, &raw mut self.other, &raw mut self.string)
                }
                28 => {
                    let text = self.text();
                    let quote = self.byte().is_multiple_of(2);
                    return self.output(|buf, cap, len| {
                        if quote {
                            mcpico_json_quote(text.0, text.1, buf, cap, len)
                        } else {
                            mcpico_json_string(text.0, text.1, buf, cap, len)
                        }
                    });
                }
                29 => {
                    let (inbox, cap) = (self.object(5), self.cap());
                    // One inbox only borrows the storage.
                    if inbox == self.slot(5).cast() {
                        mcpico_inbox_init(inbox, self.storage.cast(), cap)
                    } else {
                        mcpico_inbox_reset(inbox)
                    }
                }
                30 | 31 => {
                    // Reads a text into the room that there is.
                    let (inbox, (text, len)) = (self.object(5), self.text());
                    let (mut room, mut space) = (null_mut(), 0);
                    let status = mcpico_inbox_spare(inbox, &raw mut room, &raw mut space);
                    if status == MCPICO_OK && len <= ROOM && !text.is_null() {
                        let count = len.min(space);
                        core::ptr::copy_nonoverlapping(text, room, count);
                        if choice == 30 {
                            self.judge(mcpico_inbox_commit(inbox, count));
                        } else {
                            let (response, client) = (self.object(10), self.object(6));
                            let exchange = self.object(8);
                            let received =
                                mcpico_response_received(response, client, exchange, inbox, count);
                            self.judge(received);
                        }
                    }
                    status
                }
                32 => match self.byte() % 4 {
                    0 => mcpico_inbox_close(self.object(5)),
                    1 => mcpico_inbox_unread(self.object(5), &raw mut self.string),
                    2 => mcpico_inbox_discard(self.object(5), self.byte().into()),
                    _ => mcpico_inbox_commit(self.object(5), usize::MAX),
                },
                33 => {
                    let (client, bearer) = (self.object(6), self.text());
                    return self.message(|buf, cap, len, post, exchange| {
                        mcpico_client_connect(
                            client, bearer.0, bearer.1, buf, cap, len, post, exchange,
                        )
                    });
                }
                34 | 35 => {
                    let (client, call) = (self.object(6), self.call());
                    return self.message(|buf, cap, len, post, exchange| {
                        mcpico_client_request(
                            client,
                            &raw const call,
                            buf,
                            cap,
                            len,
                            post,
                            exchange,
                        )
                    });
                }
                36 => {
                    let (client, earlier, text) = (self.object(6), self.object(8), self.text());
                    let bearer = self.text();
                    let kind = self.byte();
                    return self.message(|buf, cap, len, post, exchange| match kind % 5 {
                        0 => mcpico_client_listen(
                            client, bearer.0, bearer.1, buf, cap, len, post, exchange,
                        ),
                        1 => mcpico_client_resume(
                            client, earlier, bearer.0, bearer.1, buf, cap, len, post, exchange,
                        ),
                        2 => mcpico_client_cancel(
                            client, earlier, text.0, text.1, bearer.0, bearer.1, buf, cap, len,
                            post, exchange,
                        ),
                        3 => mcpico_client_cancel_line(
                            client, earlier, text.0, text.1, buf, cap, len, post, exchange,
                        ),
                        _ => mcpico_client_end(
                            client, bearer.0, bearer.1, buf, cap, len, post, exchange,
                        ),
                    });
                }
                37 => mcpico_client_settle(self.object(6), self.object(8), &raw mut self.flag),
                38 => {
                    let (exchange, client) = (self.object(8), self.object(6));
                    let ((name, name_len), (value, len)) = (self.text(), self.text());
                    mcpico_exchange_on_header(exchange, client, name, name_len, value, len)
                }
                39 => match self.byte() % 4 {
                    0 => {
                        let status = u32::from(self.byte()) * 4;
                        mcpico_exchange_on_status(self.object(8), status)
                    }
                    1 => mcpico_exchange_on_line_sent(self.object(8)),
                    2 => mcpico_exchange_on_line_unanswered(self.object(8)),
                    _ => mcpico_exchange_on_status(self.object(8), 200),
                },
                40 => {
                    let (exchange, inbox) = (self.object(8), self.object(5));
                    mcpico_exchange_next(exchange, inbox, &raw mut self.event)
                }
                41 => {
                    let (stream, exchange, inbox) =
                        (self.object(18), self.object(8), self.object(5));
                    let (pointers, count) = (self.object(19), usize::from(self.byte() % 3));
                    mcpico_result_stream_next(
                        stream,
                        exchange,
                        inbox,
                        pointers,
                        count,
                        &raw mut self.event,
                        &raw mut self.part,
                    )
                }
                42 => {
                    let (lines, client) = (self.object(11), self.object(6));
                    let (exchange, inbox) = (self.object(8), self.object(5));
                    let (event, flag) = (&raw mut self.event, &raw mut self.flag);
                    if self.byte().is_multiple_of(4) {
                        mcpico_lines_init(lines)
                    } else {
                        mcpico_lines_next(
                            lines,
                            client,
                            exchange,
                            inbox,
                            event,
                            flag,
                            &raw mut self.string,
                        )
                    }
                }
                43 => {
                    let (post, index) = (self.object(7), usize::from(self.byte()));
                    let (host, target) = (self.text(), self.text());
                    let status = mcpico_post_header(
                        post,
                        index % 9,
                        &raw mut self.string,
                        &raw mut self.other,
                    );
                    self.judge(status);
                    // The post borrows the output of the message before.
                    let mut room = [0; ROOM];
                    let cap = self.cap();
                    let buf = room.as_mut_ptr();
                    let len = &raw mut self.len;
                    match index % 3 {
                        0 => mcpico_post_head(
                            post, host.0, host.1, target.0, target.1, buf, cap, len,
                        ),
                        1 => mcpico_post_request(
                            post, host.0, host.1, target.0, target.1, buf, cap, len,
                        ),
                        _ => mcpico_post_line(post, buf, cap, len),
                    }
                }
                44 => {
                    let (reader, head, (text, len)) =
                        (self.object(12), self.place(13), self.text());
                    match self.byte() % 3 {
                        0 => mcpico_head_reader_init(reader),
                        1 => mcpico_body_init(self.place(14), head),
                        _ => mcpico_head_read(reader, text, len, head, &raw mut self.len),
                    }
                }
                45 => {
                    let (body, (text, len)) = (self.object(14), self.text());
                    let mut data = [0_u8; 256];
                    if len <= data.len() && !text.is_null() {
                        core::ptr::copy_nonoverlapping(text.cast(), data.as_mut_ptr(), len);
                    }
                    let (mut kept, mut excess) = (0, 0);
                    let data_len = if len > ROOM { len } else { len.min(data.len()) };
                    let status = mcpico_body_decode(
                        body,
                        data.as_mut_ptr().cast(),
                        data_len,
                        &raw mut kept,
                        &raw mut excess,
                    );
                    assert!(status != MCPICO_OK || kept + excess <= data_len);
                    status
                }
                46 => {
                    let framing = self.object(15);
                    match self.byte() % 5 {
                        0 => mcpico_framing_init(framing, u32::from(self.byte() % 5)),
                        1 => mcpico_framing_event_name(framing, &raw mut self.string),
                        2 => mcpico_framing_last_event_id(framing, &raw mut self.string),
                        _ => mcpico_framing_next(framing, self.object(5), &raw mut self.string),
                    }
                }
                _ => match self.byte() % 4 {
                    0 => mcpico_response_init(self.object(10)),
                    1 => mcpico_result_stream_init(self.object(18)),
                    2 => mcpico_json_pointer_is_found(self.object(19), &raw mut self.flag),
                    _ => {
                        let (pointer, (path, len)) = (self.place(19), self.text());
                        mcpico_json_pointer_init(pointer, path, len)
                    }
                },
            };
            self.judge(status);
        }
    }
}
