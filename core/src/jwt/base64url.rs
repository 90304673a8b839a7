//! Strict base64url without padding ([RFC 4648 section 5](https://www.rfc-editor.org/rfc/rfc4648#section-5)).
//!
//! Each byte string has exactly one text: padding, white space, the `+` and `/` of plain base64,
//! a length that leaves one symbol over and non-zero trailing bits are all refused, so a token
//! cannot be rewritten into a second text with the same meaning.
//!
//! [`decode`] is for text that its sender may know, such as the header and the claims of a token:
//! it looks symbols up in a table. Tags are read, and everything is written, by arithmetic without
//! branches or tables, so that both take the same time for every content of a length.

use core::fmt;

use crate::OutputTooSmall;

/// Why a text is not canonical base64url.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Base64Error {
    /// The length leaves one symbol over, which holds no whole byte.
    Length,
    /// A byte that is not a base64url symbol.
    Symbol {
        /// Its offset in the text.
        at: usize,
    },
    /// The bits of the last symbol that belong to no byte are not all zero.
    TrailingBits,
    /// The output does not have the size that the text decodes to.
    Output(OutputTooSmall),
}

impl fmt::Display for Base64Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Length => f.write_str("the base64url text has a length that no bytes encode to"),
            Self::Symbol { at } => write!(f, "offset {at} of the text is not a base64url symbol"),
            Self::TrailingBits => f.write_str("the base64url text ends in bits that must be zero"),
            Self::Output(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for Base64Error {}

/// Symbols that `bytes` bytes encode to; [`usize::MAX`] where that does not fit a `usize`.
pub const fn encoded_len(bytes: usize) -> usize {
    let rest = match bytes % 3 {
        0 => 0,
        1 => 2,
        _ => 3,
    };
    (bytes / 3).saturating_mul(4).saturating_add(rest)
}

/// Bytes that `symbols` symbols decode to, `None` for a length that no bytes encode to.
pub const fn decoded_len(symbols: usize) -> Option<usize> {
    let rest = match symbols % 4 {
        0 => 0,
        2 => 1,
        3 => 2,
        _ => return None,
    };
    Some(symbols / 4 * 3 + rest)
}

/// Decodes `text` into the start of `out` and gives the decoded bytes.
///
/// # Errors
/// [`Base64Error`]; what `out` then holds is unspecified, except after [`Base64Error::Output`],
/// which leaves it unchanged.
pub fn decode<'o>(text: &[u8], out: &'o mut [u8]) -> Result<&'o mut [u8], Base64Error> {
    let needed = decoded_len(text.len()).ok_or(Base64Error::Length)?;
    let out = out.get_mut(..needed).ok_or(Base64Error::Output(OutputTooSmall { needed }))?;
    read_symbols(text, out)?;
    Ok(out)
}

/// Decodes `text` into `out`, which has room for exactly its bytes.
#[cfg(target_pointer_width = "64")]
fn read_symbols(text: &[u8], out: &mut [u8]) -> Result<(), Base64Error> {
    let (quads, tail) = text.as_chunks::<4>();
    let (triples, rest) = out.as_chunks_mut::<3>();
    // Invalid symbols set the top bits, so one test covers the whole text.
    let mut seen = 0;
    for (quad, triple) in quads.iter().zip(triples) {
        let [a, b, c, d] = quad.map(sextet);
        seen |= a | b | c | d;
        *triple = [a << 2 | b >> 4, b << 4 | c >> 2, c << 6 | d];
    }
    let mut trailing = 0;
    match (tail, rest) {
        (&[a, b], [first]) => {
            let [a, b] = [a, b].map(sextet);
            seen |= a | b;
            *first = a << 2 | b >> 4;
            trailing = b & 0x0f;
        }
        (&[a, b, c], [first, second]) => {
            let [a, b, c] = [a, b, c].map(sextet);
            seen |= a | b | c;
            *first = a << 2 | b >> 4;
            *second = b << 4 | c >> 2;
            trailing = c & 0x03;
        }
        _ => {}
    }
    if seen & 0xc0 | trailing == 0 { Ok(()) } else { check(text) }
}

