//! Chains of operators that replace a picture row by row, so that there is memory for one only.

use std::cell::RefCell;

use glassbox_kernels::{Engine, Filter, Pixel, first_not_by_rows, output_shape};
use glassbox_tensor::Image;

use crate::Error;

/// Most numbers of a row, so that a few rows of each operator take little.
const MOST_ROW: usize = 1 << 20;

/// Whether a chain makes rows one after another, and no more numbers than it gets.
pub(crate) fn can_be_in_place(chain: &[Filter], from: (usize, usize, usize)) -> Result<bool, Error> {
    let mut shape = from;
    for filter in chain {
        shape = filter.shape(shape)?;
        if shape.1 * shape.2 > MOST_ROW {
            return Ok(false);
        }
    }
    let count = |(height, width, channels): (usize, usize, usize)| height * width * channels;
    Ok(first_not_by_rows(chain).is_none() && from.1 * from.2 <= MOST_ROW && count(shape) <= count(from))
}

/// The picture that a chain makes, in the memory of its input.
///
/// An engine that streams reads the rows in order. It may begin again at the top, but only before it has written.
pub(crate) fn in_place<T: Pixel>(engine: &Engine, chain: &[Filter], image: Image<T>) -> Result<Image<T>, Error> {
    let (from, to) = (image.dim(), output_shape(chain, image.dim())?);
    let line = from.1 * from.2;
    let shared = RefCell::new(Shared { numbers: image.into_vec(), read: 0, written: 0, waiting: Vec::new() });
    let read = |first: usize, out: &mut [T]| {
        shared.borrow_mut().read(first * line, out);
        Ok(())
    };
    let write = |part: &[T]| {
        shared.borrow_mut().write(part);
        Ok::<_, Error>(())
    };
    engine.stream(chain, from, read, write)?;
    let Shared { mut numbers, .. } = shared.into_inner();
    numbers.truncate(to.0 * to.1 * to.2);
    Ok(Image::from_vec([to.0, to.1, to.2], numbers).expect("as many numbers as the chain makes"))
}

/// The input's numbers, of which the first are replaced by the output's.
struct Shared<T> {
    numbers: Vec<T>,
    read: usize,
    written: usize,
    /// Numbers of the output that have no place yet.
    waiting: Vec<T>,
}

impl<T: Pixel> Shared<T> {
    fn read(&mut self, at: usize, out: &mut [T]) {
        assert!(at >= self.written, "in_place: rows are read before they are replaced");
        out.copy_from_slice(&self.numbers[at..at + out.len()]);
        self.read = at + out.len();
    }

    fn write(&mut self, part: &[T]) {
        self.waiting.extend_from_slice(part);
        let count = self.waiting.len().min(self.read - self.written);
        self.numbers[self.written..self.written + count].copy_from_slice(&self.waiting[..count]);
        self.waiting.drain(..count);
        self.written += count;
    }
}

#[cfg(test)]
mod tests {
    use glassbox_kernels::{Engine, filters, first_not_by_rows};
    use glassbox_tensor::Image;

    use super::{can_be_in_place, in_place};

    #[test]
    fn a_picture_in_its_own_memory_is_the_same() {
        let image = Image::from_fn([97, 61, 4], |(y, x, c)| (y * y + 31 * x + x * x * c / 3) as u8);
        let engine = Engine { keep_alpha: true, kept_bytes: 0, ..Engine::default() };
        let mut tried = 0;
        for entry in filters::ENTRIES {
            for extra in ["", "border=wrap"] {
                let label = if extra.is_empty() { entry.name.to_string() } else { format!("{}:{extra}", entry.name) };
                let Ok(filter) = filters::parse(&label) else { continue };
                let chain = [filter, filters::parse("median:size=3,border=wrap").unwrap()];
                if first_not_by_rows(&chain).is_some() || !can_be_in_place(&chain, image.dim()).unwrap_or(false) {
                    continue;
                }
                let expected = engine.run(&chain, &image).unwrap();
                assert_eq!(in_place(&engine, &chain, image.clone()).unwrap(), expected, "{label}");
                tried += 1;
            }
        }
        assert!(tried > 40, "{tried} operators");
    }
}
