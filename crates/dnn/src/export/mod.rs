//! Nets for other tools.

mod graph;