/// Decodes `text` into `out`, which has room for exactly its bytes or for fewer.
///
/// One piece of code for tags and for what is no secret: what canonical text says makes no difference.
#[cfg(not(target_pointer_width = "64"))]
fn read_symbols(text: &[u8], out: &mut [u8]) -> Result<(), Base64Error> {
    let mut room = out.iter_mut();
    let (mut held, mut unused) = (0_u32, 0_u32);
    for (at, symbol) in text.iter().enumerate() {
        let Some(sextet) = sextet_and_one(*symbol).checked_sub(1) else {
            return Err(Base64Error::Symbol { at });
        };
        held = held << 6 | sextet;
        // Of four symbols the first completes no byte.
        if unused == 0 {
            unused = 6;
        } else {
            unused = unused.wrapping_sub(2);
            if let Some(byte) = room.next() {
                *byte = (held >> unused & 0xff) as u8;
            }
        }
    }
    if unused == 6 {
        Err(Base64Error::Length)
    } else if held & !(u32::MAX << unused) != 0 {
        Err(Base64Error::TrailingBits)
    } else {
        Ok(())
    }
}

/// Checks `text` as [`decode`] does and stores nothing.
#[cfg(target_pointer_width = "64")]
fn check(text: &[u8]) -> Result<(), Base64Error> {
    if let Some(at) = text.iter().position(|&symbol| sextet(symbol) == INVALID) {
        return Err(Base64Error::Symbol { at });
    }
    let unused = match text.len() % 4 {
        0 => 0,
        2 => 0x0f,
        3 => 0x03,
        _ => return Err(Base64Error::Length),
    };
    match text.last() {
        Some(&last) if sextet(last) & unused != 0 => Err(Base64Error::TrailingBits),
        _ => Ok(()),
    }
}

/// Decodes the text of a 32-byte tag into `tag` in a time that does not depend on its content; `false`
/// where it is the text of more or fewer bytes.
///
/// # Errors
/// [`Base64Error`] where it is not canonical.
#[cfg(not(target_pointer_width = "64"))]
pub(super) fn decode_tag(text: &[u8], tag: &mut [u8; 32]) -> Result<bool, Base64Error> {
    read_symbols(text, tag)?;
    Ok(text.len() == TAG_TEXT)
}

/// Decodes the text of a 32-byte tag into `tag` in a time that does not depend on its content; `false`
/// where it is the text of more or fewer bytes.
///
/// # Errors
/// [`Base64Error`] where it is not canonical.
#[cfg(target_pointer_width = "64")]
pub(super) fn decode_tag(text: &[u8], tag: &mut [u8; 32]) -> Result<bool, Base64Error> {
    if let Some(read) = <&[u8; TAG_TEXT]>::try_from(text).ok().and_then(read_tag) {
        *tag = read;
        return Ok(true);
    }
    check(text)?;
    Ok(false)
}

/// The bytes of a tag, `None` where its text is not canonical.
#[cfg(target_pointer_width = "64")]
fn read_tag(text: &[u8; TAG_TEXT]) -> Option<[u8; 32]> {
    // Filled up to whole words by the symbol of zero.
    let mut sextets = [b'A'; 48];
    for (sextet, symbol) in sextets.iter_mut().zip(text) {
        *sextet = *symbol;
    }
    let mut invalid = 0;
    for sextet in &mut sextets {
        let (bits, valid) = sextet_without_branches(*sextet);
        *sextet = bits;
        invalid |= !valid;
    }
    let mut bytes = [0; 36];
    let (words, _) = sextets.as_chunks::<8>();
    let (rooms, _) = bytes.as_chunks_mut::<6>();
    for (word, room) in words.iter().zip(rooms) {
        // Neighbours join until the eight groups of six bits are one of 48.
        let word = u64::from_be_bytes(*word);
        let word = word >> 2 & 0x0fc0_0fc0_0fc0_0fc0 | word & 0x003f_003f_003f_003f;
        let word = word >> 4 & 0x00ff_f000_00ff_f000 | word & 0x0000_0fff_0000_0fff;
        let word = word >> 8 & 0xffff_ff00_0000 | word & 0x0000_00ff_ffff;
        let [_, _, ref joined @ ..] = word.to_be_bytes();
        *room = *joined;
    }
    // What the last symbol has beyond the 32nd byte must be zero.
    let (tag, beyond) = bytes.split_first_chunk::<32>()?;
    let beyond = beyond.iter().fold(0, |bits, byte| bits | byte);
    if invalid | beyond == 0 { Some(*tag) } else { None }
}

