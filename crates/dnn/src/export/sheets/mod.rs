//! A net as a workbook: the forward pass and one step of training, in formulas.

mod layer;
mod plan;
mod step;

use std::io;
use std::path::Path;

use glassbox_formats::xlsx::{self, Cell, Rows, Sheet, cell_name, column_name};
use glassbox_tensor::shown;

use self::plan::{FIRST_OUTPUT, LABEL, PICTURE, Plan};
use super::example::Example;
use crate::losses::{self, Cells, Formulas, Loss};
use crate::{About, Error, Net};

/// Rows beside the picture.
const BESIDE: usize = 4;

/// The losses that can be laid out.
const LOSSES: &str = "mean-squared-error, cross-entropy, binary-cross-entropy";

impl Net<f64> {
    /// Writes the net as a workbook of formulas (xlsx), atomically: a sheet `Input` with a picture to change, one for
    /// each dense layer with its activations, `Loss`, and `Step`, which holds the chain rule and the weights after one
    /// step of gradient descent on that picture at the learning rate `rate`. For nets of pairs `dense N | sigmoid` with
    /// the mean squared error a cell says by which [`Rule`](crate::Rule) the step goes.
    ///
    /// The picture is the `example`; without one it is black.
    ///
    /// # Errors
    /// If a layer or the loss cannot be laid out in cells, the net is too large for a sheet, or the system would not
    /// write the file.
    ///
    /// # Panics
    /// If the example has another number of pixels than the net has inputs.
    pub fn save_xlsx(
        &self,
        path: impl AsRef<Path>,
        about: &About,
        example: Option<&Example>,
        rate: f64,
    ) -> Result<(), Error> {
        let path = path.as_ref();
        let within = |error: Error| error.within(shown(path));
        self.check_finite().map_err(within)?;
        let example = Example::given(example, self, about);
        let plan = Plan::new(self, example.shape(), &about.loss).map_err(within)?;
        let loss = losses::by_name::<f64>(&about.loss);
        let loss = loss.filter(|loss| formulas(&**loss, &plan, 0).is_some()).ok_or_else(|| {
            let found = &about.loss;
            within(Error::Model(format!(
                "the loss {found} cannot be laid out in a spreadsheet; losses that can: {LOSSES}"
            )))
        })?;
        let mut sheets = vec![input(&plan, &example)];
        sheets.extend((0..plan.blocks.len()).map(|block| layer::sheet(self, &plan, block)));
        sheets.push(loss_sheet(&plan, &*loss, about));
        sheets.push(step::sheet(self, &plan, &*loss, rate));
        Ok(xlsx::write(path, sheets)?)
    }
}

/// A sheet without shades and choices.
fn plain<'a>(name: &str, frozen: (usize, usize), rows: impl FnOnce(&mut Rows) -> io::Result<()> + 'a) -> Sheet<'a> {
    let widths = vec![(0, 0, 26.0)];
    Sheet { name: name.into(), widths, frozen, shaded: Vec::new(), choice: None, rows: Box::new(rows) }
}

fn text(text: impl Into<String>) -> Cell {
    Cell::Text(text.into())
}

fn heading(text: impl Into<String>) -> Cell {
    Cell::Heading(text.into())
}

fn number(number: usize) -> Cell {
    Cell::Number(number as f64)
}

/// The picture, with the label beside it.
fn input<'a>(plan: &'a Plan, example: &'a Example) -> Sheet<'a> {
    let shape = plan.picture;
    let (first, pixels) = (PICTURE.0, example.picture.as_slice());
    let channels = 0..shape.channels;
    let shaded = channels.map(|channel| {
        let left = first + channel * (shape.width + 1);
        let (from, to) = (cell_name(left, PICTURE.1), cell_name(left + shape.width - 1, PICTURE.1 + shape.height - 1));
        format!("{from}:{to}")
    });
    let shaded = shaded.collect();
    let last = first + (shape.width + 1) * shape.channels - 2;
    let rows = move |rows: &mut Rows| {
        rows.row(1, [(0, heading(format!("Input: {shape}, 0 … 255 (black … white); change it")))])?;
        for y in 0..shape.height.max(BESIDE) {
            let beside = match y {
                0 => vec![(0, text("label (class, from 0)")), (1, Cell::Setting(example.label.into()))],
                2 => vec![(0, text("the net's answer")), (1, Cell::Formula("Loss!B4".into()))],
                3 => vec![(0, text("loss")), (1, Cell::Formula("Loss!B3".into()))],
                _ => Vec::new(),
            };
            let channels = (0..shape.channels).filter(|_| y < shape.height);
            let pixels = channels.flat_map(|channel| {
                let at = move |x| (first + channel * (shape.width + 1) + x, shape.at([0, y, x, channel]));
                (0..shape.width).map(at).map(|(column, at)| (column, Cell::Setting(pixels[at].into())))
            });
            rows.row(PICTURE.1 + y, beside.into_iter().chain(pixels))?;
        }
        Ok(())
    };
    Sheet { shaded, widths: vec![(0, 0, 26.0), (first, last, 4.0)], ..plain("Input", (0, 0), rows) }
}

/// The formulas of the loss at one output.
fn formulas(loss: &dyn Loss<f64>, plan: &Plan, output: usize) -> Option<Formulas> {
    let outputs = plan.blocks[plan.blocks.len() - 1].nodes;
    let (first, row) = (FIRST_OUTPUT, FIRST_OUTPUT + output);
    let (o, l) = (format!("Loss!$B{row}"), format!("Loss!$C{row}"));
    let targets = format!("Loss!$C${first}:$C${}", first + outputs - 1);
    loss.formulas(Cells { o: &o, l: &l, targets: &targets, outputs })
}

/// Outputs, targets, the loss and its gradient.
fn loss_sheet<'a>(plan: &'a Plan, loss: &'a dyn Loss<f64>, about: &'a About) -> Sheet<'a> {
    let last = &plan.blocks[plan.blocks.len() - 1];
    plain("Loss", (FIRST_OUTPUT - 1, 1), move |rows| {
        let (first, end) = (FIRST_OUTPUT, FIRST_OUTPUT + last.nodes - 1);
        rows.row(1, [(0, heading(format!("Loss: {}, E = {}", loss.name(), loss.formula())))])?;
        rows.row(3, [(0, text("E")), (1, Cell::Formula(format!("SUM(D{first}:D{end})")))])?;
        let largest = format!("MATCH(MAX(B{first}:B{end}),B{first}:B{end},0)-1");
        rows.row(4, [(0, text("the net's answer")), (1, Cell::Formula(largest))])?;
        let names = ["class", "output o", "target l", "share in E", "∂E/∂o"];
        rows.row(first - 1, names.into_iter().map(heading).enumerate())?;
        for output in 0..last.nodes {
            let row = first + output;
            let Formulas { term, gradient, .. } =
                formulas(loss, plan, output).unwrap_or_else(|| unreachable!("checked"));
            let mut cells = vec![
                (0, number(output)),
                (1, Cell::Formula(format!("{}!{}", last.sheet(), last.cell(output, last.output_row())))),
                (2, Cell::Formula(format!("IF({LABEL}=A{row},1,0)"))),
                (3, Cell::Formula(term)),
                (4, Cell::Formula(gradient)),
            ];
            cells.extend(about.class_names.get(output).map(|name| (5, text(name))));
            rows.row(row, cells)?;
        }
        Ok(())
    })
}

/// The same cell whatever column it is copied to.
fn fixed_column(column: usize, row: usize) -> String {
    format!("${}{row}", column_name(column))
}
