//! Where a token comes from.

use std::env;
use std::fmt;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};

use clap::Args;
use mcpico_core::auth::mask;
use zeroize::Zeroizing;

use crate::confidential::{Contents, unread};
use crate::failure::Failure;
use crate::terminal;

/// The environment variable that holds a token when the command line names none.
pub(crate) const TOKEN_VARIABLE: &str = "MCP_JWT_TOKEN";

/// What stands for standard input.
const STDIN: &str = "-";

#[derive(Args, Clone, Debug, Default)]
pub(crate) struct TokenSource {
    /// The token itself; other users can see it in the list of processes, so a file is better
    #[arg(long, value_name = "TOKEN")]
    jwt_token: Option<Token>,

    /// File with the token, - for standard input; one line end at its end is not part of it
    ///
    /// Without it the token is the value of the environment variable `MCP_JWT_TOKEN`.
    #[arg(long, value_name = "FILE", conflicts_with = "jwt_token")]
    jwt_token_file: Option<PathBuf>,

    /// Where a configuration says that the token is; it stands above the environment.
    #[arg(skip)]
    pub(crate) place: Option<Place>,
}

/// Where something confidential is that a configuration names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// The name of a variable of our environment.
    Variable(String),
    File(PathBuf),
}

impl TokenSource {
    /// The token, when one is named; warns where other users can see it.
    ///
    /// # Errors
    ///
    /// [`TokenError`]; a token that is named and empty is one.
    pub(crate) fn find(&self) -> Result<Option<Token>, TokenError> {
        let (token, name) = if let Some(token) = &self.jwt_token {
            warn_of_list();
            (token.clone(), "--jwt-token")
        } else if self.reads_stdin() {
            (Token::of_stdin()?, "standard input")
        } else if let Some(file) = &self.jwt_token_file {
            (Token::of_file(file)?, "the file")
        } else if let Some(place) = &self.place {
            (Token::of_place(place)?, "the place that the configuration names")
        } else if let Some(value) = env::var_os(TOKEN_VARIABLE) {
            (Token { bytes: Zeroizing::new(value.into_encoded_bytes()) }, TOKEN_VARIABLE)
        } else {
            return Ok(None);
        };
        if token.bytes.is_empty() { Err(TokenError::Empty(name)) } else { Ok(Some(token)) }
    }

    /// The token as text, when one is named, as [`TokenSource::find`] does.
    ///
    /// # Errors
    ///
    /// [`TokenError`]; a token that is not UTF-8 is one.
    pub(crate) fn find_text(&self) -> Result<Option<String>, TokenError> {
        let Some(token) = self.find()? else { return Ok(None) };
        let text = str::from_utf8(token.as_bytes()).map_err(|_| TokenError::NotText)?;
        Ok(Some(text.to_owned()))
    }

    /// The command line or the environment names a token.
    pub(crate) fn is_named(&self) -> bool {
        self.jwt_token.is_some()
            || self.jwt_token_file.is_some()
            || self.place.is_some()
            || env::var_os(TOKEN_VARIABLE).is_some()
    }

    /// The token takes up standard input.
    pub(crate) fn reads_stdin(&self) -> bool {
        self.jwt_token_file.as_deref() == Some(Path::new(STDIN))
    }
}

#[derive(Args, Clone, Debug, Default)]
pub(crate) struct TokenArgument {
    /// The token, or - for standard input, which is also read when no token is named at all
    ///
    /// A token that stands here can be seen in the list of processes.
    #[arg(value_name = "TOKEN", conflicts_with_all = ["jwt_token", "jwt_token_file"])]
    token: Option<Token>,

    #[command(flatten)]
    source: TokenSource,
}

impl TokenArgument {
    /// The token; the last place where it can be is standard input, unless that is a terminal or
    /// `stdin_taken`.
    ///
    /// # Errors
    ///
    /// [`TokenError`].
    pub(crate) fn read(&self, stdin_taken: bool) -> Result<Token, TokenError> {
        match &self.token {
            Some(token) if token.is_stdin() => return Token::of_stdin(),
            Some(token) => {
                warn_of_list();
                return Ok(token.clone());
            }
            None => {}
        }
        match self.source.find()? {
            Some(token) => Ok(token),
            None if stdin_taken || io::stdin().is_terminal() => Err(TokenError::None),
            None => Token::of_stdin(),
        }
    }

    /// The command line asks to take the token from standard input.
    pub(crate) fn reads_stdin(&self) -> bool {
        self.token.as_ref().is_some_and(Token::is_stdin) || self.source.reads_stdin()
    }
}

fn warn_of_list() {
    terminal::warn(
        "other users can see a token on the command line in the list of processes; \
         --jwt-token-file and MCP_JWT_TOKEN keep it out",
    );
}

/// Why there is no token.
#[derive(Debug)]
pub(crate) enum TokenError {
    /// No token is named.
    None,
    /// The token that is named is empty; tells where it stands.
    Empty(&'static str),
    /// The variable that the configuration names is not set.
    Variable(String),
    /// The token is not UTF-8.
    NotText,
    /// The file cannot be read.
    File(PathBuf, io::Error),
    /// Standard input cannot be read.
    Stdin(io::Error),
}

impl fmt::Display for TokenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => {
                f.write_str("no token: give --jwt-token-file FILE, MCP_JWT_TOKEN or standard input")
            }
            Self::Variable(name) => {
                write!(f, "the configuration takes the token from {name}, which is not set")
            }
            Self::NotText => f.write_str("the token is not UTF-8"),
            Self::Empty(name) => write!(f, "the token in {name} is empty"),
            Self::File(file, error) => f.write_str(&unread("the token", file, error)),
            Self::Stdin(error) => {
                write!(f, "the token cannot be read from standard input: {error}")
            }
        }
    }
}

impl std::error::Error for TokenError {}

impl From<TokenError> for Failure {
    fn from(error: TokenError) -> Self {
        Self::usage(terminal::escape(&error.to_string()))
    }
}

/// A token, wiped on drop; whether it is one is not known.
#[derive(Clone)]
pub(crate) struct Token {
    bytes: Zeroizing<Vec<u8>>,
}

impl Token {
    fn of_file(file: &Path) -> Result<Self, TokenError> {
        let contents =
            Contents::of_file(file).map_err(|error| TokenError::File(file.to_owned(), error))?;
        if contents.open_to_others {
            terminal::warn(&format!("other users can read the token in {}", file.display()));
        }
        Ok(Self { bytes: contents.bytes })
    }

    fn of_place(place: &Place) -> Result<Self, TokenError> {
        match place {
            Place::File(file) => Self::of_file(file),
            Place::Variable(name) => {
                let value = env::var_os(name).ok_or_else(|| TokenError::Variable(name.clone()))?;
                Ok(Self { bytes: Zeroizing::new(value.into_encoded_bytes()) })
            }
        }
    }

    fn of_stdin() -> Result<Self, TokenError> {
        let contents = Contents::of_stdin().map_err(TokenError::Stdin)?;
        Ok(Self { bytes: contents.bytes })
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    fn is_stdin(&self) -> bool {
        self.as_bytes() == STDIN.as_bytes()
    }
}

impl From<String> for Token {
    fn from(text: String) -> Self {
        Self { bytes: Zeroizing::new(text.into_bytes()) }
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Token({})", mask(&self.bytes))
    }
}