/// The six bits of a symbol and one, zero for what is no symbol.
#[cfg(not(target_pointer_width = "64"))]
fn sextet_and_one(symbol: u8) -> u32 {
    let symbol = i32::from(symbol);
    let within = |first: u8, last: u8, value: i32| {
        let (first, last) = (i32::from(first), i32::from(last));
        // Both differences are negative inside.
        ((first - 1).wrapping_sub(symbol) & symbol.wrapping_sub(last + 1)) >> 31
            & symbol.wrapping_sub(first - 1 - value)
    };
    let found = within(b'A', b'Z', 0)
        | within(b'a', b'z', 26)
        | within(b'0', b'9', 52)
        | within(b'-', b'-', 62)
        | within(b'_', b'_', 63);
    found.cast_unsigned()
}

/// The six bits of a symbol, and `0xff` where it is one, else `0`.
#[cfg(target_pointer_width = "64")]
#[inline]
const fn sextet_without_branches(symbol: u8) -> (u8, u8) {
    let ascii = symbol & 0x7f;
    let upper = within(ascii, b'A', b'Z');
    let lower = within(ascii, b'a', b'z');
    let digit = within(ascii, b'0', b'9');
    let minus = within(ascii, b'-', b'-');
    let underscore = within(ascii, b'_', b'_');
    let shift = upper & b'A'.wrapping_neg()
        | lower & (b'a' - 26).wrapping_neg()
        | digit & (52 - b'0')
        | minus & (62 - b'-')
        | underscore & (b'_' - 63).wrapping_neg();
    let valid = (upper | lower | digit | minus | underscore) & !spread(symbol);
    (ascii.wrapping_add(shift) & 0x3f, valid)
}

/// `0xff` where `ascii` is from `first` to `last`, else `0`; all three are below `0x80`.
#[cfg(target_pointer_width = "64")]
#[inline]
const fn within(ascii: u8, first: u8, last: u8) -> u8 {
    from(ascii, first) & !from(ascii, last.wrapping_add(1))
}

/// The top bit in every place.
#[inline]
const fn spread(bits: u8) -> u8 {
    (bits.cast_signed() >> 7).cast_unsigned()
}

/// Encodes `bytes` into the start of `out` and gives the text.
///
/// # Errors
/// [`OutputTooSmall`] with the exact size; `out` is unchanged then.
pub fn encode<'o>(bytes: &[u8], out: &'o mut [u8]) -> Result<&'o str, OutputTooSmall> {
    let needed = encoded_len(bytes.len());
    let out = out.get_mut(..needed).ok_or(OutputTooSmall { needed })?;
    write_symbols(bytes, out);
    Ok(core::str::from_utf8(out).unwrap_or_default())
}

/// Writes the symbols of `bytes` to `out`, which has room for exactly them.
#[cfg(not(target_pointer_width = "64"))]
fn write_symbols(bytes: &[u8], out: &mut [u8]) {
    let mut rest = bytes.iter();
    let (mut held, mut count) = (0_u32, 0_u32);
    for room in out {
        // What is held beyond the six bits that are due has been written.
        if count < 6 {
            held = held << 8 | rest.next().copied().map_or(0, u32::from);
            count = count.wrapping_add(8);
        }
        count = count.wrapping_sub(6);
        *room = symbol((held >> count & 0x3f) as u8);
    }
}

/// Writes the symbols of `bytes` to `out`, which has room for exactly them.
#[cfg(target_pointer_width = "64")]
fn write_symbols(bytes: &[u8], out: &mut [u8]) {
    let (triples, tail) = bytes.as_chunks::<3>();
    let (quads, rest) = out.as_chunks_mut::<4>();
    for ([a, b, c], quad) in triples.iter().zip(quads) {
        *quad = [a >> 2, a << 4 | b >> 4, b << 2 | c >> 6, *c].map(symbol);
    }
    match (tail, rest) {
        (&[a], [first, second]) => [*first, *second] = [a >> 2, a << 4].map(symbol),
        (&[a, b], [first, second, third]) => {
            [*first, *second, *third] = [a >> 2, a << 4 | b >> 4, b << 2].map(symbol);
        }
        _ => {}
    }
}

