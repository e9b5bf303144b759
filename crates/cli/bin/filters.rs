//! The program `filters`: the article's image kernels on picture files.

#[global_allocator]
static ALLOCATOR: glassbox_cli::LargePages = glassbox_cli::LargePages;

fn main() -> std::process::ExitCode {
    glassbox_cli::filters()
}
