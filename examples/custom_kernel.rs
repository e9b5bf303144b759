//! A kernel of one's own: a window, and a function from its rows to one row. Borders, threads, strips, element types and vector
//! instructions come from the engine.
//!
//! `cargo run --release --example custom_kernel`

use glassbox_kernels::{Accumulator, Border, Engine, Filter, Kernel, Operator, Pixel, Rows, Window};
use glassbox_tensor::Image;

/// How much lighter a pixel is than the one to its left: `[-1 1]`.
#[derive(Debug)]
struct Rise;

/// The row function; it keeps nothing from row to row but the number of channels.
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
        // The row comes with one pixel more on its left, as the border says.
        let (left, here) = (&rows.get(0)[..out.len()], &rows.get(0)[self.channels..]);
        for ((out, left), here) in out.iter_mut().zip(left).zip(here) {
            *out = T::store((here.widen() - left.widen()).abs());
        }
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let picture = Image::from_vec([2, 4, 1], vec![10u8, 30, 30, 90, 0, 255, 0, 255])?;
    let chain = [Filter::rows("rise", Rise)];
    let out = Engine::default().run(&chain, &picture)?;
    assert_eq!(out.as_slice(), [0, 20, 0, 60, 0, 255, 255, 255]);
    println!("{:?} -> {:?}", picture.as_slice(), out.as_slice());
    Ok(())
}
