//! What belongs to the board: replace it to run on another one.

pub mod clock;
pub mod command_line;
pub mod ethernet;
pub mod executor;
pub mod registers;

pub use clock::start as start_clock;
