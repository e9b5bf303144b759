use std::sync::OnceLock;

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
/// seen: the result is that of the whole picture but for rounding. A net that looks at the whole picture at once, as
/// `group-norm` does, sees a tile instead.
#[derive(Debug)]
pub struct Restorer {
    net: Net<f32>,
    planes: usize,
    scale: usize,
    /// The sides that the net takes are multiples of this.
    step: usize,
    reach: OnceLock<usize>,
}

impl Restorer {
    /// A net that was taught to mend such damage.
    ///
    /// # Errors
    /// If the net does not give a picture of the size of its input, or of its multiple.
    pub fn new<T: Real>(net: &Net<T>, damage: &dyn Damage) -> Result<Self, Error> {
        let (net, planes, scale) = (net.rebuilt(net.input())?, damage.planes(), damage.scale());
        if net.input().channels != planes {
            let found = net.input();
            return Err(Error::Model(format!("takes {found}; {planes} numbers a pixel are needed for {damage:?}")));
        }
        let step = step(&net, scale)?;
        Ok(Self { net, planes, scale, step, reach: OnceLock::new() })
    }

    /// Mends one channel of a picture.
    ///
    /// # Shape
    /// `[height, width, 1]`, 0 … 1 → `[height·scale, width·scale, 1]`
    ///
    /// # Errors
    /// If the picture or the net's answer is not made of numbers.
    ///
    /// # Panics
    /// If the damage is of another kind than the net was made for.
    #[track_caller]
    pub fn plane(&self, damage: &dyn Damage, damaged: &Image<f32>) -> Result<Image<f32>, Error> {
        let (planes, scale) = (self.planes, self.scale);
        assert_eq!((damage.planes(), damage.scale()), (planes, scale), "plane: the damage that the net is for");
        if let Some(found) = damaged.as_slice().iter().find(|value| !value.is_finite()) {
            return Err(Error::Data(format!("holds {found} where finite numbers are needed")));
        }
        let (height, width) = (damaged.height(), damaged.width());
        let mut mended = damage.base(damaged);
        if damaged.is_empty() {
            return Ok(mended);
        }
        let is_one_tile = height.max(width) <= TILE;
        let around = if is_one_tile { 0 } else { *self.reach.get_or_init(|| reach(&self.net, self.step, scale)) };
        let tiles = Tiles::new([height, width], TILE.max(4 * around), around, self.step);
        let [rows, columns] = tiles.window();
        let net: Net<f32> = self.net.rebuilt(Shape::picture(rows, columns, planes))?;
        // Rows of tiles one after the other, the tiles of a row at once: each has columns of its own.
        for band in tiles.rows() {
            let answers: Vec<Result<Vec<f32>, Error>> = tiles
                .columns()
                .par_iter()
                .map_init(
                    || (Workspace::new(&net, 1), vec![0.0; net.inputs()]),
                    |(workspace, input), column| {
                        show(damage, damaged, [band.window, column.window], columns, input);
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
}

/// Writes what the net is shown of a window; beyond the picture its rim goes on.
fn show(damage: &dyn Damage, damaged: &Image<f32>, [top, left]: [usize; 2], columns: usize, input: &mut [f32]) {
    let planes = damage.planes();
    for (y, row) in input.chunks_exact_mut(columns * planes).enumerate() {
        let line = damaged.line((top + y).min(damaged.height() - 1));
        for (x, shown) in row.chunks_exact_mut(planes).enumerate() {
            damage.show(line[(left + x).min(damaged.width() - 1)], shown);
        }
    }
}
