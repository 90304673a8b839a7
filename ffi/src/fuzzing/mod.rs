//! What the fuzz target `c_abi` does with its input. Not part of the public interface.
//!
//! The input is a program: calls of the interface in any order, with objects that may be of another kind or none,
//! texts of any length, and pointers that are NULL or not aligned. It keeps what no callee can check: pointers are to
//! memory that is as long as is said, and outputs do not overlap anything.

use std::boxed::Box;
use std::ffi::CStr;
use std::vec::Vec;

use core::ffi::{c_char, c_void};
use core::mem::MaybeUninit;
use core::ptr::{null, null_mut};

#[allow(clippy::wildcard_imports, reason = "all of the interface is called")]
use crate::*;

mod calls;
mod contents;

const SLOTS: usize = 60;
const ROOM: usize = 1024;

/// Storage of one object of any kind.
type Slot = MaybeUninit<[u64; 64]>;

/// A MAC that is none, and is not there for some messages.
unsafe extern "C" fn mac(_: *mut c_void, message: *const c_char, len: usize, tag: *mut u8) -> i32 {
    // SAFETY: the library promises that the message is readable.
    let message = unsafe { core::slice::from_raw_parts(message.cast::<u8>(), len) };
    // SAFETY: and that the tag is writable.
    let tag = unsafe { &mut *tag.cast::<[u8; MCPICO_MAC_LEN]>() };
    let sum = message.iter().fold(0_u8, |sum, byte| sum.wrapping_mul(31).wrapping_add(*byte));
    tag.fill(sum);
    i32::from(sum.is_multiple_of(5))
}

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
    kind: u32,
    place: isize,
    event: mcpico_event,
    part: mcpico_json_part,
    update: mcpico_update,
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
            kind: 0,
            place: 0,
            event: mcpico_event::of_kind(0),
            part: mcpico_json_part::of_kind(0),
            update: mcpico_update::of_kind(0),
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

    /// A notification, mostly of one of the methods that mean something.
    fn notification(&mut self) -> mcpico_event {
        const METHODS: [&str; 5] = [
            "notifications/cancelled",
            "notifications/resources/updated",
            "notifications/subscriptions/acknowledged",
            "notifications/tasks",
            "notifications/tools/list_changed",
        ];
        let method = METHODS.get(usize::from(self.byte() % 6)).copied();
        mcpico_event {
            method: match method {
                Some(method) => mcpico_str::of(method.as_bytes()),
                None => self.str(),
            },
            json: self.str(),
            ..mcpico_event::of_kind(match self.byte() {
                kind @ 0..16 => kind.into(),
                _ => MCPICO_EVENT_NOTIFICATION,
            })
        }
    }

    fn call(&mut self) -> mcpico_call {
        let (resource_uris, resource_uri_count) = self.list();
        let (task_ids, task_id_count) = self.list();
        mcpico_call {
            struct_size: size(null::<mcpico_call>()),
            method: u32::from(self.byte() % 21),
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
            subscribe: u32::from(self.byte() % 9),
            reserved: 0,
            resource_uris,
            resource_uri_count,
            task_ids,
            task_id_count,
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
            let update = self.update;
            for text in [
                self.string,
                self.other,
                event.json,
                event.method,
                event.body,
                self.part.text,
                update.uri,
                update.method,
                update.json,
            ] {
                // SAFETY: it has just been handed out, so it can be read.
                let bytes = unsafe { boundary::bytes(text.data, text.len) }.unwrap();
                core::hint::black_box(bytes.iter().fold(0, |sum: u8, byte| sum ^ byte));
            }
        }
        (self.string, self.other) = (mcpico_str::ABSENT, mcpico_str::ABSENT);
        self.event = mcpico_event::of_kind(0);
        self.part = mcpico_json_part::of_kind(0);
        self.update = mcpico_update::of_kind(0);
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
            // What was to be signed stands there, without a MAC.
            MCPICO_ERROR_MAC_UNAVAILABLE => assert_eq!(self.len, usize::MAX),
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
    use std::path::Path;
    use std::vec::Vec;
    use std::{env, fs, println};

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

    /// Replays what fuzzing has found, and the inputs of another folder when `MCPICO_INPUTS` names one.
    #[test]
    fn fuzz_regressions() {
        let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz_regressions/c_abi");
        let mut count = 0;
        for folder in
            [Some(own), env::var_os("MCPICO_INPUTS").map(Into::into)].into_iter().flatten()
        {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                // A fault may end the program, so each input is named before.
                println!("{}", path.display());
                c_abi(&fs::read(path).unwrap());
                count += 1;
            }
        }
        assert!(count > 0);
    }
}
