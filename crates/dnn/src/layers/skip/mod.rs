//! Skip connections: layers that read a second, earlier node.

mod add;
mod concat;

pub use add::Add;
pub use concat::Concat;
