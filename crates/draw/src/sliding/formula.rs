//! The formula of a result below the tables, with its terms arranged as in the window if they fit.

use glassbox_tensor::Matrix;

use super::Operation;
use super::numbers::{exact, rounded};
use crate::canvas::{Canvas, INK};
use crate::lettering::{Size, text_width};

const SIZE: Size = Size::of_digits(12);
/// Up to this number of terms is written in one line, if they fit.
const FEW: usize = 4;
/// Space between two terms.
const SPACE: usize = 12;

/// The layout of the formula. It is the same for all positions of the window.
pub(super) struct Formula {
    operation: Operation,
    /// Line and column of each number of the window; `None` if it is multiplied by 0.
    places: Vec<Option<[usize; 2]>>,
    lines: usize,
    columns: usize,
    /// Widths in pixels. This one is that of the text before the first term.
    opening: usize,
    sign: usize,
    /// A weight and its dot.
    weight: usize,
    number: usize,
    /// The text after the last term.
    closing: usize,
}

impl Formula {
    /// A layout that is at most `room` pixels wide, if there is one.
    pub(super) fn new(input: &Matrix<f64>, operation: &Operation, output: &Matrix<f64>, room: usize) -> Self {
        let widest = |texts: &mut dyn Iterator<Item = String>| {
            texts.map(|text| text_width(&text, SIZE)).fold(0.0, f32::max).ceil() as usize
        };
        let mut formula = Self {
            operation: operation.clone(),
            places: Vec::new(),
            lines: 1,
            columns: 1,
            opening: widest(&mut [opening(operation).to_string()].into_iter()),
            sign: if let Operation::Max(_) = operation { 0 } else { widest(&mut ["+ ".to_string()].into_iter()) },
            weight: match operation {
                Operation::Mask(mask) => widest(&mut mask.iter().map(|weight| format!("{}·", exact(weight.abs())))),
                _ => 0,
            },
            number: widest(&mut input.iter().map(|&number| number_text(operation, number))),
            closing: widest(&mut output.iter().map(|&number| closing(operation, number))),
        };
        formula.arrange(room);
        formula
    }

    /// Puts few terms in one line, otherwise in the rows of the window if they fit, otherwise fills each line.
    fn arrange(&mut self, room: usize) {
        let [height, width] = self.operation.window();
        let terms: Vec<bool> = match &self.operation {
            Operation::Mask(mask) => mask.iter().map(|&weight| weight != 0.0).collect(),
            Operation::Max([height, width]) | Operation::Average([height, width]) => vec![true; height * width],
        };
        let count = terms.iter().filter(|is_term| **is_term).count().max(1);
        let fitting = (room.saturating_sub(self.opening + self.closing) / self.pitch()).max(1);
        let by_rows = height > 1 && width <= fitting && count > FEW.min(fitting);
        self.columns = if by_rows { width } else { count.min(fitting) };
        let mut term = 0;
        self.places = terms
            .iter()
            .enumerate()
            .map(|(index, is_term)| {
                let position = if by_rows { index } else { term };
                term += usize::from(*is_term);
                is_term.then_some([position / self.columns, position % self.columns])
            })
            .collect();
        self.lines = self.places.iter().flatten().map(|[line, _]| line + 1).max().unwrap_or(1);
    }

    /// Distance from one term to the next.
    fn pitch(&self) -> usize {
        self.sign + self.weight + self.number + SPACE
    }

    pub(super) fn height(&self) -> usize {
        self.lines * SIZE.line_height()
    }

    pub(super) fn width(&self) -> usize {
        self.opening + self.columns * self.pitch() + self.closing
    }

    /// Writes the formula of `result` with the numbers of a window, row by row.
    pub(super) fn draw(&self, page: &mut Canvas, [top, left]: [usize; 2], window: &[f64], result: f64) {
        let terms = self.terms(window);
        let baseline = |line: usize| top + line * SIZE.line_height() + SIZE.digit_height();
        if self.lines == 1 {
            let text = one_line(&self.operation, &terms, result);
            return page.write(&text, [baseline(0), left], SIZE, INK);
        }
        page.write(opening(&self.operation), [baseline(0), left], SIZE, INK);
        for term in &terms {
            let (baseline, sign_left) = (baseline(term.line), left + self.opening + term.column * self.pitch());
            let number_left = sign_left + self.sign + self.weight;
            page.write(term.sign, [baseline, sign_left], SIZE, INK);
            page.write_to(&term.weight, [baseline, number_left], SIZE, INK);
            if self.weight > 0 {
                page.write(&term.number, [baseline, number_left], SIZE, INK);
            } else {
                page.write_to(&term.number, [baseline, number_left + self.number], SIZE, INK);
            }
            page.write(term.comma, [baseline, number_left + self.number], SIZE, INK);
        }
        let left = left + self.opening + self.columns * self.pitch() - SPACE;
        page.write(&closing(&self.operation, result), [baseline(self.lines - 1), left], SIZE, INK);
    }

