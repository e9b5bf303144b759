//! Calculates the formulas of an xlsx file, by its own reading of ECMA-376: the cells of a workbook, `+ - * /`,
//! comparisons, and the few functions that are met. Anything else is an error of the test.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use zip::ZipArchive;

/// A workbook.
pub(crate) struct Book {
    sheets: HashMap<String, HashMap<(usize, usize), Content>>,
    known: RefCell<HashMap<(String, usize, usize), Value>>,
}

#[derive(Clone, Debug, PartialEq)]
enum Content {
    Value(Value),
    Formula(String),
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Number(f64),
    Text(String),
}

impl Value {
    fn number(&self) -> f64 {
        match self {
            Value::Number(number) => *number,
            Value::Text(text) => panic!("{text:?} is no number"),
        }
    }
}

impl Book {
    pub(crate) fn open(path: &Path) -> Self {
        let mut archive = ZipArchive::new(File::open(path).unwrap()).unwrap();
        let mut part = |name: &str| {
            let mut text = String::new();
            archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
            text
        };
        let (book, relations) = (part("xl/workbook.xml"), part("xl/_rels/workbook.xml.rels"));
        let targets: HashMap<_, _> = elements(&relations, "Relationship")
            .map(|(tag, _)| (attribute(tag, "Id").unwrap(), attribute(tag, "Target").unwrap()))
            .collect();
        let sheets = elements(&book, "sheet").map(|(tag, _)| {
            let target = &targets[&attribute(tag, "r:id").unwrap()];
            (attribute(tag, "name").unwrap(), cells(&part(&format!("xl/{target}"))))
        });
        Self { sheets: sheets.collect(), known: RefCell::default() }
    }

    pub(crate) fn sheets(&self) -> Vec<&str> {
        let mut names: Vec<_> = self.sheets.keys().map(String::as_str).collect();
        names.sort_unstable();
        names
    }

    /// How many formulas there are.
    pub(crate) fn formulas(&self) -> usize {
        let cells = self.sheets.values().flat_map(HashMap::values);
        cells.filter(|content| matches!(content, Content::Formula(_))).count()
    }

    /// Writes into a cell, as a user does.
    pub(crate) fn set(&mut self, sheet: &str, cell: &str, value: Value) {
        let place = place(cell);
        assert!(self.sheets[sheet].contains_key(&place), "{sheet}!{cell} is empty");
        self.sheets.get_mut(sheet).unwrap().insert(place, Content::Value(value));
        self.known.take();
    }

    /// The number in a cell: column from 0, row from 1.
    pub(crate) fn number(&self, sheet: &str, column: usize, row: usize) -> f64 {
        self.value(sheet, column, row).number()
    }

    /// The cells of a column from a row on whose text begins so: their rows.
    pub(crate) fn rows_named(&self, sheet: &str, column: usize, name: &str) -> Vec<usize> {
        let cells = self.sheets[sheet].iter().filter(|((at, _), _)| *at == column);
        let named =
            cells.filter(|(_, content)| matches!(content, Content::Value(Value::Text(text)) if text.starts_with(name)));
        let mut rows: Vec<_> = named.map(|((_, row), _)| *row).collect();
        rows.sort_unstable();
        rows
    }

    fn value(&self, sheet: &str, column: usize, row: usize) -> Value {
        let key = (sheet.to_string(), column, row);
        if let Some(value) = self.known.borrow().get(&key) {
            return value.clone();
        }
        let content = self.sheets[sheet].get(&(column, row));
        let value = match content.unwrap_or_else(|| panic!("{sheet}: column {column}, row {row} is empty")) {
            Content::Value(value) => value.clone(),
            Content::Formula(text) => {
                let mut parser = Parser { book: self, sheet, text, rest: text };
                let value = parser.comparison();
                assert_eq!(parser.rest, "", "left over of {text}");
                let [value] = &value[..] else { panic!("{text} is a range") };
                value.clone()
            }
        };
        self.known.borrow_mut().insert(key, value.clone());
        value
    }
}

