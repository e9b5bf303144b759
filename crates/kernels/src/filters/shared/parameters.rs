use crate::{Border, Error};

/// A parameter of an operator.
#[derive(Debug)]
pub struct Parameter {
    /// Its name: the flag on the command line without `--`.
    pub name: &'static str,
    /// The value if none is given; empty if it follows from another parameter, as `help` says.
    pub default: &'static str,
    /// The allowed values.
    pub values: Values,
    /// One line for the help.
    pub help: &'static str,
}

/// The allowed values of a parameter.
#[derive(Clone, Copy, Debug)]
pub enum Values {
    /// One of these words.
    Choice(&'static [&'static str]),
    /// A whole number in this range.
    Whole(usize, usize),
    /// An odd whole number in this range.
    Odd(usize, usize),
    /// A number in this range.
    Real(f64, f64),
    /// Some of these letters.
    Letters(&'static str),
    /// Numbers with spaces between them.
    Reals,
    /// Whole numbers in this range with spaces between them, one to sixteen.
    Wholes(usize, usize),
    /// A matrix of numbers, at most 31 a side: rows with `;` between them.
    Matrix,
}

impl Values {
    /// The allowed values in words.
    pub fn allowed(&self) -> String {
        match self {
            Values::Choice(words) => words.join(", "),
            Values::Whole(low, high) => format!("a whole number from {low} to {high}"),
            Values::Odd(low, high) => format!("an odd whole number from {low} to {high}"),
            Values::Real(low, high) => format!("a number from {low} to {high}"),
            Values::Letters(letters) => format!("some of the letters {letters}"),
            Values::Reals => "numbers with spaces between them".into(),
            Values::Wholes(low, high) => {
                format!("one to sixteen whole numbers from {low} to {high} with spaces between them")
            }
            Values::Matrix => "numbers with spaces between them, rows with ; between them, at most 31 a side".into(),
        }
    }

    fn allow(&self, text: &str) -> bool {
        match self {
            Values::Choice(words) => words.contains(&text),
            Values::Whole(low, high) => text.parse().is_ok_and(|n: usize| (*low..=*high).contains(&n)),
            Values::Odd(low, high) => text.parse().is_ok_and(|n: usize| (*low..=*high).contains(&n) && n % 2 == 1),
            Values::Real(low, high) => text.parse().is_ok_and(|x: f64| (*low..=*high).contains(&x)),
            Values::Letters(letters) => !text.is_empty() && text.chars().all(|letter| letters.contains(letter)),
            Values::Reals => {
                text.split_whitespace().all(|word| word.parse().is_ok_and(|x: f64| x.is_finite() && x.abs() <= 1e6))
            }
            Values::Wholes(low, high) => {
                let allowed = |word: &str| word.parse().is_ok_and(|n: usize| (*low..=*high).contains(&n));
                (1..=16).contains(&text.split_whitespace().count()) && text.split_whitespace().all(allowed)
            }
            // `parse_matrix` checks it, and says where it is wrong.
            Values::Matrix => true,
        }
    }
}

/// `border`, as every filter with a window has it.
pub(in crate::filters) const BORDER: Parameter = Parameter {
    name: "border",
    default: "clamp",
    values: Values::Choice(Border::NAMES),
    help: "what stands beyond the edge: clamp aaa|abcd|ddd, reflect cba|abcd|dcb, mirror dcb|abcd|cba, \
           wrap bcd|abcd|abc, zero 000|abcd|000, or crop (only whole windows: the picture shrinks)",
};

/// `size` of the filters that treat all pixels of a square alike.
pub(in crate::filters) const SQUARE: Parameter = Parameter {
    name: "size",
    default: "3",
    values: Values::Whole(1, 255),
    help: "side of the square in pixels; if it is even, one more row and column lies above and to the left",
};

/// The values that an operator is built with: the given ones, checked, and the defaults.
#[derive(Debug)]
pub struct Arguments<'a> {
    operator: &'static str,
    known: &'static [Parameter],
    values: Vec<(&'static str, &'a str)>,
}

