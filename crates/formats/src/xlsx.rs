//! Workbooks of formulas: xlsx, which spreadsheets read. Written only, row by row, without results: whoever opens the
//! file calculates it.
//!
//! Format: ECMA-376, Office Open XML, part 1, chapter 18.

mod parts;
#[cfg(test)]
mod tests;

use std::fmt::Write as _;
use std::io::{self, Write};
use std::path::Path;

use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

use crate::{Error, write_atomically};

/// Most columns of a sheet.
pub const MOST_COLUMNS: usize = 1 << 14;

/// Most rows of a sheet.
pub const MOST_ROWS: usize = 1 << 20;

/// What is in a cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// A number.
    Number(f64),
    /// A number that the reader is meant to change: on a coloured ground.
    Setting(f64),
    /// A word that the reader is meant to change.
    Choice(String),
    /// Words.
    Text(String),
    /// Words in bold.
    Heading(String),
    /// A formula without its `=`.
    Formula(String),
}

/// Writes the rows of a sheet, from the first to the last.
pub type WriteRows<'a> = Box<dyn FnOnce(&mut Rows) -> io::Result<()> + 'a>;

/// A sheet.
pub struct Sheet<'a> {
    /// Its name: letters and digits.
    pub name: String,
    /// Widths of columns, each from one column to another, in signs; the others have the usual one.
    pub widths: Vec<(usize, usize, f64)>,
    /// Rows above and columns to the left that stay when the sheet is scrolled.
    pub frozen: (usize, usize),
    /// Cells that are the darker the greater their number is, from 0 to 255: `D2:AE29`.
    pub shaded: Vec<String>,
    /// A cell, and the words that may stand in it.
    pub choice: Option<(String, String)>,
    /// Writes the rows.
    pub rows: WriteRows<'a>,
}

/// Takes the rows of a sheet.
pub struct Rows<'a> {
    out: &'a mut dyn Write,
    line: String,
}

impl Rows<'_> {
    /// Writes a row, from 1, below those that were written: cells by their column, from 0, left to right.
    ///
    /// # Errors
    /// The error of the system.
    ///
    /// # Panics
    /// If the row or a column is more than a sheet has.
    pub fn row(&mut self, row: usize, cells: impl IntoIterator<Item = (usize, Cell)>) -> io::Result<()> {
        assert!((1..=MOST_ROWS).contains(&row), "row {row}: a sheet has {MOST_ROWS}");
        self.line.clear();
        let _ = write!(self.line, "<row r=\"{row}\">");
        for (column, cell) in cells {
            let at = cell_name(column, row);
            let _ = match cell {
                Cell::Number(number) => write!(self.line, "<c r=\"{at}\"><v>{number:?}</v></c>"),
                Cell::Setting(number) => write!(self.line, "<c r=\"{at}\" s=\"2\"><v>{number:?}</v></c>"),
                Cell::Formula(formula) => write!(self.line, "<c r=\"{at}\"><f>{}</f></c>", escaped(&formula)),
                Cell::Choice(text) => write!(self.line, "<c r=\"{at}\" s=\"2\" {}</c>", inline(&text)),
                Cell::Heading(text) => write!(self.line, "<c r=\"{at}\" s=\"1\" {}</c>", inline(&text)),
                Cell::Text(text) => write!(self.line, "<c r=\"{at}\" {}</c>", inline(&text)),
            };
        }
        self.line.push_str("</row>\n");
        self.out.write_all(self.line.as_bytes())
    }
}

fn inline(text: &str) -> String {
    format!("t=\"inlineStr\"><is><t xml:space=\"preserve\">{}</t></is>", escaped(text))
}

/// A text for XML; signs that XML has not become `?`.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for sign in text.chars() {
        match sign {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\u{0}'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => safe.push('?'),
            _ => safe.push(sign),
        }
    }
    safe
}

/// The letters of a column, from 0: A … Z, AA … XFD.
///
/// ```
/// use glassbox_formats::xlsx::column_name;
/// assert_eq!([0, 25, 26, 701, 702, 16383].map(column_name), ["A", "Z", "AA", "ZZ", "AAA", "XFD"]);
/// ```
///
/// # Panics
/// If a sheet has no such column.
pub fn column_name(column: usize) -> String {
    assert!(column < MOST_COLUMNS, "column {column}: a sheet has {MOST_COLUMNS}");
    let (mut rest, mut letters) = (column + 1, Vec::new());
    while rest > 0 {
        letters.push(char::from(b'A' + ((rest - 1) % 26) as u8));
        rest = (rest - 1) / 26;
    }
    letters.into_iter().rev().collect()
}

/// The name of a cell: column from 0, row from 1.
///
/// ```
/// assert_eq!(glassbox_formats::xlsx::cell_name(1, 7), "B7");
/// ```
///
/// # Panics
/// If a sheet has no such column.
pub fn cell_name(column: usize, row: usize) -> String {
    format!("{}{row}", column_name(column))
}

/// Writes a workbook, atomically, the same bytes for the same sheets.
///
/// ```
/// use glassbox_formats::xlsx::{self, Cell, Sheet};
/// # let folder = tempfile::tempdir().unwrap();
/// let path = folder.path().join("sum.xlsx");
/// let sheet = Sheet {
///     name: "Sum".into(),
///     widths: vec![],
///     frozen: (0, 0),
///     shaded: vec![],
///     choice: None,
///     rows: Box::new(|rows| {
///         rows.row(1, [(0, Cell::Number(2.0)), (1, Cell::Number(3.0))])?;
///         rows.row(2, [(0, Cell::Formula("SUM(A1:B1)".into()))])
///     }),
/// };
/// xlsx::write(&path, vec![sheet]).unwrap();
/// assert!(std::fs::read(&path).unwrap().starts_with(b"PK"));
/// ```
///
/// # Errors
/// If the system reports an error.
pub fn write(path: &Path, sheets: Vec<Sheet>) -> Result<(), Error> {
    write_atomically(path, |file| {
        let mut archive = ZipWriter::new_stream(file);
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        let names: Vec<_> = sheets.iter().map(|sheet| sheet.name.clone()).collect();
        for (name, content) in parts::of_book(&names) {
            archive.start_file(name, options)?;
            archive.write_all(content.as_bytes())?;
        }
        for (index, sheet) in sheets.into_iter().enumerate() {
            archive.start_file(format!("xl/worksheets/sheet{}.xml", index + 1), options)?;
            let (head, tail) = (parts::before_rows(&sheet, index == 0), parts::after_rows(&sheet));
            archive.write_all(head.as_bytes())?;
            (sheet.rows)(&mut Rows { out: &mut archive, line: String::new() })?;
            archive.write_all(tail.as_bytes())?;
        }
        archive.finish()?;
        Ok(())
    })?;
    Ok(())
}
