/// A number that a tensor can hold: `u8`, `u16`, `f32` or `f64`.
///
/// Pictures keep the depth they came in (`u8`, `u16`, `f32`); nets compute in `f32` or `f64`.
pub trait Element: Copy + Default + PartialOrd + Send + Sync + std::fmt::Debug + 'static + sealed::Sealed {
    /// The type's name as Rust writes it.
    const NAME: &'static str;
}

mod sealed {
    pub trait Sealed {}
}

macro_rules! elements {
    ($($t:ident),*) => {$(
        impl sealed::Sealed for $t {}
        impl Element for $t {
            const NAME: &'static str = stringify!($t);
        }
    )*};
}

elements!(u8, u16, f32, f64);
