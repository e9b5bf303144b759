//! The registry of operators: a file each, which begins with the formula, and a line below.

mod bilateral;
mod blur;
mod convolve;
mod dilate;
mod emboss;
mod erode;
mod gaussian;
mod gray;
mod laplacian;
mod median;
mod noise;
mod pooling;
mod prewitt;
mod rank;
mod roberts;
mod scharr;
mod shared;
mod sharpen;
mod sobel;
mod unsharp;

pub use convolve::parse_matrix;
pub use shared::parameters::{Arguments, Parameter, Values, hint};

use crate::{Error, Filter};

/// An operator's entry in the registry.
#[derive(Debug)]
pub struct Entry {
    /// Its name on the command line and in chains.
    pub name: &'static str,
    /// One line for lists and help.
    pub summary: &'static str,
    /// What it computes, in words and symbols.
    pub formula: &'static str,
    /// The publication; empty if it is common knowledge.
    pub source: &'static str,
    /// Its parameters, each with default, range and help.
    pub parameters: &'static [Parameter],
    /// Parameters worth measuring besides the defaults, written as in a label after the colon.
    pub variants: &'static [&'static str],
    build: fn(&Arguments) -> Result<Filter, Error>,
}

/// Every operator, in the order of the help.
pub static ENTRIES: &[&Entry] = &[
    &sharpen::ENTRY,
    &roberts::ENTRY,
    &sobel::ENTRY,
    &prewitt::ENTRY,
    &scharr::ENTRY,
    &laplacian::ENTRY,
    &emboss::ENTRY,
    &blur::ENTRY,
    &gaussian::ENTRY,
    &unsharp::ENTRY,
    &convolve::ENTRY,
    &median::ENTRY,
    &bilateral::ENTRY,
    &erode::ENTRY,
    &dilate::ENTRY,
    &rank::ENTRY,
    &noise::ENTRY,
    &pooling::max::ENTRY,
    &pooling::avg::ENTRY,
    &pooling::min::ENTRY,
    &pooling::median::ENTRY,
    &pooling::mixed::ENTRY,
    &pooling::lp::ENTRY,
    &pooling::stochastic::ENTRY,
    &pooling::rank::ENTRY,
    &pooling::ordinal::ENTRY,
    &pooling::weighted::ENTRY,
    &pooling::soft::ENTRY,
    &pooling::spectral::ENTRY,
    &pooling::fractional::ENTRY,
    &pooling::adaptive::ENTRY,
    &pooling::global::ENTRY,
    &pooling::roi::ENTRY,
    &pooling::pyramid::ENTRY,
    &pooling::pixel_pyramid::ENTRY,
    &pooling::edge_pyramid::ENTRY,
    &pooling::superpixel::ENTRY,
    &pooling::genetic::ENTRY,
    &gray::ENTRY,
];

impl Entry {
    /// The labels worth measuring: the operator with its defaults, then each variant.
    pub fn labels(&self) -> Vec<String> {
        let variants = self.variants.iter().map(|variant| format!("{}:{variant}", self.name));
        std::iter::once(self.name.to_string()).chain(variants).collect()
    }

    /// The operator with the given parameters, the others at their defaults.
    ///
    /// # Errors
    /// If a parameter is unknown or its value is not allowed.
    pub fn build(&self, given: &[(&str, &str)]) -> Result<Filter, Error> {
        (self.build)(&Arguments::new(self.name, self.parameters, given)?)
    }
}

/// The entry of a name.
///
/// # Errors
/// If there is none; the message suggests the nearest.
pub fn find(name: &str) -> Result<&'static Entry, Error> {
    ENTRIES.iter().copied().find(|entry| entry.name == name).ok_or_else(|| {
        let names: Vec<_> = ENTRIES.iter().map(|entry| entry.name).collect();
        Error::UnknownOperator { found: name.into(), hint: hint(name, &names) }
    })
}

/// Reads an operator from its label: `sobel`, `median:size=7`, `sobel:combine=max,border=mirror`.
///
/// ```
/// use glassbox_kernels::{Window, filters};
/// assert_eq!(filters::parse("median:size=7").unwrap().window(), Some(Window::centred(7)));
/// let error = filters::parse("medain").unwrap_err();
/// assert_eq!(error.to_string(), "unknown operator \"medain\"; did you mean median?");
/// ```
///
/// # Errors
/// If the operator or a parameter is unknown, or a value is not allowed.
pub fn parse(label: &str) -> Result<Filter, Error> {
    let (name, given) = split_label(label)?;
    find(name)?.build(&given)
}

/// Parameters as text: name and value.
pub type Given<'a> = Vec<(&'a str, &'a str)>;

/// The name and the parameters of a label.
///
/// # Errors
/// If there is no name, or a parameter is not written `name=value`.
pub fn split_label(label: &str) -> Result<(&str, Given<'_>), Error> {
    let (name, given) = label.trim().split_once(':').unwrap_or((label.trim(), ""));
    if name.trim().is_empty() {
        return Err(Error::NoOperator);
    }
    let pairs = given.split(',').map(str::trim).filter(|pair| !pair.is_empty());
    let given = pairs.map(|pair| {
        let no_value = || Error::NoValue { operator: name.trim().into(), parameter: pair.into() };
        let (name, value) = pair.split_once('=').ok_or_else(no_value)?;
        Ok((name.trim(), value.trim()))
    });
    Ok((name.trim(), given.collect::<Result<_, Error>>()?))
}
