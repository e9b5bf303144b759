use crate::Pixel;
use crate::filter::Rows;
use crate::simd::Aligned;
use crate::wide::{greater, smaller};

/// Bytes of a row that are worked on at a time: enough that starting a step does not count, few enough that what is in hand
/// stays near.
const BLOCK_BYTES: usize = 4096;

/// Steps work on whole multiples of so many numbers, what is beyond the end being of no meaning: no loop has an odd rest.
const LANES: usize = 64;

/// The median of a square window as a list of comparisons, each done for a whole block of a row at a time.
///
/// Columns are sorted first: windows that overlap share them. Sorted columns that stand side by side are merged into
/// pairs, the pairs into fours and so on; a merged list is worked out at every place, so that windows share it too. The
/// window's width in binary says which lists make it up. A number of a list that is too small or too large to be the
/// median of the whole window, whatever the others are, is not carried on, and what nobody needs is never compared.
///
/// Source of the idea, separable sorting: A. Adams, *Fast median filters using separable sorting networks*,
/// ACM Transactions on Graphics 40 (2021). Merging: D. Knuth, *The Art of Computer Programming* 3, 5.3.4 (odd-even merge).
#[derive(Debug)]
pub(crate) struct Network<T> {
    steps: Vec<Step>,
    result: Source,
    size: usize,
    channels: usize,
    block: usize,
    buffers: Vec<Aligned<T>>,
}

/// Where a block of numbers comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    Row(usize),
    Buffer(usize),
}

/// Compares two blocks place by place; the smaller numbers go to one buffer, the greater to another.
#[derive(Clone, Copy, Debug)]
struct Step {
    /// The blocks and how many pixels to the right each is read.
    inputs: [(Source, usize); 2],
    smaller: Option<usize>,
    greater: Option<usize>,
    /// Pixels beyond the block for which the results are needed.
    extent: usize,
}

impl<T: Pixel> Network<T> {
    pub(crate) fn new(size: usize, channels: usize) -> Self {
        let (steps, result, count) = Plan::median(size).into_steps();
        let block = BLOCK_BYTES / size_of::<T>();
        let length = block + 2 * size * channels + LANES;
        let buffers = (0..count).map(|_| Aligned::zeros(length)).collect();
        Self { steps, result, size, channels, block, buffers }
    }

    #[inline(always)]
    pub(crate) fn row(&mut self, rows: Rows<T>, out: &mut [T]) {
        for (index, out) in out.chunks_mut(self.block).enumerate() {
            self.block(rows, index * self.block, out);
        }
    }

    #[inline(always)]
    fn block(&mut self, rows: Rows<T>, start: usize, out: &mut [T]) {
        debug_assert!(out.len() + (self.size - 1) * self.channels <= rows.get(0).len() - start);
        for step in &self.steps {
            // Results go to buffers that no input of the step is read from: they can be taken out meanwhile.
            let mut low = step.smaller.map(|buffer| std::mem::take(&mut self.buffers[buffer]));
            let mut high = step.greater.map(|buffer| std::mem::take(&mut self.buffers[buffer]));
            let [(a, a_shift), (b, b_shift)] = step.inputs;
            let a = &source(&self.buffers, rows, start, a)[a_shift * self.channels..];
            let b = &source(&self.buffers, rows, start, b)[b_shift * self.channels..];
            let length = (out.len() + step.extent * self.channels).next_multiple_of(LANES).min(a.len()).min(b.len());
            let (a, b) = (&a[..length], &b[..length]);
            match (&mut low, &mut high) {
                (Some(low), Some(high)) => sort(&mut low.get_mut()[..length], &mut high.get_mut()[..length], a, b),
                (Some(low), None) => keep_smaller(&mut low.get_mut()[..length], a, b),
                (None, Some(high)) => keep_greater(&mut high.get_mut()[..length], a, b),
                (None, None) => {}
            }
            for (buffer, values) in [(step.smaller, low), (step.greater, high)] {
                if let (Some(buffer), Some(values)) = (buffer, values) {
                    self.buffers[buffer] = values;
                }
            }
        }
        out.copy_from_slice(&source(&self.buffers, rows, start, self.result)[..out.len()]);
    }
}

