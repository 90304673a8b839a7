#![no_main]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| mcpico_core::fuzzing::json_stream(bytes));
