//! The program `dnn`: the article's neural network, trained, tested and looked into.

fn main() -> std::process::ExitCode {
    glassbox_cli::dnn()
}
