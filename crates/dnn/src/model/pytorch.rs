//! PyTorch's weights for our nets: which array is which parameter, and how its numbers are laid out.
//!
//! A `state_dict` names modules, not kinds, and a safetensors file sorts the names. So a module is recognised by the
//! names and shapes of its arrays, and modules that look the same by the numbers in their names: `conv2` comes before
//! `conv10`, `features.3` before `features.7`. What remains open is refused.
//!
//! | ours | PyTorch's |
//! |---|---|
//! | conv `weight` `[masks, rows, columns, c/g]` | `weight` `[masks, c/g, rows, columns]` |
//! | conv-transpose `weight` `[c, rows, columns, masks/g]` | `weight` `[c, masks/g, rows, columns]` |
//! | dense `weight` `[out, in]` | the same; after a picture was flattened, `in` has its channels first |
//! | `bias` `[n, 1]` | `bias` `[n]` |
//! | batch-norm `weight`, `bias`, `mean`, `variance` `[c, 1]` | `weight`, `bias`, `running_mean`, `running_var` `[c]` |
//! | prelu `alpha` `[c]` | `weight` `[c]` |

use std::cmp::Ordering;
use std::collections::BTreeMap;

use glassbox_tensor::{IxDyn, Tensor};

use crate::{Net, Real, Shape};

/// Counted by batch normalisation in PyTorch, and of no use to the answers.
const IGNORED: &str = "num_batches_tracked";

/// Most arrays of each side that a message lists.
const MOST_LISTED: usize = 16;

/// The array for a parameter, and how its numbers become ours.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Source {
    /// The array's name in the file.
    pub(super) name: String,
    layout: Layout,
    shape: Vec<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Layout {
    Same,
    /// `[a, b, rows, columns]`, ours being `[a, rows, columns, b]`.
    Masks,
    /// Along the last axis the numbers of a picture, its channels first.
    Picture(Shape),
}

/// A parameter of ours as PyTorch has it.
#[derive(Debug)]
struct Wanted {
    ours: String,
    suffix: String,
    shape: Vec<usize>,
    layout: Layout,
    /// The shape that we need.
    own_shape: Vec<usize>,
}

/// What modules that look the same have in common: suffixes and shapes, sorted.
type Look = Vec<(String, Vec<usize>)>;

impl Source {
    /// The numbers of the array as ours.
    pub(super) fn convert<T: Real>(&self, found: Tensor<T>) -> Tensor<T> {
        let in_four = |a: usize, b: usize, rows: usize, columns: usize| {
            let array = found.clone().into_array().into_shape_with_order((a, b, rows, columns));
            Tensor::from_array(array.expect("as many numbers").permuted_axes([0, 2, 3, 1])).into_dyn()
        };
        let ours = match (self.layout, found.shape()) {
            (Layout::Masks, &[a, b, rows, columns]) => in_four(a, b, rows, columns),
            (Layout::Picture(Shape { height, width, channels }), _) => {
                in_four(found.len() / (height * width * channels), channels, height, width)
            }
            _ => found,
        };
        ours.reshape(IxDyn(&self.shape)).expect("the shapes were compared")
    }
}

/// The array for every parameter of a net under its name in our files; `found` are the names and shapes of a file.
///
/// # Errors
/// If the arrays and the parameters do not match one to one, or in several ways.
pub(super) fn sources<T: Real>(
    net: &Net<T>,
    found: &[(String, Vec<usize>)],
) -> Result<BTreeMap<String, Source>, String> {
    matched(&wanted(net)?, found)
}

/// The arrays of a module, by suffix, with their names in the file.
type Module<'a> = BTreeMap<&'a str, (&'a String, &'a Vec<usize>)>;

/// The message that these layers and these modules do not match, with the arrays of either side.
fn refusal<'a>(
    why: &str,
    layers: impl Iterator<Item = &'a Vec<Wanted>>,
    modules: impl Iterator<Item = &'a Module<'a>>,
) -> String {
    let ours = listed(layers.flatten().map(|wanted| (&wanted.ours, &wanted.shape)));
    let theirs = listed(modules.flat_map(|module| module.values().copied()));
    format!("{why}: the net needs, in PyTorch's layout, {ours}; the file holds {theirs}")
}

fn listed<'a>(arrays: impl Iterator<Item = (&'a String, &'a Vec<usize>)>) -> String {
    let all: Vec<_> = arrays.map(|(name, shape)| format!("{name} {shape:?}")).collect();
    if all.is_empty() {
        return "nothing more".into();
    }
    let more = if all.len() > MOST_LISTED { format!(", … ({} in all)", all.len()) } else { String::new() };
    format!("{}{more}", all[..all.len().min(MOST_LISTED)].join(", "))
}

