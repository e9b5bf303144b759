//! What drawn pictures are worth, as a net sees them that had no part in the drawing.

mod features;
mod frechet;
mod nearest;

pub use frechet::{Cloud, frechet};
pub use nearest::nearest;

use self::features::{Seen, see};
use crate::{Dataset, Error, Net, Real, spread};

/// Pictures whose nearest training picture is looked for, at most.
const LOOKED_FOR: usize = 256;

/// The seed that the pictures to compare with are drawn by.
const SEED: u64 = 0;

/// A number of drawn pictures, and the same of as many test pictures: what pictures nobody drew would get.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Beside {
    /// Of the drawn pictures.
    pub drawn: f64,
    /// Of test pictures.
    pub test: f64,
}

/// What drawn pictures are worth.
#[derive(Clone, Debug, PartialEq)]
pub struct Judgement {
    /// Pictures whose class the judge says.
    pub hits: usize,
    /// Pictures.
    pub total: usize,
    /// `confusion[class][answer]`: how many pictures of a class the judge takes for which.
    pub confusion: Vec<Vec<usize>>,
    /// The Fréchet distance from the training pictures in the judge's features: 0 if they are spread alike.
    pub frechet: Beside,
    /// How far pictures of a class are from their mean in the judge's features, the mean over the classes: 0 if all are
    /// the same.
    pub variety: Beside,
    /// The distance from the nearest training picture, mean over some pictures: 0 if they are copies. Root of the mean
    /// square of the pixels' differences, 0 … 1.
    pub nearest: Beside,
}

/// Judges drawn pictures, `judge` being a net that tells their classes.
///
/// # Errors
/// If the pictures do not fit the judge, or its hidden layer is too wide, or there are no pictures.
pub fn judge<T: Real>(judge: &Net<T>, drawn: Dataset, train: Dataset, test: Dataset) -> Result<Judgement, Error> {
    for (name, pictures) in [("drawn", drawn), ("training", train), ("test", test)] {
        if pictures.is_empty() {
            return Err(Error::Data(format!("there are no {name} pictures to compare")));
        }
        pictures.check(judge).map_err(|error| error.within(format!("{name} pictures")))?;
    }
    // As many test pictures as drawn ones: the distance of few is larger.
    let chosen = spread(test.labels, drawn.len().min(test.len()), SEED);
    let chosen: Vec<u32> = (0..).zip(chosen).filter(|(_, is_chosen)| *is_chosen).map(|(index, _)| index).collect();
    let all = |pictures: Dataset| (0..pictures.len() as u32).collect::<Vec<u32>>();
    let of_drawn = see(judge, drawn, &all(drawn))?;
    let of_test = see(judge, test, &chosen)?;
    let known = see(judge, train, &all(train))?.cloud();
    let mut confusion = vec![vec![0; judge.outputs()]; judge.outputs()];
    of_drawn.labels.iter().zip(&of_drawn.answers).for_each(|(&label, &answer)| confusion[label][answer] += 1);
    let hits = (0..judge.outputs()).map(|class| confusion[class][class]).sum();
    let beside = |of: &dyn Fn(&Seen) -> f64| Beside { drawn: of(&of_drawn), test: of(&of_test) };
    let few = |indices: &[u32]| -> Vec<u32> {
        let some = indices.len().min(LOOKED_FOR);
        (0..some).map(|i| indices[i * indices.len() / some]).collect()
    };
    Ok(Judgement {
        hits,
        total: drawn.len(),
        confusion,
        frechet: beside(&|seen| frechet(&seen.cloud(), &known)),
        variety: beside(&Seen::variety),
        nearest: Beside { drawn: nearest(drawn, &few(&all(drawn)), train), test: nearest(test, &few(&chosen), train) },
    })
}
