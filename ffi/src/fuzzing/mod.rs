//! What the fuzz target `c_abi` does with its input. Not part of the public interface.
//!
//! The input is a program: calls of the interface in any order, with objects that may be of another kind or none,
//! texts of any length, and pointers that are NULL or not aligned. It keeps what no callee can check: pointers are to
//! memory that is as long as is said, and outputs do not overlap anything.

use std::boxed::Box;
use std::ffi::CStr;
use std::vec::Vec;

use core::ffi::c_char;
use core::mem::MaybeUninit;
use core::ptr::{null, null_mut};

#[allow(clippy::wildcard_imports, reason = "all of the interface is called")]
use crate::*;

const SLOTS: usize = 40;
const ROOM: usize = 1024;

/// Storage of one object of any kind.
type Slot = MaybeUninit<[u64; 64]>;

struct Program<'a> {
    input: &'a [u8],
    /// Objects; they and all rooms are reached by pointers only, as from C.
    slots: *mut Slot,
    /// Texts, each in memory of exactly its length.
    texts: Vec<*mut [u8]>,
    lists: Vec<*mut [mcpico_str]>,
    storage: *mut u8,
    out: *mut u8,
    len: usize,
    string: mcpico_str,
    other: mcpico_str,
    number: i64,
    flag: i32,
    event: mcpico_event,
    part: mcpico_json_part,
}

/// Runs the program that `input` is.
///
/// # Panics
/// When a call breaks a rule that the header states.
pub fn c_abi(input: &[u8]) {
    let mut program = Program::new(input);
    program.prepare();
    let mut calls = 0;
    while !program.input.is_empty() && calls < 200 {
        program.step();
        calls += 1;
    }
}

impl<'a> Program<'a> {
    fn new(input: &'a [u8]) -> Self {
        let slots: Vec<Slot> = (0..SLOTS).map(|_| MaybeUninit::zeroed()).collect();
        Self {
            input,
            slots: Box::into_raw(slots.into_boxed_slice()).cast(),
            texts: Vec::new(),
            lists: Vec::new(),
            storage: Box::into_raw(Box::new([0_u8; ROOM])).cast(),
            out: Box::into_raw(Box::new([0_u8; ROOM])).cast(),
            len: 0,
            string: mcpico_str::ABSENT,
            other: mcpico_str::ABSENT,
            number: 0,
            flag: 0,
            event: mcpico_event::of_kind(0),
            part: mcpico_json_part::of_kind(0),
        }
    }

    /// A key, a client and an inbox, so that short programs get somewhere.
    fn prepare(&mut self) {
        let (key, client, inbox) = (self.slot(0), self.slot(6), self.slot(5));
        let options = mcpico_client_options {
            struct_size: size(null::<mcpico_client_options>()),
            capabilities: 31,
            oldest: if self.byte().is_multiple_of(2) { MCPICO_REVISION_2026_07_28 } else { 0 },
            newest: 0,
            name: mcpico_str::of(b"fuzz"),
            version: mcpico_str::of(b"1"),
        };
        let secret = [7; 32];
        // SAFETY: the slots are large enough and aligned, the texts are there.
        assert_eq!(unsafe { mcpico_key_init(key.cast(), secret.as_ptr().cast(), 32) }, MCPICO_OK);
        // SAFETY: as above.
        assert_eq!(unsafe { mcpico_client_init(client.cast(), &raw const options) }, MCPICO_OK);
        let storage = self.storage.cast();
        // SAFETY: as above; the storage lives as long as the slots.
        assert_eq!(unsafe { mcpico_inbox_init(inbox.cast(), storage, ROOM) }, MCPICO_OK);
    }

    fn byte(&mut self) -> u8 {
        let (first, rest) = self.input.split_first().unwrap_or((&0, &[]));
        self.input = rest;
        *first
    }

    fn slot(&mut self, index: usize) -> *mut Slot {
        self.slots.wrapping_add(index % SLOTS)
    }

