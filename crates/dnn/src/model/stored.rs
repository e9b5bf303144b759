use glassbox_formats::npz::{Array, Value};
use glassbox_formats::onnx::Constant;
use glassbox_tensor::Tensor;

use super::AnyNet;
use crate::{Net, Real};

/// A number type that nets compute in and model files hold: `f32` or `f64`.
pub trait Stored: Real + Value {
    /// A tensor as an array of a file.
    fn array(tensor: Tensor<Self>) -> Array;

    /// A tensor as a constant of an ONNX graph.
    fn constant(tensor: Tensor<Self>) -> Constant;

    /// A net as one of either precision.
    fn any(net: Net<Self>) -> AnyNet;
}

macro_rules! stored {
    ($($t:ident $variant:ident),*) => {$(
        impl Stored for $t {
            fn array(tensor: Tensor<$t>) -> Array {
                Array::$variant(tensor)
            }

            fn constant(tensor: Tensor<$t>) -> Constant {
                Constant::$variant(tensor)
            }

            fn any(net: Net<$t>) -> AnyNet {
                AnyNet::$variant(net)
            }
        }
    )*};
}

stored!(f32 F32, f64 F64);
