//! The ONNX project's own operator cases, as data/golden/onnx_cases.py packed them: run as layers, or listed with the
//! reason why not.

use glassbox_dnn::{Pass, Shape};
use glassbox_formats::npz::{Npz, Source};
use serde_json::Value;

use crate::support::nets::{each, read, run};

/// Cases that no layer can express, and why.
const NOT_APPLICABLE: &[(&str, &str)] =
    &[("test_gemm_default_matrix_bias", "a bias for each sample: a dense layer has one for all")];

/// Numbers with a shape, in rows.
#[derive(Clone)]
struct Array {
    shape: Vec<usize>,
    numbers: Vec<f32>,
}

impl Array {
    fn read(archive: &mut Npz<Box<dyn Source>>, name: &str) -> Option<Self> {
        if !archive.contains(name) {
            return None;
        }
        let tensor = match archive.header(name).unwrap().dtype.as_str() {
            "u1" => archive.read::<u8>(name).unwrap().map(f32::from),
            _ => archive.read::<f32>(name).unwrap(),
        };
        Some(Self { shape: tensor.shape().to_vec(), numbers: tensor.into_vec() })
    }

    /// With the axes in another order: `axes[i]` becomes axis `i`.
    fn turned(&self, axes: &[usize]) -> Self {
        let shape: Vec<usize> = axes.iter().map(|&axis| self.shape[axis]).collect();
        let stride = |axis: usize| self.shape[axis + 1..].iter().product::<usize>();
        let numbers = (0..self.numbers.len()).map(|mut place| {
            let mut from = 0;
            for (&axis, &side) in axes.iter().zip(&shape).rev() {
                from += place % side * stride(axis);
                place /= side;
            }
            self.numbers[from]
        });
        Self { numbers: numbers.collect(), shape }
    }

    fn times(&self, factor: f32) -> Self {
        Self { shape: self.shape.clone(), numbers: self.numbers.iter().map(|x| x * factor).collect() }
    }
}

/// [n, c, h, w] → [n, h, w, c] and back; of masks as well.
const TO_OURS: [usize; 4] = [0, 2, 3, 1];
const TO_ONNX: [usize; 4] = [0, 3, 1, 2];

struct Case<'a> {
    op: &'a str,
    attributes: &'a Value,
    inputs: Vec<Array>,
}

/// A case as a net with its parameters and samples, and how its outputs are turned back.
struct Task {
    model: String,
    shape: Shape,
    input: Array,
    parameters: Vec<Array>,
    back: Vec<usize>,
    trains: bool,
}