/// The numbers of a source from the block's first on.
#[inline(always)]
fn source<'a, T>(buffers: &'a [Aligned<T>], rows: Rows<'a, T>, start: usize, from: Source) -> &'a [T] {
    match from {
        Source::Row(row) => &rows.get(row)[start..],
        Source::Buffer(buffer) => buffers[buffer].get(),
    }
}

#[inline(always)]
fn sort<T: Pixel>(low: &mut [T], high: &mut [T], a: &[T], b: &[T]) {
    for (((low, high), &a), &b) in low.iter_mut().zip(high).zip(a).zip(b) {
        (*low, *high) = (smaller(a, b), greater(a, b));
    }
}

#[inline(always)]
fn keep_smaller<T: Pixel>(out: &mut [T], a: &[T], b: &[T]) {
    for ((out, &a), &b) in out.iter_mut().zip(a).zip(b) {
        *out = smaller(a, b);
    }
}

#[inline(always)]
fn keep_greater<T: Pixel>(out: &mut [T], a: &[T], b: &[T]) {
    for ((out, &a), &b) in out.iter_mut().zip(a).zip(b) {
        *out = greater(a, b);
    }
}

/// What is to be compared with what, before it is known which results are needed and where they are kept.
///
/// Values have numbers: first the rows, then the smaller and the greater of each comparison.
#[derive(Debug)]
struct Plan {
    rows: usize,
    /// Two values each, and how many pixels to the right they are read.
    comparisons: Vec<[(usize, usize); 2]>,
    result: usize,
}

/// A sorted list of values, all read so many pixels to the right.
#[derive(Clone, Debug)]
struct Sorted {
    values: Vec<usize>,
    shift: usize,
}

impl Plan {
    fn median(size: usize) -> Self {
        let mut plan = Plan { rows: size, comparisons: Vec::new(), result: 0 };
        let singles: Vec<_> = (0..size).map(|row| Sorted { values: vec![row], shift: 0 }).collect();
        let column = plan.sort(&singles);
        // Lists of 1, 2, 4, … columns; those that the width's binary digits name make up the window, widest first.
        let mut powers = vec![column];
        while 2 << (powers.len() - 1) <= size {
            let (width, last) = (1 << (powers.len() - 1), powers[powers.len() - 1].clone());
            let merged = plan.merge(&last, &Sorted { shift: width, ..last.clone() });
            powers.push(prune(merged, 2 * width * size, size * size));
        }
        let mut covered = 0;
        let mut window: Option<Sorted> = None;
        for (power, list) in powers.iter().enumerate().rev().filter(|(power, _)| size >> power & 1 == 1) {
            let next = Sorted { shift: covered, ..list.clone() };
            covered += 1 << power;
            let merged = match window {
                None => next,
                Some(before) => plan.merge(&before, &next),
            };
            window = Some(prune(merged, covered * size, size * size));
        }
        plan.result = window.map_or(0, |window| window.values[window.values.len() / 2]);
        plan
    }

    /// Merge sort.
    fn sort(&mut self, lists: &[Sorted]) -> Sorted {
        match lists {
            [one] => one.clone(),
            _ => {
                let (left, right) = lists.split_at(lists.len() / 2);
                let (left, right) = (self.sort(left), self.sort(right));
                self.merge(&left, &right)
            }
        }
    }

    /// Batcher's odd-even merge: the odd places of both lists, the even places of both, then neighbours.
    fn merge(&mut self, a: &Sorted, b: &Sorted) -> Sorted {
        let pair = |list: &Sorted| list.values.iter().map(|&value| (value, list.shift)).collect::<Vec<_>>();
        let merged = self.merge_places(&pair(a), &pair(b));
        Sorted { values: merged.into_iter().map(|(value, _)| value).collect(), shift: 0 }
    }

