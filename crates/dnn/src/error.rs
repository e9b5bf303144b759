/// What can be wrong with what a net is given from outside.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A model text, or the arrays of a model file, that make no net.
    #[error("{0}")]
    Model(String),
    /// Pictures or labels that a net cannot take.
    #[error("{0}")]
    Data(String),
    /// A training that ran away.
    #[error("{0}")]
    Diverged(String),
}
