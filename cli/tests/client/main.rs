//! The commands that talk to a server, against servers of every kind.

#[path = "../wire/mod.rs"]
mod wire;

mod calls;
mod complete;
mod demo;
mod hostile;
mod house;
mod interrupted;
mod lists;
mod refusals;
mod stdio;
mod usage;
