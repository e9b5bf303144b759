//! What a layer computes, in a form that tables and spreadsheets can hold.

/// How the outputs of a layer follow from its inputs in prediction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Relation {
    /// Every number as it is.
    Same,
    /// Each output is a constant plus a sum of inputs times weights.
    Sum,
    /// Each output is the greatest of some inputs.
    Greatest,
    /// Each output is a formula of the input at its place; beside it the slope there.
    Formula {
        /// `f(x)`.
        value: String,
        /// `f′(x)`.
        slope: String,
    },
    /// Softmax over the channels.
    Shares,
}

/// A language of formulas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// SQL with the functions of SQLite 3.35.
    Sql,
    /// The cells of a spreadsheet, as xlsx files have them.
    Sheet,
}

/// How formulas are written, and what the input and the output of a function are called in them.
///
/// ```
/// use glassbox_dnn::layers::{Language, Notation};
/// let (sql, sheet) = (Notation { language: Language::Sql, x: "value", y: "" }, Notation::of_cells("B4", "B5"));
/// assert_eq!(sql.either("value > 0", "value", "0"), "CASE WHEN value > 0 THEN value ELSE 0 END");
/// assert_eq!(sheet.either("B4>0", "B4", "0"), "IF(B4>0,B4,0)");
/// assert_eq!(sheet.exp("-B4"), "EXP(MIN(700,-B4))");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Notation<'a> {
    /// The language.
    pub language: Language,
    /// The name of the input.
    pub x: &'a str,
    /// The name of the output, which slopes may use.
    pub y: &'a str,
}

impl<'a> Notation<'a> {
    /// Formulas of the cells of a spreadsheet.
    pub const fn of_cells(x: &'a str, y: &'a str) -> Self {
        Self { language: Language::Sheet, x, y }
    }

    /// `yes` where the condition holds, `no` elsewhere.
    pub fn either(self, condition: &str, yes: &str, no: &str) -> String {
        match self.language {
            Language::Sql => format!("CASE WHEN {condition} THEN {yes} ELSE {no} END"),
            Language::Sheet => format!("IF({condition},{yes},{no})"),
        }
    }

    /// `e` to the power of `x`. Databases know infinity; in spreadsheets a power that is too large is an error.
    pub fn exp(self, x: &str) -> String {
        match self.language {
            Language::Sql => format!("exp({x})"),
            Language::Sheet => format!("EXP(MIN(700,{x}))"),
        }
    }

    /// A function of one number that both languages know by the same name.
    pub fn call(self, name: &str, x: &str) -> String {
        match self.language {
            Language::Sql => format!("{name}({x})"),
            Language::Sheet => format!("{}({x})", name.to_uppercase()),
        }
    }
}

/// A number with all its digits, in brackets if it is negative.
pub(crate) fn written(number: f64) -> String {
    let text = format!("{number:?}").replace('e', "E");
    if number < 0.0 { format!("({text})") } else { text }
}