impl Case<'_> {
    fn number(&self, name: &str) -> Option<f64> {
        self.attributes.get(name).map(|value| value.as_f64().unwrap())
    }

    fn numbers(&self, name: &str) -> Option<Vec<usize>> {
        let list = self.attributes.get(name)?.as_array().unwrap();
        Some(list.iter().map(|value| value.as_u64().unwrap() as usize).collect())
    }

    fn option(&self, word: &str, attribute: &str) -> String {
        self.number(attribute).map_or(String::new(), |number| format!(" {word} {number}"))
    }

    /// Padding, stride and dilation; ONNX strides by 1 unless told otherwise, our poolings by their size.
    fn window(&self) -> String {
        let mut text = match self.attributes.get("auto_pad").and_then(Value::as_str) {
            Some("SAME_UPPER") => " same".into(),
            Some("SAME_LOWER") => " same-lower".into(),
            _ => self.numbers("pads").map_or(String::new(), |pads| {
                format!(" pad {}", pads.iter().map(ToString::to_string).collect::<Vec<_>>().join(","))
            }),
        };
        let pair = |name: &str| self.numbers(name).map_or((1, 1), |pair| (pair[0], pair[1]));
        let (stride, dilation) = (pair("strides"), pair("dilations"));
        text += &format!(" stride {}x{} dilation {}x{}", stride.0, stride.1, dilation.0, dilation.1);
        for (attribute, word) in [("ceil_mode", " ceil"), ("count_include_pad", " count-pad")] {
            if self.number(attribute) == Some(1.0) {
                text += word;
            }
        }
        text
    }

    fn size(&self) -> String {
        let size = self.numbers("kernel_shape").unwrap_or_else(|| self.inputs[1].shape[2..].to_vec());
        format!("{}x{}", size[0], size[1])
    }

    /// A layer on pictures.
    fn pictures(&self, model: String, parameters: Vec<Array>) -> Task {
        let input = self.inputs[0].turned(&TO_OURS);
        let shape = Shape::picture(input.shape[1], input.shape[2], input.shape[3]);
        Task { model, shape, input, parameters, back: TO_ONNX.to_vec(), trains: false }
    }

    /// A layer on lists, along `axis`.
    fn lists(&self, model: String, axis: usize) -> Task {
        // The axis comes last; the order of the axes is restored afterwards.
        let axes: Vec<usize> = (0..self.inputs[0].shape.len()).filter(|&other| other != axis).chain([axis]).collect();
        let mut back = vec![0; axes.len()];
        axes.iter().enumerate().for_each(|(place, &axis)| back[axis] = place);
        let input = self.inputs[0].turned(&axes);
        let shape = Shape::from(*input.shape.last().unwrap());
        Task { model, shape, input, parameters: Vec::new(), back, trains: false }
    }

    /// `alpha·A·B + beta·C` as a dense layer: `transA` transposes the samples and no `transB` the weights; `alpha`
    /// multiplies the weights and `beta` the bias, and a bias of one number is repeated.
    fn gemm(&self) -> Task {
        let turned = |array: &Array, turn: bool| if turn { array.turned(&[1, 0]) } else { array.clone() };
        let is_on = |name: &str| self.number(name) == Some(1.0);
        let input = turned(&self.inputs[0], is_on("transA"));
        let weight = turned(&self.inputs[1], !is_on("transB")).times(self.number("alpha").unwrap_or(1.0) as f32);
        let outputs = weight.shape[0];
        let mut parameters = vec![weight];
        if let Some(bias) = self.inputs.get(2) {
            let bias = bias.times(self.number("beta").unwrap_or(1.0) as f32);
            let numbers = (0..outputs).map(|i| bias.numbers[i % bias.numbers.len()]).collect();
            parameters.push(Array { shape: vec![outputs, 1], numbers });
        }
        let model = format!("dense {outputs}{}", if parameters.len() == 1 { " no-bias" } else { "" });
        Task { model, shape: input.shape[1].into(), input, parameters, back: vec![0, 1], trains: false }
    }

    fn conv_transpose(&self) -> Task {
        let (outputs, groups) = (self.inputs[1].shape[1], self.number("group").map_or(1, |groups| groups as usize));
        let mut model = format!("conv-transpose {} {} no-bias{}", outputs * groups, self.size(), self.window());
        if groups > 1 {
            model += &format!(" groups {groups}");
        }
        // If both are given, the padding leads to the shape.
        if let Some(pad) = self.numbers("output_padding") {
            model += &format!(" out-pad {},{}", pad[0], pad[1]);
        } else if let Some(shape) = self.numbers("output_shape") {
            model += &format!(" out {}x{}", shape[0], shape[1]);
        }
        // [inputs, outputs / groups, rows, columns] → [inputs, rows, columns, outputs / groups]
        self.pictures(model, vec![self.inputs[1].turned(&TO_OURS)])
    }

    fn task(&self) -> Task {
        let pool = |name: &str| self.pictures(format!("{name} {}{}", self.size(), self.window()), Vec::new());
        let last = self.inputs[0].shape.len() - 1;
        let function = |name: &str| self.lists(name.to_string() + &self.option("alpha", "alpha"), last);
        match self.op {
            "AveragePool" => pool("avg-pool"),
            "MaxPool" => pool("max-pool"),
            "LpPool" => {
                let p = self.number("p").unwrap_or(2.0);
                self.pictures(format!("lp-pool {} p {p}{}", self.size(), self.window()), Vec::new())
            }
            "GlobalAveragePool" => self.pictures("global-pool avg".into(), Vec::new()),
            "GlobalMaxPool" => self.pictures("global-pool max".into(), Vec::new()),
            "Conv" => {
                let weight = self.inputs[1].turned(&TO_OURS);
                let model = format!("conv {} {} no-bias{}", weight.shape[0], self.size(), self.window());
                self.pictures(model, vec![weight])
            }
            "ConvTranspose" => self.conv_transpose(),
            "BatchNormalization" => {
                // Scale, bias, mean, variance, in ONNX's order.
                let task =
                    self.pictures(format!("batch-norm{}", self.option("eps", "epsilon")), self.inputs[1..].to_vec());
                Task { trains: self.number("training_mode") == Some(1.0), ..task }
            }
            "Gemm" => self.gemm(),
            "Softmax" | "LogSoftmax" => {
                let axis = self.number("axis").unwrap_or(-1.0);
                let axis = if axis < 0.0 { last } else { axis as usize };
                self.lists(if self.op == "Softmax" { "softmax" } else { "log-softmax" }.into(), axis)
            }
            "Celu" => function("celu"),
            "Elu" => function("elu"),
            "LeakyRelu" => function("leaky-relu"),
            "ThresholdedRelu" => function("thresholded-relu"),
            "Selu" => {
                self.lists(format!("selu{}{}", self.option("alpha", "alpha"), self.option("gamma", "gamma")), last)
            }
            "HardSigmoid" => self
                .lists(format!("hard-sigmoid{}{}", self.option("alpha", "alpha"), self.option("beta", "beta")), last),
            "Gelu" => {
                self.lists(if self.attributes.get("approximate").is_some() { "gelu tanh" } else { "gelu" }.into(), last)
            }
            "HardSwish" => function("hard-swish"),
            "Mish" | "Relu" | "Sigmoid" | "Softplus" | "Softsign" | "Tanh" => function(&self.op.to_lowercase()),
            other => panic!("no layer for {other}"),
        }
    }
}

