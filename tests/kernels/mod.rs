//! Laws over every filter, answers of others, transparency, measures.

mod drawn_laws;
mod every_number;
mod filter_laws;
mod formulas;
mod goldens;
mod picture_measures;
mod simd_numbers;
mod transparency;
