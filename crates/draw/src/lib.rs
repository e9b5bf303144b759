//! The pictures of glassbox: charts, sheets and text for the terminal.

mod chart;
mod sheet;
mod terminal;

pub use chart::{Chart, Curve, draw_charts};
pub use sheet::{LETTER, Tile, draw_sheet, enlarge, fill, letters, write};
pub use terminal::terminal_picture;
