//! The adapter without std: its bytes, its writes, its room, over connections in memory.

mod allocation;
mod request_bytes;
mod response_bytes;
mod wire;
