use glassbox_tensor::Image;
use rayon::prelude::*;

use super::Damage;
use super::tiles::{Tiles, reach, step};
use crate::pass::Pass;
use crate::run::check_finite;
use crate::{Error, Net, Real, Shape, Workspace};

/// The sides of a tile: within the cache, and not lost in the overlap.
const TILE: usize = 192;

/// A restoring net for pictures of any size.
///
/// A large picture is mended in tiles that overlap by as much as the net looks around, so that the seams cannot be
/// seen: the result is that of the whole picture but for rounding.
#[derive(Debug)]
pub struct Restorer<'a> {
    net: Net<f32>,
    damage: &'a dyn Damage,
    /// The sides that the net takes are multiples of this.
    step: usize,
}

impl<'a> Restorer<'a> {
    /// A net that was taught to mend this damage.
    ///
    /// # Errors
    /// If the net does not give a picture of the size of its input, or of its multiple.
    pub fn new<T: Real>(net: &Net<T>, damage: &'a dyn Damage) -> Result<Self, Error> {
        let net = net.rebuilt(net.input())?;
        if net.input().channels != damage.planes() {
            let (found, needed) = (net.input(), damage.planes());
            return Err(Error::Model(format!("takes {found}; {needed} numbers a pixel are needed for {damage:?}")));
        }
        let step = step(&net, damage.scale())?;
        Ok(Self { net, damage, step })
    }

    /// Mends one channel of a picture.
    ///
    /// # Shape
    /// `[height, width, 1]`, 0 … 1 → `[height·scale, width·scale, 1]`
    ///
    /// # Errors
    /// If the net's answer is not made of numbers.
    pub fn plane(&self, damaged: &Image<f32>) -> Result<Image<f32>, Error> {
        let (height, width, scale) = (damaged.height(), damaged.width(), self.damage.scale());
        let mut mended = self.damage.base(damaged);
        if damaged.is_empty() {
            return Ok(mended);
        }
        let around = if height.max(width) <= TILE { 0 } else { reach(&self.net, self.step, scale) };
        let tiles = Tiles::new([height, width], TILE.max(4 * around), around, self.step);
        let [rows, columns] = tiles.window();
        let net: Net<f32> = self.net.rebuilt(Shape::picture(rows, columns, self.damage.planes()))?;
        // Rows of tiles one after the other, the tiles of a row at once: each has columns of its own.
        for band in tiles.rows() {
            let answers: Vec<Result<Vec<f32>, Error>> = tiles
                .columns()
                .par_iter()
                .map_init(
                    || (Workspace::new(&net, 1), vec![0.0; net.inputs()]),
                    |(workspace, input), column| {
                        self.show(damaged, [band.window, column.window], [rows, columns], input);
                        let output = workspace.forward(&net, Pass::predict(1), input);
                        check_finite(output)?;
                        Ok(output.to_vec())
                    },
                )
                .collect();
            for (column, answer) in tiles.columns().iter().zip(answers) {
                let answer = answer?;
                for y in band.part(scale) {
                    let from = (y - band.window * scale) * columns * scale;
                    for x in column.part(scale) {
                        let place = y * width * scale + x;
                        mended.as_mut_slice()[place] += answer[from + x - column.window * scale];
                    }
                }
            }
        }
        Ok(mended)
    }

    /// What the net is shown of a window; beyond the picture its rim goes on.
    fn show(&self, damaged: &Image<f32>, [top, left]: [usize; 2], [rows, columns]: [usize; 2], input: &mut [f32]) {
        let pixels = input.chunks_exact_mut(self.damage.planes());
        for (index, shown) in pixels.enumerate().take(rows * columns) {
            let line = damaged.line((top + index / columns).min(damaged.height() - 1));
            self.damage.show(line[(left + index % columns).min(damaged.width() - 1)], shown);
        }
    }
}
