//! For programs: tokio TCP, rustls with the platform's verifier, and a session that reconnects.

mod input;
mod listener;
mod outcome;
mod session;
mod tcp;
mod tls;

pub use input::{AnswerInput, Answers, Input, form_defaults};
pub use outcome::{Outcome, Rejection, RpcError, SessionError};
pub use session::{MAX_RESUMES, MAX_ROUNDS, Options, Session};
pub use tcp::{TokioConnector, TokioIo, TokioTimer};
