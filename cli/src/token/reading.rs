//! The ways in which programs read one secret: whole, without its line end, decoded.

use mcpico_core::jwt::base64url;
use zeroize::Zeroizing;

/// Fewest characters that are taken for an encoding: words are as short.
const MIN_ENCODED: usize = 16;

/// Bytes that stand in a file, a variable or standard input, wiped on drop.
pub(crate) type Bytes = Zeroizing<Vec<u8>>;

/// One way to read a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reading {
    AsItStands,
    WithoutLineEnd,
    WithLineEnd,
    Trimmed,
    Unquoted,
    Base64,
    Base64Url,
    Hexadecimal,
}

impl Reading {
    pub(crate) const ALL: [Self; 8] = [
        Self::AsItStands,
        Self::WithoutLineEnd,
        Self::WithLineEnd,
        Self::Trimmed,
        Self::Unquoted,
        Self::Base64,
        Self::Base64Url,
        Self::Hexadecimal,
    ];

    /// What is done with the bytes, as a phrase behind the name of the secret.
    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::AsItStands => "as it stands",
            Self::WithoutLineEnd => "without the line end at its end",
            Self::WithLineEnd => "with a line end behind it",
            Self::Trimmed => "without the white space around it",
            Self::Unquoted => "without the quotes around it",
            Self::Base64 => "decoded from base64",
            Self::Base64Url => "decoded from base64url",
            Self::Hexadecimal => "decoded from hexadecimal",
        }
    }

    /// The secret when it is read so; `None` where that is no different from another way, or not possible.
    pub(crate) fn of(self, bytes: &[u8]) -> Option<Bytes> {
        let changed = |read: &[u8]| (read != bytes).then(|| Zeroizing::new(read.to_vec()));
        let trimmed = bytes.trim_ascii();
        match self {
            Self::AsItStands => Some(Zeroizing::new(bytes.to_vec())),
            Self::WithoutLineEnd => changed(without_line_end(bytes)),
            Self::WithLineEnd => (without_line_end(bytes) == bytes && !bytes.is_empty())
                .then(|| Zeroizing::new([bytes, b"\n"].concat())),
            Self::Trimmed => changed(trimmed).filter(|_| trimmed != without_line_end(bytes)),
            Self::Unquoted => unquoted(trimmed).map(|inner| Zeroizing::new(inner.to_vec())),
            Self::Base64 => base64(trimmed),
            Self::Base64Url => base64_url(trimmed),
            Self::Hexadecimal => hexadecimal(trimmed),
        }
    }
}

/// How a secret is written, in words; nothing of it is shown.
pub(crate) fn line_end(bytes: &[u8]) -> &'static str {
    match bytes {
        [.., b'\r', b'\n'] => "CR LF",
        [.., b'\n'] => "LF",
        [.., b'\r'] => "CR",
        _ => "none",
    }
}

/// Where there is white space that is no line end at the end.
pub(crate) fn white_space(bytes: &[u8]) -> String {
    let bytes = without_line_end(bytes);
    let leading = bytes.len().saturating_sub(bytes.trim_ascii_start().len());
    let trailing = bytes.len().saturating_sub(bytes.trim_ascii_end().len());
    let inside = bytes.trim_ascii().iter().filter(|byte| byte.is_ascii_whitespace()).count();
    let named = [(leading, "before"), (trailing, "behind"), (inside, "inside")];
    let found: Vec<String> = named
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, place)| format!("{count} {place}"))
        .collect();
    if found.is_empty() { "none".into() } else { found.join(", ") }
}

/// What the characters look like.
pub(crate) fn encoding(bytes: &[u8]) -> String {
    let decoded = |bytes: &Option<Bytes>| bytes.as_ref().map_or(0, |bytes| bytes.len());
    let trimmed = bytes.trim_ascii();
    if unquoted(trimmed).is_some() {
        return "in quotes".into();
    }
    let found = hexadecimal(trimmed);
    if found.is_some() {
        return format!("hexadecimal of {} bytes", decoded(&found));
    }
    let (standard, url) = (base64(trimmed), base64_url(trimmed));
    match (&standard, &url) {
        (Some(_), Some(_)) => format!("base64 or base64url of {} bytes", decoded(&standard)),
        (Some(_), None) => format!("base64 of {} bytes", decoded(&standard)),
        (None, Some(_)) => format!("base64url of {} bytes", decoded(&url)),
        (None, None) if bytes.is_empty() => "empty".into(),
        (None, None) if bytes.is_ascii() => "plain text".into(),
        (None, None) if str::from_utf8(bytes).is_ok() => "text beyond ASCII".into(),
        (None, None) => "bytes that are no text".into(),
    }
}

fn without_line_end(bytes: &[u8]) -> &[u8] {
    let without = bytes.strip_suffix(b"\r\n").or_else(|| bytes.strip_suffix(b"\n"));
    without.unwrap_or(bytes)
}