    /// An object: mostly the one of its kind, sometimes another, none, or one that is not aligned.
    fn object<T>(&mut self, usual: usize) -> *mut T {
        match self.byte() {
            0 => null_mut(),
            1 => self.slot(usual).cast::<u8>().wrapping_add(1).cast(),
            // Outputs are in the lower half, so that they overlap none of these.
            choice @ 2..32 => self.slot(SLOTS / 2 + usize::from(choice) % (SLOTS / 2)).cast(),
            32..64 => self.slot(usual + SLOTS / 2).cast(),
            _ => self.slot(usual).cast(),
        }
    }

    /// Where an object is to be made, apart from those that are read.
    fn place<T>(&mut self, usual: usize) -> *mut T {
        match self.byte() {
            0 => null_mut(),
            1 => self.slot(usual).cast::<u8>().wrapping_add(1).cast(),
            _ => self.slot(usual).cast(),
        }
    }

    /// A text of the input, of no length, of a length that no text has, or none.
    fn text(&mut self) -> (*const c_char, usize) {
        let len = usize::from(self.byte());
        match len {
            0 => (null(), 0),
            1 => (null(), 1),
            2 => (self.out.cast_const().cast(), usize::MAX),
            len => {
                let (text, rest) = self.input.split_at((len - 3).min(self.input.len()));
                self.input = rest;
                (self.keep(text), text.len())
            }
        }
    }

    fn keep(&mut self, text: &[u8]) -> *const c_char {
        let kept = Box::into_raw(Box::<[u8]>::from(text));
        self.texts.push(kept);
        kept.cast_const().cast()
    }

    /// Room that is borrowed for longer than a call.
    fn fresh(&mut self) -> *mut c_char {
        self.keep(&[0; ROOM]).cast_mut()
    }

    /// What stands in the room for outputs.
    fn written(&self) -> &[u8] {
        // SAFETY: it is there as long as the program, and nobody writes to it meanwhile.
        unsafe { core::slice::from_raw_parts(self.out, ROOM) }
    }

    fn str(&mut self) -> mcpico_str {
        let (data, len) = self.text();
        mcpico_str { data, len }
    }

    fn list(&mut self) -> (*const mcpico_str, usize) {
        let count = usize::from(self.byte() % 20);
        let list: Vec<_> = (0..count).map(|_| self.str()).collect();
        let list = Box::into_raw(list.into_boxed_slice());
        self.lists.push(list);
        if count == 0 { (null(), 0) } else { (list.cast_const().cast(), count) }
    }

    fn cap(&mut self) -> usize {
        usize::from(self.byte()) * ROOM / 255
    }

    fn policy(&mut self) -> mcpico_policy {
        let (audiences, audience_count) = self.list();
        let (required, required_count) = self.list();
        let (allowed, allowed_count) = self.list();
        mcpico_policy {
            struct_size: size(null::<mcpico_policy>()) - u32::from(self.byte() == 255),
            flags: u32::from(self.byte() % 9),
            leeway: self.byte().into(),
            max_lifetime: self.byte().into(),
            max_token_len: self.byte().into(),
            typ: self.str(),
            issuer: self.str(),
            subject: self.str(),
            audiences,
            audience_count,
            required,
            required_count,
            allowed,
            allowed_count,
        }
    }

    fn call(&mut self) -> mcpico_call {
        mcpico_call {
            struct_size: size(null::<mcpico_call>()),
            method: u32::from(self.byte() % 14),
            flags: u32::from(self.byte() % 3),
            log_level: u32::from(self.byte() % 10),
            name: self.str(),
            arguments: self.str(),
            input_schema: self.str(),
            cursor: self.str(),
            argument: self.str(),
            value: self.str(),
            mcp_name: self.str(),
            bearer: self.str(),
            input_responses: self.str(),
            input_state: self.str(),
            trace_parent: self.str(),
            trace_state: self.str(),
            baggage: self.str(),
        }
    }

