//! The commands that talk to a server, against servers of every kind.

#[path = "../wire/mod.rs"]
mod wire;

#[path = "../../../http/tests/adapter/peer.rs"]
#[allow(dead_code, reason = "the adapter's tests take more of it")]
mod peer;
#[path = "../../../http/tests/adapter/house/servers/mod.rs"]
#[allow(dead_code, reason = "the adapter's tests take more of it")]
mod servers;

mod calls;
mod complete;
mod configured;
mod demo;
mod forgetful;
mod hostile;
mod house;
mod interrupted;
mod leaks;
mod lists;
mod misbehaving;
mod patterns;
mod record;
mod refusals;
mod saved;
mod schema;
mod stdio;
mod usage;
