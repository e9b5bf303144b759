//! CSV: a row a picture, its label and its pixels.
//!
//! The lines are cut here and not by a library, because a library would take a line of any length into memory.

use std::io::{BufRead, Read};
use std::path::Path;

use super::labels::{Labels, Names};
use super::layout::Layout;
use super::part::{Found, Part};
use super::{MOST_BYTES, too_large, unpacked};
use crate::Error;
use crate::numbers::Numbers;

/// Most bytes of a line.
const MOST_LINE: u64 = 1 << 26;
/// Most numbers of a file.
const MOST_NUMBERS: usize = 1 << 29;
/// What a column of labels is called in a header.
const LABEL: [&str; 8] = ["label", "labels", "class", "classes", "target", "y", "category", "digit"];
/// What a column that only counts the rows is called.
const COUNTER: [&str; 4] = ["", "index", "id", "unnamed: 0"];

/// Whether a file begins as text does.
pub(super) fn is_text(start: &[u8]) -> bool {
    !start.is_empty() && !start.iter().any(|byte| *byte < b' ' && !b"\t\r\n".contains(byte))
}

/// Whether a file is a CSV by its name.
pub(super) fn is_named_csv(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    name.ends_with(".csv") || name.ends_with(".csv.gz")
}

/// A file of one part.
pub(super) fn open_one(path: &Path) -> Result<Found, Error> {
    let name = path.display().to_string();
    let table = read(path)?;
    let understood = vec![table.text("a CSV")];
    let part = table.part(&name)?.ok_or_else(|| Error::invalid(&name, NO_LABELS))?;
    Ok(found(Some(part), None, understood))
}

const NO_LABELS: &str = "has a square number of columns and none named label: pixels without labels; \
                         label,pixel0,… is needed";

/// Two files: to train on and to test with.
pub(super) fn open_two(train: &Path, test: &Path) -> Result<Found, Error> {
    let names = [train, test].map(|path| path.display().to_string());
    let (train, test) = (read(train)?, read(test)?);
    let mut understood = vec![train.text(&names[0])];
    let train = train.part(&names[0])?.ok_or_else(|| Error::invalid(&names[0], NO_LABELS))?;
    let text = test.text(&names[1]);
    let test = test.part(&names[1])?;
    understood.push(if test.is_some() { text } else { format!("{} has no labels and is left aside", names[1]) });
    Ok(found(Some(train), test, understood))
}

fn found(train: Option<Part>, test: Option<Part>, understood: Vec<String>) -> Found {
    Found { container: "csv", train, test, class_names: Vec::new(), white: None, understood }
}

/// The numbers of a file.
struct Table {
    columns: usize,
    /// All columns, row by row; a label that is text is 0.
    numbers: Vec<f32>,
    /// The column of the labels, if it is known.
    label: Option<usize>,
    /// The labels, if they are text.
    names: Option<Names>,
    /// A column that counts the rows.
    counter: Option<usize>,
    has_header: bool,
}

fn read(path: &Path) -> Result<Table, Error> {
    let name = path.display().to_string();
    let size = std::fs::metadata(path).map_err(|e| Error::read(&name, e))?.len();
    if size > MOST_BYTES {
        return Err(too_large(&name, size));
    }
    let mut lines = Lines { reader: unpacked(path)?, line: Vec::new(), number: 0 };
    let at = |number: usize, problem: String| Error::invalid(&name, format!("line {number} {problem}"));
    let mut table: Option<Table> = None;
    let mut separator = b',';
    while lines.next().map_err(|problem| at(lines.number, problem))? {
        let problem = |problem: String| at(lines.number, problem);
        let Some(table) = &mut table else {
            separator = separator_of(&lines.line);
            let fields = fields(&lines.line, separator);
            let mut first = Table::of_first_row(&fields).map_err(problem)?;
            if !first.has_header {
                first.push(&fields).map_err(problem)?;
            }
            table = Some(first);
            continue;
        };
        table.push(&fields(&lines.line, separator)).map_err(problem)?;
    }
    let table = table.filter(|table| !table.numbers.is_empty());
    table.ok_or_else(|| Error::invalid(&name, "holds no rows; label,pixel0,… is needed"))
}

/// The lines of a file that are not empty, without their ends.
struct Lines {
    reader: Box<dyn BufRead>,
    line: Vec<u8>,
    number: usize,
}

