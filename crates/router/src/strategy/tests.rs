use std::collections::BTreeMap;

use rand::{SeedableRng, rngs::StdRng};

use super::{SMALL_SAMPLE, draw};

/// Counts the draws of each sample in `rounds` rounds. The numbers of a sample are sorted.
fn samples(count: usize, sample: usize, rounds: u32) -> BTreeMap<Vec<usize>, u32> {
    let mut rng = StdRng::seed_from_u64(11);
    let mut drawn = BTreeMap::new();
    for _ in 0..rounds {
        let mut numbers = Vec::new();
        draw(count, sample, &mut rng, |number, _| numbers.push(number));
        numbers.sort_unstable();
        *drawn.entry(numbers).or_default() += 1;
    }
    drawn
}

#[test]
fn a_sample_holds_distinct_numbers() {
    for count in 0..14 {
        for sample in 1..16 {
            for numbers in samples(count, sample, 50).keys() {
                assert_eq!(numbers.len(), sample.min(count));
                assert!(numbers.is_sorted_by(|a, b| a < b), "{numbers:?} of {count}");
                assert!(numbers.iter().all(|number| *number < count));
            }
        }
    }
}

#[test]
fn every_sample_is_as_likely() {
    // Number of samples, and the 99.9 % quantile of chi-square for one degree less.
    for (count, sample, combinations, critical) in [
        (5, 1, 5, 18.47),
        (5, 2, 10, 27.88),
        (6, 3, 20, 43.82),
        (SMALL_SAMPLE + 1, SMALL_SAMPLE, 9, 26.12),
        // Above the small size, so by the other algorithm.
        (SMALL_SAMPLE + 2, SMALL_SAMPLE + 1, 10, 27.88),
        (SMALL_SAMPLE + 3, SMALL_SAMPLE + 1, 55, 91.87),
    ] {
        let rounds = 20_000;
        let drawn = samples(count, sample, rounds);
        assert_eq!(drawn.len(), combinations, "{sample} of {count}");
        let expected = f64::from(rounds) / drawn.values().map(|_| 1.0).sum::<f64>();
        let chi_square: f64 = drawn
            .values()
            .map(|seen| (f64::from(*seen) - expected).powi(2) / expected)
            .sum();
        assert!(chi_square < critical, "{sample} of {count}: {chi_square}");
    }
}
