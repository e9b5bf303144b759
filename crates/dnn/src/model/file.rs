use std::collections::BTreeMap;
use std::path::Path;

use glassbox_formats::npz::{self, Array};
use glassbox_formats::safetensors;
use glassbox_tensor::{Batch, quoted, shown};

use super::archive::{Archive, is_safetensors};
use super::pytorch;
use super::{About, AnyNet, Stored};
use crate::confidence::{BANK, BANK_DISTANCES, BANK_FEATURES, Bank, Confidence};
use crate::{Dataset, Error, Evaluation, Net, Parameter, Real, Shape};

/// The array that holds the text of a net that is not the article's: `input 784 | dense 50 | sigmoid | …`.
const MODEL: &str = "model";

/// The contents of a model file: a net in its own precision, and what the file says of it.
#[derive(Clone, Debug)]
pub struct Model {
    /// The net.
    pub net: AnyNet,
    /// What it is for, how its pictures were prepared, and what its classes are called.
    pub about: About,
    /// What it keeps of its training pictures; none in files of other tools and older ones.
    pub bank: Option<Bank>,
}

impl Model {
    /// Reads a model file: safetensors if the suffix says so, otherwise npz. The article's script's own files are
    /// read, too.
    ///
    /// # Errors
    /// If the file cannot be read, or holds no net, or numbers that are not finite; every message begins with the file.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, Error> {
        Self::of_archive(Archive::open(path.as_ref())?)
    }

    /// Reads the model that a verb of the command line works with.
    ///
    /// # Errors
    /// As [`load`](Self::load), and if the model is for something else: see
    /// [`Purpose::check_verb`](crate::Purpose::check_verb).
    pub fn load_for(path: impl AsRef<Path>, verb: &str) -> Result<Self, Error> {
        let model = Self::load(path.as_ref())?;
        model.about.purpose.check_verb(verb).map_err(|error| error.within(shown(path.as_ref())))?;
        Ok(model)
    }

    /// Reads a model that is part of a program, an npz; messages will call it `name`.
    ///
    /// # Errors
    /// As [`load`](Self::load).
    pub fn of_bytes(bytes: &'static [u8], name: &str) -> Result<Self, Error> {
        Self::of_archive(Archive::of_bytes(bytes, name)?)
    }

    fn of_archive(mut archive: Archive) -> Result<Self, Error> {
        let file = archive.file();
        let first = match archive.text(MODEL)? {
            Some(text) => {
                net_of::<f32>(&text).map_err(|error| error.within(&file))?.parameter_names().into_iter().next()
            }
            None if matches!(archive, Archive::SafeTensors(_)) => {
                let problem = "does not say which layers it is of; `dnn train --layers SPEC --init FILE --epochs 0` \
                               makes a model of PyTorch's weights";
                return Err(Error::Model(problem.into()).within(&file));
            }
            None => Some("w_i_h".into()),
        };
        let precision = first.map(|name| archive.header(&name)).transpose()?;
        let net = match precision.as_ref().map(|header| header.dtype.as_str()) {
            Some("f8") => AnyNet::F64(read(&mut archive)?),
            _ => AnyNet::F32(read(&mut archive)?),
        };
        let about = About::read(|name| archive.text(name), net.input()).map_err(|error| error.within(&file))?;
        let bank = read_bank(&net, &mut archive).map_err(|error| error.within(&file))?;
        Ok(Self { net, about, bank })
    }

    /// The net of a model file in the model language, with its input; its numbers are not read.
    ///
    /// # Errors
    /// If the file cannot be read, or holds no net.
    pub fn net_text(path: impl AsRef<Path>) -> Result<String, Error> {
        let mut archive = Archive::open(path.as_ref())?;
        Ok(described::<f32>(&mut archive)?.text_with_input())
    }

    /// Writes the model, as [`Net::save`] does, with the bank.
    ///
    /// # Errors
    /// As [`Net::save`].
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), Error> {
        self.net.write(path.as_ref(), &self.about, self.bank.as_ref())
    }

    /// All outputs for one picture, as [`AnyNet::classify`] gives them.
    ///
    /// # Errors
    /// If the net takes pictures of another size.
    pub fn classify(&self, picture: &Batch<u8>) -> Result<Vec<f64>, Error> {
        self.net.classify(picture)
    }

    /// What the net answers to a picture, and what speaks for it.
    ///
    /// # Shape
    /// `[1, height, width, channels]`, 0 … 255
    ///
    /// # Errors
    /// If the net takes pictures of another size, or an output is NaN or infinite.
    pub fn confidence(&self, picture: &Batch<u8>) -> Result<Confidence, Error> {
        self.net.confidence(picture, self.bank.as_ref())
    }

    /// Shows every picture to the net and compares its answers with the labels, with the model's loss.
    ///
    /// # Errors
    /// If pictures and net do not fit.
    pub fn evaluate(&self, pictures: Dataset) -> Result<Evaluation, Error> {
        self.net.evaluate(pictures, &self.about.loss)
    }
}

impl<T: Stored> Net<T> {
    /// Reads the net of a model file, whose numbers are rounded to `T`. [`Model::load`] keeps the file's precision,
    /// and what the file says beside it.
    ///
    /// # Errors
    /// As [`Model::load`].
    pub fn load(path: impl AsRef<Path>) -> Result<Self, Error> {
        read(&mut Archive::open(path.as_ref())?)
    }

