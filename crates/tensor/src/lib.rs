//! The one tensor type of glassbox: pixels, activations and weights alike.
//!
//! A [`Tensor<T, D>`] is an [`ndarray::Array`] that keeps two promises:
//!
//! - **standard layout**: the elements lie one after the other in row-major order, so that a row is always a slice;
//! - **channels last**: a picture is `[height, width, channels]`, a batch of them `[n, height, width, channels]`, a
//!   matrix `[samples, features]`.
//!
//! The rank is part of the type; sizes are checked at run time. Reading goes through [`Deref`](std::ops::Deref) to
//! ndarray; writing goes through slices and views, which cannot change the layout.

mod element;
mod error;
mod image;
mod quote;
mod tensor;

pub use element::Element;
pub use error::ShapeError;
pub use ndarray::{self, Dimension, Ix0, Ix1, Ix2, Ix3, Ix4, IxDyn};
pub use quote::{bounded, bounded_to, quoted, shown};
pub use tensor::{Batch, Image, Matrix, Tensor};
