//! What the flags and the preset come to.

use glassbox_dnn::losses::{self, Loss};
use glassbox_dnn::optimisers::Optimiser;
use glassbox_dnn::{
    Dataset, Init, Net, Preset, Real, Recipe, Rule, Shape, Workspace, initialise, initialise_numpy, preset, presets,
};
use glassbox_formats::mnist::Labelled;

use super::{Order, Precision, RuleName, Train};
use crate::dnn::model::{self, Stored};
use crate::outcome::wrong_flag;

/// How wide the article's weights are spread.
const BOUND: f64 = 0.5;

/// What may lie between layers, of a batch.
const MOST_GIBIBYTES: f64 = 8.0;

/// All that a training needs to know.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) layers: String,
    pub(super) input: Shape,
    pub(super) loss: String,
    pub(super) recipe: Recipe,
    pub(super) init: String,
    /// The article's way, one sample at a time, by this rule; or in batches.
    pub(super) rule: Option<Rule>,
    pub(super) order: Order,
    pub(super) hold_out: usize,
    pub(super) patience: Option<usize>,
    /// One more than the greatest label.
    pub(super) classes: usize,
    /// A checksum of pictures and labels.
    pub(super) data_sum: u32,
}

impl Plan {
    pub(super) fn new(flags: &Train, train: &Labelled, test: &Labelled) -> anyhow::Result<Self> {
        let [picture, other] = [train, test].map(|part| Dataset { images: &part.images, labels: &part.labels }.shape());
        if picture != other {
            return Err(wrong_flag(
                "--data",
                format!("training pictures of {picture}, test pictures of {other}; one shape is needed"),
            ));
        }
        let classes = train.labels.iter().chain(&test.labels).max().map_or(1, |&label| usize::from(label) + 1);
        let base = Self::base(flags)?;
        let layers = base.layers.replace("CLASSES", &classes.to_string());
        let flag = if flags.layers.is_some() { "--layers" } else { "--preset" };
        let net = Net::<f32>::from_text(&layers, picture).map_err(|e| wrong_flag(flag, e))?;
        if !net.output().is_flat() {
            let output = net.output();
            let problem = format!(
                "its last layer gives {output}; a list of {classes} numbers, one a class, is needed: add | flatten | dense {classes}"
            );
            return Err(wrong_flag(flag, problem));
        }
        let asks_for_batches = flags.batch.is_some_and(|batch| batch != 1)
            || [&flags.loss, &flags.optimiser, &flags.schedule, &flags.augment].iter().any(|flag| flag.is_some())
            || flags.weight_decay.is_some()
            || flags.clip.is_some();
        let article = net.dense_sigmoid_pairs().is_some() && !asks_for_batches;
        if !article && flags.rule.is_some() {
            return Err(wrong_flag(
                "--rule",
                "is for nets of pairs \"dense N | sigmoid\" trained one sample at a time",
            ));
        }
        // The article's defaults are for the article's way.
        let base = if base.name == "article" && !article { Self::batches(base.layers) } else { base };
        let (layers, loss) = Self::loss_of(flags, &net, &base, article, layers)?;
        let mut recipe = Recipe { seed: flags.seed, ..base.recipe.clone() };
        recipe.epochs = at_least_one("--epochs", flags.epochs, recipe.epochs)?;
        recipe.batch = at_least_one("--batch", flags.batch, recipe.batch)?;
        let bytes = if flags.precision == Precision::F64 { 8.0 } else { 4.0 };
        let numbers = Workspace::numbers(&net, recipe.batch.min(train.len()));
        let gibibytes = numbers as f64 * bytes / f64::from(1 << 30);
        if !article && gibibytes > MOST_GIBIBYTES {
            let batch = recipe.batch;
            return Err(wrong_flag(
                "--batch",
                format!(
                    "{batch} samples of this net take about {gibibytes:.0} GiB; at most {MOST_GIBIBYTES} are allowed"
                ),
            ));
        }
        recipe.rate = positive("--lr", flags.lr)?.unwrap_or(recipe.rate);
        recipe.clip = positive("--clip", flags.clip)?.or(recipe.clip);
        recipe.decay = match flags.weight_decay {
            Some(0.0) => 0.0,
            decay => positive("--weight-decay", decay)?.unwrap_or(recipe.decay),
        };
        if let Some(name) = &flags.optimiser {
            recipe.optimiser = Optimiser::by_name(name)
                .ok_or_else(|| unknown("--optimiser", name, Optimiser::ALL.iter().map(|optimiser| optimiser.name())))?;
        }
        if let Some(text) = &flags.schedule {
            recipe.schedule = text.parse().map_err(|problem| wrong_flag("--schedule", problem))?;
        }
        if let Some(text) = &flags.augment {
            recipe.augment = Some(text.parse().map_err(|problem| wrong_flag("--augment", problem))?);
        }
        let order = flags.order.unwrap_or(if article { Order::File } else { Order::Shuffle });
        let hold_out = flags.hold_out.unwrap_or(if flags.patience.is_some() { train.len() / 12 } else { 0 });
        if hold_out >= train.len() || (flags.hold_out.is_some() && hold_out == 0) {
            let most = train.len() - 1;
            return Err(wrong_flag("--hold-out", format!("found {hold_out}; 1 to {most} pictures can be held out")));
        }
        if flags.patience == Some(0) {
            return Err(wrong_flag("--patience", "found 0; a whole number from 1 up is allowed"));
        }
        let rule = article.then_some(if flags.rule == Some(RuleName::Formula) { Rule::Formula } else { Rule::Code });
        Ok(Self {
            layers,
            input: if article { picture.len().into() } else { picture },
            loss,
            recipe,
            init: flags.init.clone().unwrap_or_else(|| init_text(base.init)),
            rule,
            order,
            hold_out,
            patience: flags.patience,
            classes,
            data_sum: glassbox_formats::checksum(&[train.images.as_slice(), &train.labels]),
        })
    }