    fn merge_places(&mut self, a: &[(usize, usize)], b: &[(usize, usize)]) -> Vec<(usize, usize)> {
        match (a, b) {
            ([], list) | (list, []) => list.to_vec(),
            ([a], [b]) => self.compare(*a, *b).to_vec(),
            _ => {
                let places =
                    |list: &[(usize, usize)], first| list.iter().copied().skip(first).step_by(2).collect::<Vec<_>>();
                let odd = self.merge_places(&places(a, 0), &places(b, 0));
                let even = self.merge_places(&places(a, 1), &places(b, 1));
                let mut merged = vec![odd[0]];
                for i in 0..even.len().max(odd.len() - 1) {
                    match (even.get(i), odd.get(i + 1)) {
                        (Some(&w), Some(&v)) => merged.extend(self.compare(w, v)),
                        (Some(&alone), None) | (None, Some(&alone)) => merged.push(alone),
                        (None, None) => {}
                    }
                }
                merged
            }
        }
    }

    /// The smaller and the greater of two.
    fn compare(&mut self, a: (usize, usize), b: (usize, usize)) -> [(usize, usize); 2] {
        let results = self.results(self.comparisons.len());
        self.comparisons.push([a, b]);
        results.map(|value| (value, 0))
    }

    /// The values that a comparison makes.
    fn results(&self, comparison: usize) -> [usize; 2] {
        [self.rows + 2 * comparison, self.rows + 2 * comparison + 1]
    }

    /// Leaves out what the result does not need, and gives the rest buffers, used again once nobody reads them.
    fn into_steps(self) -> (Vec<Step>, Source, usize) {
        // Backward: which values are needed, and how far beyond the block.
        let count = self.rows + 2 * self.comparisons.len();
        let mut extents: Vec<Option<usize>> = vec![None; count];
        extents[self.result] = Some(0);
        let mut last_use = vec![usize::MAX; count];
        for (index, inputs) in self.comparisons.iter().enumerate().rev() {
            let Some(extent) = self.results(index).into_iter().filter_map(|result| extents[result]).max() else {
                continue;
            };
            for &(value, shift) in inputs {
                extents[value] = extents[value].max(Some(extent + shift));
                if last_use[value] == usize::MAX {
                    last_use[value] = index;
                }
            }
        }
        // Forward: buffers.
        let mut place: Vec<Option<Source>> =
            (0..count).map(|value| (value < self.rows).then_some(Source::Row(value))).collect();
        let (mut steps, mut free, mut buffers) = (Vec::new(), Vec::new(), 0);
        for (index, inputs) in self.comparisons.iter().enumerate() {
            let results = self.results(index);
            let Some(extent) = results.into_iter().filter_map(|result| extents[result]).max() else { continue };
            let [low, high] = results.map(|result| {
                extents[result].map(|_| {
                    let buffer = free.pop().unwrap_or_else(|| {
                        buffers += 1;
                        buffers - 1
                    });
                    place[result] = Some(Source::Buffer(buffer));
                    buffer
                })
            });
            let sources = inputs.map(|(value, shift)| (place[value].expect("compared before it is read"), shift));
            steps.push(Step { inputs: sources, smaller: low, greater: high, extent });
            for &(value, _) in inputs {
                if let Some(Source::Buffer(buffer)) = place[value].filter(|_| last_use[value] == index) {
                    // Both inputs may be the same list at two places.
                    if !free.contains(&buffer) {
                        free.push(buffer);
                    }
                }
            }
        }
        (steps, place[self.result].expect("the result is a row or was compared"), buffers)
    }
}

/// Leaves out, on both sides alike, what cannot be the median of `all` numbers: in a list that stands for `of` of them, whatever
/// has more than half of all above or below it.
fn prune(list: Sorted, of: usize, all: usize) -> Sorted {
    let middle = (all - 1) / 2;
    let drop_all = of.saturating_sub(1 + middle);
    let dropped = (of - list.values.len()) / 2;
    let drop = drop_all.saturating_sub(dropped);
    let kept = list.values[drop..list.values.len() - drop].to_vec();
    Sorted { values: kept, ..list }
}
