use crate::median::comparisons::{Round, Sorted, Source};

/// Passes at most.
const MOST_PASSES: usize = 5;

/// The passes that find the median of a window: those that make the core, and a last one.
///
/// Two windows, one below the other, share all rows but one each. What could be the median of either is sorted once: the core. With the
/// other row, sorted, it gives the median.
pub(super) struct Plan {
    pub(super) passes: [Round; MOST_PASSES],
    /// Passes; the last but one writes the core.
    pub(super) count: usize,
    /// Planes that are written before the core.
    pub(super) planes: usize,
}

impl Plan {
    /// The core's columns first, then lists of 2, 4, … columns; the core merges those that the width's binary digits name, widest
    /// first.
    pub(super) const fn median(size: usize) -> Self {
        let (all, height) = (size * size, size - 1);
        let mut plan = Plan { passes: [Round::EMPTY; MOST_PASSES], count: 1, planes: 0 };
        let pass = &mut plan.passes[0];
        let mut row = 0;
        while row < height {
            pass.read(Source::Row(1 + row), 0);
            row += 1;
        }
        let sorted = pass.sort(&Sorted::range(0, height));
        let mut lists = [pass.write(&sorted, 0); MOST_PASSES];
        plan.planes += height;
        // The widest list is read at two places by the core's pass alone: it need not be written.
        let mut width = 2;
        while 2 * width <= size {
            let (pass, list) = (&mut plan.passes[plan.count], lists[plan.count - 1]);
            let (left, right) = (pass.read_list(list, 0), pass.read_list(list, width / 2));
            let merged = pass.merge(&left, &right).prune(width * height, all);
            lists[plan.count] = pass.write(&merged, plan.planes);
            plan.planes += merged.length;
            plan.count += 1;
            width *= 2;
        }
        let pass = &mut plan.passes[plan.count];
        let mut power = plan.count - 1;
        let mut covered = 1 << power;
        let mut core = pass.read_list(lists[power], 0);
        while covered < size {
            if covered + (1 << power) <= size {
                let next = pass.read_list(lists[power], covered);
                covered += 1 << power;
                core = pass.merge(&core, &next).prune(covered * height, all);
            } else {
                power -= 1;
            }
        }
        let core = pass.write(&core, plan.planes);
        plan.count += 1;
        let pass = &mut plan.passes[plan.count];
        let core = pass.read_list(core, 0);
        let mut outer = Sorted::range(pass.input_count, size);
        let mut shift = 0;
        while shift < size {
            pass.read(Source::Outer, shift);
            shift += 1;
        }
        outer = pass.sort(&outer);
        let middle = pass.middle(&core, &outer);
        let _ = pass.write(&middle, plan.planes + core.length);
        plan.count += 1;
        plan.with_extents()
    }

    /// Backward: how far beyond the block each pass is needed.
    const fn with_extents(mut self) -> Self {
        let mut reader = self.count - 1;
        while reader > 0 {
            let pass = self.passes[reader];
            let mut i = 0;
            while i < pass.input_count {
                if let (Source::Plane(plane), shift) = pass.inputs[i] {
                    let mut writer = reader;
                    while plane < self.passes[writer].first_plane || writer == reader {
                        writer -= 1;
                    }
                    let from = &mut self.passes[writer];
                    if from.extent < pass.extent + shift {
                        from.extent = pass.extent + shift;
                    }
                }
                i += 1;
            }
            reader -= 1;
        }
        self
    }
}
