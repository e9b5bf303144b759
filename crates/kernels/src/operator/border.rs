use crate::Error;

/// What lies beyond a picture's edge; in the examples the row is `abcd`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Border {
    /// `aaa|abcd|ddd`: the edge pixel is repeated.
    #[default]
    Clamp,
    /// `cba|abcd|dcb`: mirrored at the edge.
    Reflect,
    /// `dcb|abcd|cba`: mirrored at the edge pixels.
    Mirror,
    /// `bcd|abcd|abc`: the picture repeats.
    Wrap,
    /// `000|abcd|000`
    Zero,
    /// Nothing: only positions where the whole window fits have a result, and the picture shrinks.
    Crop,
}

impl Border {
    /// The names of all borders, as in parameters.
    pub const NAMES: &'static [&'static str] = &["clamp", "reflect", "mirror", "wrap", "zero", "crop"];

    /// The border with a name.
    ///
    /// # Errors
    /// If there is none of that name.
    pub fn from_name(name: &str) -> Result<Self, Error> {
        const ALL: [Border; 6] =
            [Border::Clamp, Border::Reflect, Border::Mirror, Border::Wrap, Border::Zero, Border::Crop];
        let position = Self::NAMES.iter().position(|known| *known == name);
        position.map(|i| ALL[i]).ok_or_else(|| Error::parameter("border", name, Self::NAMES.join(", ")))
    }

    /// Which of `length` pixels is read at index `i`, which may lie outside; none if zero is read.
    ///
    /// ```
    /// use glassbox_kernels::Border;
    /// let beyond = |border: Border| [-2, -1, 4, 5].map(|i| border.place(i, 4).map(|p| b"abcd"[p] as char));
    /// assert_eq!(beyond(Border::Reflect), ['b', 'a', 'd', 'c'].map(Some));
    /// assert_eq!(beyond(Border::Mirror), ['c', 'b', 'c', 'b'].map(Some));
    /// assert_eq!(beyond(Border::Wrap), ['c', 'd', 'a', 'b'].map(Some));
    /// ```
    ///
    /// # Panics
    /// If `length` is 0.
    #[inline]
    pub fn place(self, i: isize, length: usize) -> Option<usize> {
        let n = length as isize;
        assert!(n > 0, "place: expected a picture that is not empty");
        let place = match self {
            _ if (0..n).contains(&i) => i,
            Border::Clamp => i.clamp(0, n - 1),
            Border::Reflect => {
                let i = i.rem_euclid(2 * n);
                i.min(2 * n - 1 - i)
            }
            Border::Mirror => {
                let period = (2 * n - 2).max(1);
                let i = i.rem_euclid(period);
                i.min(period - i)
            }
            Border::Wrap => i.rem_euclid(n),
            Border::Zero | Border::Crop => return None,
        };
        Some(place as usize)
    }
}
