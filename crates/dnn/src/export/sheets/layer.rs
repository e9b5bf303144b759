//! The sheet of a dense layer: a column a node, a row an input.

use glassbox_formats::xlsx::{Cell, Sheet};

use super::plan::{BIAS_ROW, Block, FIRST_NODE, NUMBER_ROW, Plan, SUM_ROW};
use super::{heading, number, plain, text};
use crate::Net;
use crate::layers::{Notation, Relation};

pub(super) fn sheet<'a>(net: &'a Net<f64>, plan: &'a Plan, index: usize) -> Sheet<'a> {
    let block = &plan.blocks[index];
    let parameters = &net.parameters()[block.layer];
    let (weight, bias) = (parameters[0].as_slice(), parameters.get(1).map(|bias| bias.as_slice()));
    let first = block.first_weight_row();
    plain(&block.sheet(), (first - 1, FIRST_NODE), move |rows| {
        rows.row(1, [(0, heading(format!("Layer {}: {}", block.number, block.text)))])?;
        rows.row(NUMBER_ROW, named("node", block, number))?;
        match bias {
            Some(bias) => rows.row(BIAS_ROW, named("bias", block, |node| Cell::Number(bias[node])))?,
            None => rows.row(BIAS_ROW, [(0, text("no bias"))])?,
        }
        let last = first + block.inputs - 1;
        let sum = |node| {
            let (from, to) = (block.cell(node, first), block.cell(node, last));
            let bias = bias.map_or(String::new(), |_| format!("+{}", block.cell(node, BIAS_ROW)));
            Cell::Formula(format!("SUMPRODUCT($B${first}:$B${last},{from}:{to}){bias}"))
        };
        rows.row(SUM_ROW, named("sum of input × weight + bias", block, sum))?;
        let mut above = SUM_ROW;
        for (index, layer) in block.activations.iter().enumerate() {
            let row = block.activation_row(index);
            if layer.entry().name == "softmax" {
                let power = |node| {
                    let (x, all) = (block.cell(node, above), block.cells(above));
                    Cell::Formula(format!("EXP({x}-MAX({all}))"))
                };
                rows.row(row - 1, named("e^(x − greatest x)", block, power))?;
                let share =
                    |node| Cell::Formula(format!("{}/SUM({})", block.cell(node, row - 1), block.cells(row - 1)));
                rows.row(row, named("softmax", block, share))?;
            } else {
                let value = |node| {
                    let (x, y) = (block.cell(node, above), block.cell(node, row));
                    match layer.relation(Notation::of_cells(&x, &y)) {
                        Some(Relation::Formula { value, .. }) => Cell::Formula(value),
                        _ => unreachable!("the plan took formulas and softmax only"),
                    }
                };
                rows.row(row, named(&layer.text(), block, value))?;
            }
            above = row;
        }
        rows.row(first - 1, [(0, heading("input")), (1, heading("value")), (2, heading("weight to each node"))])?;
        let mut pixels = plan.picture.indices(1);
        for input in 0..block.inputs {
            let value = match index.checked_sub(1).map(|before| &plan.blocks[before]) {
                Some(before) => format!("{}!{}", before.sheet(), before.cell(input, before.output_row())),
                None => pixels.next().map(|pixel| format!("{}/255", plan.pixel(pixel))).unwrap_or_default(),
            };
            let weights = (0..block.nodes).map(|node| Cell::Number(weight[node * block.inputs + input]));
            let cells = [number(input), Cell::Formula(value)].into_iter().chain(weights);
            rows.row(first + input, cells.enumerate())?;
        }
        Ok(())
    })
}

/// A row with its name and a cell for each node.
fn named<'a>(name: &str, block: &Block, cell: impl Fn(usize) -> Cell + 'a) -> impl Iterator<Item = (usize, Cell)> + 'a {
    let name = std::iter::once((0, text(name)));
    name.chain((0..block.nodes).map(move |node| (FIRST_NODE + node, cell(node))))
}