/// The symbol of the low six bits of `bits`.
#[inline]
const fn symbol(bits: u8) -> u8 {
    let bits = bits & 0x3f;
    // From each of these on, the symbols go on elsewhere in ASCII.
    let shift = b'A'
        .wrapping_add(from(bits, 26) & (b'a' - 26 - b'A'))
        .wrapping_add(from(bits, 52) & b'0'.wrapping_sub(52).wrapping_sub(b'a' - 26))
        .wrapping_add(from(bits, 62) & b'-'.wrapping_sub(62).wrapping_sub(b'0'.wrapping_sub(52)))
        .wrapping_add(from(bits, 63) & (b'_' - 63).wrapping_sub(b'-'.wrapping_sub(62)));
    bits.wrapping_add(shift)
}

/// `0xff` where `ascii` is `first` or more, else `0`; both are below `0x80`.
#[inline]
const fn from(ascii: u8, first: u8) -> u8 {
    spread(ascii.wrapping_add(0x80 - first))
}

/// Encodes the last `len` bytes of `region` over the whole of it.
///
/// `region` has [`encoded_len`] of `len` bytes. The text never overtakes the bytes that are still
/// to be read, since what is left of the region always has room for what is left of the text.
pub(super) fn encode_in_place(region: &mut [u8], len: usize) {
    let (mut rest, mut left) = (region, len);
    while left > 0 {
        let start = rest.len().wrapping_sub(left);
        let source = rest.get(start..).unwrap_or_default();
        let mut block = [0; BLOCK];
        for (to, from) in block.iter_mut().zip(source) {
            *to = *from;
        }
        let taken = left.min(BLOCK);
        let Some((room, after)) = rest.split_at_mut_checked(encoded_len(taken)) else { return };
        write_symbols(block.get(..taken).unwrap_or_default(), room);
        (rest, left) = (after, left.wrapping_sub(taken));
    }
}

/// Symbols of a 32-byte tag.
pub(super) const TAG_TEXT: usize = encoded_len(32);

/// Bytes that are encoded in place at a time, a multiple of three.
const BLOCK: usize = 96;

#[cfg(target_pointer_width = "64")]
const INVALID: u8 = 0xff;

/// The six bits of each symbol.
#[cfg(target_pointer_width = "64")]
const SEXTETS: [u8; 256] = {
    let mut table = [INVALID; 256];
    let mut symbol = 0_u8;
    while symbol < 128 {
        table[symbol as usize] = match symbol {
            b'A'..=b'Z' => symbol - b'A',
            b'a'..=b'z' => symbol - b'a' + 26,
            b'0'..=b'9' => symbol - b'0' + 52,
            b'-' => 62,
            b'_' => 63,
            _ => INVALID,
        };
        symbol += 1;
    }
    table
};

