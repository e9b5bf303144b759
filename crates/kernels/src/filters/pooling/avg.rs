use crate::filters::shared::plain::mean;
use crate::filters::shared::pool_window::{Lines, Pool, SIZE, STRIDE};
use crate::filters::shared::small_mean::{MOST_IN_16_BITS, Share};
use crate::filters::{Arguments, Entry};
use crate::operator::{Filter, Kernel, Neighbourhood, Operator, Rows, Window};
use crate::{Border, Error, Pixel};

/// The mean of the window.
fn formula(around: &Neighbourhood) -> f64 {
    mean(&around.window())
}

pub(in crate::filters) static ENTRY: Entry = Entry {
    name: "avg-pool",
    summary: "the mean of each window: keeps large shapes",
    formula: "Σ a / size² over the window, rounded half up",
    source: "",
    parameters: &[SIZE, STRIDE],
    variants: &["size=8"],
    build,
};

fn build(arguments: &Arguments) -> Result<Filter, Error> {
    Ok(Filter::rows(arguments.operator(), AvgPool(Pool::from_arguments(arguments)), formula))
}

#[derive(Debug)]
struct AvgPool(Pool);

impl Operator for AvgPool {
    type Kernel<T: Pixel> = AvgPoolRow<T>;

    fn window(&self) -> Window {
        self.0.window()
    }

    fn border(&self) -> Border {
        Border::Crop
    }

    fn keeps_alpha(&self) -> bool {
        false
    }

    fn kernel<T: Pixel>(&self, channels: usize) -> AvgPoolRow<T> {
        let Pool { size, stride } = self.0;
        if (channels, size, stride) == (1, 2, 2) {
            AvgPoolRow::Quarters
        } else if T::BINS == 256 && (2..=MOST_IN_16_BITS).contains(&size) {
            AvgPoolRow::Small(Share::of(size * size), Lines::new(self.0, channels))
        } else {
            AvgPoolRow::Any((size * size) as u32, Lines::new(self.0, channels))
        }
    }
}

enum AvgPoolRow<T: Pixel> {
    /// Windows of 2×2 in one channel: the usual case, at the speed of memory.
    Quarters,
    /// Numbers of 8 bits whose sums fit into 16.
    Small(Share, Lines<u16>),
    Any(u32, Lines<T::Sum>),
}

impl<T: Pixel> Kernel<T> for AvgPoolRow<T> {
    #[inline(always)]
    fn row(&mut self, rows: Rows<T>, out: &mut [T]) {
        match self {
            Self::Quarters => {
                let pairs = rows.get(0).as_chunks().0.iter().zip(rows.get(1).as_chunks().0);
                for (out, (&upper, &lower)) in out.iter_mut().zip(pairs) {
                    *out = T::quarter(T::pair(upper) + T::pair(lower));
                }
            }
            Self::Small(share, lines) => {
                let sums = lines.row(rows, out.len(), |pixel: T| pixel.bin() as u16, |a, b| a + b);
                share.of_all(rows.level(), sums, out);
            }
            Self::Any(count, lines) => {
                let sums = lines.row(rows, out.len(), T::term, |a, b| a + b);
                out.iter_mut().zip(sums).for_each(|(out, &sum)| *out = T::mean(sum, *count));
            }
        }
    }
}
