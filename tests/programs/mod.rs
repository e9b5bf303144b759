//! The two programs as their users call them.

mod bad_data;
mod bad_input;
mod batches;
mod checkpoints;
mod command_lines;
mod contradictions;
mod data_sets;
mod filters_program;
mod filters_shown;
mod nets_program;
