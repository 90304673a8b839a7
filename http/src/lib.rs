//! Thin async HTTP adapter for mcpico-core.
#![cfg_attr(not(feature = "std"), no_std)]
