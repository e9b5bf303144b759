//! Where everything stands in the workbook.

use std::sync::Arc;

use glassbox_formats::xlsx::{MOST_COLUMNS, MOST_ROWS, cell_name, column_name};

use crate::layers::{Layer, Notation, Relation};
use crate::{Error, Net, Shape};

/// What a sheet can hold; every other layer is refused.
const LAYERS: &str = "dense, flatten, softmax, sigmoid, relu, identity, step, tanh, arctan, softsign, isru, \
                      hard-sigmoid, leaky-relu, elu, softplus, bent-identity, silu, sin, gaussian";

/// Most weights: each is a number in its layer's sheet and a formula in the step.
const MOST_WEIGHTS: usize = 1 << 21;

/// The column of the first node in the sheet of a layer: before it are names and inputs.
pub(super) const FIRST_NODE: usize = 2;

/// The rows of the nodes' numbers, biases and sums in the sheet of a layer.
pub(super) const NUMBER_ROW: usize = 2;
pub(super) const BIAS_ROW: usize = 3;
pub(super) const SUM_ROW: usize = 4;

/// The first column and row of the picture, and the cells beside it.
pub(super) const PICTURE: (usize, usize) = (3, 2);
pub(super) const LABEL: &str = "Input!$B$2";

/// The first row of an output in the sheet of the loss.
pub(super) const FIRST_OUTPUT: usize = 7;

/// The settings of the step.
pub(super) const RATE: &str = "Step!$B$3";
pub(super) const RULE: &str = "Step!$B$4";

/// The rows of the step: the nodes' numbers, ∂E/∂output, and then one for each activation.
pub(super) const STEP_NUMBER_ROW: usize = 9;
pub(super) const GRADIENT_ROW: usize = 10;

/// A dense layer and the activations after it: a sheet, and a block in the step.
pub(super) struct Block {
    /// From 1.
    pub(super) number: usize,
    /// The dense layer's place in the net.
    pub(super) layer: usize,
    /// The layers in the model language.
    pub(super) text: String,
    pub(super) inputs: usize,
    pub(super) nodes: usize,
    pub(super) activations: Vec<Arc<dyn Layer<f64>>>,
    /// The column of the names in the step; the nodes are beside it.
    pub(super) step_column: usize,
}

/// The workbook.
pub(super) struct Plan {
    pub(super) picture: Shape,
    pub(super) blocks: Vec<Block>,
    /// The row of the updated biases in the step; the weights begin two rows below.
    pub(super) updated_row: usize,
    /// Whether the article's two rules are defined: pairs of dense and sigmoid with the mean squared error.
    pub(super) has_rules: bool,
}

impl Plan {
    /// Finds a place for everything.
    ///
    /// # Errors
    /// If a layer cannot be laid out in cells, or a sheet has too few of them.
    pub(super) fn new(net: &Net<f64>, picture: Shape, loss: &str) -> Result<Self, Error> {
        let mut blocks: Vec<Block> = Vec::new();
        let mut step_column = 0;
        for (index, layer) in net.layers().iter().enumerate() {
            let (position, text, name) = (index + 1, layer.text(), layer.entry().name);
            let refused = |why: &str| Err(Error::Model(format!("layer {position} ({text}) {why}")));
            match layer.relation(Notation::of_cells("x", "y")) {
                Some(Relation::Sum) if name == "dense" => {
                    let inputs = if index == 0 { net.inputs() } else { net.layers()[index - 1].output().len() };
                    let (nodes, activations) = (layer.output().len(), Vec::new());
                    let number = blocks.len() + 1;
                    blocks.push(Block { number, layer: index, text, inputs, nodes, activations, step_column });
                    step_column += nodes + 2;
                }
                // Dropout passes everything on in prediction only, and the step is one of training.
                Some(Relation::Same) if name == "flatten" => {}
                Some(Relation::Formula { .. } | Relation::Shares) => match blocks.last_mut() {
                    Some(block) => {
                        block.text += &format!(" | {text}");
                        block.activations.push(layer.clone());
                    }
                    None => return refused("is before the first dense layer; a workbook begins with a dense layer"),
                },
                _ => return refused(&format!("cannot be laid out in a spreadsheet; layers that can: {LAYERS}")),
            }
        }
        if blocks.is_empty() {
            return Err(Error::Model("no layer is dense; a workbook begins with a dense layer".into()));
        }
        let most = blocks.iter().map(|block| block.activations.len()).max().unwrap_or(0);
        let has_rules = loss == "mean-squared-error" && net.dense_sigmoid_pairs().is_some();
        let plan = Self { picture, blocks, updated_row: GRADIENT_ROW + most + 2, has_rules };
        plan.check()?;
        Ok(plan)
    }

