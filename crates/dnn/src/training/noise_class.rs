use glassbox_formats::data::Labelled;
use glassbox_tensor::Batch;

use super::Data;
use crate::Error;
use crate::data::noise_like;

/// The name of the class.
const NOISE: &str = "noise";

impl Data {
    /// The same data set with one class more, `noise`: of `n` classes, a picture of noise follows every `n` pictures.
    /// What a net learns of it can be asked of it, and forbidden when it draws.
    ///
    /// Noise is uniform, Gaussian, blurred, or the shuffled pixels of a picture, drawn by `seed`; it is other noise for
    /// training than for the test.
    ///
    /// # Errors
    /// If a class has that name already, or there are 256 classes.
    pub fn with_noise_class(mut self, seed: u64) -> Result<Self, Error> {
        let classes = self.classes();
        if self.class_names.iter().any(|name| name == NOISE) {
            let problem = format!("{} has a class {NOISE} already", self.name);
            return Err(Error::setting("noise-class", problem));
        }
        let Ok(noise) = u8::try_from(classes) else {
            let problem = format!("{} has {classes} classes; at most 256 are allowed with that of noise", self.name);
            return Err(Error::setting("noise-class", problem));
        };
        if self.class_names.is_empty() {
            self.class_names = (0..classes).map(|class| class.to_string()).collect();
        }
        self.class_names.push(NOISE.into());
        self.train = with_noise(&self.train, noise, seed, 0);
        self.test = with_noise(&self.test, noise, seed, 1);
        let [train, test] = [&self.train, &self.test].map(|part| part.labels.iter().filter(|&&l| l == noise).count());
        self.understood.push(format!("one class more, {NOISE}: {train} training and {test} test pictures are drawn"));
        self.noise_seed = Some(seed);
        Ok(self)
    }
}

/// The pictures with one of noise after each `noise` of them, which is the number of the other classes.
fn with_noise(part: &Labelled, noise: u8, seed: u64, number: u64) -> Labelled {
    let (n, height, width, channels) = part.images.dim();
    if n == 0 {
        return part.clone();
    }
    let (every, numbers) = (usize::from(noise), height * width * channels);
    let drawn = noise_like(&part.images, n.div_ceil(every), seed, number);
    let (mut pixels, mut labels) = (Vec::with_capacity((n + n / every + 1) * numbers), Vec::new());
    let groups = part.images.as_slice().chunks(every * numbers).zip(part.labels.chunks(every));
    for ((images, of_group), drawn) in groups.zip(drawn.as_slice().chunks_exact(numbers.max(1))) {
        pixels.extend_from_slice(images);
        pixels.extend_from_slice(drawn);
        labels.extend_from_slice(of_group);
        labels.push(noise);
    }
    let images = Batch::from_vec([labels.len(), height, width, channels], pixels).expect("whole pictures");
    Labelled { images, labels }
}