/// Every element of this name: its tag and what is in it.
fn elements<'a>(xml: &'a str, name: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> + 'a {
    let opening = format!("<{name} ");
    let starts: Vec<usize> = xml.match_indices(&opening).map(|(at, _)| at).collect();
    starts.into_iter().map(move |at| {
        let tag = &xml[at..at + xml[at..].find('>').unwrap()];
        let inside = &xml[at + tag.len() + 1..];
        let end = if tag.ends_with('/') { 0 } else { inside.find(&format!("</{name}>")).unwrap() };
        (tag, &inside[..end])
    })
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let from = tag.find(&format!(" {name}=\""))? + name.len() + 3;
    Some(plain(&tag[from..from + tag[from..].find('"')?]))
}

fn plain(xml: &str) -> String {
    xml.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}

fn inside<'a>(xml: &'a str, name: &str) -> Option<&'a str> {
    let from = xml.find(&format!("<{name}"))?;
    let from = from + xml[from..].find('>')? + 1;
    Some(&xml[from..from + xml[from..].find(&format!("</{name}>"))?])
}

fn cells(xml: &str) -> HashMap<(usize, usize), Content> {
    let cells = elements(xml, "c").map(|(tag, inner)| {
        let content = if let Some(formula) = inside(inner, "f") {
            Content::Formula(plain(formula))
        } else if let Some(text) = inside(inner, "t") {
            Content::Value(Value::Text(plain(text)))
        } else {
            Content::Value(Value::Number(inside(inner, "v").unwrap().parse().unwrap()))
        };
        (place(&attribute(tag, "r").unwrap()), content)
    });
    cells.collect()
}

/// Column, from 0, and row, from 1, of a cell's name.
fn place(name: &str) -> (usize, usize) {
    let name = name.replace('$', "");
    let digits = name.find(|sign: char| sign.is_ascii_digit()).unwrap();
    let column = name[..digits].bytes().fold(0, |column, letter| column * 26 + usize::from(letter - b'A') + 1);
    (column - 1, name[digits..].parse().unwrap())
}

/// Reads a formula from left to right; a value is a list, of one number unless it is a range.
struct Parser<'a> {
    book: &'a Book,
    sheet: &'a str,
    text: &'a str,
    rest: &'a str,
}

