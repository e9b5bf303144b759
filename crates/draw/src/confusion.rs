//! The confusion matrix as a picture.

use glassbox_tensor::Image;

use crate::canvas::{Area, Canvas, Colour, INK, LINE, ink_on};
use crate::lettering::{Size, text_width};

/// Least side of a cell.
const CELL: usize = 44;
const MARGIN: usize = 14;
/// Most letters of a class's name.
const MOST_LETTERS: usize = 20;
const NUMBER: Size = Size::of_digits(10);
const TITLE: Size = Size::of_small_letters(8);
const RIGHT: Colour = [27, 120, 55];
const WRONG: Colour = [178, 24, 43];

/// Draws a confusion matrix: a row for each label, a column for each answer, right answers green, wrong ones red.
///
/// The larger the share of its row, the darker the cell. Cells of zero are left empty. Classes are called by their
/// names, or by their numbers where there are none.
///
/// ```
/// use glassbox_draw::draw_confusion;
/// let picture = draw_confusion(&[vec![9, 1], vec![0, 10]], &[]);
/// assert!(picture.height() > 2 * 44 && picture.channels() == 3);
/// ```
///
/// # Shape
/// `confusion[label][answer]`, with equal numbers of rows and columns.
pub fn draw_confusion(confusion: &[Vec<usize>], class_names: &[String]) -> Image<u8> {
    let classes = confusion.len();
    let counts = confusion.iter().flatten().copied().chain([classes]).map(|count| count.to_string());
    let widest = counts.map(|text| text_width(&text, NUMBER)).fold(0.0, f32::max);
    let cell = CELL.max(widest.ceil() as usize + 10);
    let name = |class: usize| match class_names.get(class) {
        Some(name) if name.chars().count() > MOST_LETTERS => name.chars().take(MOST_LETTERS - 1).chain(['…']).collect(),
        Some(name) => name.clone(),
        None => class.to_string(),
    };
    let name_lengths = (0..classes).map(|class| text_width(&name(class), NUMBER).ceil() as usize + 10);
    let names_side = name_lengths.max().unwrap_or(0).max(2 * NUMBER.line_height());
    let names = TITLE.line_height() + names_side;
    let (top, left, side) = (MARGIN + names, MARGIN + names, classes * cell);
    let mut page = Canvas::new(top + side + MARGIN, left + side + MARGIN);
    let title = Area { top: MARGIN, left, height: TITLE.line_height(), width: side };
    page.write_amid("the net’s answer", title, TITLE, INK);
    let mut turned = Canvas::new(TITLE.line_height(), side);
    turned.write_amid("label", Area { top: 0, left: 0, ..title }, TITLE, INK);
    page.paste(&turned.turned().into_image(), top, MARGIN);
    page.outline(Area { top, left, height: side, width: side }, 1, LINE);
    // Names that are wider than a cell stand upright above it.
    let are_turned = names_side > cell;
    for (label, row) in confusion.iter().enumerate() {
        let of_row = row.iter().sum::<usize>().max(1) as f64;
        let y = top + label * cell;
        let beside = Area { top: y, left: left - names_side, height: cell, width: names_side };
        page.write_amid(&name(label), beside, NUMBER, INK);
        let x = left + label * cell;
        if are_turned {
            let mut turned = Canvas::new(cell, names_side);
            turned.write_amid(&name(label), Area { top: 0, left: 0, ..beside }, NUMBER, INK);
            page.paste(&turned.turned().into_image(), top - names_side, x);
        } else {
            page.write_amid(&name(label), Area { top: top - names_side, left: x, height: names_side, width: cell }, NUMBER, INK);
        }
        for (answer, &count) in row.iter().enumerate() {
            let area = Area { top: y, left: left + answer * cell, height: cell, width: cell };
            let colour = shade(count as f64 / of_row, label == answer);
            page.fill(area, colour);
            if count > 0 {
                page.write_amid(&count.to_string(), area, NUMBER, ink_on(colour));
            }
        }
    }
    for line in 1..classes {
        page.fill(Area { top: top + line * cell, left, height: 1, width: side }, LINE);
        page.fill(Area { top, left: left + line * cell, height: side, width: 1 }, LINE);
    }
    page.into_image()
}

/// The colour of a share, white at 0. Small shares of mistakes are darkened to be visible.
fn shade(share: f64, is_right: bool) -> Colour {
    let (full, strength) = if is_right { (RIGHT, 0.85 * share) } else { (WRONG, share.powf(0.4)) };
    full.map(|channel| (255.0 - strength * f64::from(255 - channel)).round() as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_grow_with_their_numbers() {
        let [small, large] = [9, 1_000_000].map(|count| draw_confusion(&[vec![count]], &[]).width());
        assert!(large > small);
        assert_eq!(draw_confusion(&[vec![9]], &[]).width(), draw_confusion(&[vec![999]], &[]).width());
    }

    #[test]
    fn names_take_the_room_that_they_need() {
        let draw = |names: &[&str]| {
            let names: Vec<String> = names.iter().map(ToString::to_string).collect();
            draw_confusion(&[vec![5, 1], vec![0, 7]], &names).dim()
        };
        let (numbers, names, endless) = (draw(&[]), draw(&["ankle boot", "bag"]), draw(&["a".repeat(900).as_str()]));
        assert!(names.0 > numbers.0 && names.1 > numbers.1);
        assert!(endless.1 < numbers.1 + 500);
    }

    #[test]
    fn matrices_without_counts_are_drawn() {
        for confusion in [vec![], vec![vec![0]], vec![vec![0, 0], vec![3, 0]]] {
            assert_eq!(draw_confusion(&confusion, &[]).channels(), 3);
        }
    }
}
