/// What can be wrong with an operator's parameters, or with a picture it is given.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// No operator of that name.
    #[error("unknown operator {found:?}; {hint}")]
    UnknownOperator {
        /// The name that was given.
        found: String,
        /// The nearest name, or all.
        hint: String,
    },
    /// Nothing where an operator should be named.
    #[error("an operator is missing: its name is needed, as in median or median:size=5")]
    NoOperator,
    /// A parameter without a value.
    #[error("{operator}: {parameter} has no value; {parameter}=VALUE is needed")]
    NoValue {
        /// The operator.
        operator: String,
        /// What stands where a parameter and its value should.
        parameter: String,
    },
    /// A parameter that nothing would come of beside another.
    #[error("{operator}: {parameter} is not used with {other}")]
    Unused {
        /// The operator.
        operator: String,
        /// The parameter that is not used.
        parameter: String,
        /// What leaves no room for it.
        other: String,
    },
    /// The operator has no parameter of that name.
    #[error("{operator} has no parameter {found:?}; {hint}")]
    UnknownParameter {
        /// The operator.
        operator: String,
        /// The name that was given.
        found: String,
        /// The nearest name, or all.
        hint: String,
    },
    /// A parameter outside what it may be.
    #[error("{parameter} {found}: allowed is {allowed}")]
    Parameter {
        /// The parameter's name.
        parameter: String,
        /// The value that was given.
        found: String,
        /// What it may be.
        allowed: String,
    },
    /// An operator that must see the whole picture, where rows come one after the other.
    #[error("{operator}: must see the whole picture at once (as must any operator with the border wrap)")]
    NotByRows {
        /// The operator.
        operator: String,
    },
    /// A picture of which nothing would be left.
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