/// The parameters of each layer that has any, as PyTorch has them.
fn wanted<T: Real>(net: &Net<T>) -> Result<Vec<Vec<Wanted>>, String> {
    let (mut all, mut list) = (Vec::new(), net.list().into_iter());
    let mut input = net.input();
    // The picture whose numbers PyTorch has in another order at this node.
    let mut flattened = None;
    for (position, layer) in net.layers().iter().enumerate() {
        let (kind, output) = (layer.entry().name, layer.output());
        let is_mixed = input.channels > 1 && input.pixels() > 1;
        let keeps = layer.entry().is_activation || ["dropout", "batch-norm", "flatten"].contains(&kind);
        let (before, after) = match kind {
            "flatten" if is_mixed => (None, Some(input)),
            "dense" => (flattened.or(is_mixed.then_some(input)), None),
            _ if flattened.is_none() || (keeps && output == input) => (flattened, flattened),
            _ => {
                return Err(format!(
                    "layer {} ({kind}) reads a flattened picture, whose numbers have another order in PyTorch",
                    position + 1
                ));
            }
        };
        let own = list.by_ref().take(layer.parameters().len());
        let own: Vec<_> = own.map(|parameter| parameter_of(parameter.name, parameter.value.shape(), before)).collect();
        if !own.is_empty() {
            all.push(own);
        }
        (input, flattened) = (output, after);
    }
    Ok(all)
}

/// A parameter of ours that reads the numbers of the picture `before`, if any.
fn parameter_of(ours: String, own: &[usize], before: Option<Shape>) -> Wanted {
    let (shape, layout) = match *own {
        [a, rows, columns, b] => (vec![a, b, rows, columns], Layout::Masks),
        [n, 1] => (vec![n], Layout::Same),
        _ => (own.to_vec(), Layout::Same),
    };
    let layout = match before {
        Some(picture) if shape.last() == Some(&picture.len()) => Layout::Picture(picture),
        _ => layout,
    };
    // The article's names say what they are by their first letter.
    let last = ours.rsplit_once('.').map_or(if ours.starts_with("b_") { "bias" } else { "weight" }, |(_, last)| last);
    Wanted { suffix: suffix_of(last).into(), shape, layout, own_shape: own.to_vec(), ours }
}

/// PyTorch's name for the last part of a name of ours; its own stay.
fn suffix_of(last: &str) -> &str {
    match last {
        "alpha" => "weight",
        "mean" => "running_mean",
        "variance" => "running_var",
        other => other,
    }
}

fn matched(layers: &[Vec<Wanted>], found: &[(String, Vec<usize>)]) -> Result<BTreeMap<String, Source>, String> {
    let mut modules: BTreeMap<&str, Module> = BTreeMap::new();
    for (name, shape) in found {
        let (module, last) = name.rsplit_once('.').unwrap_or(("", name));
        let suffix = suffix_of(last);
        if last != IGNORED && modules.entry(module).or_default().insert(suffix, (name, shape)).is_some() {
            return Err(format!("{module} has two arrays for its {suffix}"));
        }
    }
    let mut looks: BTreeMap<Look, (Vec<usize>, Vec<&str>)> = BTreeMap::new();
    for (index, layer) in layers.iter().enumerate() {
        let mut look: Look = layer.iter().map(|wanted| (wanted.suffix.clone(), wanted.shape.clone())).collect();
        look.sort();
        looks.entry(look).or_default().0.push(index);
    }
    for (module, arrays) in &modules {
        let look = arrays.iter().map(|(suffix, (_, shape))| (suffix.to_string(), (*shape).clone())).collect();
        looks.entry(look).or_default().1.push(*module);
    }
    let refuse = |why: &str, open: &[usize], alike: &[&str]| {
        refusal(why, open.iter().map(|&layer| &layers[layer]), alike.iter().map(|module| &modules[module]))
    };
    let unmatched: Vec<_> = looks.values().filter(|(layers, modules)| layers.len() != modules.len()).collect();
    if !unmatched.is_empty() {
        let open: Vec<_> = unmatched.iter().flat_map(|(layers, _)| layers.clone()).collect();
        let alike: Vec<_> = unmatched.iter().flat_map(|(_, modules)| modules.clone()).collect();
        return Err(refuse("its arrays and the net's layers do not match one to one", &open, &alike));
    }
    let mut module_of = vec![""; layers.len()];
    for (open, alike) in looks.values_mut() {
        alike.sort_by_key(|&module| parts(module));
        if let Some(pair) = alike.windows(2).find(|pair| order(pair[0], pair[1]).is_none()) {
            let why =
                format!("{} and {} look the same, and their names do not say which comes first", pair[0], pair[1]);
            return Err(refuse(&why, open, alike));
        }
        open.iter().zip(&*alike).for_each(|(&layer, &module)| module_of[layer] = module);
    }
    for (index, module) in module_of.iter().enumerate() {
        let later = |before: &&str| order(before, module) == Some(Ordering::Greater);
        if let Some(before) = module_of[..index].iter().position(later) {
            let why = format!("{module} comes before {}, but its layer after", module_of[before]);
            return Err(refuse(&why, &[before, index], &[module_of[before], module]));
        }
    }
    let sources = layers.iter().zip(module_of).flat_map(|(layer, module)| {
        let arrays = &modules[module];
        layer.iter().map(move |Wanted { ours, suffix, layout, own_shape, .. }| {
            let name = arrays[suffix.as_str()].0.clone();
            (ours.clone(), Source { name, layout: *layout, shape: own_shape.clone() })
        })
    });
    Ok(sources.collect())
}

