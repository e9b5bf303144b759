//! A net of either precision, for code that draws its numbers.

/// Runs the same code on the net of a [`Model`](glassbox_dnn::Model), whichever its precision.
macro_rules! with_net {
    ($model:expr, $net:ident => $body:expr) => {
        match &$model.net {
            glassbox_dnn::AnyNet::F32($net) => $body,
            glassbox_dnn::AnyNet::F64($net) => $body,
        }
    };
}
pub(super) use with_net;
