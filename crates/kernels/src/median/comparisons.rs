//! The comparisons that find the median of a small window, worked out while the program is compiled.

/// Two lengths, and which numbers of the merged list are kept. If the second is none, the first is not sorted yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct MergeSize {
    pub(super) a: usize,
    pub(super) b: usize,
    pub(super) first: usize,
    pub(super) kept: usize,
}

impl MergeSize {
    /// Of two numbers.
    pub(super) const PAIR: MergeSize = MergeSize { a: 1, b: 1, first: 0, kept: 2 };
}

/// Numbers that one pass holds at most.
pub(super) const MOST_NUMBERS: usize = 192;

/// Comparisons of one pass at most.
const MOST_STEPS: usize = 512;

/// Numbers in hand, each named by its register, in sorted order.
#[derive(Clone, Copy)]
pub(super) struct Sorted {
    pub(super) registers: [u16; MOST_NUMBERS],
    pub(super) length: usize,
}

impl Sorted {
    pub(super) const fn range(first: usize, length: usize) -> Self {
        let mut list = Sorted { registers: [0; MOST_NUMBERS], length: 0 };
        while list.length < length {
            list = list.with((first + list.length) as u16);
        }
        list
    }

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

    const fn part(&self, first: usize, end: usize) -> Self {
        let mut part = Sorted::range(0, 0);
        let mut i = first;
        while i < end {
            part = part.with(self.registers[i]);
            i += 1;
        }
        part
    }

    /// Leaves out, on both sides alike, what cannot be the median of `all` numbers: in a list that stands for `of` of them,
    /// whatever has more than half of all above or below it.
    pub(super) const fn prune(&self, of: usize, all: usize) -> Self {
        let middle = (all - 1) / 2;
        let dropped = (of - self.length) / 2;
        let drop = of.saturating_sub(1 + middle).saturating_sub(dropped);
        self.part(drop, self.length - drop)
    }
}

/// Where a number that a pass reads comes from.
#[derive(Clone, Copy)]
pub(super) enum Source {
    /// A row of the window.
    Row(usize),
    /// The row that is not part of the core.
    Outer,
    /// What an earlier pass wrote.
    Plane(usize),
}

/// What is done at every place of a row: numbers are read, compared two by two, and those that are needed written.
#[derive(Clone, Copy)]
pub(super) struct Round {
    /// Sources and how many pixels to the right each is read.
    pub(super) inputs: [(Source, usize); MOST_NUMBERS],
    pub(super) input_count: usize,
    /// Registers of which the first shall hold the smaller number.
    pub(super) steps: [(u16, u16); MOST_STEPS],
    pub(super) step_count: usize,
    /// Registers that are written, one to each plane from `first_plane` on.
    pub(super) outputs: [u16; MOST_NUMBERS],
    pub(super) output_count: usize,
    pub(super) first_plane: usize,
    /// Pixels beyond the last place for which the results are needed.
    pub(super) extent: usize,
}

impl Round {
    pub(super) const EMPTY: Round = Round {
        inputs: [(Source::Outer, 0); MOST_NUMBERS],
        input_count: 0,
        steps: [(0, 0); MOST_STEPS],
        step_count: 0,
        outputs: [0; MOST_NUMBERS],
        output_count: 0,
        first_plane: 0,
        extent: 0,
    };

    /// Two sorted lists of so many numbers, which are in registers one after the other, and which numbers of the merged list are written. If
    /// the second list has none, the first is sorted.
    pub(super) const fn merging(shape: MergeSize) -> Round {
        let mut pass = Round::EMPTY;
        let (a, b) = (Sorted::range(0, shape.a), Sorted::range(shape.a, shape.b));
        let list = match shape {
            MergeSize { b: 0, .. } => pass.sort(&a),
            MergeSize { kept: 1, .. } => pass.middle(&a, &b),
            _ => pass.merge(&a, &b).part(shape.first, shape.first + shape.kept),
        };
        let _ = pass.write(&list, 0);
        pass
    }

    pub(super) const fn read(&mut self, source: Source, shift: usize) {
        self.inputs[self.input_count] = (source, shift);
        self.input_count += 1;
    }

    /// Reads a sorted list.
    pub(super) const fn read_list(&mut self, list: Planes, shift: usize) -> Sorted {
        let registers = Sorted::range(self.input_count, list.length);
        let mut i = 0;
        while i < list.length {
            self.read(Source::Plane(list.first + i), shift);
            i += 1;
        }
        registers
    }

    const fn compare(&mut self, low: u16, high: u16) {
        self.steps[self.step_count] = (low, high);
        self.step_count += 1;
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

    /// Batcher's odd-even merge: the odd places of both lists, the even places of both, then neighbours.
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

    /// The middle one of two sorted lists, the first by one the longer: the smallest number that as many are not greater than. Of the
    /// first list's `i` smallest and the second's `n + 1 − i` smallest it is the greatest, whichever `i` makes that the least.
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

    pub(super) const fn write(&mut self, list: &Sorted, first_plane: usize) -> Planes {
        self.outputs = list.registers;
        self.output_count = list.length;
        self.first_plane = first_plane;
        Planes { first: first_plane, length: list.length }
    }
}

/// Planes that hold a sorted list at every place.
#[derive(Clone, Copy)]
pub(super) struct Planes {
    pub(super) first: usize,
    pub(super) length: usize,
}
