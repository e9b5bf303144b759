/// Makes a write beyond the limit of a file's size fail with an error that can be told, instead of ending the program.
///
/// Unix sends the signal SIGXFSZ then (`ulimit -f`), and its default is the end. On other systems this does nothing.
pub fn ignore_file_size_signal() {
    #[cfg(unix)]
    #[allow(unsafe_code, reason = "no safe function ignores a signal")]
    // SAFETY: no handler is installed, so no code runs when the signal comes.
    unsafe {
        libc::signal(libc::SIGXFSZ, libc::SIG_IGN);
    }
}
