//! Nets of either precision, and the files that hold them.

mod about;
mod any_net;
mod archive;
mod built_in;
mod file;
mod outline;
mod purpose;
mod pytorch;
mod stored;
mod summary;

pub use about::{About, Prepare};
pub use any_net::AnyNet;
pub use built_in::built_in;
pub use file::Model;
pub use outline::{Outline, Sides};
pub use purpose::{Drawing, Purpose, Restoration};
pub use stored::Stored;
pub use summary::{LayerSummary, ParameterSummary};
