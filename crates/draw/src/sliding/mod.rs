//! The article's animation: a window that slides over a matrix, with all numbers.

mod formula;
mod numbers;
mod operation;
mod shade;

use glassbox_tensor::{Image, Matrix};

use self::formula::Formula;
use self::numbers::{exact, rounded};
pub use self::operation::Operation;
use self::shade::Shade;
use crate::canvas::{Area, Canvas, Colour, INK, LINE, ink_on};
use crate::lettering::{Size, text_width};

/// Minimum side of a cell.
const CELL: usize = 44;
/// Space on both sides of a number in a cell.
const CELL_PADDING: usize = 12;
const MARGIN: usize = 24;
/// Space between two tables, for an arrow.
const GAP: usize = 56;
const NUMBER: Size = Size::of_digits(10);
const CAPTION: Size = Size::of_small_letters(8);
const ARROW: Size = Size::of_digits(18);
/// Lines around the window, the mask and the result of both.
const OUTLINE: usize = 3;
const OUTLINE_COLOUR: Colour = [213, 94, 0];
/// Cells of the result that are still empty, and the box of a pooling.
const EMPTY: Colour = [246; 3];

/// Frames of a window that slides over a matrix.
///
/// The input is on the left, the mask or the pooling in the middle, and the result on the right. The formula of the
/// current position is below. [`Operation::results`] computes the numbers.
///
/// ```
/// use glassbox_draw::{Operation, Slide};
/// use glassbox_tensor::Matrix;
/// let input = Matrix::from_vec([2, 4], vec![1.0, 5.0, 0.0, 2.0, 3.0, 4.0, 9.0, 1.0]).unwrap();
/// let output = Matrix::from_vec([1, 2], vec![5.0, 9.0]).unwrap();
/// let slide = Slide::new(input, Operation::Max([2, 2]), 2, output);
/// assert_eq!(slide.frames(), 2);
/// let [height, width] = slide.size();
/// assert_eq!(slide.frame(0).dim(), (height, width, 3));
/// ```
pub struct Slide {
    input: Matrix<f64>,
    operation: Operation,
    stride: usize,
    output: Matrix<f64>,
    /// Side of a cell in pixels.
    cell: usize,
    formula: Formula,
}

impl Slide {
    /// A window that moves by `stride` over `input`, and its results `output`, one number per position, row by row.
    ///
    /// # Panics
    /// If the window at its last position is not inside the input, or a matrix is empty.
    pub fn new(input: Matrix<f64>, operation: Operation, stride: usize, output: Matrix<f64>) -> Self {
        let [height, width] = operation.window();
        let [last_row, last_column] = [output.nrows(), output.ncols()].map(|places| (places.max(1) - 1) * stride);
        let fits = last_row + height <= input.nrows() && last_column + width <= input.ncols();
        assert!(
            fits && output.len() * height * width > 0,
            "slide: expected places inside {:?}, got {:?} of {height}×{width} with stride {stride}",
            input.shape(),
            output.shape()
        );
        let results = output.iter().map(|&number| rounded(number).0);
        let of_mask = match &operation {
            Operation::Mask(mask) => mask.iter().map(|&weight| exact(weight)).collect(),
            Operation::Max(_) => Vec::new(),
            Operation::Average(_) => vec![format!("1/{}", height * width)],
        };
        let texts = input.iter().map(|&number| exact(number)).chain(results).chain(of_mask);
        let widest = texts.map(|text| text_width(&text, NUMBER)).fold(0.0, f32::max);
        let cell = CELL.max(widest.ceil() as usize + CELL_PADDING);
        let columns = input.ncols() + width + output.ncols();
        let room = columns * cell + 2 * GAP;
        let formula = Formula::new(&input, &operation, &output, room);
        Self { input, operation, stride, output, cell, formula }
    }

    /// Number of frames: one for each position of the window.
    pub fn frames(&self) -> usize {
        self.output.len()
    }

