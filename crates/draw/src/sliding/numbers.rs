//! Numbers as text.

/// Results with more decimals than this are rounded.
const MOST_DECIMALS: usize = 3;

/// A number with the digits that are correct in a sum of `f64`: thirteen, with at most nine decimals.
pub(super) fn exact(number: f64) -> String {
    let thirteen = format!("{number:.12e}").parse().unwrap_or(number);
    // Adding 0 turns −0 into 0.
    format!("{}", (1e9 * thirteen).round() / 1e9 + 0.0).replace('-', "−")
}

/// A result, and whether it was rounded. More than three decimals are rounded to two decimals or three digits.
pub(super) fn rounded(number: f64) -> (String, bool) {
    let text = exact(number);
    let decimals = text.split_once('.').map_or(0, |(_, decimals)| decimals.len());
    if decimals <= MOST_DECIMALS {
        return (text, false);
    }
    let decimals = (2.0 - number.abs().log10().floor()).clamp(2.0, 9.0) as usize;
    (format!("{number:.decimals$}").replace('-', "−"), true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_as_many_digits_as_are_right() {
        assert_eq!([exact(0.1 + 0.2), exact(-0.0), exact(-320.0), exact(0.0625)], ["0.3", "0", "−320", "0.0625"]);
    }

    #[test]
    fn long_results_are_rounded() {
        let cases = [(50.0, "50", false), (31.875, "31.875", false), (100.0 / 3.0, "33.33", true)];
        let small = [(-2.0 / 3.0, "−0.667", true), (0.000_412_345, "0.000412", true)];
        for (number, text, is_rounded) in cases.into_iter().chain(small) {
            assert_eq!(rounded(number), (text.to_string(), is_rounded));
        }
    }
}
