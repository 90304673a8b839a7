//! Where the server is.

use core::fmt;
use core::net::{IpAddr, Ipv6Addr};

use nourl::{Url, UrlScheme};

/// An http or https URL, checked and taken apart.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Endpoint<'u> {
    url: &'u str,
    is_tls: bool,
    host: &'u str,
    port: u16,
    authority: &'u str,
    target: &'u str,
}

impl<'u> Endpoint<'u> {
    /// Reads a URL of the form `http://host[:port][/path[?query]]`, https likewise.
    ///
    /// Names outside ASCII have to be in their `xn--` form.
    ///
    /// # Errors
    /// [`EndpointError`].
    pub fn parse(url: &'u str) -> Result<Self, EndpointError> {
        if let Some(at) = url.bytes().position(|byte| !byte.is_ascii_graphic()) {
            return Err(EndpointError::Character { at });
        }
        if url.contains('#') {
            return Err(EndpointError::Fragment);
        }
        let (_, rest) = url.split_once("://").ok_or(EndpointError::Scheme)?;
        let authority = rest.split(['/', '?']).next().unwrap_or_default();
        // Before anything else is said about host and port: a password is no port.
        if authority.contains('@') {
            return Err(EndpointError::UserInfo);
        }
        let parsed = Url::parse(url).map_err(|error| match error {
            nourl::Error::NoScheme | nourl::Error::UnsupportedScheme => EndpointError::Scheme,
            _ => EndpointError::Port,
        })?;
        let is_tls = match parsed.scheme() {
            UrlScheme::HTTP => false,
            UrlScheme::HTTPS => true,
            _ => return Err(EndpointError::Scheme),
        };
        // The path may be missing before a query; that form is rare and has no target as it stands.
        let target = match rest.get(authority.len()..).unwrap_or_default() {
            "" => "/",
            target if target.starts_with('/') => target,
            _ => return Err(EndpointError::Path),
        };
        let host = parsed.host();
        let allowed =
            |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b':');
        let port = parsed.port_or_default();
        let bracketed = authority.starts_with('[');
        let no_address = bracketed && host.parse::<Ipv6Addr>().is_err();
        if host.is_empty() || no_address || !host.bytes().all(allowed) {
            return Err(EndpointError::Host);
        }
        // Numbers are parsed with a sign, too.
        if port == 0 || authority.ends_with(':') || authority.contains('+') {
            return Err(EndpointError::Port);
        }
        // The default port is left out of the Host header.
        let default = if is_tls { ":443" } else { ":80" };
        let authority = authority.strip_suffix(default).unwrap_or(authority);
        Ok(Self { url, is_tls, host, port, authority, target })
    }

    /// The URL as it was given.
    pub const fn url(&self) -> &'u str {
        self.url
    }

    /// Whether the connection has to be TLS.
    pub const fn is_tls(&self) -> bool {
        self.is_tls
    }

    /// Name or address of the host; an IPv6 address without brackets.
    pub const fn host(&self) -> &'u str {
        self.host
    }

    /// The port, stated or of the scheme.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Host and port as the `Host` header has them.
    pub const fn authority(&self) -> &'u str {
        self.authority
    }

    /// Path and query.
    pub const fn target(&self) -> &'u str {
        self.target
    }

    /// Whether the host is this machine by its name or address: `localhost`, 127.0.0.0/8, `::1`.
    ///
    /// A bearer may go there without TLS, so a [`Connect`](crate::Connect) that looks names up takes no other
    /// address for `localhost` than one of these.
    pub fn is_loopback(&self) -> bool {
        match self.host.parse::<IpAddr>() {
            Ok(address) => address.to_canonical().is_loopback(),
            Err(_) => self.is_localhost(),
        }
    }

    /// Whether the host is this machine by its name.
    pub(crate) const fn is_localhost(&self) -> bool {
        self.host.eq_ignore_ascii_case("localhost")
    }
}

impl fmt::Debug for Endpoint<'_> {
    /// Leaves the query out: some servers want secrets in it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.target.split('?').next().unwrap_or_default();
        let scheme = if self.is_tls { "https" } else { "http" };
        write!(f, "Endpoint({scheme}://{}{path})", self.authority)
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for Endpoint<'_> {
    /// Leaves the query out: some servers want secrets in it.
    fn format(&self, f: defmt::Formatter<'_>) {
        let path = self.target.split('?').next().unwrap_or_default();
        defmt::write!(f, "Endpoint({=bool}, {=str}{=str})", self.is_tls, self.authority, path);
    }
}