    /// Height and width of every frame, in pixels.
    pub fn size(&self) -> [usize; 2] {
        let [_, _, result] = self.tables();
        let (tables_height, tables_width) = (self.formula_top() - MARGIN, result.left + result.width);
        [
            MARGIN + tables_height + self.formula.height() + MARGIN,
            tables_width.max(MARGIN + self.formula.width()) + MARGIN,
        ]
    }

    /// The frame of one position, with the results up to this position.
    ///
    /// # Shape
    /// `[height, width, 3]`; [`size`](Slide::size) returns height and width
    ///
    /// # Panics
    /// If `place` is not below the number of frames.
    pub fn frame(&self, place: usize) -> Image<u8> {
        assert!(place < self.frames(), "frame: expected a number below {}, got {place}", self.frames());
        let (row, column) = (place / self.output.ncols(), place % self.output.ncols());
        let [height, width] = self.size();
        let [input, middle, result] = self.tables();
        let mut page = Canvas::new(height, width);
        self.draw_table(&mut page, input, &self.input, self.input.len(), exact);
        self.draw_operation(&mut page, middle);
        self.draw_table(&mut page, result, &self.output, place + 1, |number| rounded(number).0);
        let titles = ["input", self.operation.title(), "result"];
        for (table, title) in [input, middle, result].into_iter().zip(titles) {
            let (rows, columns) = (table.height / self.cell, table.width / self.cell);
            let height = CAPTION.line_height();
            let above = Area { top: table.top - OUTLINE - height, height, ..table };
            page.write_amid(&format!("{title} {rows}×{columns}"), above, CAPTION, INK);
        }
        for (from, to) in [(input, middle), (middle, result)] {
            let left = from.left + from.width;
            page.write_amid("→", Area { left, width: to.left - left, ..input }, ARROW, INK);
        }
        let [window_height, window_width] = self.operation.window();
        let window = self.cells(input, [row * self.stride, column * self.stride], [window_height, window_width]);
        for area in [window, middle, self.cells(result, [row, column], [1, 1])] {
            page.outline(area, OUTLINE, OUTLINE_COLOUR);
        }
        let (rows, columns) = (row * self.stride.., column * self.stride..);
        let numbers = rows.take(window_height).flat_map(|y| columns.clone().take(window_width).map(move |x| [y, x]));
        let numbers: Vec<_> = numbers.map(|place| self.input[place]).collect();
        self.formula.draw(&mut page, [self.formula_top(), MARGIN], &numbers, self.output[[row, column]]);
        page.into_image()
    }

    /// The areas of input, operation and result side by side, centred vertically.
    fn tables(&self) -> [Area; 3] {
        let shapes = [self.input.dim(), self.operation.window().into(), self.output.dim()];
        let top = MARGIN + CAPTION.line_height() + OUTLINE;
        let highest = shapes.iter().map(|shape| shape.0).max().unwrap_or(0) * self.cell;
        let mut left = MARGIN;
        shapes.map(|(rows, columns)| {
            let (height, width) = (rows * self.cell, columns * self.cell);
            let area = Area { top: top + (highest - height) / 2, left, height, width };
            left += width + GAP;
            area
        })
    }

    fn formula_top(&self) -> usize {
        let tables = self.tables();
        tables.iter().map(|table| table.top + table.height).max().unwrap_or(0) + MARGIN
    }

    /// Cells of a table: the first at `[row, column]`, `[height, width]` of them.
    fn cells(&self, table: Area, [row, column]: [usize; 2], [height, width]: [usize; 2]) -> Area {
        let [top, left] = [table.top + row * self.cell, table.left + column * self.cell];
        Area { top, left, height: height * self.cell, width: width * self.cell }
    }

