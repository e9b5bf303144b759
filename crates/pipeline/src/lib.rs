//! Pictures from file to file through chains of operators.
//!
//! [`convert`] takes one picture: row by row if possible, so that it may be larger than memory, otherwise as a whole.
//! [`batch`] takes many. [`apply`] takes pixels in memory, of any depth.
//!
//! ```
//! use glassbox_formats::{Format, Picture, Pixels, Packing, read_picture, write_picture};
//! use glassbox_kernels::filters;
//! use glassbox_pipeline::{Input, Job, Target, convert};
//! use glassbox_tensor::Image;
//! # let folder = tempfile::tempdir().unwrap();
//! let (input, output) = (folder.path().join("in.png"), folder.path().join("out.png"));
//! let dot = Image::from_vec([1, 5, 1], vec![10u8, 10, 200, 10, 10]).unwrap();
//! write_picture(&input, Picture::from(Pixels::U8(dot)), Packing::default()).unwrap();
//!
//! let job = Job { chain: vec![filters::parse("median:size=3").unwrap()], ..Job::default() };
//! let done = convert(&job, Input::File(&input), Target::File(&output, Format::Png)).unwrap();
//! assert_eq!((done.shape, done.depth), ((1, 5, 1), "u8"));
//! let Pixels::U8(made) = read_picture(&output, true).unwrap().pixels else { panic!("8 bits") };
//! assert_eq!(made.as_slice(), [10; 5]);
//! ```

mod apply;
pub mod batch;
mod by_rows;
mod convert;
mod error;
mod find;
mod in_place;
mod job;
pub mod pattern;
mod room;

pub use apply::{apply, apply_u8, run_into, zeros};
pub use convert::{Converted, Input, Target, convert};
pub use error::Error;
pub use find::{Found, PassedOver, Pictures};
pub use job::{Job, Whole};
