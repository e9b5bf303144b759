//! The words after a layer's name in the model language.

use glassbox_tensor::quoted;

use super::Entry;
use crate::{Error, Shape};

/// Largest whole number that any argument may be.
const MOST: usize = 1 << 20;

/// The words after a layer's name, taken one by one; a word that is left over is an error.
///
/// `conv 16 5x5 same stride 2`: a number, a size, a flag, an option.
#[derive(Debug)]
pub struct Arguments<'a> {
    entry: &'static Entry,
    words: Vec<&'a str>,
    /// The shape of an input sample.
    pub input: Shape,
    /// The nodes that were given names by `as NAME`.
    pub(crate) marks: &'a [Mark],
}

/// A node with a name, for skip connections.
#[derive(Clone, Debug)]
pub(crate) struct Mark {
    pub(crate) name: String,
    /// 0 is the input, `i + 1` the output of layer `i`.
    pub(crate) node: usize,
    pub(crate) shape: Shape,
}

impl<'a> Arguments<'a> {
    pub(crate) fn new(entry: &'static Entry, words: &[&'a str], input: Shape, marks: &'a [Mark]) -> Self {
        Self { entry, words: words.to_vec(), input, marks }
    }

    /// An error with the usage of the layer, the problem, and the words found.
    pub fn wrong(&self, problem: impl std::fmt::Display) -> Error {
        Error::Model(format!("{}: {problem}; it is written \"{}\"", self.entry.name, self.entry.usage))
    }

    /// The next word, which must be there.
    ///
    /// # Errors
    /// If there is none.
    pub fn word(&mut self, what: &str) -> Result<&'a str, Error> {
        if self.words.is_empty() {
            return Err(self.wrong(format!("{what} is missing")));
        }
        Ok(self.words.remove(0))
    }

    /// The next word as a whole number from 1 up.
    ///
    /// # Errors
    /// If it is missing or something else.
    pub fn count(&mut self, what: &str) -> Result<usize, Error> {
        let word = self.word(what)?;
        self.whole(what, word)
    }

    /// The next word as a size: `3x5` (rows, columns) or `3` for `3x3`.
    ///
    /// # Errors
    /// If it is missing or something else.
    pub fn size(&mut self, what: &str) -> Result<(usize, usize), Error> {
        let word = self.word(what)?;
        self.pair(what, word)
    }

    /// Whether the word is there.
    pub fn flag(&mut self, name: &str) -> bool {
        let found = self.words.iter().position(|word| *word == name);
        found.map(|position| self.words.remove(position)).is_some()
    }

    /// The word after `name`, if `name` is there.
    ///
    /// # Errors
    /// If nothing follows.
    pub fn option(&mut self, name: &str) -> Result<Option<&'a str>, Error> {
        let Some(position) = self.words.iter().position(|word| *word == name) else { return Ok(None) };
        if position + 1 == self.words.len() {
            return Err(self.wrong(format!("nothing after {name}")));
        }
        self.words.remove(position);
        Ok(Some(self.words.remove(position)))
    }

    /// The number after `name`.
    ///
    /// # Errors
    /// If it is no finite number.
    pub fn number(&mut self, name: &str) -> Result<Option<f64>, Error> {
        let Some(word) = self.option(name)? else { return Ok(None) };
        match word.parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(Some(number)),
            _ => Err(self.wrong(format!("{name} is {}, not a number", quoted(word)))),
        }
    }

    /// The number after `name`, or `default`; `allowed` describes the allowed numbers.
    ///
    /// # Errors
    /// If it is something else.
    pub fn number_in(
        &mut self,
        name: &str,
        default: f64,
        allowed: &str,
        is_allowed: impl Fn(f64) -> bool,
    ) -> Result<f64, Error> {
        match self.number(name)?.unwrap_or(default) {
            number if is_allowed(number) => Ok(number),
            number => Err(self.wrong(format!("{name} is {number}; allowed: {allowed}"))),
        }
    }

    /// The whole number from 1 up after `name`.
    ///
    /// # Errors
    /// If it is something else.
    pub fn count_option(&mut self, name: &str) -> Result<Option<usize>, Error> {
        self.option(name)?.map(|word| self.whole(name, word)).transpose()
    }

    /// The size after `name`: `2x1` or `2`.
    ///
    /// # Errors
    /// If it is something else.
    pub fn size_option(&mut self, name: &str) -> Result<Option<(usize, usize)>, Error> {
        self.option(name)?.map(|word| self.pair(name, word)).transpose()
    }

    /// Reports the words that are left over.
    ///
    /// # Errors
    /// If anything is left.
    pub fn finish(&self) -> Result<(), Error> {
        if self.words.is_empty() { Ok(()) } else { Err(self.wrong(format!("found {}", quoted(&self.words.join(" "))))) }
    }

    fn whole(&self, what: &str, word: &str) -> Result<usize, Error> {
        let number = word.parse().ok().filter(|number| (1..=MOST).contains(number));
        number.ok_or_else(|| {
            self.wrong(format!("{what} is {}; a whole number from 1 to {MOST} is allowed", quoted(word)))
        })
    }

    fn pair(&self, what: &str, word: &str) -> Result<(usize, usize), Error> {
        match word.split_once('x') {
            Some((height, width)) => Ok((self.whole(what, height)?, self.whole(what, width)?)),
            None => self.whole(what, word).map(|side| (side, side)),
        }
    }
}

/// A size as the model language writes it: `3x5`, or `3` if `short` and square.
pub(crate) fn size_text((height, width): (usize, usize), short: bool) -> String {
    if short && height == width { height.to_string() } else { format!("{height}x{width}") }
}
