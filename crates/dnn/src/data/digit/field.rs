//! A number or a yes for each pixel, and the few things that every step does with them.

use glassbox_tensor::Image;

/// A value a pixel, row after row.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Field<T> {
    pub(super) height: usize,
    pub(super) width: usize,
    pub(super) values: Vec<T>,
}

/// Yes or no a pixel.
pub(super) type Mask = Field<bool>;
/// A number a pixel: brightness, or how much ink there is.
pub(super) type Plane = Field<f32>;

/// A rectangle of pixels; `bottom` and `right` are the first row and column outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Area {
    pub(super) top: usize,
    pub(super) left: usize,
    pub(super) bottom: usize,
    pub(super) right: usize,
}

impl Area {
    pub(super) fn height(self) -> usize {
        self.bottom - self.top
    }

    pub(super) fn width(self) -> usize {
        self.right - self.left
    }

    /// The longer side.
    pub(super) fn size(self) -> usize {
        self.height().max(self.width())
    }

    /// Whether `other` lies inside without touching the sides.
    pub(super) fn surrounds(self, other: Self) -> bool {
        other.top > self.top && other.left > self.left && other.bottom < self.bottom && other.right < self.right
    }

    /// The smallest area that holds both.
    pub(super) fn with(self, other: Self) -> Self {
        Self {
            top: self.top.min(other.top),
            left: self.left.min(other.left),
            bottom: self.bottom.max(other.bottom),
            right: self.right.max(other.right),
        }
    }

    /// Columns and rows between two areas; 0 where they overlap.
    pub(super) fn gap(self, other: Self) -> (usize, usize) {
        let between = |low: [usize; 2], high: [usize; 2]| low[0].max(low[1]).saturating_sub(high[0].min(high[1]));
        (
            between([self.left, other.left], [self.right, other.right]),
            between([self.top, other.top], [self.bottom, other.bottom]),
        )
    }
}

impl<T: Copy> Field<T> {
    pub(super) fn filled(height: usize, width: usize, value: T) -> Self {
        Self { height, width, values: vec![value; height * width] }
    }

    pub(super) fn map<U>(&self, f: impl FnMut(T) -> U) -> Field<U> {
        Field { height: self.height, width: self.width, values: self.values.iter().copied().map(f).collect() }
    }

    /// Both fields' values, combined pixel by pixel.
    pub(super) fn zip<U: Copy, V>(&self, other: &Field<U>, mut f: impl FnMut(T, U) -> V) -> Field<V> {
        let values = self.values.iter().zip(&other.values).map(|(&a, &b)| f(a, b)).collect();
        Field { height: self.height, width: self.width, values }
    }

    pub(super) fn at(&self, y: usize, x: usize) -> T {
        self.values[y * self.width + x]
    }

    pub(super) fn set(&mut self, y: usize, x: usize, value: T) {
        self.values[y * self.width + x] = value;
    }

    /// The shorter side.
    pub(super) fn short_side(&self) -> usize {
        self.height.min(self.width)
    }

    /// Rows become columns.
    pub(super) fn transposed(&self) -> Self {
        let values = (0..self.width).flat_map(|x| (0..self.height).map(move |y| (y, x)));
        Self { height: self.width, width: self.height, values: values.map(|(y, x)| self.at(y, x)).collect() }
    }

    /// The part inside an area.
    pub(super) fn crop(&self, area: Area) -> Self {
        let rows = (area.top..area.bottom).flat_map(|y| &self.values[y * self.width..][area.left..area.right]);
        Self { height: area.height(), width: area.width(), values: rows.copied().collect() }
    }

    /// The field with `edge` more pixels of `value` on each side.
    pub(super) fn padded(&self, edge: usize, value: T) -> Self {
        let mut out = Self::filled(self.height + 2 * edge, self.width + 2 * edge, value);
        for y in 0..self.height {
            let start = (y + edge) * out.width + edge;
            out.values[start..start + self.width].copy_from_slice(&self.values[y * self.width..][..self.width]);
        }
        out
    }

