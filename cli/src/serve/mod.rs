//! The demo server: an MCP endpoint behind the guard, and a health check beside it.

mod demo;
mod gate;
mod guard;
mod lie;
mod owners;
mod revisions;
mod run;
mod stdio;
mod token_file;

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use axum::Router;
use axum::http::header;
use axum::middleware;
use axum::response::IntoResponse;
use axum::routing;
use axum::serve::ListenerExt;
use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use rmcp::transport::{StreamableHttpServerConfig, StreamableHttpService};
use tokio::runtime;
use tokio_util::sync::CancellationToken;

use demo::Demo;
use gate::Gate;
pub(crate) use guard::Guard;
pub(crate) use lie::{Liar, Lie};
use lie::{Severable, Severing};
pub(crate) use revisions::{Era, Revision, Revisions};
pub(crate) use run::run;

/// How long a stopping server waits for connections that do not end.
const GRACE: Duration = Duration::from_secs(2);

/// What a server is started with.
pub(crate) struct Options {
    /// Port 0 takes a free one.
    pub(crate) listen: SocketAddr,
    pub(crate) guard: Guard,
    pub(crate) revisions: Revisions,
    /// Host names that are right beside those of loopback and the listen address.
    pub(crate) allowed_hosts: Vec<String>,
    /// Answer modern requests by an event stream, also where one JSON body would do.
    pub(crate) always_stream: bool,
    /// What it does wrong on purpose.
    pub(crate) liar: Option<Liar>,
}

impl Options {
    /// A server on a free loopback port that speaks every revision.
    pub(crate) fn new(guard: Guard) -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            guard,
            revisions: Revisions::from(Era::Both),
            allowed_hosts: Vec::new(),
            always_stream: false,
            liar: None,
        }
    }
}

/// The server, before it runs.
pub(crate) struct Server {}

impl Server {
    /// Listens, and serves in a thread of its own until the result is stopped or dropped.
    ///
    /// When this returns, connections are accepted. Needs no async runtime and disturbs none.
    ///
    /// # Errors
    ///
    /// Those of the operating system: the address is taken or not ours, no thread can be had.
    pub(crate) fn start(options: Options) -> io::Result<Running> {
        let listener = TcpListener::bind(options.listen)?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
        let (stop, ended) = (CancellationToken::new(), CancellationToken::new());
        let thread = {
            let (stop, end) = (stop.clone(), ended.clone().drop_guard());
            thread::Builder::new().name("mcpico-serve".to_owned()).spawn(move || {
                let _end = end;
                runtime.block_on(serve(listener, address, options, stop))
            })?
        };
        Ok(Running { address, stop, ended, thread: Some(thread) })
    }
}

/// A server that runs.
pub(crate) struct Running {
    /// The address that it listens on, with the port that was taken.
    pub(crate) address: SocketAddr,
    stop: CancellationToken,
    ended: CancellationToken,
    thread: Option<JoinHandle<io::Result<()>>>,
}

impl Running {
    /// The URL of the MCP endpoint.
    pub(crate) fn url(&self) -> String {
        format!("http://{}/mcp", self.address)
    }

    /// Waits until the server ends by itself.
    pub(crate) async fn ended(&self) {
        self.ended.cancelled().await;
    }

    /// Ends sessions and streams, lets running answers finish for at most two seconds, and frees
    /// the port.
    ///
    /// # Errors
    ///
    /// What ended the server before.
    pub(crate) fn stop(mut self) -> io::Result<()> {
        self.join()
    }

    fn join(&mut self) -> io::Result<()> {
        self.stop.cancel();
        match self.thread.take().map(JoinHandle::join) {
            None => Ok(()),
            Some(Ok(result)) => result,
            Some(Err(_)) => Err(io::Error::other("the server's thread panicked")),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.join();
    }
}

async fn serve(
    listener: TcpListener,
    address: SocketAddr,
    options: Options,
    stop: CancellationToken,
) -> io::Result<()> {
    let listener = tokio::net::TcpListener::from_std(listener)?;
    let config = configuration(address, &options, &stop);
    let lie = options.liar.as_ref().map(|liar| liar.lie);
    let demo = Demo::new(options.revisions.clone(), lie);
    let sessions = Arc::new(LocalSessionManager::default());
    let endpoint = StreamableHttpService::new(move || Ok(demo.clone()), sessions, config);
    let gate = Arc::new(Gate::new(options.guard, options.revisions, options.liar));
    let routes = Router::new()
        .route_service("/mcp", endpoint)
        .route_layer(middleware::from_fn_with_state(gate, gate::admit))
        .route("/health", routing::get(health));
    let stopping = stop.clone().cancelled_owned();
    let served = async {
        if lie.is_some() {
            let routes = routes.into_make_service_with_connect_info::<Severing>();
            return axum::serve(Severable(listener), routes).with_graceful_shutdown(stopping).await;
        }
        let listener = listener.tap_io(|stream| {
            let _ = stream.set_nodelay(true);
        });
        axum::serve(listener, routes).with_graceful_shutdown(stopping).await
    };
    tokio::select! {
        result = served => result,
        () = overdue(&stop) => Ok(()),
    }
}

fn configuration(
    address: SocketAddr,
    options: &Options,
    stop: &CancellationToken,
) -> StreamableHttpServerConfig {
    let names = ["localhost", "127.0.0.1", "[::1]"].map(String::from).into_iter();
    let own = match address {
        SocketAddr::V4(address) => address.ip().to_string(),
        SocketAddr::V6(address) => format!("[{}]", address.ip()),
    };
    let hosts: Vec<String> = names.chain([own]).chain(options.allowed_hosts.clone()).collect();
    let origins: Vec<String> =
        hosts.iter().map(|host| format!("http://{host}:{}", address.port())).collect();
    StreamableHttpServerConfig::default()
        .with_allowed_hosts(hosts)
        .with_allowed_origins(origins)
        .with_legacy_session_mode(options.revisions.have_legacy())
        .with_stateless_protocol_metadata_required(!options.revisions.have_legacy())
        .with_json_response(!options.always_stream)
        .with_cancellation_token(stop.clone())
}

async fn overdue(stop: &CancellationToken) {
    stop.cancelled().await;
    tokio::time::sleep(GRACE).await;
}

async fn health() -> impl IntoResponse {
    let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")];
    (headers, r#"{"status":"ok"}"#)
}

#[cfg(test)]
mod tests {
    use std::net::TcpStream;

    use super::*;

    #[test]
    fn a_dropped_server_frees_its_port() {
        let start = || Server::start(Options::new(guard::tests::guard())).unwrap();
        let (one, two) = (start(), start());
        assert_ne!(one.address, two.address);
        assert_eq!(two.url(), format!("http://127.0.0.1:{}/mcp", two.address.port()));
        let address = two.address;
        assert!(TcpStream::connect(address).is_ok());
        drop(two);
        assert!(TcpStream::connect(address).is_err());
        one.stop().unwrap();
    }
}
