//! The two programs as their users call them.

mod bad_data;
mod bad_input;
mod batches;
mod checkpoints;
mod command_lines;
mod confidence;
mod contradictions;
mod data_sets;
mod drawings;
mod explained_nets;
mod filters_program;
mod filters_shown;
mod kills;
mod names;
mod nets_files;
mod nets_program;
mod refusals;
mod restored_pictures;
