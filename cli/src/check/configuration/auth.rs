//! Where token or secret come from. They never stand in the file itself.

use std::path::Path;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Map, Value};
use serde_saphyr::{Location, Spanned};

use crate::failure::Failure;
use crate::target::TargetArguments;
use crate::token::source::Place;
use crate::yaml;

/// The places of token and secret, and what minted tokens claim.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Auth {
    token_env: Option<Spanned<String>>,
    token_file: Option<Spanned<String>>,
    secret_env: Option<Spanned<String>>,
    secret_file: Option<Spanned<String>>,
    allow_short_secret: bool,
    claims: Map<String, Value>,
    token: Option<Spanned<IgnoredAny>>,
    jwt: Option<Spanned<IgnoredAny>>,
    jwt_token: Option<Spanned<IgnoredAny>>,
    bearer: Option<Spanned<IgnoredAny>>,
    secret: Option<Spanned<IgnoredAny>>,
    jwt_secret: Option<Spanned<IgnoredAny>>,
}

impl Auth {
    /// Refuses what is confidential and stands in the file.
    pub(super) fn verify(&self, file: &Path) -> Result<(), Failure> {
        let literals = [
            (&self.token, "a token", "token"),
            (&self.jwt, "a token", "token"),
            (&self.jwt_token, "a token", "token"),
            (&self.bearer, "a token", "token"),
            (&self.secret, "a secret", "secret"),
            (&self.jwt_secret, "a secret", "secret"),
        ];
        for (literal, what, kind) in literals {
            if let Some(literal) = literal {
                return Err(literal_refused(file, literal.referenced, what, kind));
            }
        }
        for (place, kind) in [
            (&self.token_env, "token"),
            (&self.token_file, "token"),
            (&self.secret_env, "secret"),
            (&self.secret_file, "secret"),
        ] {
            if let Some(place) = place.as_ref().filter(|place| is_token(&place.value)) {
                return Err(literal_refused(file, place.referenced, "a token", kind));
            }
        }
        for (one, other, kind) in [
            (&self.token_env, &self.token_file, "token"),
            (&self.secret_env, &self.secret_file, "secret"),
        ] {
            if let (Some(_), Some(other)) = (one, other) {
                let what = format!("{kind}_env and {kind}_file cannot both be given");
                return Err(yaml::wrong(file, Some(other.referenced), what));
            }
        }
        Ok(())
    }

    /// Puts the places behind what the command line says.
    pub(crate) fn apply(&self, file: &Path, arguments: &mut TargetArguments) {
        let folder = file.parent().unwrap_or(Path::new(""));
        let place = |variable: &Option<Spanned<String>>, file: &Option<Spanned<String>>| {
            let variable = variable.as_ref().map(|name| Place::Variable(name.value.clone()));
            // The file stays where it is when somebody works in another folder.
            variable.or(file.as_ref().map(|name| Place::File(folder.join(&name.value))))
        };
        arguments.token.place = place(&self.token_env, &self.token_file);
        arguments.secret.place = place(&self.secret_env, &self.secret_file);
        arguments.secret.allow_short_secret |= self.allow_short_secret;
        for (name, value) in &self.claims {
            let own = match name.as_str() {
                "iss" => &mut arguments.iss,
                "aud" => &mut arguments.aud,
                "sub" => &mut arguments.sub,
                "scope" => &mut arguments.scope,
                _ => &mut None,
            };
            match value {
                Value::String(text) if matches!(name.as_str(), "iss" | "aud" | "sub" | "scope") => {
                    own.get_or_insert_with(|| text.clone());
                }
                value => arguments.configured_claims.push((name.clone(), value.clone())),
            }
        }
    }
}

/// Whether `text` is a token of three parts, whoever signed it.
pub(super) fn is_token(text: &str) -> bool {
    let text = text.trim();
    let text = text.strip_prefix("Bearer ").unwrap_or(text);
    let symbol = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
    let parts: Vec<_> = text.split('.').collect();
    parts.len() == 3 && text.starts_with("eyJ") && parts.iter().all(|part| part.chars().all(symbol))
}

pub(super) fn literal_refused(file: &Path, at: Location, what: &str, kind: &str) -> Failure {
    let why = format!(
        "{what} stands in the file: files are committed and shared, and whoever reads it can use it; name \
         where it comes from by {kind}_env or {kind}_file"
    );
    yaml::wrong(file, Some(at), why)
}
