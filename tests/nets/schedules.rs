//! Schedules equal their formulas.

use std::f64::consts::PI;

use glassbox_dnn::Schedule;
use proptest::prelude::*;

use crate::same_cases;

proptest! {
    #![proptest_config(same_cases(256))]

    #[test]
    fn factors_are_their_formulas(
        an_epoch in 1..40usize, epochs in 1..12usize, every in 1..5usize, percent in 5..95u32,
    ) {
        let factor = f64::from(percent) / 100.0;
        let all = an_epoch * epochs;
        for step in 0..all {
            let of = |schedule: Schedule| schedule.factor(step as u64, an_epoch, epochs);
            prop_assert_eq!(of(Schedule::Constant), 1.0);
            let mut stepped = 1.0;
            for epoch in 1..=step / an_epoch {
                stepped *= if epoch % every == 0 { factor } else { 1.0 };
            }
            let found = of(Schedule::Step { every, factor });
            prop_assert!((found - stepped).abs() < 1e-12, "step {step}: {found}, expected {stepped}");
            let wave = (1.0 + (PI * step as f64 / all as f64).cos()) / 2.0;
            prop_assert!((of(Schedule::Cosine) - wave).abs() < 1e-12);
            // PyTorch's OneCycleLR, two phases: annealing from 1/25 to 1 until 0.3·(all − 1), then to 1/250000 at the
            // last step.
            let anneal = |from: f64, to: f64, share: f64| to + (from - to) / 2.0 * ((PI * share).cos() + 1.0);
            let (last, peak) = ((all - 1) as f64, 0.3 * (all - 1) as f64);
            let at = step as f64;
            let cycle = if at < peak {
                anneal(0.04, 1.0, at / peak)
            } else {
                anneal(1.0, 4e-6, (at - peak) / (last - peak))
            };
            if all > 1 {
                prop_assert!((of(Schedule::OneCycle) - cycle).abs() < 1e-12, "step {step} of {all}: {cycle}");
            }
        }
    }
}

#[test]
fn no_epoch_and_no_step_are_no_trouble() {
    for schedule in [Schedule::Constant, Schedule::Step { every: 1, factor: 0.5 }, Schedule::Cosine, Schedule::OneCycle]
    {
        for (step, an_epoch, epochs) in [(0, 0, 0), (0, 1, 0), (0, 0, 1), (0, 1, 1), (1000, 1, 1)] {
            assert!(schedule.factor(step, an_epoch, epochs).is_finite(), "{schedule}: {step} {an_epoch} {epochs}");
        }
    }
}
