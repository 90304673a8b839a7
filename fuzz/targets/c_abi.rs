#![no_main]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| mcpico::fuzzing::c_abi(bytes));
