//! Nets in model files.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use anyhow::Context;
use glassbox_dnn::{Net, Real, Shape, losses};
use glassbox_formats::npz::{self, Array, Header, Npz, Value};
use glassbox_formats::safetensors::{self, SafeTensors};
use glassbox_tensor::{Matrix, Tensor};

use super::export::OnnxNumber;

/// The array that holds the text of a net that is not the article's: `input 784 | dense 50 | sigmoid | …`.
const MODEL: &str = "model";

/// The array that holds the name of the loss that such a net was trained by.
const LOSS: &str = "loss";

/// A number type that nets compute in and files hold.
pub(super) trait Stored: Real + Value + OnnxNumber {
    fn array(tensor: Tensor<Self>) -> Array;

    /// The numbers, if the array is of this type.
    fn tensor(array: &Array) -> Option<Tensor<Self>>;
}

impl Stored for f32 {
    fn array(tensor: Tensor<f32>) -> Array {
        Array::F32(tensor)
    }

    fn tensor(array: &Array) -> Option<Tensor<f32>> {
        if let Array::F32(tensor) = array { Some(tensor.clone()) } else { None }
    }
}

impl Stored for f64 {
    fn array(tensor: Tensor<f64>) -> Array {
        Array::F64(tensor)
    }

    fn tensor(array: &Array) -> Option<Tensor<f64>> {
        if let Array::F64(tensor) = array { Some(tensor.clone()) } else { None }
    }
}

/// A net from a file, and the name of the loss it was trained by.
#[derive(Debug)]
pub(super) struct Model {
    pub(super) net: AnyNet,
    pub(super) loss: String,
}

/// A net of the precision that its file has.
#[derive(Debug)]
pub(super) enum AnyNet {
    F32(Net<f32>),
    F64(Net<f64>),
}

/// Runs the same code on a net of either precision.
macro_rules! with_net {
    ($model:expr, $net:ident => $body:expr) => {
        match &$model.net {
            $crate::dnn::model::AnyNet::F32($net) => $body,
            $crate::dnn::model::AnyNet::F64($net) => $body,
        }
    };
}
pub(super) use with_net;

/// Writes a net, atomically: as safetensors if the suffix says so, else as npz.
pub(super) fn save<T: Stored>(path: &Path, net: &Net<T>, loss: &str) -> anyhow::Result<()> {
    let mut arrays: Vec<_> = net.to_arrays().into_iter().map(|(name, tensor)| (name, T::array(tensor))).collect();
    let text = format!("input {} | {}", net.input().text(), net.text());
    if is_safetensors(path) {
        return Ok(safetensors::write(path, &arrays, &[(MODEL.into(), text), (LOSS.into(), loss.into())])?);
    }
    if !net.is_article() {
        arrays.push((MODEL.into(), Array::Text(text)));
        arrays.push((LOSS.into(), Array::Text(loss.into())));
    }
    Ok(npz::write(path, &arrays)?)
}

fn is_safetensors(path: &Path) -> bool {
    path.extension().is_some_and(|suffix| suffix.eq_ignore_ascii_case("safetensors"))
}

/// A file that holds arrays by name.
enum Archive {
    Npz(Npz<BufReader<File>>),
    SafeTensors(SafeTensors),
}

impl Archive {
    fn open(path: &Path) -> anyhow::Result<Self> {
        Ok(if is_safetensors(path) { Self::SafeTensors(SafeTensors::open(path)?) } else { Self::Npz(Npz::open(path)?) })
    }

    fn file(&self) -> String {
        match self {
            Self::Npz(archive) => archive.file().into(),
            Self::SafeTensors(archive) => archive.file().into(),
        }
    }

    fn contains(&self, name: &str) -> bool {
        match self {
            Self::Npz(archive) => archive.contains(name),
            Self::SafeTensors(archive) => archive.contains(name),
        }
    }

    fn text(&mut self, name: &str) -> anyhow::Result<Option<String>> {
        match self {
            Self::Npz(archive) if archive.contains(name) => Ok(Some(archive.read_text(name)?)),
            Self::Npz(_) => Ok(None),
            Self::SafeTensors(archive) => Ok(archive.metadata(name).map(String::from)),
        }
    }

    fn header(&mut self, name: &str) -> Result<Header, glassbox_formats::Error> {
        match self {
            Self::Npz(archive) => archive.header(name),
            Self::SafeTensors(archive) => archive.header(name),
        }
    }

