//! Lines of text, and the fields of a line.

use std::io::{BufRead, Read};

/// Most bytes of a line.
const MOST_LINE: u64 = 1 << 26;

/// The lines of a file that are not empty, without their ends.
pub(super) struct Lines {
    reader: Box<dyn BufRead>,
    /// The line.
    pub(super) line: Vec<u8>,
    /// Its number, counted from 1.
    pub(super) number: usize,
}

impl Lines {
    pub(super) fn new(reader: Box<dyn BufRead>) -> Self {
        Self { reader, line: Vec::new(), number: 0 }
    }

    /// Goes to the next line; false at the end.
    pub(super) fn next(&mut self) -> Result<bool, String> {
        loop {
            self.line.clear();
            self.number += 1;
            let read = self.reader.by_ref().take(MOST_LINE).read_until(b'\n', &mut self.line);
            if read.map_err(|error| format!("cannot be read: {error}"))? == 0 {
                return Ok(false);
            }
            if self.line.len() as u64 == MOST_LINE {
                return Err(format!("is longer than {MOST_LINE} bytes"));
            }
            while self.line.last().is_some_and(u8::is_ascii_whitespace) {
                self.line.pop();
            }
            if self.number == 1 && self.line.starts_with("\u{feff}".as_bytes()) {
                self.line.drain(..3);
            }
            if !self.line.is_empty() {
                return Ok(true);
            }
        }
    }
}

/// The sign between fields: comma, semicolon or tab, whichever is there most.
pub(super) fn separator_of(line: &[u8]) -> u8 {
    let count = |sign: u8| line.iter().filter(|&&byte| byte == sign).count();
    // Of equals the last is taken.
    *b"\t;,".iter().max_by_key(|sign| count(**sign)).unwrap_or(&b',')
}

/// The fields of a line; one in quotes may hold the separator.
pub(super) fn fields(line: &[u8], separator: u8) -> Vec<&[u8]> {
    let (mut fields, mut start, mut is_quoted) = (Vec::new(), 0, false);
    for (at, &byte) in line.iter().enumerate() {
        is_quoted ^= byte == b'"';
        if byte == separator && !is_quoted {
            fields.push(&line[start..at]);
            start = at + 1;
        }
    }
    fields.push(&line[start..]);
    fields
}

pub(super) fn text(field: &[u8]) -> String {
    let field = field.trim_ascii();
    let inner = field.strip_prefix(b"\"").and_then(|field| field.strip_suffix(b"\"")).unwrap_or(field);
    String::from_utf8_lossy(inner).replace("\"\"", "\"")
}

pub(super) fn number(field: &[u8]) -> Option<f32> {
    // Nearly all are bytes.
    if field.len() <= 3 && !field.is_empty() && field.iter().all(u8::is_ascii_digit) {
        return Some(field.iter().fold(0, |number, digit| 10 * number + u16::from(digit - b'0')).into());
    }
    text(field).trim().parse().ok()
}
