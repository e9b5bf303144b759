//! Comparisons on sorted lists, worked out at compile time. Networks and tiles run them in registers.

/// The sizes of a merge: the lengths of two sorted lists, and which part of the merged list is kept.
///
/// If `b` is 0, the first list is not sorted yet: the merge sorts it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct MergeSize {
    pub(super) a: usize,
    pub(super) b: usize,
    pub(super) first: usize,
    pub(super) kept: usize,
}

impl MergeSize {
    /// Two numbers.
    pub(super) const PAIR: MergeSize = MergeSize { a: 1, b: 1, first: 0, kept: 2 };
}

/// The most numbers in one round.
pub(super) const MOST_NUMBERS: usize = 192;

/// The most comparisons in one round.
const MOST_COMPARISONS: usize = 512;

/// A sorted list of numbers, each named by its register.
#[derive(Clone, Copy)]
pub(super) struct Sorted {
    pub(super) registers: [u16; MOST_NUMBERS],
    pub(super) length: usize,
}

impl Sorted {
    /// Registers from `first` on.
    pub(super) const fn range(first: usize, length: usize) -> Self {
        let mut list = Sorted { registers: [0; MOST_NUMBERS], length: 0 };
        while list.length < length {
            list = list.with((first + list.length) as u16);
        }
        list
    }

    /// The list with one more register.
    const fn with(mut self, register: u16) -> Self {
        self.registers[self.length] = register;
        self.length += 1;
        self
    }

    /// Every other register from `first` on.
    const fn every_other(&self, first: usize) -> Self {
        let mut half = Sorted::range(0, 0);
        let mut i = first;
        while i < self.length {
            half = half.with(self.registers[i]);
            i += 2;
        }
        half
    }

    /// Registers `first..end` of the list.
    const fn part(&self, first: usize, end: usize) -> Self {
        let mut part = Sorted::range(0, 0);
        let mut i = first;
        while i < end {
            part = part.with(self.registers[i]);
            i += 1;
        }
        part
    }

    /// Drops numbers that cannot be the median of `all` numbers, equally many at both ends.
    ///
    /// The list is what remains of `of` numbers. A number cannot be the median if more than half of all lie above or
    /// below it.
    pub(super) const fn prune(&self, of: usize, all: usize) -> Self {
        let middle = (all - 1) / 2;
        let dropped = (of - self.length) / 2;
        let drop = of.saturating_sub(1 + middle).saturating_sub(dropped);
        self.part(drop, self.length - drop)
    }
}

/// Where a round reads a number.
#[derive(Clone, Copy)]
pub(super) enum Input {
    /// In a row of the window.
    Row(usize),
    /// In the row of the window that is not part of the core.
    Outer,
    /// In a plane that an earlier round wrote.
    Plane(usize),
}

/// A round of comparisons, done at every position of a row: it reads numbers into registers, compares pairs of them,
/// and writes some of them.
#[derive(Clone, Copy)]
pub(super) struct Round {
    /// For each register, its input and how many pixels to the right it is read.
    pub(super) inputs: [(Input, usize); MOST_NUMBERS],
    pub(super) input_count: usize,
    /// Pairs of registers: the first gets the smaller number, the second the greater.
    pub(super) comparisons: [(u16, u16); MOST_COMPARISONS],
    pub(super) comparison_count: usize,
    /// The registers that are written, one to each plane from `first_plane` on.
    pub(super) outputs: [u16; MOST_NUMBERS],
    pub(super) output_count: usize,
    pub(super) first_plane: usize,
    /// How many pixels beyond the last position later rounds read the results.
    pub(super) extent: usize,
}

impl Round {
    pub(super) const EMPTY: Round = Round {
        inputs: [(Input::Outer, 0); MOST_NUMBERS],
        input_count: 0,
        comparisons: [(0, 0); MOST_COMPARISONS],
        comparison_count: 0,
        outputs: [0; MOST_NUMBERS],
        output_count: 0,
        first_plane: 0,
        extent: 0,
    };