    /// What every status has to be, and what is handed out with it.
    fn judge(&mut self, status: i32) {
        assert!(status <= 0);
        assert_ne!(status, MCPICO_ERROR_INTERNAL);
        // SAFETY: the function gives a static string.
        let name = unsafe { CStr::from_ptr(mcpico_status_name(status)) };
        assert_ne!(name, c"UNKNOWN");
        if status == MCPICO_OK {
            let event = self.event;
            for text in
                [self.string, self.other, event.json, event.method, event.body, self.part.text]
            {
                // SAFETY: it has just been handed out, so it can be read.
                let bytes = unsafe { boundary::bytes(text.data, text.len) }.unwrap();
                core::hint::black_box(bytes.iter().fold(0, |sum: u8, byte| sum ^ byte));
            }
        }
        (self.string, self.other) = (mcpico_str::ABSENT, mcpico_str::ABSENT);
        self.event = mcpico_event::of_kind(0);
        self.part = mcpico_json_part::of_kind(0);
    }

    /// A function that writes a text: what fits is the size that was named, and nothing is written where it does not.
    fn output(&mut self, write: impl Fn(*mut c_char, usize, *mut usize) -> i32) {
        let cap = self.cap();
        // SAFETY: the room is that long.
        unsafe { self.out.write_bytes(b'x', ROOM) };
        self.len = usize::MAX;
        let status = write(self.out.cast(), cap, &raw mut self.len);
        match status {
            MCPICO_OK => {
                assert!(self.len <= cap);
                assert!(self.written()[self.len..].iter().all(|byte| *byte == b'x'));
            }
            MCPICO_ERROR_BUFFER_TOO_SMALL => {
                let needed = self.len;
                assert!(needed > cap);
                assert!(self.written().iter().all(|byte| *byte == b'x'));
                assert_eq!(write(null_mut(), 0, &raw mut self.len), status);
                assert_eq!(self.len, needed);
            }
            _ => {
                assert_eq!(self.len, usize::MAX);
                assert!(self.written().iter().all(|byte| *byte == b'x'));
            }
        }
        self.judge(status);
    }

    /// A function that writes a message; the client changes, so it is called once.
    fn message(
        &mut self,
        write: impl FnOnce(
            *mut c_char,
            usize,
            *mut usize,
            *mut mcpico_post,
            *mut mcpico_exchange,
        ) -> i32,
    ) {
        let cap = self.cap();
        let (post, exchange) = (self.place(7), self.place(8));
        let room = self.fresh();
        let status = write(room, cap, &raw mut self.len, post, exchange);
        self.judge(status);
    }

    /// One call.
    #[expect(clippy::too_many_lines, reason = "it is a table")]
    fn step(&mut self) {
        let choice = self.byte() % 48;
        // SAFETY: objects are slots, or pointers that are refused; texts, lists and rooms are as long as is said, and
        // outputs are apart from them; so for every call below.
        #[allow(clippy::multiple_unsafe_ops_per_block, reason = "it is a table")]
        unsafe {
            let status = match choice {
                0 => {
                    let (key, (secret, len)) = (self.object(0), self.text());
                    if self.byte().is_multiple_of(2) {
                        mcpico_key_init(key, secret, len)
                    } else {
                        mcpico_dangerous_key_init(key, secret, len)
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

impl Drop for Program<'_> {
    fn drop(&mut self) {
        let slots = core::ptr::slice_from_raw_parts_mut(self.slots, SLOTS);
        // SAFETY: it was made by `Box::into_raw`, and no object is used any more.
        drop(unsafe { Box::from_raw(slots) });
        for room in [self.storage, self.out] {
            // SAFETY: as above.
            drop(unsafe { Box::from_raw(room.cast::<[u8; ROOM]>()) });
        }
        for text in &self.texts {
            // SAFETY: as above.
            drop(unsafe { Box::from_raw(*text) });
        }
        for list in &self.lists {
            // SAFETY: as above.
            drop(unsafe { Box::from_raw(*list) });
        }
    }
}

fn size<T>(_: *const T) -> u32 {
    u32::try_from(size_of::<T>()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::c_abi;
    use std::vec::Vec;

    #[test]
    fn any_program_keeps_the_rules() {
        let mut state = 1_u32;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        };
        for _ in 0..if cfg!(miri) { 40 } else { 3000 } {
            let program: Vec<u8> = (0..300).map(|_| next()).collect();
            c_abi(&program);
        }
    }
}