/// A part of a name: text, or a number.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Part<'a> {
    /// By its length without zeros in front, then by its digits.
    Number(usize, &'a str),
    Text(&'a str),
}

/// A name cut into texts and numbers.
fn parts(name: &str) -> Vec<Part<'_>> {
    let is_same = |a: &u8, b: &u8| a.is_ascii_digit() == b.is_ascii_digit();
    let part = |bytes: &[u8]| (bytes.len(), bytes[0].is_ascii_digit());
    let mut rest = name;
    let parts = name.as_bytes().chunk_by(is_same).map(part).map(|(length, is_number)| {
        let (part, after) = rest.split_at(length);
        rest = after;
        let digits = part.trim_start_matches('0');
        if is_number { Part::Number(digits.len(), digits) } else { Part::Text(part) }
    });
    parts.collect()
}

/// The order of two modules, if their names first differ in a number.
fn order(a: &str, b: &str) -> Option<Ordering> {
    let (a, b) = (parts(a), parts(b));
    match a.iter().zip(&b).find(|(a, b)| a != b)? {
        (a @ Part::Number(..), b @ Part::Number(..)) => Some(a.cmp(b)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(arrays: &[(&str, &[usize])]) -> Vec<(String, Vec<usize>)> {
        arrays.iter().map(|(name, shape)| ((*name).into(), shape.to_vec())).collect()
    }

    fn names(layers: &str, arrays: &[(&str, &[usize])]) -> Result<Vec<String>, String> {
        let net = Net::<f32>::from_text(layers, Shape::picture(4, 4, 2)).unwrap();
        let sources = sources(&net, &file(arrays))?;
        Ok(net.parameter_names().iter().map(|name| sources[name].name.clone()).collect())
    }

    #[test]
    fn modules_that_look_the_same_come_in_the_order_of_their_numbers() {
        let arrays: [(&str, &[usize]); 3] =
            [("conv10.weight", &[2, 2, 1, 1]), ("conv2.weight", &[2, 2, 1, 1]), ("last.weight", &[3, 32])];
        let found = names("conv 2 1x1 no-bias | relu | conv 2 1x1 no-bias | dense 3 no-bias", &arrays).unwrap();
        assert_eq!(found, ["conv2.weight", "conv10.weight", "last.weight"]);
    }

    #[test]
    fn what_can_be_matched_in_several_ways_or_none_is_refused() {
        let one: &[usize] = &[2, 2, 1, 1];
        let two = "conv 2 1x1 no-bias | conv 2 1x1 no-bias";
        let refused = |layers: &str, arrays: &[(&str, &[usize])], expected: &str| {
            let error = names(layers, arrays).unwrap_err();
            assert!(error.contains(expected), "{error}");
        };
        refused(two, &[("left.weight", one), ("right.weight", one)], "left and right look the same, and their names");
        refused(two, &[("conv.weight", one), ("conv2.weight", one)], "do not say which comes first");
        refused(
            two,
            &[("0.weight", one)],
            "its arrays and the net's layers do not match one to one: the net needs, in PyTorch's layout, \
             0.conv.weight [2, 2, 1, 1], 1.conv.weight [2, 2, 1, 1]; the file holds 0.weight [2, 2, 1, 1]",
        );
        refused(
            "conv 3 1x1 no-bias | conv 2 1x1 no-bias",
            &[("1.weight", &[3, 2, 1, 1]), ("0.weight", &[2, 3, 1, 1])],
            "0 comes before 1, but its layer after: the net needs",
        );
        refused("flatten | maxout 2 | dense 3", &[], "layer 2 (maxout) reads a flattened picture");
    }

    #[test]
    fn numbers_of_a_flattened_picture_are_reordered() {
        let net = Net::<f32>::from_text("flatten | dense 1 no-bias", Shape::picture(1, 3, 2)).unwrap();
        let sources = sources(&net, &file(&[("weight", &[1, 6])])).unwrap();
        let theirs = Tensor::from_vec([1, 6], vec![0.0, 1.0, 2.0, 10.0, 11.0, 12.0]).unwrap().into_dyn();
        assert_eq!(sources["1.dense.weight"].convert(theirs).as_slice(), [0.0, 10.0, 1.0, 11.0, 2.0, 12.0]);
    }
}
