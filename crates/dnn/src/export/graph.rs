use crate::onnx::{INPUT, Onnx};
use crate::{Error, Net, Real};

impl<T: Real> Onnx<T> {
    /// The net as a graph, and the name of its output.
    ///
    /// # Errors
    /// If a layer has no ONNX operators.
    pub fn of(net: &Net<T>) -> Result<(Self, String), Error> {
        let mut graph = Self { nodes: Vec::new(), constants: Vec::new() };
        let mut values = vec![INPUT.to_string()];
        for (position, (layer, parameters)) in net.layers().iter().zip(net.parameters()).enumerate() {
            let skipped = layer.skip_from().map_or("", |from| &values[from]).to_string();
            let value = layer.onnx(&mut graph, [&values[position].clone(), &skipped], parameters).ok_or_else(|| {
                Error::Model(format!("layer {} ({}) cannot be said in ONNX", position + 1, layer.text()))
            })?;
            values.push(value);
        }
        Ok((graph, values.pop().unwrap_or_default()))
    }
}
