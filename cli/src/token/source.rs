//! Where tokens and secrets come from.
use std::path::PathBuf;

use clap::Args;
use zeroize::Zeroizing;

use crate::failure::Failure;

/// Token.
#[derive(Debug, Args)]
pub(crate) struct TokenSource {
    /// Token
    #[arg(long)]
    jwt_token: Option<String>,
    /// File
    #[arg(long)]
    jwt_token_file: Option<PathBuf>,
}

impl TokenSource {
    pub(crate) fn find(&self) -> Result<Option<String>, Failure> {
        if let Some(f) = &self.jwt_token_file {
            return Ok(Some(std::fs::read_to_string(f).unwrap().trim_end().to_owned()));
        }
        Ok(self.jwt_token.clone().or(std::env::var("MCP_JWT_TOKEN").ok()))
    }
}

/// Secret.
#[derive(Debug, Args)]
pub(crate) struct SecretSource {
    /// File
    #[arg(long)]
    secret_file: Option<PathBuf>,
}

impl SecretSource {
    pub(crate) fn find(&self) -> Result<Option<Zeroizing<Vec<u8>>>, Failure> {
        if let Some(f) = &self.secret_file {
            return Ok(Some(Zeroizing::new(std::fs::read(f).unwrap().trim_ascii_end().to_vec())));
        }
        Ok(std::env::var("MCP_JWT_SECRET").ok().map(|s| Zeroizing::new(s.into_bytes())))
    }
}
