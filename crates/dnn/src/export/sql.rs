//! A net as tables, and its forward pass as views.

use std::io::{self, Write};
use std::path::Path;

use glassbox_formats::write_atomically;
use glassbox_tensor::shown;

use super::edges::Edges;
use super::example::Example;
use crate::data::features;
use crate::layers::{Language, Notation, Relation};
use crate::{About, Error, Net, Shape};

/// What can be said in SQL; every other layer is refused.
const LAYERS: &str = "dense, conv, conv-transpose, filter, max-pool, avg-pool, global-pool, adaptive-pool, up, \
                      space-to-depth, depth-to-space, batch-norm, flatten, dropout, softmax, sigmoid, relu, identity, \
                      step, tanh, arctan, softsign, isru, hard-sigmoid, leaky-relu, elu, softplus, bent-identity, \
                      silu, sin, gaussian";

/// Most edges of a net: some hundred megabytes of text.
const MOST_EDGES: usize = 1 << 22;

/// Rows of one INSERT.
const ROWS: usize = 500;

const FORMULA: Notation = Notation { language: Language::Sql, x: "value", y: "value" };

impl Net<f64> {
    /// Writes the net as SQL, atomically: tables of nodes, edges and biases, and a view for each layer, in which a
    /// JOIN finds the inputs of each node, SUM adds them up and GROUP BY makes the nodes. `exp` and its like are those
    /// of SQLite 3.35. The `example` is what the table `input` holds at first; without one that is zeros.
    ///
    /// # Errors
    /// If a layer cannot be said in SQL, the net has too many edges, or the system would not write the file.
    ///
    /// # Panics
    /// If the example has another number of pixels than the net has inputs.
    pub fn save_sql(&self, path: impl AsRef<Path>, about: &About, example: Option<&Example>) -> Result<(), Error> {
        let path = path.as_ref();
        let within = |error: Error| error.within(shown(path));
        self.check_finite().map_err(within)?;
        let example = Example::given(example, self, about);
        let views = views(self, example.shape()).map_err(within)?;
        let input = features::<f64>(&example.picture);
        write_atomically(path, |out| write(self, &views, input.as_slice(), out))?;
        Ok(())
    }
}

/// A view: the input or a layer.
struct View {
    /// `layer_1_dense`
    name: String,
    /// The layer in the model language.
    text: String,
    relation: Relation,
    output: Shape,
    /// The node of its first number.
    first: usize,
    /// If it has nodes of its own: those of the view before lead to them.
    edges: Option<Edges>,
}

fn views(net: &Net<f64>, picture: Shape) -> Result<Vec<View>, Error> {
    let mut views = vec![View {
        name: "layer_0_input".into(),
        text: "the input".into(),
        relation: Relation::Same,
        output: picture,
        first: 0,
        edges: None,
    }];
    let (mut nodes, mut room) = (net.inputs(), MOST_EDGES);
    let relations = net.layers().iter().enumerate().map(|(index, layer)| {
        let (position, text) = (index + 1, layer.text());
        layer.relation(FORMULA).ok_or_else(|| {
            Error::Model(format!("layer {position} ({text}) cannot be said in SQL; layers that can: {LAYERS}"))
        })
    });
    let relations: Vec<Relation> = relations.collect::<Result<_, _>>()?;
    let products: u64 = net.layers().iter().map(|layer| layer.multiplications()).sum();
    if products > MOST_EDGES as u64 {
        let problem = format!("{products} products of a weight and a node; at most {MOST_EDGES} edges are written");
        return Err(Error::Model(problem));
    }
    for (index, layer) in net.layers().iter().enumerate() {
        let (position, text) = (index + 1, layer.text());
        let relation = relations[index].clone();
        let mut edges = None;
        if matches!(relation, Relation::Sum | Relation::Greatest) {
            let found = Edges::of(net, index, room)?.ok_or_else(|| {
                let problem = format!("is one layer too much: at most {MOST_EDGES} edges are written");
                Error::Model(format!("layer {position} ({text}) {problem}"))
            })?;
            room -= found.list.len();
            edges = Some(found);
        }
        let output = layer.output();
        let first = if edges.is_some() { nodes } else { views[index].first };
        nodes = nodes.max(first + output.len());
        let name = format!("layer_{position}_{}", layer.entry().name.replace('-', "_"));
        views.push(View { name, text, relation, output, first, edges });
    }
    Ok(views)
}

const HEAD: &str = "
-- Made for SQLite from 3.35 on, whose exp it needs; any database with exp and window functions should do:
--   sqlite3 net.db < THIS-FILE
--   sqlite3 net.db 'SELECT place, value FROM output ORDER BY place'
--
-- node    a number of the net: layer 0 is the input, layer 1 the first layer; place counts within the layer from 0,
--         y, x and channel say where that is in a picture
-- edge    leads from a node to a node of a later layer, times its weight
-- bias    what is added at a node
-- input   what the net is asked about: 0 is black, 1 is white (a pixel is divided by 255)
-- output  what it answers; the place of the largest value is the class
--
-- Ask about another picture:
--   UPDATE input SET value = 0.5 WHERE place = 406;
--   SELECT place FROM output ORDER BY value DESC LIMIT 1;
";