fn unquoted(bytes: &[u8]) -> Option<&[u8]> {
    match bytes {
        [b'"', inner @ .., b'"'] | [b'\'', inner @ .., b'\''] if !inner.is_empty() => Some(inner),
        _ => None,
    }
}

fn hexadecimal(text: &[u8]) -> Option<Bytes> {
    if text.len() < MIN_ENCODED || !text.len().is_multiple_of(2) {
        return None;
    }
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let bytes: Option<Vec<u8>> =
        text.chunks(2).map(|pair| Some(digit(pair[0])? << 4 | digit(pair[1])?)).collect();
    bytes.map(Zeroizing::new)
}

fn base64(text: &[u8]) -> Option<Bytes> {
    if text.iter().any(|byte| b"-_".contains(byte)) {
        return None;
    }
    let url = |byte: &u8| match byte {
        b'+' => b'-',
        b'/' => b'_',
        byte => *byte,
    };
    let text: Bytes = Zeroizing::new(text.iter().map(url).collect());
    decoded(&text)
}

fn base64_url(text: &[u8]) -> Option<Bytes> {
    decoded(text)
}

fn decoded(text: &[u8]) -> Option<Bytes> {
    if text.len() < MIN_ENCODED {
        return None;
    }
    let padding = text.iter().rev().take_while(|byte| **byte == b'=').count();
    // Padding fills up four characters, or is left out.
    if padding > 2 || padding > 0 && !text.len().is_multiple_of(4) {
        return None;
    }
    let text = text.get(..text.len().saturating_sub(padding))?;
    let mut bytes = Zeroizing::new(vec![0; text.len()]);
    let length = base64url::decode(text, &mut bytes).ok()?.len();
    bytes.truncate(length);
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    // Encodings by coreutils' `base64`, `basenc --base64url` and `xxd -p`.
    #[test]
    fn secrets_are_read_in_every_way() {
        let read =
            |reading: Reading, text: &str| reading.of(text.as_bytes()).map(|read| read.to_vec());
        let (plain, bytes) = (
            b"an example secret".to_vec(),
            b"\xfb\xef\xff\xfb\xef\xff\xfb\xef\xff\xfb\xef\xff".to_vec(),
        );
        for (reading, text, expected) in [
            (Reading::Base64, "YW4gZXhhbXBsZSBzZWNyZXQ=", Some(plain.clone())),
            (Reading::Base64, "YW4gZXhhbXBsZSBzZWNyZXQ=\n", Some(plain.clone())),
            (Reading::Base64, "YW4gZXhhbXBsZSBzZWNyZXQ", Some(plain.clone())),
            (Reading::Base64, "YW4gZXhhbXBsZSBzZWNyZXQ==", None),
            (Reading::Base64, "++//++//++//++//", Some(bytes.clone())),
            (Reading::Base64Url, "++//++//++//++//", None),
            (Reading::Base64Url, "--__--__--__--__", Some(bytes)),
            (Reading::Base64, "--__--__--__--__", None),
            (Reading::Base64, "c2hvcnQ=", None),
            (Reading::Hexadecimal, "616e206578616d706c6520736563726574", Some(plain.clone())),
            (Reading::Hexadecimal, "616E206578616D706C6520736563726574", Some(plain.clone())),
            (Reading::Hexadecimal, "616e206578616d706c652073656372657", None),
            (Reading::Unquoted, "\"an example secret\"", Some(plain.clone())),
            (Reading::Unquoted, "'an example secret'\n", Some(plain.clone())),
            (Reading::Unquoted, "an example secret", None),
            (Reading::WithoutLineEnd, "an example secret\r\n", Some(plain.clone())),
            (Reading::WithoutLineEnd, "an example secret", None),
            (Reading::WithLineEnd, "an example secret", Some(b"an example secret\n".to_vec())),
            (Reading::Trimmed, " an example secret \n", Some(plain)),
            (Reading::Trimmed, "an example secret\n", None),
        ] {
            assert_eq!(read(reading, text), expected, "{reading:?} {text:?}");
        }
    }

    #[test]
    fn what_is_said_of_a_secret_shows_nothing_of_it() {
        for (text, end, space, looks) in [
            ("plain", "none", "none", "plain text"),
            (" two words \n", "LF", "1 before, 1 behind, 1 inside", "plain text"),
            ("\"quoted\"\r\n", "CR LF", "none", "in quotes"),
            ("616e206578616d706c6520736563726574", "none", "none", "hexadecimal of 17 bytes"),
            ("YW4gZXhhbXBsZSBzZWNyZXQ=", "none", "none", "base64 or base64url of 17 bytes"),
            ("++//++//++//++//", "none", "none", "base64 of 12 bytes"),
            ("gr\u{fc}n", "none", "none", "text beyond ASCII"),
            ("", "none", "none", "empty"),
        ] {
            let bytes = text.as_bytes();
            assert_eq!((line_end(bytes), white_space(bytes).as_str()), (end, space), "{text:?}");
            assert_eq!(encoding(bytes), looks, "{text:?}");
        }
        assert_eq!(encoding(b"\xff\xfe"), "bytes that are no text");
    }
}
