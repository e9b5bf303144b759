use crate::{Element, Image};

/// What a picture's axes are called.
///
/// ```
/// use glassbox_tensor::Image;
/// let picture = Image::from_vec([1, 2, 3], vec![255u8, 0, 0, 0, 0, 255]).unwrap();
/// assert_eq!((picture.height(), picture.width(), picture.channels()), (1, 2, 3));
/// assert_eq!(picture.line(0), [255, 0, 0, 0, 0, 255]);
/// assert_eq!(picture.channel(2).as_slice(), [0, 255]);
/// ```
impl<T: Element> Image<T> {
    /// Number of rows of pixels.
    pub fn height(&self) -> usize {
        self.dim().0
    }

    /// Number of pixels in a row.
    pub fn width(&self) -> usize {
        self.dim().1
    }

    /// Numbers a pixel.
    pub fn channels(&self) -> usize {
        self.dim().2
    }

    /// Numbers a row: `width × channels`.
    pub fn line_length(&self) -> usize {
        self.width() * self.channels()
    }

    /// Row `y` as a slice of `width × channels` numbers, pixel after pixel.
    ///
    /// # Panics
    /// If `y` is not below the height.
    #[track_caller]
    pub fn line(&self, y: usize) -> &[T] {
        let length = self.line_length();
        &self.as_slice()[y * length..(y + 1) * length]
    }

    /// Channel `c` as a picture of one channel.
    ///
    /// # Panics
    /// If `c` is not below the number of channels.
    #[track_caller]
    pub fn channel(&self, c: usize) -> Image<T> {
        assert!(c < self.channels(), "channel: expected a number below {}, got {c}", self.channels());
        let values = self.as_slice().iter().skip(c).step_by(self.channels()).copied().collect();
        Image::from_vec([self.height(), self.width(), 1], values).expect("one value a pixel")
    }
}
