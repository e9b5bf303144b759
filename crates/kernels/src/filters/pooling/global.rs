use super::adaptive::Adaptive;
use crate::filters::shared::pool_regions::REDUCE;
use crate::filters::{Arguments, Entry};
use crate::operator::Neighbourhood;
use crate::{Error, Filter, Reduce};

/// The maximum or the mean of all pixels.
fn formula(around: &Neighbourhood, reduce: Reduce) -> f64 {
    let (height, width, _) = around.shape();
    reduce.formula(&around.region(0..height, 0..width))
}

pub(in crate::filters) static ENTRY: Entry = Entry {
    name: "global-pool",
    summary: "the whole picture as one pixel",
    formula: "max or mean of all pixels",
    source: "M. Lin, Q. Chen, S. Yan, Network in network (2013), arXiv 1312.4400",
    parameters: &[REDUCE],
    variants: &["reduce=mean"],
    build: |arguments: &Arguments| -> Result<Filter, Error> {
        let reduce = Reduce::from_arguments(arguments);
        Ok(Filter::regions(arguments.operator(), Adaptive { height: 1, width: 1, reduce }, move |around| {
            formula(around, reduce)
        }))
    },
};