    /// A table of numbers, shaded by value; cells from `known` on are empty.
    fn draw_table(
        &self,
        page: &mut Canvas,
        table: Area,
        values: &Matrix<f64>,
        known: usize,
        text: impl Fn(f64) -> String,
    ) {
        let shade = Shade::of(values);
        for (index, &value) in values.iter().enumerate() {
            let cell = self.cells(table, [index / values.ncols(), index % values.ncols()], [1, 1]);
            let colour = if index < known { shade.colour(value) } else { EMPTY };
            page.fill(cell, colour);
            if index < known {
                page.write_amid(&text(value), cell, NUMBER, ink_on(colour));
            }
        }
        self.draw_lines(page, table);
    }

    fn draw_operation(&self, page: &mut Canvas, area: Area) {
        match &self.operation {
            Operation::Mask(mask) => self.draw_table(page, area, mask, mask.len(), exact),
            Operation::Max(_) => {
                page.fill(area, EMPTY);
                page.write_amid("max", area, CAPTION, INK);
            }
            Operation::Average([height, width]) => {
                page.fill(area, EMPTY);
                for cell in 0..height * width {
                    let cell = self.cells(area, [cell / width, cell % width], [1, 1]);
                    page.write_amid(&format!("1/{}", height * width), cell, NUMBER, INK);
                }
                self.draw_lines(page, area);
            }
        }
    }

    /// The lines between cells and around them.
    fn draw_lines(&self, page: &mut Canvas, table: Area) {
        for line in (self.cell..table.height).step_by(self.cell) {
            page.fill(Area { top: table.top + line, height: 1, ..table }, LINE);
        }
        for line in (self.cell..table.width).step_by(self.cell) {
            page.fill(Area { left: table.left + line, width: 1, ..table }, LINE);
        }
        page.outline(table, 1, LINE);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn matrix<const N: usize>(rows: &[[f64; N]]) -> Matrix<f64> {
        Matrix::from_fn([rows.len(), N], |(y, x)| rows[y][x])
    }

    #[test]
    fn all_frames_are_of_one_size() {
        let input = Matrix::from_fn([6, 7], |(y, x)| (10f64).powi(y as i32) * x as f64 - 3.0);
        let output = Matrix::from_fn([2, 2], |(y, x)| y as f64 / 7.0 - x as f64);
        let operations = [
            Operation::Mask(Matrix::from_fn([3, 4], |(y, x)| y as f64 - x as f64)),
            Operation::Max([3, 4]),
            Operation::Average([3, 4]),
        ];
        for operation in operations {
            let slide = Slide::new(input.clone(), operation, 3, output.clone());
            let [height, width] = slide.size();
            assert!((0..4).all(|place| slide.frame(place).dim() == (height, width, 3)));
        }
    }

    #[test]
    fn frames_have_no_more_colours_than_a_gif() {
        let input = Matrix::from_fn([16, 16], |(y, x)| (16 * y + x) as f64);
        let mask = Matrix::from_fn([5, 5], |(y, x)| (5 * y + x) as f64 - 12.0);
        let output = Matrix::from_fn([12, 12], |(y, x)| (12 * y + x) as f64 * 8.0 - 500.0);
        let frame = Slide::new(input, Operation::Mask(mask), 1, output).frame(143);
        let colours: HashSet<_> = frame.as_slice().chunks(3).collect();
        assert!(colours.len() <= 256, "{} colours", colours.len());
    }

    #[test]
    fn cells_are_as_wide_as_their_numbers() {
        let size = |number| Slide::new(matrix(&[[number]]), Operation::Max([1, 1]), 1, matrix(&[[1.0]])).size();
        assert_eq!(size(1.0), size(255.0));
        assert!(size(-12345.125)[0] > size(1.0)[0]);
    }

    #[test]
    #[should_panic(expected = "slide: expected places inside [2, 2]")]
    fn a_window_beyond_the_input_is_refused() {
        Slide::new(Matrix::zeros([2, 2]), Operation::Max([2, 2]), 1, Matrix::zeros([1, 2]));
    }
}
