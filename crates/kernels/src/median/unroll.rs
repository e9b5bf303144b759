//! Unrolled loops, in which each index is a constant.

/// Evaluates an expression for 64 constants.
macro_rules! unroll64 {
    ($i:ident from $first:expr => $body:expr) => {
        $crate::median::unroll::unroll64!(@eights $i, $first, $body, 0 1 2 3 4 5 6 7)
    };
    (@eights $i:ident, $first:expr, $body:expr, $($eight:literal)*) => {
        $($crate::median::unroll::unroll64!(@ones $i, $first + 8 * $eight, $body, 0 1 2 3 4 5 6 7);)*
    };
    (@ones $i:ident, $first:expr, $body:expr, $($one:literal)*) => {
        $({
            const $i: usize = $first + $one;
            $body
        })*
    };
}

/// Evaluates an expression for 128 constants: no network has more numbers in a round.
macro_rules! unroll128 {
    ($i:ident => $body:expr) => {
        $crate::median::unroll::unroll64!($i from 0 => $body);
        $crate::median::unroll::unroll64!($i from 64 => $body);
    };
}

/// The values of an expression for 128 constants, as 16 arrays of 8.
///
/// An array of defaults that is overwritten would do, but the compiler fills it by a loop and then keeps it in memory.
macro_rules! array128 {
    ($i:ident => $body:expr) => {
        $crate::median::unroll::array128!(@eights $i, $body, 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15)
    };
    (@eights $i:ident, $body:expr, $($eight:literal)*) => {
        [$($crate::median::unroll::array128!(@ones $i, 8 * $eight, $body, 0 1 2 3 4 5 6 7)),*]
    };
    (@ones $i:ident, $first:expr, $body:expr, $($one:literal)*) => {
        [$({
            const $i: usize = $first + $one;
            $body
        }),*]
    };
}

/// Evaluates an expression for 512 constants, which are `MOST_COMPARISONS`.
macro_rules! unroll512 {
    ($i:ident => $body:expr) => {
        $crate::median::unroll::unroll64!($i from 0 => $body);
        $crate::median::unroll::unroll64!($i from 64 => $body);
        $crate::median::unroll::unroll64!($i from 128 => $body);
        $crate::median::unroll::unroll64!($i from 192 => $body);
        $crate::median::unroll::unroll64!($i from 256 => $body);
        $crate::median::unroll::unroll64!($i from 320 => $body);
        $crate::median::unroll::unroll64!($i from 384 => $body);
        $crate::median::unroll::unroll64!($i from 448 => $body);
    };
}
pub(super) use {array128, unroll64, unroll128, unroll512};
