//! GIF: pictures of indices that are looked up in a colour table.
//!
//! Source: GIF 89a (1990).

mod read;
mod write;

pub(crate) use self::read::read;
pub(crate) use self::write::{MOST_COLOURS, write, write_moving};