/// Why a URL is no endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum EndpointError {
    /// White space, a control character or one outside ASCII.
    Character {
        /// Position of its first byte.
        at: usize,
    },
    /// A fragment, which never goes to a server.
    Fragment,
    /// No host, or one with a character that no host name has.
    Host,
    /// A query without a path before it.
    Path,
    /// The port is missing behind its colon, 0 or above 65535.
    Port,
    /// Neither http nor https.
    Scheme,
    /// A user name or password in the URL, where logs and process lists show it.
    UserInfo,
}

impl fmt::Display for EndpointError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Character { at } => {
                write!(f, "the URL has a character that must be percent-encoded, at byte {at}")
            }
            Self::Fragment => f.write_str("the URL has a fragment"),
            Self::Host => f.write_str("the URL has no valid host name"),
            Self::Path => f.write_str("the URL has a query without a path; write / before it"),
            Self::Port => f.write_str("the URL has no valid host and port"),
            Self::Scheme => f.write_str("the URL begins with neither http:// nor https://"),
            Self::UserInfo => f.write_str("the URL has a user name or password in it"),
        }
    }
}

impl core::error::Error for EndpointError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_taken_apart() {
        for (url, tls, host, port, authority, target, loopback) in [
            ("http://localhost:8080/mcp", false, "localhost", 8080, "localhost:8080", "/mcp", true),
            ("https://example.com", true, "example.com", 443, "example.com", "/", false),
            (
                "HTTPS://example.com:443/a?b=c/d",
                true,
                "example.com",
                443,
                "example.com",
                "/a?b=c/d",
                false,
            ),
            ("http://[::1]:81/x", false, "::1", 81, "[::1]:81", "/x", true),
            ("http://127.9.9.9", false, "127.9.9.9", 80, "127.9.9.9", "/", true),
            (
                "http://[::ffff:127.0.0.1]/",
                false,
                "::ffff:127.0.0.1",
                80,
                "[::ffff:127.0.0.1]",
                "/",
                true,
            ),
            ("http://10.0.2.2:9/", false, "10.0.2.2", 9, "10.0.2.2:9", "/", false),
            (
                "http://localhost.example.com/",
                false,
                "localhost.example.com",
                80,
                "localhost.example.com",
                "/",
                false,
            ),
        ] {
            let endpoint = Endpoint::parse(url).unwrap();
            assert_eq!((endpoint.is_tls(), endpoint.host(), endpoint.port()), (tls, host, port));
            assert_eq!((endpoint.authority(), endpoint.target()), (authority, target), "{url}");
            assert_eq!(endpoint.is_loopback(), loopback, "{url}");
        }
    }

    #[cfg(feature = "defmt")]
    #[test]
    fn a_query_is_not_logged() {
        use defmt::Format;

        let endpoint = Endpoint::parse("http://example.com/mcp?key=secret").unwrap();
        endpoint.format(defmt::export::make_formatter());
        let logged = defmt::export::fetch_bytes();
        let has = |text: &[u8]| logged.windows(text.len()).any(|window| window == text);
        assert!(has(b"example.com") && has(b"/mcp") && !has(b"secret"));
    }

    #[test]
    fn other_urls_are_refused_by_name() {
        use EndpointError::{Character, Fragment, Host, Path, Port, Scheme, UserInfo};
        for (url, error) in [
            ("", Scheme),
            ("example.com/mcp", Scheme),
            ("ftp://example.com", Scheme),
            ("mqtt://example.com", Scheme),
            ("http://", Host),
            ("http:///mcp", Host),
            ("http://u:p@example.com/", UserInfo),
            ("http://example.com:99999/", Port),
            ("http://example.com:0/", Port),
            ("http://example.com:/", Port),
            ("http://example.com/#x", Fragment),
            ("http://example.com?x=1", Path),
            ("http://exa mple.com/", Character { at: 10 }),
            ("http://example.com/\r\nX: y", Character { at: 19 }),
            ("http://ex%61mple.com/", Host),
            // Brackets stand for an IPv6 address, and a port is digits.
            ("http://[example.com]/", Host),
            ("http://[127.0.0.1]/", Host),
            ("http://[:::]:80/", Host),
            ("http://example.com:+80/", Port),
            ("http://[::1]:+80/", Port),
            ("http://b\u{fc}cher.example/", Character { at: 8 }),
        ] {
            assert_eq!(Endpoint::parse(url), Err(error), "{url:?}");
        }
    }
}
