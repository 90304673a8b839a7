//! Lies that need a memory: about sessions, and about tokens that were seen before.

use std::collections::VecDeque;

use axum::http::{HeaderMap, HeaderValue, header};

use super::Lie;
use crate::serve::gate::SESSION_HEADER;
use crate::serve::guard::Claims;
use crate::serve::owners::Owners;

/// Most tokens that are remembered.
const MAX_TOKENS: usize = 64;

/// What a liar remembers.
#[derive(Default)]
pub(super) struct Memory {
    /// Headers that were good once.
    good: VecDeque<(HeaderValue, Claims)>,
    /// Who came first.
    first: Option<Claims>,
}

impl Memory {
    /// Takes note of a request that was let in.
    pub(super) fn remember(&mut self, lie: Lie, headers: &HeaderMap, claims: &Claims) {
        if lie == Lie::CachesToken
            && let Some(value) = sole(headers)
            && self.good.iter().all(|(good, _)| good != value)
        {
            if self.good.len() >= MAX_TOKENS {
                self.good.pop_front();
            }
            self.good.push_back((value.clone(), claims.clone()));
        }
    }

    /// Whose claims a tool sees.
    pub(super) fn identity(&mut self, lie: Lie, claims: Claims) -> Claims {
        if lie == Lie::MixesIdentities {
            return self.first.get_or_insert(claims).clone();
        }
        claims
    }

    /// The claims of a request that the guard refuses and this lie does not.
    pub(super) fn excuse(&self, lie: Lie, headers: &HeaderMap, owners: &Owners) -> Option<Claims> {
        match lie {
            Lie::CachesToken => {
                let value = sole(headers)?;
                let known = self.good.iter().find(|(good, _)| good == value);
                known.map(|(_, claims)| claims.clone())
            }
            Lie::SessionWithoutToken => {
                owners.know(headers.get(SESSION_HEADER)?).then(|| Claims::of("{}"))
            }
            _ => None,
        }
    }
}

/// The only `Authorization` header.
fn sole(headers: &HeaderMap) -> Option<&HeaderValue> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    values.next().filter(|_| values.next().is_none())
}
