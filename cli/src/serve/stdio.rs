//! The demo server over standard input and output.

use std::io;

use rmcp::ServiceExt;
use rmcp::transport::stdio;
use tokio::runtime;

use super::demo::Demo;
use super::lie::Lie;
use super::revisions::Revisions;

/// Serves until standard input ends.
///
/// # Errors
///
/// Those of the operating system, and when the client does not begin as it should.
pub(super) fn run(revisions: Revisions, lie: Option<Lie>) -> io::Result<()> {
    let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
    let served = runtime.block_on(async {
        let service = Demo::new(revisions, lie).serve(stdio()).await.map_err(io::Error::other)?;
        service.waiting().await.map_err(io::Error::other)
    });
    // A read of standard input that is under way cannot be given up.
    runtime.shutdown_background();
    served.map(|_| ())
}
