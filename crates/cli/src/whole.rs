use std::ops::RangeInclusive;

/// Reads the value of a flag: a whole number in a range. The error says what is allowed.
pub(crate) fn whole(range: RangeInclusive<u32>) -> impl Fn(&str) -> Result<u32, String> + Clone {
    move |text| {
        let number = text.parse().ok().filter(|number| range.contains(number));
        number.ok_or_else(|| format!("a whole number from {} to {} is allowed", range.start(), range.end()))
    }
}