    fn check(&self) -> Result<(), Error> {
        let wide = PICTURE.0 + (self.picture.width + 1) * self.picture.channels;
        let step_wide: usize = self.blocks.iter().map(|block| block.nodes + 2).sum();
        let most_nodes = self.blocks.iter().map(|block| block.nodes).max().unwrap_or(0);
        for (what, columns) in [
            (format!("the picture of {}", self.picture), wide),
            (format!("a layer of {most_nodes} nodes"), FIRST_NODE + most_nodes),
            (format!("the step of {} layers", self.blocks.len()), step_wide),
        ] {
            if columns > MOST_COLUMNS {
                let problem = format!("{what} takes {columns} columns; a sheet has {MOST_COLUMNS}");
                return Err(Error::Model(problem));
            }
        }
        let most_inputs = self.blocks.iter().map(|block| block.inputs).max().unwrap_or(0);
        let rows = self.updated_row + 2 + most_inputs;
        if rows > MOST_ROWS {
            let problem = format!("a layer of {most_inputs} inputs takes {rows} rows; a sheet has {MOST_ROWS}");
            return Err(Error::Model(problem));
        }
        let weights: usize = self.blocks.iter().map(|block| block.inputs * block.nodes).sum();
        if weights > MOST_WEIGHTS {
            let problem = format!("{weights} weights; at most {MOST_WEIGHTS} are laid out in a workbook");
            return Err(Error::Model(problem));
        }
        Ok(())
    }

    /// The cell of a pixel: in the sheet `Input`, a channel beside the other.
    pub(super) fn pixel(&self, [_, y, x, channel]: [usize; 4]) -> String {
        let (column, row) = (PICTURE.0 + channel * (self.picture.width + 1) + x, PICTURE.1 + y);
        format!("Input!{}", cell_name(column, row))
    }
}

impl Block {
    /// The name of its sheet.
    pub(super) fn sheet(&self) -> String {
        format!("Layer{}", self.number)
    }

    /// The row of the output of activation `index` in its sheet; softmax has a row more, of powers, above.
    pub(super) fn activation_row(&self, index: usize) -> usize {
        let rows = self.activations[..=index].iter().map(|layer| if layer.entry().name == "softmax" { 2 } else { 1 });
        SUM_ROW + rows.sum::<usize>()
    }

    /// The row of what the next layer gets.
    pub(super) fn output_row(&self) -> usize {
        self.activations.len().checked_sub(1).map_or(SUM_ROW, |last| self.activation_row(last))
    }

    /// The row of the weights of input 0 in its sheet; above it are a blank row and headings.
    pub(super) fn first_weight_row(&self) -> usize {
        self.output_row() + 3
    }

    /// The cell of a node in its sheet.
    pub(super) fn cell(&self, node: usize, row: usize) -> String {
        cell_name(FIRST_NODE + node, row)
    }

    /// The cells of all nodes in a row of its sheet.
    pub(super) fn cells(&self, row: usize) -> String {
        format!("{}!{}", self.sheet(), across(FIRST_NODE, self.nodes, row))
    }

    /// The cell of a node in the step.
    pub(super) fn step_cell(&self, node: usize, row: usize) -> String {
        cell_name(self.step_column + 1 + node, row)
    }

    /// The cells of all nodes in a row of the step.
    pub(super) fn step_cells(&self, row: usize) -> String {
        across(self.step_column + 1, self.nodes, row)
    }

    /// The row of δ = ∂E/∂sum in the step.
    pub(super) fn delta_row(&self) -> usize {
        GRADIENT_ROW + self.activations.len()
    }
}

/// The cells of some columns of a row.
fn across(first: usize, count: usize, row: usize) -> String {
    format!("${}{row}:${}{row}", column_name(first), column_name(first + count - 1))
}