    /// The merge of two sorted lists: the first in registers `0..a`, the second in `a..a + b`.
    pub(super) const fn merging(size: MergeSize) -> Round {
        let mut round = Round::EMPTY;
        let (a, b) = (Sorted::range(0, size.a), Sorted::range(size.a, size.b));
        let list = match size {
            MergeSize { b: 0, .. } => round.sort(&a),
            MergeSize { kept: 1, .. } => round.middle(&a, &b),
            _ => round.merge(&a, &b).part(size.first, size.first + size.kept),
        };
        let _ = round.write(&list, 0);
        round
    }

    /// Reads a number into the next register.
    pub(super) const fn read(&mut self, input: Input, shift: usize) {
        self.inputs[self.input_count] = (input, shift);
        self.input_count += 1;
    }

    /// Reads a sorted list.
    pub(super) const fn read_list(&mut self, list: Planes, shift: usize) -> Sorted {
        let registers = Sorted::range(self.input_count, list.length);
        let mut i = 0;
        while i < list.length {
            self.read(Input::Plane(list.first + i), shift);
            i += 1;
        }
        registers
    }

    const fn compare(&mut self, low: u16, high: u16) {
        self.comparisons[self.comparison_count] = (low, high);
        self.comparison_count += 1;
    }

    /// Merge sort.
    pub(super) const fn sort(&mut self, list: &Sorted) -> Sorted {
        if list.length == 1 {
            return *list;
        }
        let half = list.length / 2;
        let (low, high) = (self.sort(&list.part(0, half)), self.sort(&list.part(half, list.length)));
        self.merge(&low, &high)
    }

    /// Batcher's odd-even merge: the odd elements of both lists, the even elements of both, then neighbours.
    pub(super) const fn merge(&mut self, a: &Sorted, b: &Sorted) -> Sorted {
        if a.length == 0 {
            return *b;
        }
        if b.length == 0 {
            return *a;
        }
        if a.length == 1 && b.length == 1 {
            self.compare(a.registers[0], b.registers[0]);
            return a.with(b.registers[0]);
        }
        let odd = self.merge(&a.every_other(0), &b.every_other(0));
        let even = self.merge(&a.every_other(1), &b.every_other(1));
        let mut merged = odd.part(0, 1);
        let mut i = 0;
        while i < even.length || i + 1 < odd.length {
            let both = i < even.length && i + 1 < odd.length;
            if both {
                self.compare(even.registers[i], odd.registers[i + 1]);
            }
            if i < even.length {
                merged = merged.with(even.registers[i]);
            }
            if i + 1 < odd.length {
                merged = merged.with(odd.registers[i + 1]);
            }
            i += 1;
        }
        merged
    }

    /// The median of two sorted lists `a₁ … aₙ₊₁` and `b₁ … bₙ`: `min max(aᵢ, bₙ₊₁₋ᵢ)` over `i` from 1 to `n + 1`,
    /// where `b₀` counts for nothing.
    ///
    /// `max(aᵢ, bₙ₊₁₋ᵢ)` is the greatest of `n + 1` numbers, the `i` smallest of `a` and the `n + 1 − i` smallest of
    /// `b`. So it is at least the median, and equal to it for one `i`.
    pub(super) const fn middle(&mut self, a: &Sorted, b: &Sorted) -> Sorted {
        let n = b.length;
        let last = a.registers[n];
        let mut i = 0;
        while i < n {
            self.compare(a.registers[i], b.registers[n - 1 - i]);
            self.compare(last, b.registers[n - 1 - i]);
            i += 1;
        }
        a.part(n, n + 1)
    }

    /// Writes a sorted list to planes from `first_plane` on.
    pub(super) const fn write(&mut self, list: &Sorted, first_plane: usize) -> Planes {
        self.outputs = list.registers;
        self.output_count = list.length;
        self.first_plane = first_plane;
        Planes { first: first_plane, length: list.length }
    }
}

/// Planes that together hold a sorted list for every position: one number of each list a plane.
#[derive(Clone, Copy)]
pub(super) struct Planes {
    pub(super) first: usize,
    pub(super) length: usize,
}
