//! The commands that talk to a server, against servers of every kind.

#[path = "../wire/mod.rs"]
mod wire;

mod calls;
mod demo;
mod hostile;
mod house;
mod lists;
mod refusals;
mod usage;