    /// An array of either precision.
    fn read<T: Stored>(&mut self, name: &str) -> anyhow::Result<Tensor<T>> {
        let is_single = self.header(name)?.dtype == "f4";
        let (single, double) = match self {
            Self::Npz(archive) if is_single => (Some(archive.read::<f32>(name)), None),
            Self::SafeTensors(archive) if is_single => (Some(archive.read::<f32>(name)), None),
            Self::Npz(archive) => (None, Some(archive.read::<f64>(name))),
            Self::SafeTensors(archive) => (None, Some(archive.read::<f64>(name))),
        };
        match (single, double) {
            (Some(single), _) => Ok(single?.map(|value| T::from_f64(value.into()))),
            (_, Some(double)) => Ok(double.context("weights are f4 or f8")?.map(T::from_f64)),
            _ => unreachable!("one of the two was read"),
        }
    }
}

/// Reads a net.
pub(super) fn load(path: &Path) -> anyhow::Result<Model> {
    let mut archive = Archive::open(path)?;
    let first = match archive.text(MODEL)? {
        Some(text) => read_net::<f32>(&text).with_context(|| archive.file())?.parameter_names().into_iter().next(),
        None => Some("w_i_h".into()),
    };
    let precision = first.map(|name| archive.header(&name)).transpose()?;
    let net = match precision.as_ref().map(|header| header.dtype.as_str()) {
        Some("f8") => AnyNet::F64(load_as(&mut archive)?),
        _ => AnyNet::F32(load_as(&mut archive)?),
    };
    let loss = archive.text(LOSS)?.unwrap_or_else(|| "mean-squared-error".into());
    if losses::by_name::<f64>(&loss).is_none() {
        anyhow::bail!("{}: {LOSS} is {loss:?}, which is none of this program's losses", archive.file());
    }
    Ok(Model { net, loss })
}

/// Takes the weights to begin with from a file: `init_w_i_h` and so on if it has them, else `w_i_h` and so on.
pub(super) fn initialise<T: Stored>(net: &mut Net<T>, path: &Path) -> anyhow::Result<()> {
    let mut archive = Archive::open(path)?;
    let first = net.parameter_names().into_iter().next().unwrap_or_default();
    let prefix = if archive.contains(&format!("init_{first}")) { "init_" } else { "" };
    set(net, &mut archive, prefix)
}

fn load_as<T: Stored>(archive: &mut Archive) -> anyhow::Result<Net<T>> {
    let file = archive.file();
    let mut net = match archive.text(MODEL)? {
        Some(text) => read_net(&text).with_context(|| file.clone())?,
        None => {
            let shape = |name: &str| anyhow::Ok(archive.header(name)?.shape);
            Net::article_shaped(shape).map_err(|error| match error.downcast::<glassbox_dnn::Error>() {
                Ok(error) => anyhow::Error::new(error).context(file.clone()),
                Err(other) => other,
            })?
        }
    };
    set(&mut net, archive, "")?;
    Ok(net)
}

fn read_net<T: Real>(text: &str) -> anyhow::Result<Net<T>> {
    let parts = text.split_once('|').and_then(|(input, layers)| {
        Some((Shape::from_text(input.trim().strip_prefix("input ")?.trim())?, layers.trim()))
    });
    let (input, layers) =
        parts.with_context(|| format!("{MODEL} is {text:?}; \"input 28x28x1 | layer | layer …\" is needed"))?;
    Ok(Net::from_text(layers, input)?)
}

/// Every parameter of the net from the array of its name, in either precision.
fn set<T: Stored>(net: &mut Net<T>, archive: &mut Archive, prefix: &str) -> anyhow::Result<()> {
    let file = archive.file();
    let array = |name: &str| archive.read(&format!("{prefix}{name}"));
    net.set_parameters(array).map_err(|error: anyhow::Error| match error.downcast::<glassbox_dnn::Error>() {
        Ok(error) => anyhow::Error::new(error).context(file),
        Err(other) => other,
    })
}

/// The net's outputs for one sample, in f64.
pub(super) fn outputs<T: Real>(net: &Net<T>, input: &Matrix<T>) -> Vec<f64> {
    net.predict(input).as_slice().iter().map(|value| value.as_f64()).collect()
}