    fn terms(&self, window: &[f64]) -> Vec<Term> {
        let last = self.places.iter().rposition(Option::is_some);
        let mut terms: Vec<Term> = Vec::new();
        for (index, (&number, place)) in window.iter().zip(&self.places).enumerate() {
            let Some([line, column]) = *place else { continue };
            let plus = if terms.is_empty() { "" } else { "+" };
            let signed = |number: f64| if number < 0.0 { "−" } else { plus };
            let (sign, weight, comma) = match &self.operation {
                Operation::Mask(mask) => {
                    let weight = mask.as_slice()[index];
                    (signed(weight), exact(weight.abs()) + "·", "")
                }
                Operation::Max(_) => ("", String::new(), if Some(index) == last { "" } else { "," }),
                Operation::Average(_) => (signed(number), String::new(), ""),
            };
            terms.push(Term { line, column, sign, weight, number: number_text(&self.operation, number), comma });
        }
        terms
    }
}

/// The parts of a term. Each is aligned with the same part of the terms above and below.
struct Term {
    line: usize,
    column: usize,
    sign: &'static str,
    weight: String,
    number: String,
    comma: &'static str,
}

fn one_line(operation: &Operation, terms: &[Term], result: f64) -> String {
    let mut text = opening(operation).to_string();
    for (index, Term { sign, weight, number, comma, .. }) in terms.iter().enumerate() {
        let [before, after] = [if index > 0 { " " } else { "" }, if index > 0 && !sign.is_empty() { " " } else { "" }];
        text += &format!("{before}{sign}{after}{weight}{number}{comma}");
    }
    text + &closing(operation, result)
}

fn opening(operation: &Operation) -> &'static str {
    match operation {
        Operation::Mask(_) => "",
        Operation::Max(_) => "max(",
        Operation::Average(_) => "(",
    }
}

/// The text after the last term: the end of the formula and its result.
fn closing(operation: &Operation, result: f64) -> String {
    let (text, is_rounded) = rounded(result);
    let equals = if is_rounded { "≈" } else { "=" };
    match operation {
        Operation::Mask(_) => format!(" {equals} {text}"),
        Operation::Max(_) => format!(") {equals} {text}"),
        Operation::Average([height, width]) => format!(") / {} {equals} {text}", height * width),
    }
}

/// A number in a term. A mask's negative numbers are in parentheses, an average's have their sign in front of the term.
fn number_text(operation: &Operation, number: f64) -> String {
    match operation {
        Operation::Mask(_) if number < 0.0 => format!("({})", exact(number)),
        Operation::Mask(_) | Operation::Max(_) => exact(number),
        Operation::Average(_) => exact(number.abs()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn formula(mask: &[[f64; 3]], room: usize) -> Formula {
        let mask = Matrix::from_fn([mask.len(), 3], |(y, x)| mask[y][x]);
        let (input, output) = (Matrix::from_fn([3, 3], |_| 10.0), Matrix::from_fn([1, 1], |_| 100.0));
        Formula::new(&input, &Operation::Mask(mask), &output, room)
    }

    #[test]
    fn terms_stand_as_in_the_mask_and_those_of_zero_are_left_out() {
        let sobel = formula(&[[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]], 1000);
        let row = |line| [Some([line, 0]), None, Some([line, 2])];
        assert_eq!((sobel.places.clone(), sobel.lines), ([row(0), row(1), row(2)].concat(), 3));
    }

    #[test]
    fn few_terms_stand_in_one_line() {
        let roberts = formula(&[[1.0, 0.0, 0.0], [0.0, -1.0, 0.0]], 1000);
        assert_eq!(roberts.places, [Some([0, 0]), None, None, None, Some([0, 1]), None]);
        assert_eq!((roberts.lines, roberts.columns), (1, 2));
    }

    #[test]
    fn terms_that_do_not_fit_go_on_in_the_next_line() {
        let all = [[1.0; 3]; 3];
        let wide = formula(&all, 1000);
        let narrow = formula(&all, wide.width() - 1);
        assert_eq!(([wide.lines, wide.columns], [narrow.lines, narrow.columns]), ([3, 3], [5, 2]));
        assert!(narrow.width() < wide.width());
        assert_eq!([formula(&all, 0).lines, formula(&all, 0).columns], [9, 1]);
    }

    #[test]
    fn nothing_but_zeros_is_one_line() {
        assert_eq!(formula(&[[0.0; 3]], 1000).lines, 1);
    }

    #[test]
    fn negative_numbers_can_be_told_from_signs() {
        let max = Operation::Max([1, 1]);
        let (mask, average) = (Operation::Mask(Matrix::zeros([1, 1])), Operation::Average([1, 2]));
        assert_eq!([&mask, &max, &average].map(|operation| number_text(operation, -5.0)), ["(−5)", "−5", "5"]);
        let (input, output) = (Matrix::zeros([1, 2]), Matrix::zeros([1, 1]));
        let line = |operation: &Operation, window: &[f64], result| {
            one_line(operation, &Formula::new(&input, operation, &output, 1000).terms(window), result)
        };
        assert_eq!(line(&average, &[-3.0, 8.0], 2.5), "(−3 + 8) / 2 = 2.5");
        assert_eq!(line(&Operation::Max([1, 2]), &[-3.0, 8.0], 8.0), "max(−3, 8) = 8");
        let mask = Operation::Mask(Matrix::from_fn([1, 2], |(_, x)| x as f64 - 0.5));
        assert_eq!(line(&mask, &[6.0, -8.0], -7.0), "−0.5·6 + 0.5·(−8) = −7");
        assert_eq!(closing(&average, 1.0 / 3.0), ") / 2 ≈ 0.333");
        assert_eq!(closing(&max, 7.0), ") = 7");
    }
}
