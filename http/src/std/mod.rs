//! For programs: tokio TCP, rustls with the platform's verifier, and a session that reconnects.

mod input;
mod listener;
mod session;
mod tcp;
mod tls;

pub use input::{AnswerInput, Answers, Input, form_defaults};
pub use session::{
    MAX_RESUMES, MAX_ROUNDS, Options, Outcome, Rejection, RpcError, Session, SessionError,
};
pub use tcp::{TokioConnector, TokioIo, TokioTimer};
