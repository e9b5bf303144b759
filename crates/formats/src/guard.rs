//! Calls into libraries with bytes or names from outside. A library that panics on them must not end the program.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::Once;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A guarded call panicked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the library gave up")]
pub struct GaveUp;

thread_local! {
    /// How many guarded calls this thread is in.
    static DEPTH: Cell<usize> = const { Cell::new(0) };
}

/// How many guarded calls run on all threads.
static RUNNING: AtomicUsize = AtomicUsize::new(0);

/// Calls `work`; a panic in it becomes an error, and nothing is printed about it.
///
/// ```
/// assert_eq!(glassbox_formats::guarded(|| 3), Ok(3));
/// assert!(glassbox_formats::guarded(|| [1, 2][std::env::args().count() + 5]).is_err());
/// ```
///
/// # Errors
/// [`GaveUp`] if `work` panicked.
pub fn guarded<T>(work: impl FnOnce() -> T) -> Result<T, GaveUp> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let usual = take_hook();
        set_hook(Box::new(move |panic| {
            if !is_guarded() {
                usual(panic);
            }
        }));
    });
    let _inside = Inside::new();
    catch_unwind(AssertUnwindSafe(work)).map_err(|_| GaveUp)
}

/// Whether a panic of this thread is caught. A thread of the pool passes its panic to the thread that waits for it.
fn is_guarded() -> bool {
    let of_pool = || rayon::current_thread_index().is_some() && RUNNING.load(Ordering::SeqCst) > 0;
    DEPTH.get() > 0 || of_pool()
}

struct Inside;

impl Inside {
    fn new() -> Self {
        DEPTH.set(DEPTH.get() + 1);
        RUNNING.fetch_add(1, Ordering::SeqCst);
        Self
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        DEPTH.set(DEPTH.get() - 1);
        RUNNING.fetch_sub(1, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use rayon::prelude::*;

    use super::*;

    #[test]
    fn a_panic_is_an_error_and_nothing_stays_guarded_after_it() {
        assert_eq!(guarded(|| guarded(|| panic!("inner")).map(|()| 1)), Ok(Err(GaveUp)));
        assert_eq!(guarded(|| -> usize { panic!("outer") }), Err(GaveUp));
        assert!(!is_guarded());
        assert_eq!(guarded(is_guarded), Ok(true));
    }

    #[test]
    fn a_panic_on_a_thread_of_the_pool_is_caught_as_well() {
        let work = || (0..100).into_par_iter().for_each(|i| assert!(i != 60 || !is_guarded(), "guarded"));
        assert_eq!(guarded(work), Err(GaveUp));
    }
}
