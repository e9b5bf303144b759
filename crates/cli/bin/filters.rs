//! The program `filters`: the article's image kernels on picture files.

fn main() -> std::process::ExitCode {
    glassbox_cli::filters()
}
