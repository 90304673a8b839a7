//! The adapter against servers that run as child processes, all of them in `child.py`.
#![cfg(unix)]

mod child;
mod eras;
mod lifetime;
mod lines;
mod listening;
