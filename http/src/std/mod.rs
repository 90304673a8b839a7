//! For programs: tokio TCP, rustls with the platform's verifier, a session that reconnects, and one with a
//! child process.

mod answering;
mod backoff;
mod cache;
mod calls;
mod channel;
mod dialogue;
mod exchange;
mod input;
mod listener;
mod listening;
mod noise;
mod options;
mod outcome;
mod process;
mod program;
mod refusal;
mod schema;
mod session;
mod stdio;
mod streaming;
mod subscription;
mod task;
mod tcp;
mod tls;

pub use cache::Cache;
pub use input::{AnswerInput, Answers, Input, MAX_ROUNDS, form_defaults};
pub use noise::{HearNoise, Noise};
pub use options::{Hear, Options, Trace, Transport};
pub use outcome::{Outcome, ProcessError, Rejection, RpcError, SessionError};
pub use process::{Ending, STDERR_TAIL};
pub use program::{INHERITED, Program};
pub use refusal::Refused;
pub use session::{MAX_RESUMES, Session};
pub use stdio::{StdioOptions, StdioSession};
pub use streaming::{ResultPart, StreamedOutcome};
pub use subscription::{Ended, MAX_ATTEMPTS, Subscription};
pub use task::TaskEnd;
pub use tcp::{TokioConnector, TokioIo, TokioTimer};