#[cfg(target_pointer_width = "64")]
#[inline]
fn sextet(symbol: u8) -> u8 {
    SEXTETS.get(usize::from(symbol)).copied().unwrap_or(INVALID)
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64ct::{Base64UrlUnpadded, Encoding};
    use proptest::prelude::*;
    use std::{vec, vec::Vec};

    fn decoded(text: &[u8]) -> Result<Vec<u8>, Base64Error> {
        let mut out = vec![0; text.len()];
        decode(text, &mut out).map(|bytes| bytes.to_vec())
    }

    fn tag_of(text: &[u8]) -> Result<[u8; 32], Base64Error> {
        let mut tag = [0; 32];
        assert_eq!(decode_tag(text, &mut tag)?, text.len() == TAG_TEXT);
        Ok(tag)
    }

    fn peer(text: &[u8]) -> Option<Vec<u8>> {
        let mut out = vec![0; text.len()];
        Base64UrlUnpadded::decode(text, &mut out).map(<[u8]>::to_vec).ok()
    }

    #[test]
    fn refuses_every_second_text_of_the_same_bytes() {
        assert_eq!(decoded(b"A"), Err(Base64Error::Length));
        assert_eq!(decoded(b"AAAAA"), Err(Base64Error::Length));
        assert_eq!(decoded(b"Zg=="), Err(Base64Error::Symbol { at: 2 }));
        assert_eq!(decoded(b"Zm9v Zg"), Err(Base64Error::Symbol { at: 4 }));
        assert_eq!(decoded(b"+/8"), Err(Base64Error::Symbol { at: 0 }));
        assert_eq!(decoded(b"Zh"), Err(Base64Error::TrailingBits));
        assert_eq!(decoded(b"Zm9vYmF"), Err(Base64Error::TrailingBits));
    }

    #[test]
    fn every_text_of_up_to_three_symbols_decodes_as_the_peer_does() {
        let mut texts = 0_u32;
        for a in 0..=255 {
            for b in 0..=255 {
                assert_eq!(decoded(&[a, b]).ok(), peer(&[a, b]));
                assert_eq!(decoded(&[b'Z', a, b]).ok(), peer(&[b'Z', a, b]));
                assert_eq!(decoded(&[b'Z', a, b, b'-']).ok(), peer(&[b'Z', a, b, b'-']));
                assert_eq!(decoded(&[b'_', b'Z', a, b]).ok(), peer(&[b'_', b'Z', a, b]));
                texts += 4;
            }
        }
        std::println!("{texts} texts");
    }

    #[test]
    fn every_byte_at_every_place_of_a_tag_decodes_as_the_peer_does() {
        let mut texts = 0;
        for place in 0..TAG_TEXT {
            for symbol in 0..=255 {
                let mut text = *b"-_09azAZ-_09azAZ-_09azAZ-_09azAZ-_09azAZ-_8";
                text[place] = symbol;
                assert_eq!(tag_of(&text).ok().map(Vec::from), peer(&text), "{symbol} at {place}");
                texts += 1;
            }
        }
        std::println!("{texts} texts");
    }

    #[test]
    fn a_short_output_is_left_alone() {
        let mut out = [7; 5];
        let needed = OutputTooSmall { needed: 6 };
        assert_eq!(decode(b"Zm9vYmFy", &mut out), Err(Base64Error::Output(needed)));
        assert_eq!(out, [7; 5]);
        let mut out = [7; 7];
        assert_eq!(encode(b"foobar", &mut out), Err(OutputTooSmall { needed: 8 }));
        assert_eq!(out, [7; 7]);
    }

    #[test]
    fn lengths_do_not_wrap() {
        assert_eq!(encoded_len(usize::MAX), usize::MAX);
        for symbols in 0..100 {
            match decoded_len(symbols) {
                Some(bytes) => assert_eq!(encoded_len(bytes), symbols),
                None => assert_eq!(symbols % 4, 1),
            }
        }
    }

    proptest! {
        #[test]
        fn a_tag_reads_back(tag: [u8; 32]) {
            let mut out = [0; TAG_TEXT];
            let text = Base64UrlUnpadded::encode(&tag, &mut out).unwrap();
            prop_assert_eq!(tag_of(text.as_bytes()), Ok(tag));
        }

        #[test]
        fn text_decodes_as_the_peer_does(text in "[A-Za-z0-9_-]{0,90}[A-Za-z0-9_=+/ -]{0,3}") {
            prop_assert_eq!(decoded(text.as_bytes()).ok(), peer(text.as_bytes()));
            prop_assert_eq!(decode_tag(text.as_bytes(), &mut [0; 32]).is_ok(), peer(text.as_bytes()).is_some());
        }

        #[test]
        fn bytes_decode_as_the_peer_does(text: Vec<u8>) {
            prop_assert_eq!(decoded(&text).ok(), peer(&text));
            prop_assert_eq!(decode_tag(&text, &mut [0; 32]).is_ok(), peer(&text).is_some());
        }

        #[test]
        fn encode_matches_the_peer_and_reads_back(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let needed = encoded_len(bytes.len());
            let mut out = vec![0; needed];
            let text = encode(&bytes, &mut out).unwrap();
            let mut expected = vec![0; needed];
            prop_assert_eq!(text, Base64UrlUnpadded::encode(&bytes, &mut expected).unwrap());
            prop_assert_eq!(decoded(text.as_bytes()), Ok(bytes.clone()));

            let mut region = vec![0; needed - bytes.len()];
            region.extend(&bytes);
            encode_in_place(&mut region, bytes.len());
            prop_assert_eq!(&region, &expected);
        }
    }
}
