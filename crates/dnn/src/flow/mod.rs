//! Pictures that come out of noise in small steps.
//!
//! A net is taught the velocity of the straight way from noise to a picture:
//!
//! `x_t = (1 − t)·noise + t·picture`, `v = picture − noise`, t from 0 to 1
//!
//! Of a new picture nobody knows the end of the way, so the net answers with the mean of all ways that lead through
//! `x_t`. From new noise `x ← x + v/steps`, step by step, leads to a new picture.
//!
//! Sources: X. Liu et al., *Flow straight and fast* (2022); Y. Lipman et al., *Flow matching for generative modeling*
//! (2022).

mod filler;
mod holes;
mod path;
mod planes;
mod sampler;

pub use filler::{Filler, Mask};
pub use holes::draw_hole;
pub use path::{from_share, on_the_way, to_share, way};
pub use planes::{HOLE_PLANES, Planes, show_holes};
pub use sampler::{Sample, Sampler};