    /// The values where the mask says yes.
    pub(super) fn where_set<'a>(&'a self, mask: &'a Mask) -> impl Iterator<Item = T> + 'a {
        self.values.iter().zip(&mask.values).filter(|(_, set)| **set).map(|(&value, _)| value)
    }
}

impl Plane {
    pub(super) fn of_image(image: &Image<f32>) -> Self {
        Self { height: image.height(), width: image.width(), values: image.as_slice().to_vec() }
    }

    /// # Panics
    /// Never: there is a value for each pixel.
    pub(super) fn to_image(&self) -> Image<f32> {
        Image::from_vec([self.height, self.width, 1], self.values.clone()).expect("a value a pixel")
    }
}

impl Mask {
    pub(super) fn count(&self) -> usize {
        self.values.iter().filter(|set| **set).count()
    }

    /// The smallest area that holds all that is set; none if nothing is.
    pub(super) fn area(&self) -> Option<Area> {
        let mut found: Option<Area> = None;
        for (at, _) in self.values.iter().enumerate().filter(|(_, set)| **set) {
            let (y, x) = (at / self.width, at % self.width);
            let one = Area { top: y, left: x, bottom: y + 1, right: x + 1 };
            found = Some(found.map_or(one, |area| area.with(one)));
        }
        found
    }

    pub(super) fn and(&self, other: &Self) -> Self {
        self.zip(other, |a, b| a && b)
    }

    pub(super) fn or(&self, other: &Self) -> Self {
        self.zip(other, |a, b| a || b)
    }

    pub(super) fn without(&self, other: &Self) -> Self {
        self.zip(other, |a, b| a && !b)
    }

    /// The mask grown by `radius` pixels in all eight directions.
    pub(super) fn grown(&self, radius: usize) -> Self {
        let rows = self.grown_along_rows(radius);
        rows.transposed().grown_along_rows(radius).transposed()
    }

    /// The mask made smaller by `radius` pixels; what lies outside the picture does not count as set.
    pub(super) fn shrunk(&self, radius: usize) -> Self {
        let outside = self.map(|set| !set).padded(1, true).grown(radius);
        let inner = Area { top: 1, left: 1, bottom: self.height + 1, right: self.width + 1 };
        outside.crop(inner).map(|set| !set)
    }

    fn grown_along_rows(&self, radius: usize) -> Self {
        let mut out = Self::filled(self.height, self.width, false);
        for (row, target) in self.values.chunks_exact(self.width).zip(out.values.chunks_exact_mut(self.width)) {
            let mut done = 0;
            for (x, _) in row.iter().enumerate().filter(|(_, set)| **set) {
                let end = (x + radius + 1).min(row.len());
                target[x.saturating_sub(radius).max(done)..end].fill(true);
                done = end;
            }
        }
        out
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A mask drawn with letters: `#` is set.
    pub(in crate::data::digit) fn drawn(rows: &[&str]) -> Mask {
        let values = rows.iter().flat_map(|row| row.chars().map(|letter| letter == '#')).collect();
        Mask { height: rows.len(), width: rows[0].len(), values }
    }

    #[test]
    fn masks_grow_and_shrink_by_squares() {
        let dot = drawn(&[".....", ".....", "..#..", "....."]);
        assert_eq!(dot.grown(1), drawn(&[".....", ".###.", ".###.", ".###."]));
        assert_eq!(
            dot.grown(1).shrunk(1),
            drawn(&[".....", ".....", ".....", "....."]).or(&drawn(&[".....", ".....", "..#..", ".....",]))
        );
        assert_eq!(drawn(&["##", "##"]).shrunk(1).count(), 0);
    }

    #[test]
    fn areas_know_their_gaps() {
        let a = Area { top: 0, left: 0, bottom: 4, right: 4 };
        let b = Area { top: 2, left: 7, bottom: 9, right: 8 };
        assert_eq!((a.gap(b), b.gap(a)), ((3, 0), (3, 0)));
        assert_eq!(a.with(b), Area { top: 0, left: 0, bottom: 9, right: 8 });
        assert_eq!(drawn(&["..", ".#"]).area(), Some(Area { top: 1, left: 1, bottom: 2, right: 2 }));
        assert_eq!(drawn(&["..", ".."]).area(), None);
    }
}
