//! An allocator for large pages: kernels that are bound by memory need them as much as wide registers.

use std::alloc::{GlobalAlloc, Layout, System};

/// The smallest allocation, in bytes, that gets large pages: two of them.
#[cfg(target_os = "linux")]
const LARGE: usize = 1 << 22;

/// The system's allocator, which also asks Linux for pages of 2 MiB for every allocation of 4 MiB or more.
///
/// By default Linux gives pages of 4 KiB, and the processor looks up thousands of them for one picture. NumPy does the
/// same. On other systems it is the system's allocator and nothing more.
///
/// ```
/// use glassbox_simd::LargePages;
/// #[global_allocator]
/// static ALLOCATOR: LargePages = LargePages;
/// let mut numbers = vec![1u8; 5 << 20];
/// numbers.resize(9 << 20, 2);
/// numbers.truncate(7 << 20);
/// numbers.shrink_to_fit();
/// assert_eq!((numbers[0], numbers[6 << 20]), (1, 2));
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct LargePages;

#[allow(unsafe_code, reason = "an allocator's functions are unsafe")]
// SAFETY: every call goes to the system allocator unchanged, so its contract holds here, too.
unsafe impl GlobalAlloc for LargePages {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promise.
        advise(unsafe { System.alloc(layout) }, layout.size())
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promise.
        advise(unsafe { System.alloc_zeroed(layout) }, layout.size())
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: the caller's promise; the memory came from the system allocator.
        advise(unsafe { System.realloc(memory, layout, size) }, size)
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise; the memory came from the system allocator.
        unsafe { System.dealloc(memory, layout) }
    }
}

/// Asks for large pages if an allocation is large; returns it.
#[inline]
fn advise(memory: *mut u8, size: usize) -> *mut u8 {
    #[cfg(target_os = "linux")]
    if size >= LARGE && !memory.is_null() {
        // From the start of the first page, which also holds the allocator's header: without it the first large page
        // would not be one. Linux refuses where pages are larger than 4 KiB.
        let before = memory.addr() % 4096;
        #[allow(unsafe_code, reason = "no safe function asks for large pages")]
        // SAFETY: advice changes no memory, and it may be refused.
        unsafe {
            libc::madvise(memory.wrapping_sub(before).cast(), size + before, libc::MADV_HUGEPAGE);
        }
    }
    #[cfg(not(target_os = "linux"))]
    let _ = size;
    memory
}
