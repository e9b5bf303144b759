//! Connected pieces of a mask, and which of them are the digit.

use super::field::{Area, Field, Mask};

/// A piece counts if it has this share of the pixels of the main one.
const SMALLEST: f32 = 0.06;
/// Widest gap between pieces of a digit, as a share of its size, and between two marks of like size side by side.
const GAP: f32 = 0.16;
const GAP_OF_LIKE: f32 = 0.07;
/// From this share of the main piece's size on, another piece is of like size.
const LIKE: f32 = 0.6;

/// Pixels that touch each other, at sides or corners.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Piece {
    /// Its number in the field of labels, from 1 on.
    pub(super) label: u32,
    pub(super) area: Area,
    pub(super) pixels: usize,
    /// Pixels on the picture's rim; those in corners count twice.
    pub(super) on_rim: usize,
}

/// The pieces of a digit, and what is to be said about them.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Choice {
    pub(super) kept: Vec<Piece>,
    /// Whether there is another mark of about the same size.
    pub(super) has_rival: bool,
}

/// Labels all pieces: 0 where the mask is not set. Order is that of the first pixel.
pub(super) fn pieces(mask: &Mask) -> (Field<u32>, Vec<Piece>) {
    let (height, width) = (mask.height, mask.width);
    let mut labels = mask.map(|_| 0u32);
    let mut found: Vec<Piece> = Vec::new();
    let mut stack = Vec::new();
    for start in 0..mask.values.len() {
        if !mask.values[start] || labels.values[start] > 0 {
            continue;
        }
        let label = found.len() as u32 + 1;
        let (y, x) = (start / width, start % width);
        let mut area = Area { top: y, left: x, bottom: y + 1, right: x + 1 };
        let (mut pixels, mut on_rim) = (0, 0);
        labels.values[start] = label;
        stack.push((y, x));
        while let Some((y, x)) = stack.pop() {
            pixels += 1;
            on_rim += [y == 0, x == 0, y + 1 == height, x + 1 == width].into_iter().filter(|on| *on).count();
            area = area.with(Area { top: y, left: x, bottom: y + 1, right: x + 1 });
            for y in y.saturating_sub(1)..(y + 2).min(height) {
                for x in x.saturating_sub(1)..(x + 2).min(width) {
                    if mask.at(y, x) && labels.at(y, x) == 0 {
                        labels.set(y, x, label);
                        stack.push((y, x));
                    }
                }
            }
        }
        found.push(Piece { label, area, pixels, on_rim });
    }
    (labels, found)
}

/// Chooses the pieces of the digit.
///
/// A frame around something goes. What touches the rim goes, if something of substance does not. The main piece is
/// large and near the middle: the greatest `√pixels · size · exp(−2 · d²)`, with `d` the distance from the middle in
/// pictures. Others belong to it if they are not tiny and near. Two marks of like size side by side are two digits.
pub(super) fn choose(labels: &Field<u32>, all: &[Piece]) -> Choice {
    let side = labels.short_side() as f32;
    let pieces: Vec<Piece> = all.iter().copied().filter(|piece| !is_frame(labels, piece, all)).collect();
    let largest = pieces.iter().map(|piece| piece.pixels as f32).fold(0.0, f32::max);
    let has_substance = |piece: &&Piece| {
        piece.area.size() as f32 > 0.06 * side && piece.pixels as f32 >= 0.1 * largest.min(0.05 * side * side)
    };
    let is_free = |piece: &&Piece| piece.on_rim == 0;
    let mut candidates: Vec<&Piece> = pieces.iter().filter(is_free).filter(has_substance).collect();
    let touches_rim = candidates.is_empty();
    if touches_rim {
        // The digit itself touches the rim; paper would lie along it.
        candidates.extend(pieces.iter().filter(|piece| {
            let around = (piece.area.height() + piece.area.width()) as f32;
            piece.area.size() as f32 > 0.3 * side && (piece.on_rim as f32) < 0.8 * around
        }));
    }
    let weight = |piece: &Piece| {
        let off = |low: usize, high: usize, side: usize| (low + high) as f32 / 2.0 / side as f32 - 0.5;
        let Area { top, left, bottom, right } = piece.area;
        let square = off(top, bottom, labels.height).powi(2) + off(left, right, labels.width).powi(2);
        (piece.pixels as f32).sqrt() * piece.area.size() as f32 * (-2.0 * square).exp()
    };
    let Some(&main) = candidates.into_iter().max_by(|a, b| weight(a).total_cmp(&weight(b))) else {
        return Choice::default();
    };
    let is_like = |piece: &Piece| piece.area.size() as f32 > LIKE * main.area.size() as f32;
    let mut kept = vec![main];
    let mut others: Vec<&Piece> = pieces.iter().filter(|piece| piece.label != main.label).collect();
    others.retain(|piece| (touches_rim || piece.on_rim == 0) && piece.pixels as f32 >= SMALLEST * main.pixels as f32);
    // Each piece that joins may be near to further ones.
    loop {
        let whole = kept.iter().map(|piece| piece.area).reduce(|a, b| a.with(b)).unwrap_or(main.area);
        let joins = |piece: &&Piece| {
            kept.iter().any(|of| {
                let (across, down) = piece.area.gap(of.area);
                let widest = if is_like(piece) && across > 0 && down == 0 { GAP_OF_LIKE } else { GAP };
                (across.max(down) as f32) < widest * whole.size() as f32
            })
        };
        let Some(at) = others.iter().position(joins) else { break };
        kept.push(*others.swap_remove(at));
    }
    let has_rival = others.iter().any(|piece| piece.on_rim == 0 && is_like(piece));
    Choice { kept, has_rival }
}

