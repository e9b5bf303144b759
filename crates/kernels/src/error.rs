use glassbox_tensor::{bounded, quoted};

/// What can be wrong with the parameters of an operator, or with its picture.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// No operator of that name.
    #[error("unknown operator {}; {hint}", quoted(found))]
    UnknownOperator {
        /// The name that was given.
        found: String,
        /// The nearest name, or all.
        hint: String,
    },
    /// An operator's name is missing.
    #[error("an operator is missing: its name is needed, as in median or median:size=5")]
    NoOperator,
    /// A parameter without a value.
    #[error("{}: {} has no value; {}=VALUE is needed", bounded(operator), bounded(parameter), bounded(parameter))]
    NoValue {
        /// The operator.
        operator: String,
        /// What was given instead of a parameter and its value.
        parameter: String,
    },
    /// A parameter that has no effect beside another.
    #[error("{operator}: {parameter} is not used with {other}")]
    Unused {
        /// The operator.
        operator: String,
        /// The parameter that is not used.
        parameter: String,
        /// The parameter that excludes it.
        other: String,
    },
    /// The operator has no parameter of that name.
    #[error("{operator} has no parameter {}; {hint}", quoted(found))]
    UnknownParameter {
        /// The operator.
        operator: String,
        /// The name that was given.
        found: String,
        /// The nearest name, or all.
        hint: String,
    },
    /// A parameter with a value that is not allowed.
    #[error("{parameter} {}: expected {allowed}", bounded(found))]
    Parameter {
        /// The parameter's name.
        parameter: String,
        /// The value that was given.
        found: String,
        /// The allowed values.
        allowed: String,
    },
    /// An operator that needs the whole picture at once, in a chain that works on rows as they come.
    #[error("{operator}: needs the whole picture at once")]
    NotByRows {
        /// The operator.
        operator: String,
    },
    /// A picture that is too small for the operator.
    #[error("{operator}: a picture of {width}×{height} pixels is too small; at least {needed} are needed")]
    TooSmall {
        /// The operator.
        operator: String,
        /// The picture's width.
        width: usize,
        /// The picture's height.
        height: usize,
        /// The smallest picture allowed.
        needed: String,
    },
}

impl Error {
    pub(crate) fn parameter(name: &str, found: impl Into<String>, allowed: impl Into<String>) -> Self {
        Self::Parameter { parameter: name.into(), found: found.into(), allowed: allowed.into() }
    }
}