impl Lines {
    /// Goes to the next line; false at the end.
    fn next(&mut self) -> Result<bool, String> {
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
fn separator_of(line: &[u8]) -> u8 {
    let count = |sign: u8| line.iter().filter(|&&byte| byte == sign).count();
    // Of equals the last is taken.
    *b"\t;,".iter().max_by_key(|sign| count(**sign)).unwrap_or(&b',')
}

/// The fields of a line; one in quotes may hold the separator.
fn fields(line: &[u8], separator: u8) -> Vec<&[u8]> {
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

fn text(field: &[u8]) -> String {
    let field = field.trim_ascii();
    let inner = field.strip_prefix(b"\"").and_then(|field| field.strip_suffix(b"\"")).unwrap_or(field);
    String::from_utf8_lossy(inner).replace("\"\"", "\"")
}

fn number(field: &[u8]) -> Option<f32> {
    // Nearly all are bytes.
    if field.len() <= 3 && !field.is_empty() && field.iter().all(u8::is_ascii_digit) {
        return Some(field.iter().fold(0, |number, digit| 10 * number + u16::from(digit - b'0')).into());
    }
    text(field).trim().parse().ok()
}

impl Table {
    /// A table without rows, whose columns this row names or shows.
    fn of_first_row(fields: &[&[u8]]) -> Result<Self, String> {
        let columns = fields.len();
        if columns < 2 {
            return Err("has no comma, semicolon or tab; label,pixel0,… is needed".into());
        }
        let words: Vec<usize> = (0..columns).filter(|&at| number(fields[at]).is_none()).collect();
        let counts_up = |from: f32| {
            let numbers = fields.iter().filter_map(|field| number(field));
            numbers.zip(0u16..).all(|(number, at)| number == from + f32::from(at))
        };
        // pandas calls columns 0, 1, 2, …
        let is_counted = (words.len() == 1 || columns > 16) && (counts_up(0.0) || counts_up(1.0));
        let has_header = words.len() > 1 || is_counted;
        let named = |known: &[&str]| {
            let is_it = |field: &&[u8]| known.contains(&text(field).to_lowercase().as_str());
            if has_header { fields.iter().position(is_it) } else { None }
        };
        let counter = named(&COUNTER).filter(|&at| at == 0);
        let of_text = if has_header { None } else { words.first().copied() };
        if of_text.is_some_and(|at| at != 0 && at + 1 != columns) {
            return Err("holds text among the pixels; a label stands first or last, or its column is named label".into());
        }
        let label = named(&LABEL).or(of_text);
        Ok(Self { columns, numbers: Vec::new(), label, names: None, counter, has_header })
    }

    fn push(&mut self, fields: &[&[u8]]) -> Result<(), String> {
        if fields.len() != self.columns {
            return Err(format!("has {} fields; {} as in the first line are needed", fields.len(), self.columns));
        }
        if self.numbers.len() + self.columns > MOST_NUMBERS {
            return Err(format!("is one too many: at most {MOST_NUMBERS} numbers are read"));
        }
        if self.numbers.is_empty() {
            // A header may not have said which column is text.
            let is_text = |at: &usize| number(fields[*at]).is_none();
            self.label = self.label.or([0, self.columns - 1].into_iter().find(is_text));
            self.names = self.label.filter(is_text).map(|_| Names::default());
        }
        for (at, field) in fields.iter().enumerate() {
            if Some(at) == self.label
                && let Some(names) = &mut self.names
            {
                names.push(&text(field))?;
                self.numbers.push(0.0);
                continue;
            }
            let known = number(field).or((Some(at) == self.counter).then_some(0.0));
            self.numbers.push(known.ok_or_else(|| format!("has {:?} in column {}, no number", text(field), at + 1))?);
        }
        Ok(())
    }

    /// The column of the labels; none if there are pixels only.
    fn label(&self) -> Option<usize> {
        if self.label.is_some() {
            return self.label;
        }
        let columns = self.columns - usize::from(self.counter.is_some());
        let is_square = |number: usize| number.isqrt().pow(2) == number;
        if is_square(columns) && !is_square(columns - 1) {
            return None;
        }
        // The first, unless it says nothing and the last one does.
        let (first, last) = (usize::from(self.counter == Some(0)), self.columns - 1);
        let varies = |column: usize| {
            let mut numbers = self.numbers.iter().skip(column).step_by(self.columns);
            let one = numbers.next();
            numbers.any(|number| Some(number) != one)
        };
        let is_whole = |column: usize| {
            self.numbers.iter().skip(column).step_by(self.columns).all(|&number| f32::from(number as u8) == number)
        };
        Some(if is_whole(last) && (!is_whole(first) || !varies(first) && varies(last)) { last } else { first })
    }

    /// What the file was understood as.
    fn text(&self, name: &str) -> String {
        let header = if self.has_header { "with a header" } else { "without a header" };
        let label = self.label().map_or(String::new(), |column| format!(", the label in column {}", column + 1));
        format!("{name}: rows of {} columns {header}{label}", self.columns)
    }

    /// Pictures and labels; none if it has no labels.
    fn part(self, name: &str) -> Result<Option<Part>, Error> {
        let invalid = |problem: String| Error::invalid(name, problem);
        let Some(label) = self.label() else { return Ok(None) };
        let rows = self.numbers.len() / self.columns;
        let labels = match self.names {
            Some(names) => names.labels(),
            None => {
                let numbers = self.numbers.iter().skip(label).step_by(self.columns).enumerate();
                let whole = numbers.map(|(row, &value)| {
                    let class = value as u8;
                    let is_class = f32::from(class) == value;
                    let problem = || {
                        let row = row + 1;
                        invalid(format!("has label {value} in row {row}; a class is a whole number from 0 to 255"))
                    };
                    is_class.then_some(class).ok_or_else(problem)
                });
                Labels::Numbers(whole.collect::<Result<_, _>>()?)
            }
        };
        let mut pixels = self.numbers;
        let mut column = 0;
        pixels.retain(|_| {
            let stays = column != label && Some(column) != self.counter;
            column = (column + 1) % self.columns;
            stays
        });
        let layout = Layout::of(&[rows, pixels.len() / rows]).map_err(invalid)?;
        let names = [format!("{name}: pixels"), "labels".into()];
        Ok(Some(Part { names, pixels: Numbers::Floats(pixels), layout, labels }))
    }
}