/// Whether a piece is a frame: hollow, with ink along all four sides of its box, and something inside it.
fn is_frame(labels: &Field<u32>, piece: &Piece, all: &[Piece]) -> bool {
    let (height, width) = (piece.area.height(), piece.area.width());
    let holds =
        |other: &Piece| piece.area.surrounds(other.area) && other.area.size() as f32 > 0.2 * piece.area.size() as f32;
    if height.min(width) < 8
        || piece.area.size() as f32 <= 0.4 * labels.short_side() as f32
        || piece.pixels as f32 > 0.45 * (height * width) as f32
        || !all.iter().any(holds)
    {
        return false;
    }
    let own = labels.crop(piece.area).map(|label| label == piece.label);
    let along_ends = |mask: &Mask| {
        let band = (mask.height / 6).max(1);
        let covered = |rows: std::ops::Range<usize>| {
            let columns = (0..mask.width).filter(|x| rows.clone().any(|y| mask.at(y, *x))).count();
            columns as f32 > 0.85 * mask.width as f32
        };
        covered(0..band) && covered(mask.height - band..mask.height)
    };
    along_ends(&own) && along_ends(&own.transposed())
}

#[cfg(test)]
mod tests {
    use super::super::field::tests::drawn;
    use super::*;

    fn kept(rows: &[&str]) -> (Vec<Area>, bool) {
        let (labels, all) = pieces(&drawn(rows));
        let choice = choose(&labels, &all);
        (choice.kept.iter().map(|piece| piece.area).collect(), choice.has_rival)
    }

    #[test]
    fn pieces_join_at_corners_and_know_the_rim() {
        let (labels, all) = pieces(&drawn(&["#...", ".#..", "...#"]));
        assert_eq!(labels.values, [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 2]);
        assert_eq!((all[0].pixels, all[0].on_rim, all[1].on_rim), (2, 2, 2));
        assert_eq!(all[0].area, Area { top: 0, left: 0, bottom: 2, right: 2 });
    }

    #[test]
    fn what_touches_the_rim_goes_unless_it_is_all_there_is() {
        let one = ["#....", "#.#..", "#.#..", "#.#..", "#...."];
        assert_eq!(kept(&one), (vec![Area { top: 1, left: 2, bottom: 4, right: 3 }], false));
        let tight = ["..#..", "..#..", "..#..", "..#..", "..#.."];
        assert_eq!(kept(&tight).0, [Area { top: 0, left: 2, bottom: 5, right: 3 }]);
        assert_eq!(kept(&[".....", "....."]).0, []);
    }

    #[test]
    fn near_pieces_join_and_a_second_digit_does_not() {
        let blank = "....................";
        // The bar of a 5, a row above the rest, belongs to it; a mark of like size far to the right does not.
        let bar = "........######......";
        let rest = "........##......##..";
        let rows: Vec<&str> = [blank, bar, blank].into_iter().chain([rest; 9]).chain([blank; 2]).collect();
        let (areas, has_rival) = kept(&rows);
        assert_eq!((areas.len(), has_rival), (2, true));
        assert_eq!(areas[1], Area { top: 1, left: 8, bottom: 2, right: 14 });
    }

    #[test]
    fn a_frame_goes_if_something_is_in_it() {
        let ring = [
            "..............",
            ".############.",
            ".#..........#.",
            ".#..........#.",
            ".#....#.....#.",
            ".#....#.....#.",
            ".#....#.....#.",
            ".#....#.....#.",
            ".#....#.....#.",
            ".#..........#.",
            ".############.",
            "..............",
        ];
        assert_eq!(kept(&ring).0, [Area { top: 4, left: 6, bottom: 9, right: 7 }]);
        let zero: Vec<String> = ring.iter().map(|row| row.replace("....#.....", "..........")).collect();
        let zero: Vec<&str> = zero.iter().map(String::as_str).collect();
        assert_eq!(kept(&zero).0, [Area { top: 1, left: 1, bottom: 11, right: 13 }]);
    }
}
