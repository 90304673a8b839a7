//! Character classes of the HTTP authentication grammar.

use crate::http1::{Alphabet, TCHAR};

/// `tchar` of [RFC 9110 section 5.6.2](https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2).
pub(super) fn is_token(byte: u8) -> bool {
    TCHAR.has(byte)
}

/// What `token68` and `b64token` consist of before their padding
/// ([RFC 9110 section 11.2](https://www.rfc-editor.org/rfc/rfc9110#section-11.2)).
const TOKEN68: Alphabet =
    Alphabet::of(b"+-./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz~");

/// The length of the `token68` at the start of `text` with its padding; 0 when there is none.
pub(super) fn token68_len(text: &[u8]) -> usize {
    let body = TOKEN68.run(text);
    if body == 0 {
        return 0;
    }
    let padding = text.iter().skip(body).take_while(|byte| **byte == b'=').count();
    body.saturating_add(padding)
}

/// Splits off the longest start of `text` whose bytes all satisfy `class`.
pub(super) fn split_run(text: &[u8], class: impl Fn(u8) -> bool) -> (&[u8], &[u8]) {
    let len = text.iter().take_while(|byte| class(**byte)).count();
    text.split_at_checked(len).unwrap_or((text, &[]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_classes_are_those_of_the_standard() {
        let alnum = |byte: u8| byte.is_ascii_alphanumeric();
        for byte in 0..=255_u8 {
            // The lists of RFC 9110 sections 5.6.2 and 11.2.
            let in_token = alnum(byte) || b"!#$%&'*+-.^_`|~".contains(&byte);
            let in_token68 = alnum(byte) || b"-._~+/".contains(&byte);
            assert_eq!(is_token(byte), in_token, "{byte}");
            assert_eq!(TOKEN68.has(byte), in_token68, "{byte}");
        }
    }
}
