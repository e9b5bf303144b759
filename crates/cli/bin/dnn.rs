//! The program `dnn`: the article's neural network, trained, tested and looked into.

#[global_allocator]
static ALLOCATOR: glassbox_cli::LargePages = glassbox_cli::LargePages;

fn main() -> std::process::ExitCode {
    glassbox_cli::dnn()
}
