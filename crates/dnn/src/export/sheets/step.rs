//! The sheet of one step: of each layer a block, with the chain rule from the loss down to the sums, and below it what
//! the biases and weights become.

use glassbox_formats::xlsx::{Cell, Sheet};

use super::plan::{
    BIAS_ROW, Block, FIRST_NODE, FIRST_OUTPUT, GRADIENT_ROW, Plan, RATE, RULE, STEP_NUMBER_ROW, SUM_ROW,
};
use super::{fixed_column, formulas, heading, number, plain, text};
use crate::Net;
use crate::layers::{Notation, Relation};
use crate::losses::Loss;

pub(super) fn sheet<'a>(net: &'a Net<f64>, plan: &'a Plan, loss: &'a dyn Loss<f64>, rate: f64) -> Sheet<'a> {
    let first = plan.updated_row + 2;
    let rule = plan.has_rules.then(|| ("B4".into(), "formula,code".into()));
    let step = plain("Step", (0, 0), move |rows| {
        rows.row(1, [(0, heading("One step of gradient descent: weight − rate·∂E/∂weight, ∂E/∂weight = δ·input"))])?;
        rows.row(3, [(0, text("learning rate")), (1, Cell::Setting(rate))])?;
        if plan.has_rules {
            let what = "formula: the gradient; code: as the article's script, whose last δ lacks σ′ and which goes \
                        back through weights that are already updated";
            rows.row(4, [(0, text("rule")), (1, Cell::Choice("formula".into())), (2, text(what))])?;
        }
        rows.row(5, [(0, text("loss before the step")), (1, Cell::Formula("Loss!B3".into()))])?;
        let title = |block: &Block| vec![heading(format!("Layer {}: {}", block.number, block.text))];
        rows.row(STEP_NUMBER_ROW - 1, across(plan, |_, block| title(block)))?;
        rows.row(STEP_NUMBER_ROW, across(plan, |_, block| nodes("node", block, number)))?;
        for row in GRADIENT_ROW..plan.updated_row - 1 {
            rows.row(row, across(plan, |index, block| gradients(plan, loss, index, block, row)))?;
        }
        let has_bias = |block: &Block| net.parameters()[block.layer].len() > 1;
        let bias = |block: &Block| match has_bias(block) {
            true => nodes("bias − rate·δ", block, |node| {
                let (bias, delta) = (block.cell(node, BIAS_ROW), block.step_cell(node, block.delta_row()));
                Cell::Formula(format!("{}!{bias}-{RATE}*{delta}", block.sheet()))
            }),
            false => vec![text("no bias")],
        };
        rows.row(plan.updated_row, across(plan, |_, block| bias(block)))?;
        let below = "input: weight − rate·δ·input";
        rows.row(first - 1, across(plan, |_, _| vec![heading(below)]))?;
        let most = plan.blocks.iter().map(|block| block.inputs).max().unwrap_or(0);
        for input in 0..most {
            rows.row(first + input, across(plan, |_, block| updated(block, input)))?;
        }
        Ok(())
    });
    Sheet { choice: rule, ..step }
}

/// A row through all blocks.
fn across<'a>(
    plan: &'a Plan,
    cells: impl Fn(usize, &Block) -> Vec<Cell> + 'a,
) -> impl Iterator<Item = (usize, Cell)> + 'a {
    let blocks = plan.blocks.iter().enumerate();
    blocks.flat_map(move |(index, block)| (block.step_column..).zip(cells(index, block)))
}

/// The name of a row and a cell for each node.
fn nodes(name: &str, block: &Block, cell: impl Fn(usize) -> Cell) -> Vec<Cell> {
    std::iter::once(text(name)).chain((0..block.nodes).map(cell)).collect()
}

/// A row of the chain rule: first ∂E/∂output, then through one activation after the other, the last first.
fn gradients(plan: &Plan, loss: &dyn Loss<f64>, index: usize, block: &Block, row: usize) -> Vec<Cell> {
    let is_last = index + 1 == plan.blocks.len();
    if row == GRADIENT_ROW {
        return nodes("∂E/∂output", block, |node| {
            Cell::Formula(match plan.blocks.get(index + 1) {
                None => format!("Loss!E{}", FIRST_OUTPUT + node),
                Some(next) => from_next(plan, next, node),
            })
        });
    }
    let Some(activation) = (block.activations.len() + GRADIENT_ROW).checked_sub(row) else { return Vec::new() };
    let layer = &block.activations[activation];
    let (above, text) = (row - 1, layer.text());
    let fuses = is_last && activation + 1 == block.activations.len() && loss.fuses_with(layer.entry().name);
    let name = match fuses {
        true => format!("∂E/∂(input of {text}), {} and {text} in one", loss.name()),
        false => format!("∂E/∂(input of {text})"),
    };
    let y_row = block.activation_row(activation);
    let x_row = activation.checked_sub(1).map_or(SUM_ROW, |before| block.activation_row(before));
    let sheet = block.sheet();
    nodes(&name, block, |node| {
        if let Some(fused) = formulas(loss, plan, node).and_then(|loss| loss.fused).filter(|_| fuses) {
            return Cell::Formula(fused);
        }
        let gradient = block.step_cell(node, above);
        let [x, y] = [x_row, y_row].map(|row| format!("{sheet}!{}", block.cell(node, row)));
        Cell::Formula(match layer.relation(Notation::of_cells(&x, &y)) {
            Some(Relation::Formula { slope, .. }) if plan.has_rules && is_last => {
                format!("{gradient}*IF({RULE}=\"code\",1,{slope})")
            }
            Some(Relation::Formula { slope, .. }) => format!("{gradient}*({slope})"),
            _ => format!("{y}*({gradient}-SUMPRODUCT({},{}))", block.step_cells(above), block.cells(y_row)),
        })
    })
}

/// ∂E/∂(output of a node): over its edges to the next layer, the sum of weight times δ.
fn from_next(plan: &Plan, next: &Block, node: usize) -> String {
    let deltas = next.step_cells(next.delta_row());
    let sum = |weights: String| format!("SUMPRODUCT({weights},{deltas})");
    let before = sum(next.cells(next.first_weight_row() + node));
    match plan.has_rules {
        true => {
            let after = sum(next.step_cells(plan.updated_row + 2 + node));
            format!("IF({RULE}=\"code\",{after},{before})")
        }
        false => before,
    }
}

/// The weights of an input after the step.
fn updated(block: &Block, input: usize) -> Vec<Cell> {
    if input >= block.inputs {
        return Vec::new();
    }
    let (sheet, row) = (block.sheet(), block.first_weight_row() + input);
    let value = fixed_column(FIRST_NODE - 1, row);
    let weight = |node| {
        let (weight, delta) = (block.cell(node, row), block.step_cell(node, block.delta_row()));
        Cell::Formula(format!("{sheet}!{weight}-{RATE}*{delta}*{sheet}!{value}"))
    };
    std::iter::once(number(input)).chain((0..block.nodes).map(weight)).collect()
}
