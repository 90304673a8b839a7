//! The `mcpico` command.
fn main() {}
