//! Where something may be sent.

use mcpico_http::Endpoint;

use crate::Fault;

/// Makes sure that a URL which the server at `server` has named may be asked: https, or a loopback
/// address when that server is on one itself; no query, fragment or user.
pub(super) fn check(server: &str, url: &str) -> Result<(), Fault> {
    let named = Endpoint::parse(url)?;
    let local = Endpoint::parse(server)?.is_loopback() && named.is_loopback();
    if !named.is_tls() && !local {
        return Err(format!("{url} is neither https nor local as the server itself is").into());
    }
    if url.contains(['?', '#', '@']) {
        return Err(format!("{url} has a query, a fragment or a user").into());
    }
    Ok(())
}

/// Scheme and authority of a URL.
pub(super) fn of(url: &str) -> Result<&str, Fault> {
    let target = Endpoint::parse(url)?.target();
    // A URL without a path has the target that it does not name.
    Ok(url.strip_suffix(target).unwrap_or(url))
}

/// The path of a URL without a slash at its end; empty for the root.
pub(super) fn path(url: &str) -> Result<&str, Fault> {
    let target = Endpoint::parse(url)?.target();
    Ok(target.split('?').next().unwrap_or_default().trim_end_matches('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_goes_where_it_can_be_read() {
        let local = "http://localhost:1/mcp";
        for (server, url, allowed) in [
            (local, "http://127.0.0.1:2/token", true),
            (local, "https://as.example/token", true),
            (local, "http://as.example/token", false),
            ("https://mcp.example/mcp", "http://localhost:2/token", false),
            ("https://mcp.example/mcp", "https://as.example", true),
            ("https://mcp.example/mcp", "https://as.example/?a", false),
            ("https://mcp.example/mcp", "https://as.example/#a", false),
            ("https://mcp.example/mcp", "https://a@as.example/", false),
            ("https://mcp.example/mcp", "ftp://as.example/", false),
        ] {
            assert_eq!(check(server, url).is_ok(), allowed, "{server} {url}");
        }
    }

    #[test]
    fn a_url_is_taken_apart() {
        for (url, origin, of_path) in [
            ("https://a.example", "https://a.example", ""),
            ("https://a.example/", "https://a.example", ""),
            ("http://localhost:1/t/mcp/", "http://localhost:1", "/t/mcp"),
        ] {
            assert_eq!((of(url).unwrap(), path(url).unwrap()), (origin, of_path));
        }
    }
}
