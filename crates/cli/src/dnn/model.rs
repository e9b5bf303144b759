//! Nets in model files.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use anyhow::Context;
use glassbox_dnn::{Net, Real, Shape};
use glassbox_formats::npz::{self, Array, Npz, Value};
use glassbox_tensor::{Matrix, Tensor};

/// The array that holds the text of a net that is not the article's: `input 784 | dense 50 | sigmoid | …`.
const MODEL: &str = "model";

/// A number type that nets compute in and files hold.
pub(super) trait Stored: Real + Value {
    fn array(tensor: Tensor<Self>) -> Array;
}

impl Stored for f32 {
    fn array(tensor: Tensor<f32>) -> Array {
        Array::F32(tensor)
    }
}

impl Stored for f64 {
    fn array(tensor: Tensor<f64>) -> Array {
        Array::F64(tensor)
    }
}

/// A net of the precision that its file has.
#[derive(Debug)]
pub(super) enum Model {
    F32(Net<f32>),
    F64(Net<f64>),
}

/// Runs the same code on a net of either precision.
macro_rules! with_net {
    ($model:expr, $net:ident => $body:expr) => {
        match $model {
            $crate::dnn::model::Model::F32($net) => $body,
            $crate::dnn::model::Model::F64($net) => $body,
        }
    };
}
pub(super) use with_net;

/// Writes a net, atomically.
pub(super) fn save<T: Stored>(path: &Path, net: &Net<T>) -> anyhow::Result<()> {
    let mut arrays: Vec<_> = net.to_arrays().into_iter().map(|(name, tensor)| (name, T::array(tensor))).collect();
    if !net.is_article() {
        arrays.push((MODEL.into(), Array::Text(format!("input {} | {}", net.input().text(), net.text()))));
    }
    Ok(npz::write(path, &arrays)?)
}

/// Reads a net.
pub(super) fn load(path: &Path) -> anyhow::Result<Model> {
    let mut archive = Npz::open(path)?;
    let first = if archive.contains(MODEL) {
        let text = archive.read_text(MODEL)?;
        read_net::<f32>(&text).with_context(|| archive.file().to_string())?.parameter_names().into_iter().next()
    } else {
        Some("w_i_h".into())
    };
    let precision = first.map(|name| archive.header(&name)).transpose()?;
    match precision.as_ref().map(|header| header.dtype.as_str()) {
        Some("f8") => Ok(Model::F64(load_as(&mut archive, "")?)),
        _ => Ok(Model::F32(load_as(&mut archive, "")?)),
    }
}

/// Takes the weights to begin with from a file: `init_w_i_h` and so on if it has them, else `w_i_h` and so on.
pub(super) fn initialise<T: Stored>(net: &mut Net<T>, path: &Path) -> anyhow::Result<()> {
    let mut archive = Npz::open(path)?;
    let first = net.parameter_names().into_iter().next().unwrap_or_default();
    let prefix = if archive.contains(&format!("init_{first}")) { "init_" } else { "" };
    set(net, &mut archive, prefix)
}

fn load_as<T: Stored>(archive: &mut Npz<BufReader<File>>, prefix: &str) -> anyhow::Result<Net<T>> {
    let file = archive.file().to_string();
    let mut net = if archive.contains(MODEL) {
        read_net(&archive.read_text(MODEL)?).with_context(|| file.clone())?
    } else {
        let shape = |name: &str| anyhow::Ok(archive.header(name)?.shape);
        Net::article_shaped(shape).map_err(|error| match error.downcast::<glassbox_dnn::Error>() {
            Ok(error) => anyhow::Error::new(error).context(file.clone()),
            Err(other) => other,
        })?
    };
    set(&mut net, archive, prefix)?;
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
fn set<T: Stored>(net: &mut Net<T>, archive: &mut Npz<BufReader<File>>, prefix: &str) -> anyhow::Result<()> {
    let file = archive.file().to_string();
    let array = |name: &str| -> anyhow::Result<Tensor<T>> {
        let name = format!("{prefix}{name}");
        let header = archive.header(&name)?;
        Ok(match header.dtype.as_str() {
            "f4" => archive.read::<f32>(&name)?.map(|value| T::from_f64(value.into())),
            _ => archive.read::<f64>(&name).with_context(|| "weights are f4 or f8")?.map(T::from_f64),
        })
    };
    net.set_parameters(array).map_err(|error: anyhow::Error| match error.downcast::<glassbox_dnn::Error>() {
        Ok(error) => anyhow::Error::new(error).context(file),
        Err(other) => other,
    })
}

/// The net's outputs for one sample, in f64.
pub(super) fn outputs<T: Real>(net: &Net<T>, input: &Matrix<T>) -> Vec<f64> {
    net.predict(input).as_slice().iter().map(|value| value.as_f64()).collect()
}