impl<'a> Arguments<'a> {
    /// Checks the given values against the parameters of the operator.
    ///
    /// # Errors
    /// If a parameter is unknown or its value is not allowed.
    pub(in crate::filters) fn new(
        operator: &'static str,
        parameters: &'static [Parameter],
        given: &[(&'a str, &'a str)],
    ) -> Result<Self, Error> {
        let mut values: Vec<_> = parameters.iter().map(|known| (known.name, known.default)).collect();
        for &(name, value) in given {
            let Some(position) = parameters.iter().position(|known| known.name == name) else {
                let names: Vec<_> = parameters.iter().map(|known| known.name).collect();
                return Err(Error::UnknownParameter {
                    operator: operator.into(),
                    found: name.into(),
                    hint: if names.is_empty() { "it has none".into() } else { hint(name, &names) },
                });
            };
            if !parameters[position].values.allow(value) {
                return Err(Error::parameter(name, value, parameters[position].values.allowed()));
            }
            if given.iter().filter(|(other, _)| *other == name).count() > 1 {
                return Err(Error::parameter(name, value, "one value, not several"));
            }
            values[position].1 = value;
        }
        Ok(Self { operator, known: parameters, values })
    }

    /// The operator's name.
    pub(in crate::filters) fn operator(&self) -> &'static str {
        self.operator
    }

    /// Refuses parameters that differ from their defaults but would have no effect because of `other`.
    pub(in crate::filters) fn refuse(&self, names: &[&str], other: &str) -> Result<(), Error> {
        let set = names.iter().find(|name| {
            let known = self.known.iter().find(|known| known.name == **name);
            known.is_some_and(|known| known.default != self.text(name))
        });
        set.map_or(Ok(()), |name| {
            let (operator, parameter) = (self.operator.into(), name.to_string());
            Err(Error::Unused { operator, parameter, other: other.into() })
        })
    }

    /// The text of a parameter; empty if it is not given and has no default of its own.
    pub(in crate::filters) fn text(&self, name: &str) -> &'a str {
        self.values.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value)
    }

    /// A whole number that was checked; none if it is not given and has no default of its own.
    pub(in crate::filters) fn whole(&self, name: &str) -> Option<usize> {
        self.text(name).parse().ok()
    }

    /// A number that was checked; none if it is not given and has no default of its own.
    pub(in crate::filters) fn real(&self, name: &str) -> Option<f64> {
        self.text(name).parse().ok()
    }

    /// Numbers that were checked.
    pub(in crate::filters) fn reals(&self, name: &str) -> Vec<f64> {
        self.text(name).split_whitespace().filter_map(|word| word.parse().ok()).collect()
    }

    /// Whole numbers that were checked.
    pub(in crate::filters) fn wholes(&self, name: &str) -> Vec<usize> {
        self.text(name).split_whitespace().filter_map(|word| word.parse().ok()).collect()
    }

    pub(in crate::filters) fn border(&self) -> Result<Border, Error> {
        Border::from_name(self.text("border"))
    }
}

/// A hint for an unknown name: the nearest of the known ones, or all of them.
///
/// ```
/// use glassbox_kernels::filters::hint;
/// assert_eq!(hint("Sobal", &["sobel", "median"]), "did you mean sobel?");
/// assert_eq!(hint("max", &["gray", "max-pool"]), "did you mean max-pool?");
/// // In three letters one may be wrong, in four two.
/// assert_eq!(hint("foo", &["roi"]), "there are: roi");
/// assert_eq!(hint("x", &["sobel", "median"]), "there are: sobel, median");
/// ```
pub fn hint(found: &str, known: &[&str]) -> String {
    let found = found.to_lowercase();
    let nearest = known.iter().min_by_key(|name| distance(&found, name));
    let longer = known.iter().find(|name| name.strip_prefix(found.as_str()).is_some_and(|rest| rest.starts_with('-')));
    match longer.or(nearest) {
        Some(name) if longer.is_some() => format!("did you mean {name}?"),
        Some(name) if distance(&found, name) <= found.chars().count().div_ceil(3) => format!("did you mean {name}?"),
        _ => format!("there are: {}", known.join(", ")),
    }
}

/// Levenshtein's distance: how many letters must be added, left out or changed.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (i, a) in a.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, b) in b.chars().enumerate() {
            let changed = diagonal + usize::from(a != b);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.chars().count()]
}
