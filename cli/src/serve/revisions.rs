//! The protocol revisions that a server speaks.

use std::fmt;
use std::str::FromStr;

use clap::ValueEnum;
use rmcp::model::ProtocolVersion;

/// Which kinds of revision are spoken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Era {
    /// Every known revision
    Both,
    /// Revisions without `initialize`: 2026-07-28
    Modern,
    /// Revisions with `initialize` and sessions: 2024-11-05 to 2025-11-25
    Legacy,
}

/// One known revision.
#[derive(Debug, Clone)]
pub(crate) struct Revision(ProtocolVersion);

impl FromStr for Revision {
    type Err = UnknownRevision;

    fn from_str(text: &str) -> Result<Self, UnknownRevision> {
        ProtocolVersion::KNOWN_VERSIONS
            .iter()
            .find(|version| version.as_str() == text)
            .map(|version| Self(version.clone()))
            .ok_or(UnknownRevision)
    }
}

/// The text names no revision that the server knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct UnknownRevision;

impl fmt::Display for UnknownRevision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("known revisions are")?;
        let mut separator = " ";
        for version in ProtocolVersion::KNOWN_VERSIONS {
            write!(f, "{separator}{version}")?;
            separator = ", ";
        }
        Ok(())
    }
}

impl std::error::Error for UnknownRevision {}

/// The revisions of one server, oldest first, never empty.
#[derive(Debug, Clone)]
pub(crate) struct Revisions(Vec<ProtocolVersion>);

impl Revisions {
    /// Only `revision`.
    pub(crate) fn only(revision: Revision) -> Self {
        Self(vec![revision.0])
    }

    pub(super) fn as_slice(&self) -> &[ProtocolVersion] {
        &self.0
    }

    pub(super) fn have_legacy(&self) -> bool {
        self.0.iter().any(ProtocolVersion::has_initialize)
    }

    pub(super) fn have_modern(&self) -> bool {
        !self.0.iter().all(ProtocolVersion::has_initialize)
    }

    pub(super) fn contain(&self, text: &[u8]) -> bool {
        self.0.iter().any(|version| version.as_str().as_bytes() == text)
    }
}

impl From<Era> for Revisions {
    fn from(era: Era) -> Self {
        let spoken = |version: &&ProtocolVersion| match era {
            Era::Both => true,
            Era::Modern => !version.has_initialize(),
            Era::Legacy => version.has_initialize(),
        };
        Self(ProtocolVersion::KNOWN_VERSIONS.iter().filter(spoken).cloned().collect())
    }
}
