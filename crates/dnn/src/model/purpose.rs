use std::fmt;
use std::str::FromStr;

use crate::Error;

/// What a model is for, and what its net was taught for that.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Purpose {
    /// Picture in, class out.
    #[default]
    Classify,
    /// Picture in, picture out: [`restore`](crate::restore).
    Restore(Restoration),
    /// Class and noise in, picture out.
    Draw(Drawing),
}

/// What a restoring net mends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Restoration {
    /// Noise.
    Denoise,
    /// Holes.
    Fill,
    /// Half the size.
    Enlarge,
}

/// How a drawing net draws.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Drawing {
    /// In small steps from noise to a picture.
    Flow,
}

impl Purpose {
    /// Every purpose.
    pub const ALL: [Purpose; 5] = [
        Purpose::Classify,
        Purpose::Restore(Restoration::Denoise),
        Purpose::Restore(Restoration::Fill),
        Purpose::Restore(Restoration::Enlarge),
        Purpose::Draw(Drawing::Flow),
    ];

    /// What the net was taught, in a word: `classify`, `denoise`, `fill`, `enlarge` or `flow`.
    pub fn task(self) -> &'static str {
        match self {
            Purpose::Classify => "classify",
            Purpose::Restore(Restoration::Denoise) => "denoise",
            Purpose::Restore(Restoration::Fill) => "fill",
            Purpose::Restore(Restoration::Enlarge) => "enlarge",
            Purpose::Draw(Drawing::Flow) => "flow",
        }
    }

    /// The purpose whose task that is.
    pub fn of_task(task: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|purpose| purpose.task() == task)
    }

    /// The verbs of the command line that a model for this serves; every model is inspected and exported.
    pub fn verbs(self) -> &'static [&'static str] {
        match self {
            Purpose::Classify => &["eval", "predict", "show", "ask", "explain", "generate"],
            Purpose::Restore(Restoration::Fill) => &["restore"],
            Purpose::Restore(_) => &["eval", "restore"],
            Purpose::Draw(_) => &["eval", "generate"],
        }
    }

    /// What a model is for, in a word: `classify`, `restore` or `draw`.
    fn kind(self) -> &'static str {
        match self {
            Purpose::Classify => "classify",
            Purpose::Restore(_) => "restore",
            Purpose::Draw(_) => "draw",
        }
    }

    /// Checks that a model for this serves a verb.
    ///
    /// # Errors
    /// If it does not: what it is for, with its verbs, and what the verb needs.
    ///
    /// ```
    /// use glassbox_dnn::{Drawing, Purpose};
    /// let error = Purpose::Draw(Drawing::Flow).check_verb("predict").unwrap_err();
    /// let said = "is for draw flow (verbs: eval, generate); predict needs a model that is for classify";
    /// assert_eq!(error.to_string(), said);
    /// ```
    pub fn check_verb(self, verb: &str) -> Result<(), Error> {
        if self.verbs().contains(&verb) {
            return Ok(());
        }
        let mut kinds: Vec<_> =
            Self::ALL.into_iter().filter(|other| other.verbs().contains(&verb)).map(Self::kind).collect();
        kinds.dedup();
        let (verbs, kinds) = (self.verbs().join(", "), kinds.join(" or "));
        Err(Error::Model(format!("is for {self} (verbs: {verbs}); {verb} needs a model that is for {kinds}")))
    }

    /// All texts of purposes, for messages.
    pub(super) fn all() -> String {
        Self::ALL.map(|purpose| purpose.to_string()).join(", ")
    }
}

/// As model files have it: `classify`, `restore denoise`, `draw flow`.
impl fmt::Display for Purpose {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Purpose::Classify => out.write_str("classify"),
            Purpose::Restore(_) => write!(out, "restore {}", self.task()),
            Purpose::Draw(_) => write!(out, "draw {}", self.task()),
        }
    }
}

impl FromStr for Purpose {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|purpose| purpose.to_string() == text).ok_or(())
    }
}
