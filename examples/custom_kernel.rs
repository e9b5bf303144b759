//! A kernel of your own: a formula for one pixel, a window, and a function from the rows of the window to one row. The
//! engine adds borders, threads, strips, element types and vector instructions.
//!
//! `cargo run --release --example custom_kernel`

use glassbox_kernels::{Accumulator, Border, Engine, Filter, Kernel, Neighbourhood, Operator, Pixel, Rows, Window};
use glassbox_tensor::Image;

/// How much a pixel differs from the one to its left.
fn formula(around: &Neighbourhood) -> f64 {
    (around.at(0, 0) - around.at(0, -1)).abs()
}

#[derive(Debug)]
struct Rise;

/// The row function.
struct RiseRow {
    channels: usize,
}

impl Operator for Rise {
    type Kernel<T: Pixel> = RiseRow;

    fn window(&self) -> Window {
        Window { above: 0, below: 0, left: 1, right: 0, stride: 1 }
    }

    fn border(&self) -> Border {
        Border::Clamp
    }

    fn kernel<T: Pixel>(&self, channels: usize) -> RiseRow {
        RiseRow { channels }
    }
}

impl<T: Pixel> Kernel<T> for RiseRow {
    #[inline(always)]
    fn row(&mut self, rows: Rows<T>, out: &mut [T]) {
        // The row has one more pixel on its left, which the border made up.
        let (left, here) = (&rows.get(0)[..out.len()], &rows.get(0)[self.channels..]);
        for ((out, left), here) in out.iter_mut().zip(left).zip(here) {
            *out = T::store((here.widen() - left.widen()).abs());
        }
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let picture = Image::from_vec([2, 4, 1], vec![10u8, 30, 30, 90, 0, 255, 0, 255])?;
    let chain = [Filter::rows("rise", Rise, formula)];
    let out = Engine::default().run(&chain, &picture)?;
    assert_eq!(out.as_slice(), [0, 20, 0, 60, 0, 255, 255, 255]);
    // The fast loop and the formula agree.
    assert_eq!(chain[0].formula(&picture)?.number(0, 3, 0), 60.0);
    println!("{:?} -> {:?}", picture.as_slice(), out.as_slice());
    Ok(())
}
