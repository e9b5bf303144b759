//! Memory in large pages, which a kernel that is bound by memory needs as much as wide registers.

use std::alloc::{GlobalAlloc, Layout, System};

/// Bytes of the least piece of memory that large pages are asked for: two of them.
#[cfg(target_os = "linux")]
const LARGE: usize = 1 << 22;

/// The system's allocator, which asks Linux for pages of 2 MiB for every piece of 4 MiB or more: it gives pages of 4 KiB else, unless it is told otherwise,
/// and then thousands of them are looked up for one picture. NumPy asks likewise. Elsewhere it is the system's allocator and nothing more.
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

#[allow(unsafe_code, reason = "an allocator is asked by unsafe functions only")]
// SAFETY: every piece is the system allocator's, handed on as it came: what is asked of it and of whoever calls it holds here as it does there.
unsafe impl GlobalAlloc for LargePages {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as whoever calls this promises.
        ask(unsafe { System.alloc(layout) }, layout.size())
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as whoever calls this promises.
        ask(unsafe { System.alloc_zeroed(layout) }, layout.size())
    }

    unsafe fn realloc(&self, piece: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: as whoever calls this promises; the piece is the system allocator's.
        ask(unsafe { System.realloc(piece, layout, size) }, size)
    }

    unsafe fn dealloc(&self, piece: *mut u8, layout: Layout) {
        // SAFETY: as whoever calls this promises; the piece is the system allocator's.
        unsafe { System.dealloc(piece, layout) }
    }
}

/// The piece, for which large pages have been asked if it is large.
#[inline]
fn ask(piece: *mut u8, size: usize) -> *mut u8 {
    #[cfg(target_os = "linux")]
    if size >= LARGE && !piece.is_null() {
        // From the beginning of its first page, where what the allocator notes stands before it: a large page of which that is not asked for is none.
        // Where pages are larger than that, Linux refuses.
        let before = piece.addr() % 4096;
        #[allow(unsafe_code, reason = "no safe function asks for large pages")]
        // SAFETY: nothing that is written there changes; a refusal is none of the program's business.
        unsafe {
            libc::madvise(piece.wrapping_sub(before).cast(), size + before, libc::MADV_HUGEPAGE);
        }
    }
    #[cfg(not(target_os = "linux"))]
    let _ = size;
    piece
}
