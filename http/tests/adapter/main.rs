//! The adapter against servers that write bytes, on loopback and in memory.

mod ask;
mod cache;
mod channel;
mod corpus;
mod failures;
mod house;
mod input;
mod keep_alive;
mod listening;
mod patterns;
mod peer;
mod recovery;
mod redirects;
mod reqwless_faults;
mod session;
mod streaming;
mod task;
mod tls;