fn check(archive: &mut Npz<Box<dyn Source>>, entry: &Value) {
    let name = entry["name"].as_str().unwrap();
    let inputs = (0..).map_while(|i| Array::read(archive, &format!("{name}/input_{i}"))).collect();
    let case = Case { op: entry["op"].as_str().unwrap(), attributes: &entry["attributes"], inputs };
    let task = case.task();
    let mut net = read::<f32>(&task.model, task.shape);
    let parameters = net.parameters_mut().iter_mut().flatten();
    assert_eq!(parameters.count(), task.parameters.len(), "parameters of {}", task.model);
    for (to, from) in net.parameters_mut().iter_mut().flatten().zip(&task.parameters) {
        to.as_mut_slice().copy_from_slice(&from.numbers);
    }
    let samples = task.input.numbers.len() / task.shape.len();
    let pass = if task.trains { Pass::train(samples, 0, 0) } else { Pass::predict(samples) };
    let found = run(&net, pass, &task.input.numbers, None).outputs;
    let output = net.output();
    let shape = if task.back == TO_ONNX {
        vec![samples, output.height, output.width, output.channels]
    } else {
        task.input.shape[..task.input.shape.len() - 1].iter().copied().chain([output.len()]).collect()
    };
    let found = Array { shape, numbers: found }.turned(&task.back);
    let expected = Array::read(archive, &format!("{name}/output_0")).unwrap();
    assert_eq!(found.shape, expected.shape, "shape after {}", task.model);
    let [rtol, atol] = ["rtol", "atol"].map(|name| entry[name].as_f64().unwrap() as f32);
    for (index, (found, expected)) in found.numbers.iter().zip(&expected.numbers).enumerate() {
        let near = (found - expected).abs() <= atol + rtol * expected.abs();
        assert!(near, "{} at {index}: found {found}, expected {expected}", task.model);
    }
    // ONNX's running mean and variance with a momentum of 0.9 are ours with 1 − momentum, with the variance of the
    // whole batch.
    if task.trains {
        observe(archive, name, &case, &task);
    }
}

/// The running statistics of batch normalisation. ONNX: old·0.9 + batch·0.1, with the variance divided by n; ours:
/// `momentum` is the share of the batch. Where ours divides by n − 1, as PyTorch does, that factor is removed.
fn observe(archive: &mut Npz<Box<dyn Source>>, name: &str, case: &Case, task: &Task) {
    let mut net = read::<f32>(&format!("{} momentum 0.1", task.model), task.shape);
    for (to, from) in net.parameters_mut().iter_mut().flatten().zip(&task.parameters) {
        to.as_mut_slice().copy_from_slice(&from.numbers);
    }
    let samples = task.input.numbers.len() / task.shape.len();
    let memories = run(&net, Pass::train(samples, 0, 0), &task.input.numbers, None).memories;
    let mut kept = net.parameters()[0].clone();
    net.layers()[0].observe(&mut kept, &memories[0]);
    let n = (samples * task.shape.pixels()) as f32;
    for (place, output) in [(2, "output_1"), (3, "output_2")] {
        let expected = Array::read(archive, &format!("{name}/{output}")).unwrap();
        for (channel, (found, expected)) in kept[place].as_slice().iter().zip(&expected.numbers).enumerate() {
            let before = case.inputs[place + 1].numbers[channel] * 0.9;
            let unbiased = before + (expected - before) * if place == 3 { n / (n - 1.0) } else { 1.0 };
            let near = |expected: f32| (found - expected).abs() <= 1e-3 * expected.abs();
            assert!(
                near(*expected) || near(unbiased),
                "{output} at {channel}: found {found}, expected {expected} or {unbiased}"
            );
        }
    }
}

#[test]
fn onnx_operators_are_layers() {
    let mut archive = Npz::open("data/golden/onnx_cases.npz".as_ref()).unwrap();
    let index: Value = serde_json::from_str(&archive.read_text("index").unwrap()).unwrap();
    let cases = index.as_array().unwrap();
    let (left_out, ran): (Vec<&Value>, Vec<&Value>) =
        cases.iter().partition(|entry| NOT_APPLICABLE.iter().any(|(name, _)| entry["name"] == *name));
    println!("{} cases run, {} are not applicable", ran.len(), left_out.len());
    assert_eq!((ran.len() + left_out.len(), left_out.len()), (112, NOT_APPLICABLE.len()));
    each(ran, |entry| entry["name"].to_string(), |entry| check(&mut archive, entry));
}