    /// Writes a model file, atomically: safetensors if the suffix says so, otherwise npz. The numbers of a net of the
    /// article's kind have the names that the article's script knows; `about` is text beside them.
    ///
    /// ```
    /// use glassbox_dnn::{ARTICLE, About, Net, initialise_numpy};
    /// # let folder = tempfile::tempdir().unwrap();
    /// let path = folder.path().join("model.npz");
    /// let mut net = Net::<f64>::from_text(ARTICLE, 784).unwrap();
    /// initialise_numpy(&mut net, 0);
    /// net.save(&path, &About::of_loss("mean-squared-error")).unwrap();
    /// assert_eq!(Net::<f64>::load(&path).unwrap().to_arrays(), net.to_arrays());
    /// ```
    ///
    /// # Errors
    /// If a parameter is NaN or infinite, or the system would not write it.
    pub fn save(&self, path: impl AsRef<Path>, about: &About) -> Result<(), Error> {
        self.write(path.as_ref(), about, None)
    }

    /// Writes a model file with a bank, if there is one.
    pub(super) fn write(&self, path: &Path, about: &About, bank: Option<&Bank>) -> Result<(), Error> {
        self.check_finite().map_err(|error| error.within(path.display()))?;
        let arrays = self.to_arrays().into_iter().map(|(name, tensor)| (name, T::array(tensor)));
        let mut arrays: Vec<_> = arrays.collect();
        let (model, mut texts) = ((MODEL.into(), self.text_with_input()), about.entries());
        if let Some(bank) = bank {
            arrays.extend(bank.arrays());
            texts.push((BANK.into(), bank.text()));
        }
        if is_safetensors(path) {
            texts.insert(0, model);
            return Ok(safetensors::write(path, &arrays, &texts)?);
        }
        // The shapes of the article's arrays say what the net is.
        if !self.is_article() {
            texts.insert(0, model);
        }
        arrays.extend(texts.into_iter().map(|(name, text)| (name, Array::Text(text))));
        Ok(npz::write(path, &arrays)?)
    }

    /// The net in the model language with its input, as model files hold it: `input 28x28x1 | flatten | dense 10`.
    pub(crate) fn text_with_input(&self) -> String {
        format!("input {} | {}", self.input().text(), self.text())
    }

    /// Takes the numbers to begin with from a file, npz or safetensors: its arrays `init_w_i_h` and so on if it has
    /// them, otherwise `w_i_h` and so on; otherwise those of a PyTorch `state_dict`, if they match the net's parameters
    /// in one way only.
    ///
    /// # Errors
    /// If the file cannot be read, or its arrays are neither the net's nor match them.
    pub fn initialise_from(&mut self, path: impl AsRef<Path>) -> Result<(), Error> {
        let mut archive = Archive::open(path.as_ref())?;
        let first = self.parameter_names().into_iter().next().unwrap_or_default();
        let prefix = if archive.contains(&format!("init_{first}")) { "init_" } else { "" };
        let mut shapes = BTreeMap::new();
        for name in archive.names() {
            shapes.insert(name.clone(), archive.header(&name)?.shape);
        }
        let is_ours = |parameter: &Parameter<T>| {
            shapes.get(&format!("{prefix}{}", parameter.name)).is_some_and(|shape| shape == parameter.value.shape())
        };
        if self.list().iter().all(is_ours) {
            return set(self, &mut archive, prefix);
        }
        let file = archive.file();
        let sources = pytorch::sources(self, &shapes.into_iter().collect::<Vec<_>>());
        let sources = sources.map_err(|problem| Error::Model(problem).within(&file))?;
        let set = self.set_parameters(|name| Ok(sources[name].convert(archive.read(&sources[name].name)?)));
        set.map_err(|error: Error| error.within(&file))
    }
}

fn read<T: Stored>(archive: &mut Archive) -> Result<Net<T>, Error> {
    let mut net = described(archive)?;
    set(&mut net, archive, "")?;
    Ok(net)
}

/// The net that a file describes, its numbers zero.
fn described<T: Real>(archive: &mut Archive) -> Result<Net<T>, Error> {
    let file = archive.file();
    let net = match archive.text(MODEL)? {
        Some(text) => net_of(&text),
        None => Net::article_shaped(|name| Ok::<_, Error>(archive.header(name)?.shape)),
    };
    net.map_err(|error| error.within(&file))
}

/// The net that a file's text describes, its numbers zero.
fn net_of<T: Real>(text: &str) -> Result<Net<T>, Error> {
    let (input, layers) = input_and_layers(text)?;
    Net::from_text(layers, input)
}

/// The two parts of a file's text.
pub(super) fn input_and_layers(text: &str) -> Result<(Shape, &str), Error> {
    let parts = text.split_once('|').and_then(|(input, layers)| {
        Some((Shape::from_text(input.trim().strip_prefix("input ")?.trim())?, layers.trim()))
    });
    let needed = || Error::Model(format!("{MODEL} is {}; \"input 28x28x1 | layer | layer …\" is needed", quoted(text)));
    parts.ok_or_else(needed)
}

/// Every parameter of the net from the array of its name.
fn set<T: Stored>(net: &mut Net<T>, archive: &mut Archive, prefix: &str) -> Result<(), Error> {
    let file = archive.file();
    net.set_parameters(|name| archive.read(&format!("{prefix}{name}"))).map_err(|error: Error| error.within(&file))
}

/// The bank of a file, if there is one.
fn read_bank(net: &AnyNet, archive: &mut Archive) -> Result<Option<Bank>, Error> {
    let Some(text) = archive.text(BANK)? else { return Ok(None) };
    let (features, distances) = (archive.read_bytes(BANK_FEATURES)?, archive.read(BANK_DISTANCES)?);
    Bank::from_file(net.feature_width(), &text, features, distances).map(Some)
}
