use crate::{Error, Net, Real};

/// One number among the parameters of a net.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weight {
    /// The layer, from 0.
    pub layer: usize,
    /// The parameter of the layer, from 0: weight before bias.
    pub parameter: usize,
    /// The index among the parameter's numbers, row by row.
    pub index: usize,
}

impl Weight {
    /// Reads `LAYER,P,X`: of layer LAYER, from 0, the weight that leads from input X to node P. `bias` instead of X is
    /// the bias of node P. In a mask X may be `ROWxCOLUMNxCHANNEL`.
    ///
    /// ```
    /// use glassbox_dnn::{Net, explain::Weight};
    /// let net = Net::<f64>::from_text("dense 20 | sigmoid | dense 10", 784).unwrap();
    /// let weight = Weight::parse(&net, "2,7,19").unwrap();
    /// assert_eq!((weight.layer, weight.index, weight.name(&net)), (2, 159, "2.dense.weight[7, 19]".into()));
    /// ```
    ///
    /// # Errors
    /// If the text is something else, or the net has no such weight; the message says what it has.
    pub fn parse<T: Real>(net: &Net<T>, text: &str) -> Result<Self, Error> {
        let wrong = |problem: String| Error::setting("weight", format!("found {text:?}: {problem}"));
        let form = || wrong("LAYER,P,X or LAYER,P,bias is allowed, as in 2,7,19".into());
        let [layer, node, input] = text.split(',').collect::<Vec<_>>()[..] else { return Err(form()) };
        let layer: usize = layer.trim().parse().map_err(|_| form())?;
        let node: usize = node.trim().parse().map_err(|_| form())?;
        let parameters = net.layers().get(layer).map(|layer| layer.parameters()).unwrap_or_default();
        let name = if input.trim() == "bias" { "bias" } else { "weight" };
        let Some(parameter) = parameters.iter().position(|parameter| parameter.name == name) else {
            let has = |index: &usize| net.layers()[*index].parameters().iter().any(|parameter| parameter.name == name);
            let layers: Vec<_> = (0..net.layers().len()).filter(has).map(|index| index.to_string()).collect();
            return Err(wrong(format!("layers with a {name}: {}", layers.join(", "))));
        };
        let shape = &parameters[parameter].shape;
        let Some(within) = place(&shape[1..], input.trim()).filter(|_| node < shape[0]) else {
            return Err(wrong(format!("the {name} of layer {layer} is {shape:?}")));
        };
        Ok(Self { layer, parameter, index: node * shape[1..].iter().product::<usize>() + within })
    }

    /// The weight as model files and arrays name it: `2.dense.weight[7, 19]`.
    ///
    /// # Panics
    /// If the net has no such weight.
    pub fn name<T: Real>(self, net: &Net<T>) -> String {
        let before: usize = net.parameters()[..self.layer].iter().map(Vec::len).sum();
        let parameter = &net.list()[before + self.parameter];
        let (mut rest, mut place) = (self.index, Vec::new());
        for &side in parameter.value.shape().iter().rev() {
            place.insert(0, rest % side);
            rest /= side;
        }
        format!("{}{place:?}", parameter.name)
    }

    /// Its value.
    ///
    /// # Panics
    /// If the net has no such weight.
    pub fn value<T: Real>(self, net: &Net<T>) -> T {
        net.parameters()[self.layer][self.parameter].as_slice()[self.index]
    }

    pub(super) fn set<T: Real>(self, net: &mut Net<T>, value: T) {
        net.parameters_mut()[self.layer][self.parameter].as_mut_slice()[self.index] = value;
    }

    pub(super) fn check<T: Real>(self, net: &Net<T>) -> Result<(), Error> {
        let tensor = net.parameters().get(self.layer).and_then(|tensors| tensors.get(self.parameter));
        match tensor {
            Some(tensor) if self.index < tensor.len() => Ok(()),
            _ => Err(Error::setting("weight", format!("{self:?} is not in the net {}", net.text()))),
        }
    }
}

/// The index of a place in the axes after the first: a whole number, or one for each axis with `x` between them.
fn place(sides: &[usize], text: &str) -> Option<usize> {
    if text == "bias" {
        return Some(0);
    }
    let numbers: Vec<usize> = text.split('x').map(|number| number.parse().ok()).collect::<Option<_>>()?;
    if let [index] = numbers[..] {
        return (index < sides.iter().product()).then_some(index);
    }
    let inside = numbers.len() == sides.len() && numbers.iter().zip(sides).all(|(number, side)| number < side);
    inside.then(|| numbers.iter().zip(sides).fold(0, |index, (number, side)| index * side + number))
}
