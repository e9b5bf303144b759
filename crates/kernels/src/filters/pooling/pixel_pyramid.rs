use glassbox_tensor::Image;

use crate::filters::shared::parameters::{BORDER, Parameter, Values};
use crate::filters::shared::pool_regions::REDUCE;
use crate::filters::{Arguments, Entry, parse};
use crate::operator::{Neighbourhood, Window};
use crate::{Border, Engine, Error, Filter, PictureOperator, Pixel, Reduce};

/// Panel `x / width` shows the maximum or the mean of the square of one size around each pixel.
fn formula(around: &Neighbourhood, sizes: &[usize], reduce: Reduce) -> f64 {
    let ((y, x, _), (_, width, _)) = (around.output(), around.shape());
    let square = Window::centred(sizes[x / width]);
    reduce.formula(&around.moved_to(y, x % width).under(square).window())
}

pub(in crate::filters) static ENTRY: Entry = Entry {
    name: "pixel-pyramid-pool",
    summary: "the surroundings of each pixel, near and far: squares of several sizes, side by side",
    formula: "for each size the max or mean of the square around each pixel, at stride 1",
    source: "the per-pixel pyramid of arXiv 2009.07485",
    parameters: &[SIZES, REDUCE, BORDER_KEPT],
    variants: &[],
    build,
};

pub(super) const SIZES: Parameter = Parameter {
    name: "sizes",
    default: "1 3 9",
    values: Values::Wholes(1, 255),
    help: "sides of the squares; if a side is even, one more row and column lies above and to the left",
};

/// All but `crop`, because the panels must be of one size.
const BORDER_KEPT: Parameter = Parameter {
    values: Values::Choice(&["clamp", "reflect", "mirror", "wrap", "zero"]),
    help: "what stands beyond the edge: clamp aaa|abcd|ddd, reflect cba|abcd|dcb, mirror dcb|abcd|cba, \
           wrap bcd|abcd|abc, zero 000|abcd|000",
    ..BORDER
};

fn build(arguments: &Arguments) -> Result<Filter, Error> {
    let (sizes, reduce, border) = (arguments.wholes("sizes"), Reduce::from_arguments(arguments), arguments.border()?);
    let square = |size: &usize| parse(&format!("{}:size={size},border={}", reduce.around(), arguments.text("border")));
    let squares = sizes.iter().map(square).collect::<Result<_, _>>()?;
    let reach = sizes.iter().max().map(|largest| largest / 2);
    Ok(Filter::picture(arguments.operator(), PixelPyramid { squares, reach, border }, move |around| {
        formula(around, &sizes, reduce)
    }))
}

#[derive(Debug)]
struct PixelPyramid {
    /// A filter for each size.
    squares: Vec<Filter>,
    /// Rows from the pixel to the end of the largest square.
    reach: Option<usize>,
    border: Border,
}

impl PictureOperator for PixelPyramid {
    fn shape(&self, (height, width, channels): (usize, usize, usize)) -> Result<(usize, usize, usize), Error> {
        Ok((height, width * self.squares.len(), channels))
    }

    fn reach(&self) -> Option<usize> {
        self.reach
    }

    fn border(&self) -> Border {
        self.border
    }

    fn run<T: Pixel>(&self, picture: &Image<T>) -> Image<T> {
        let (height, line) = (picture.height(), picture.line_length());
        let mut out = Image::zeros([height, picture.width() * self.squares.len(), picture.channels()]);
        for (index, square) in self.squares.iter().enumerate() {
            let level = Engine::default().run(std::slice::from_ref(square), picture).expect("squares fit any picture");
            let lines = out.as_mut_slice().chunks_exact_mut(line * self.squares.len());
            for (to, from) in lines.zip(level.as_slice().chunks_exact(line)) {
                to[index * line..(index + 1) * line].copy_from_slice(from);
            }
        }
        out
    }
}