const TABLES: &str = "
BEGIN TRANSACTION;

CREATE TABLE node (
  id INTEGER PRIMARY KEY, layer INTEGER NOT NULL, place INTEGER NOT NULL,
  y INTEGER NOT NULL, x INTEGER NOT NULL, channel INTEGER NOT NULL
);
CREATE TABLE edge (source INTEGER NOT NULL, target INTEGER NOT NULL, weight DOUBLE PRECISION NOT NULL);
CREATE TABLE bias (node INTEGER PRIMARY KEY, value DOUBLE PRECISION NOT NULL);
CREATE TABLE input (place INTEGER PRIMARY KEY, value DOUBLE PRECISION NOT NULL);
";

fn write(net: &Net<f64>, views: &[View], input: &[f64], out: &mut dyn Write) -> io::Result<()> {
    write!(out, "-- The net {}\n-- as tables and views, written by glassbox.\n--", net.text_with_input())?;
    out.write_all(HEAD.as_bytes())?;
    out.write_all(TABLES.as_bytes())?;
    insert(out, "input", input.iter().enumerate().map(|(place, value)| format!("({place},{value:?})")))?;
    for (layer, view) in views.iter().enumerate().filter(|(layer, view)| *layer == 0 || view.edges.is_some()) {
        let places = view.output.indices(1).enumerate();
        let node = |(place, [_, y, x, channel]): (usize, [usize; 4])| {
            format!("({},{layer},{place},{y},{x},{channel})", view.first + place)
        };
        insert(out, "node", places.map(node))?;
    }
    for (before, view) in views.iter().zip(&views[1..]) {
        let Some(Edges { list, constants }) = &view.edges else { continue };
        let edge = |edge: &super::edges::Edge| {
            format!("({},{},{:?})", before.first + edge.source, view.first + edge.target, edge.weight)
        };
        insert(out, "edge", list.iter().map(edge))?;
        if view.relation == Relation::Sum {
            let bias = |(target, bias): (usize, &f64)| format!("({},{bias:?})", view.first + target);
            insert(out, "bias", constants.iter().enumerate().map(bias))?;
        }
    }
    writeln!(
        out,
        "\nCREATE INDEX edge_by_source ON edge (source);\nCREATE INDEX node_by_place ON node (layer, place);"
    )?;
    for (index, view) in views.iter().enumerate() {
        let before = index.checked_sub(1).map_or("", |before| &views[before].name);
        writeln!(out, "\n-- {}\nCREATE VIEW {} AS\n{};", view.text, view.name, query(index, view, before))?;
    }
    let last = &views[views.len() - 1].name;
    writeln!(
        out,
        "\nCREATE VIEW output AS\nSELECT node.place AS place, last.value AS value\n\
         FROM {last} AS last JOIN node ON node.id = last.node;\n\nCOMMIT;"
    )
}

fn query(index: usize, view: &View, before: &str) -> String {
    if index == 0 {
        return "SELECT node.id AS node, input.value AS value\n\
                FROM input JOIN node ON node.layer = 0 AND node.place = input.place"
            .into();
    }
    match &view.relation {
        Relation::Same => format!("SELECT node, value FROM {before}"),
        Relation::Sum => format!(
            "SELECT edge.target AS node, SUM(edge.weight * source.value) + bias.value AS value\n\
             FROM {before} AS source\n\
             JOIN edge ON edge.source = source.node\n\
             JOIN bias ON bias.node = edge.target\n\
             GROUP BY edge.target, bias.value"
        ),
        Relation::Greatest => format!(
            "SELECT edge.target AS node, MAX(source.value) AS value\n\
             FROM {before} AS source\n\
             JOIN edge ON edge.source = source.node\n\
             GROUP BY edge.target"
        ),
        Relation::Formula { value, .. } => format!("SELECT node, {value} AS value\nFROM {before}"),
        Relation::Shares if view.output.is_flat() => format!(
            "SELECT node, power / SUM(power) OVER () AS value\n\
             FROM (SELECT node, exp(value - MAX(value) OVER ()) AS power FROM {before}) AS powers"
        ),
        Relation::Shares => format!(
            "SELECT node, power / SUM(power) OVER (PARTITION BY y, x) AS value\n\
             FROM (\n  SELECT node.id AS node, node.y AS y, node.x AS x,\n    \
             exp(source.value - MAX(source.value) OVER (PARTITION BY node.y, node.x)) AS power\n  \
             FROM {before} AS source JOIN node ON node.id = source.node\n) AS powers"
        ),
    }
}

/// Rows of a table, some hundred a statement.
fn insert(out: &mut dyn Write, table: &str, rows: impl Iterator<Item = String>) -> io::Result<()> {
    for (index, row) in rows.enumerate() {
        match index % ROWS {
            0 if index == 0 => write!(out, "\nINSERT INTO {table} VALUES\n{row}")?,
            0 => write!(out, ";\nINSERT INTO {table} VALUES\n{row}")?,
            _ => write!(out, ",\n{row}")?,
        }
    }
    writeln!(out, ";")
}
