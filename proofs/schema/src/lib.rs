//! Nothing but a place for `tests/written.rs`: a JSON schema validator is too heavy for the tests of the
//! core.
#![no_std]