impl<'a> Parser<'a> {
    fn takes(&mut self, sign: &str) -> bool {
        let rest = self.rest.strip_prefix(sign);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn comparison(&mut self) -> Vec<Value> {
        let left = self.sum();
        for sign in [">=", "<=", ">", "<", "="] {
            if self.takes(sign) {
                let right = self.sum();
                let holds = match (&left[0], &right[0]) {
                    (Value::Text(left), Value::Text(right)) if sign == "=" => left == right,
                    (left, right) => {
                        let (left, right) = (left.number(), right.number());
                        match sign {
                            ">=" => left >= right,
                            "<=" => left <= right,
                            ">" => left > right,
                            "<" => left < right,
                            _ => left == right,
                        }
                    }
                };
                return vec![Value::Number(holds.into())];
            }
        }
        left
    }

    fn sum(&mut self) -> Vec<Value> {
        let mut left = self.product();
        loop {
            let sign = if self.takes("+") {
                1.0
            } else if self.takes("-") {
                -1.0
            } else {
                return left;
            };
            left = vec![Value::Number(left[0].number() + sign * self.product()[0].number())];
        }
    }

    fn product(&mut self) -> Vec<Value> {
        let mut left = self.signed();
        loop {
            let number = if self.takes("*") {
                left[0].number() * self.signed()[0].number()
            } else if self.takes("/") {
                let below = self.signed()[0].number();
                assert!(below != 0.0, "#DIV/0! in {}", self.text);
                left[0].number() / below
            } else {
                return left;
            };
            left = vec![Value::Number(number)];
        }
    }

    fn signed(&mut self) -> Vec<Value> {
        if self.takes("-") { vec![Value::Number(-self.signed()[0].number())] } else { self.atom() }
    }

    fn atom(&mut self) -> Vec<Value> {
        if self.takes("(") {
            let value = self.comparison();
            assert!(self.takes(")"), "a bracket is missing in {}", self.text);
            return value;
        }
        if self.takes("\"") {
            let (text, rest) = self.rest.split_once('"').unwrap();
            self.rest = rest;
            return vec![Value::Text(text.into())];
        }
        if self.rest.starts_with(|sign: char| sign.is_ascii_digit()) {
            let mut end = self.rest.find(|sign: char| !sign.is_ascii_digit() && sign != '.').unwrap_or(self.rest.len());
            if self.rest[end..].starts_with('E') {
                let from = end + if self.rest[end + 1..].starts_with('-') { 2 } else { 1 };
                let digits = self.rest[from..].find(|sign: char| !sign.is_ascii_digit());
                end = digits.map_or(self.rest.len(), |digits| from + digits);
            }
            let (number, rest) = self.rest.split_at(end);
            self.rest = rest;
            return vec![Value::Number(number.parse().unwrap())];
        }
        let mut word = self.word();
        if self.takes("(") {
            return vec![self.call(word)];
        }
        let mut sheet = self.sheet;
        if self.takes("!") {
            (sheet, word) = (word, self.word());
        }
        let (from, to) = (place(word), if self.takes(":") { place(self.word()) } else { place(word) });
        let cells = (from.1..=to.1).flat_map(|row| (from.0..=to.0).map(move |column| (column, row)));
        cells.map(|(column, row)| self.book.value(sheet, column, row)).collect()
    }

    fn word(&mut self) -> &'a str {
        let end = self.rest.find(|sign: char| !sign.is_ascii_alphanumeric() && sign != '$');
        let (word, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        assert!(!word.is_empty(), "{:?} in {}", self.rest, self.text);
        self.rest = rest;
        word
    }

    fn call(&mut self, name: &str) -> Value {
        if name == "IF" {
            // Only the branch that is chosen may be calculated: the other may go round in a circle.
            let holds = self.comparison()[0].number() != 0.0;
            assert!(self.takes(","));
            let (yes, no) = (self.skipped(), {
                assert!(self.takes(","));
                self.skipped()
            });
            assert!(self.takes(")"));
            let text = if holds { yes } else { no };
            let mut branch = Parser { rest: text, text, ..*self };
            let value = branch.comparison();
            assert_eq!(branch.rest, "", "left over of {text}");
            return value[0].clone();
        }
        let mut arguments = Vec::new();
        loop {
            arguments.push(self.comparison());
            if self.takes(")") {
                break;
            }
            assert!(self.takes(","), "{:?} in {}", self.rest, self.text);
        }
        let lists: Vec<Vec<f64>> = arguments.iter().map(|list| list.iter().map(Value::number).collect()).collect();
        let all = || lists.iter().flatten().copied();
        let one = |f: fn(f64) -> f64| {
            assert_eq!(all().count(), 1, "{name} in {}", self.text);
            f(lists[0][0])
        };
        let number = match name {
            "SUM" => all().sum(),
            "MAX" => all().fold(f64::MIN, f64::max),
            "MIN" => all().fold(f64::MAX, f64::min),
            "SUMPRODUCT" => {
                assert_eq!((lists.len(), lists[0].len()), (2, lists[1].len()), "{}", self.text);
                lists[0].iter().zip(&lists[1]).map(|(a, b)| a * b).sum()
            }
            "MATCH" => {
                assert_eq!(lists[2], [0.0], "{}", self.text);
                lists[1].iter().position(|number| *number == lists[0][0]).unwrap() as f64 + 1.0
            }
            "EXP" => one(f64::exp),
            "LN" => one(f64::ln),
            "SQRT" => one(f64::sqrt),
            "ABS" => one(f64::abs),
            "TANH" => one(f64::tanh),
            "ATAN" => one(f64::atan),
            "SIN" => one(f64::sin),
            "COS" => one(f64::cos),
            _ => panic!("{name} in {}", self.text),
        };
        assert!(number.is_finite(), "#NUM! in {}", self.text);
        Value::Number(number)
    }

    /// An argument that is not calculated.
    fn skipped(&mut self) -> &'a str {
        let (mut depth, mut is_text) = (0, false);
        for (at, sign) in self.rest.char_indices() {
            match sign {
                '"' => is_text = !is_text,
                '(' if !is_text => depth += 1,
                ')' | ',' if !is_text && depth == 0 => {
                    let (argument, rest) = self.rest.split_at(at);
                    self.rest = rest;
                    return argument;
                }
                ')' if !is_text => depth -= 1,
                _ => {}
            }
        }
        panic!("a bracket is missing in {}", self.text)
    }
}
