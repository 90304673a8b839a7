//! Revisions of the protocol and what differs between them.

use core::fmt;

/// A revision of the protocol. Later ones are greater.
///
/// [Versioning](https://modelcontextprotocol.io/specification/2026-07-28/basic/versioning)
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Revision {
    /// 2024-11-05
    V2024_11_05,
    /// 2025-03-26
    V2025_03_26,
    /// 2025-06-18
    V2025_06_18,
    /// 2025-11-25, the last one with a handshake
    V2025_11_25,
    /// 2026-07-28, stateless
    V2026_07_28,
}

/// What a revision does and the others do not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "it is a table of yes and no")]
pub struct Differences {
    /// `initialize` and `notifications/initialized` come before anything else; a session id may follow.
    pub handshake: bool,
    /// Every later request carries `MCP-Protocol-Version`.
    pub version_header: bool,
    /// Arrays of messages may arrive.
    pub batches: bool,
    /// The server may send requests on a response stream.
    pub server_requests: bool,
    /// Every request carries protocol version, client and capabilities in `_meta`, and its method and
    /// name as headers.
    pub stateless: bool,
}

impl Revision {
    /// All revisions, the newest first.
    pub const ALL: [Self; 5] = [
        Self::V2026_07_28,
        Self::V2025_11_25,
        Self::V2025_06_18,
        Self::V2025_03_26,
        Self::V2024_11_05,
    ];

    /// The newest revision.
    pub const LATEST: Self = Self::V2026_07_28;

    /// The newest revision of the legacy era.
    pub const LATEST_LEGACY: Self = Self::V2025_11_25;

    /// The revision of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|revision| revision.name() == name)
    }

    /// The name on the wire, a date.
    pub const fn name(self) -> &'static str {
        match self {
            Self::V2024_11_05 => "2024-11-05",
            Self::V2025_03_26 => "2025-03-26",
            Self::V2025_06_18 => "2025-06-18",
            Self::V2025_11_25 => "2025-11-25",
            Self::V2026_07_28 => "2026-07-28",
        }
    }

    /// Whether it is of the modern era: stateless, without a handshake.
    pub const fn is_modern(self) -> bool {
        self.differences().stateless
    }

    /// The row of this revision in the table of differences.
    pub const fn differences(self) -> Differences {
        const OLDEST: Differences = Differences {
            handshake: true,
            version_header: false,
            batches: false,
            server_requests: true,
            stateless: false,
        };
        match self {
            Self::V2024_11_05 => OLDEST,
            Self::V2025_03_26 => Differences { batches: true, ..OLDEST },
            Self::V2025_06_18 | Self::V2025_11_25 => Differences { version_header: true, ..OLDEST },
            Self::V2026_07_28 => Differences {
                handshake: false,
                version_header: true,
                batches: false,
                server_requests: false,
                stateless: true,
            },
        }
    }
}

impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back_and_order_by_date() {
        assert!(Revision::ALL.is_sorted_by(|newer, older| newer > older));
        assert!(Revision::ALL.is_sorted_by(|newer, older| newer.name() > older.name()));
        for revision in Revision::ALL {
            assert_eq!(Revision::from_name(revision.name()), Some(revision));
        }
        assert_eq!(Revision::from_name("2026-07-29"), None);
    }
}
