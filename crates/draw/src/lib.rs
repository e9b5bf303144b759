//! The pictures of glassbox, drawn from plain numbers for programs and reports.
//!
//! | picture | made by | form |
//! |---|---|---|
//! | curves of a training | [`draw_charts`] | SVG |
//! | a net's layers and weights | [`draw_net`] | SVG |
//! | labelled pictures in rows | [`draw_sheet`] | pixels |
//! | weights of a layer's nodes | [`draw_weights`] | pixels |
//! | a confusion matrix | [`draw_confusion`] | pixels |
//! | a window that slides over a matrix | [`Slide`] | pixels, frame by frame |
//! | a picture, a histogram | [`terminal_picture`], [`histogram_line`] | text |
//!
//! The crate writes no files and does not depend on nets or filters: it takes numbers and names and returns text or
//! `Image<u8>`. All letters are DejaVu Sans, which is built in.

mod canvas;
mod chart;
mod confusion;
mod diagram;
mod lettering;
mod sheet;
mod sliding;
mod svg;
mod terminal;
mod weights;

pub use canvas::enlarge;
pub use chart::{Chart, Curve, draw_charts};
pub use confusion::draw_confusion;
pub use diagram::{Column, Nodes, draw_net};
pub use sheet::{Tile, draw_sheet};
pub use sliding::{Operation, Slide};
pub use terminal::{histogram_line, terminal_picture};
pub use weights::draw_weights;
