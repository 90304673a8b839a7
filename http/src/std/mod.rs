//! For programs: tokio TCP, rustls with the platform's verifier, and a session that reconnects.

mod session;
mod tcp;
mod tls;

pub use session::{Options, Outcome, Rejection, RpcError, Session, SessionError};
pub use tcp::{TokioConnector, TokioIo, TokioTimer};