    /// The preset that was named, or what another net begins from.
    fn base(flags: &Train) -> anyhow::Result<Preset> {
        // Whether a net is trained the article's way is seen when it is there.
        let name = flags.preset.as_deref().unwrap_or("article");
        let base = preset(name).ok_or_else(|| unknown("--preset", name, presets().iter().map(|preset| preset.name)))?;
        Ok(Preset { layers: flags.layers.clone().unwrap_or(base.layers), ..base })
    }

    /// What nets other than the presets are trained by.
    fn batches(layers: String) -> Preset {
        Preset { name: "batches", summary: "", layers, loss: "", init: Init::He, recipe: Recipe::default() }
    }

    /// The loss, and the layers with what it needs behind them.
    fn loss_of(
        flags: &Train,
        net: &Net<f32>,
        base: &Preset,
        article: bool,
        layers: String,
    ) -> anyhow::Result<(String, String)> {
        let last = net.layers().last().map_or("", |layer| layer.entry().name);
        let loss = match &flags.loss {
            Some(name) => losses::all::<f32>()
                .iter()
                .map(|loss| loss.name())
                .find(|known| known == name)
                .ok_or_else(|| unknown("--loss", name, losses::all::<f32>().iter().map(|loss| loss.name())))?,
            None if article => "mean-squared-error",
            None if !base.loss.is_empty() => base.loss,
            None if last == "sigmoid" => "binary-cross-entropy",
            None => "cross-entropy",
        };
        let wants_shares = ["cross-entropy", "kullback-leibler"].contains(&loss);
        let layers = if wants_shares && last != "softmax" { format!("{layers} | softmax") } else { layers };
        Ok((layers, loss.into()))
    }

    /// The net with its first weights.
    pub(super) fn net<T: Stored>(&self, flags: &Train) -> anyhow::Result<Net<T>> {
        let mut net = Net::<T>::from_text(&self.layers, self.input).map_err(|e| wrong_flag("--layers", e))?;
        let seed = self.recipe.seed;
        match self.init.split_once(':') {
            None if self.init == "uniform" => initialise(&mut net, Init::Uniform(BOUND), seed),
            None if self.init == "xavier" => initialise(&mut net, Init::Xavier, seed),
            None if self.init == "he" => initialise(&mut net, Init::He, seed),
            Some(("uniform", bound)) => {
                let bound = bound.parse().ok().filter(|bound: &f64| bound.is_finite() && *bound > 0.0);
                let bound = bound.ok_or_else(|| {
                    wrong_flag("--init", format!("found {}; a number above 0 is allowed behind uniform:", self.init))
                })?;
                initialise(&mut net, Init::Uniform(bound), seed);
            }
            Some(("numpy", seed)) => {
                let seed = seed.parse().map_err(|_| {
                    wrong_flag("--init", format!("found numpy:{seed}; a seed from 0 to {} is allowed", u32::MAX))
                })?;
                initialise_numpy(&mut net, seed);
            }
            _ if self.init.ends_with(".npz") => model::initialise(&mut net, self.init.as_ref())?,
            _ => {
                let found = flags.init.as_deref().unwrap_or_default();
                let allowed = "uniform, uniform:A, xavier, he, numpy:SEED or FILE.npz";
                return Err(wrong_flag("--init", format!("found {found:?}; {allowed} is allowed")));
            }
        }
        Ok(net)
    }

    /// The loss in any precision.
    pub(super) fn loss<T: Real>(&self) -> Box<dyn Loss<T>> {
        losses::by_name(&self.loss).expect("a loss that was found by its name before")
    }

    /// The way of training in a word.
    pub(super) fn way_text(&self) -> &'static str {
        match self.rule {
            Some(Rule::Code) => "code",
            Some(Rule::Formula) => "formula",
            None => "batches",
        }
    }

    /// How pictures are changed, if they are.
    pub(super) fn augment_text(&self) -> Option<String> {
        self.recipe.augment.map(|augment| augment.to_string())
    }
}

fn init_text(init: Init) -> String {
    match init {
        Init::Uniform(BOUND) => "uniform".into(),
        Init::Uniform(bound) => format!("uniform:{bound}"),
        Init::Xavier => "xavier".into(),
        Init::He => "he".into(),
    }
}

fn unknown<'a>(flag: &str, found: &str, allowed: impl Iterator<Item = &'a str>) -> anyhow::Error {
    wrong_flag(flag, format!("found {found:?}; allowed: {}", allowed.collect::<Vec<_>>().join(", ")))
}

fn at_least_one(flag: &str, found: Option<usize>, default: usize) -> anyhow::Result<usize> {
    match found {
        Some(0) => Err(wrong_flag(flag, "found 0; a whole number from 1 up is allowed")),
        found => Ok(found.unwrap_or(default)),
    }
}

fn positive(flag: &str, found: Option<f64>) -> anyhow::Result<Option<f64>> {
    match found {
        Some(number) if !(number.is_finite() && number > 0.0) => {
            Err(wrong_flag(flag, format!("found {number}; a number above 0 is allowed")))
        }
        found => Ok(found),
    }
}
