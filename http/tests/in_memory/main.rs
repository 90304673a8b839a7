//! The adapter without std: its bytes, its writes, its room, over connections in memory.

mod allocation;
#[cfg(feature = "embassy-time")]
mod embassy;
mod large_result;
#[cfg(feature = "defmt")]
mod logging;
mod request_bytes;
mod response_bytes;
mod server_requests;
mod wire;
