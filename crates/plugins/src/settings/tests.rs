use std::collections::BTreeSet;

use super::*;

#[test]
fn all_values_have_distinct_names() {
    fn check<T: Copy>(all: &[T], name: fn(T) -> &'static str) {
        let names: BTreeSet<_> = all.iter().map(|value| name(*value)).collect();
        assert_eq!(names.len(), all.len(), "{names:?}");
    }
    check(Stage::ALL, Stage::as_str);
    check(OnError::ALL, OnError::as_str);
    check(Mode::ALL, Mode::as_str);
    check(OverridePolicy::ALL, OverridePolicy::as_str);
}

#[test]
fn what_happens_on_error_depends_on_the_stage() {
    for (stage, default) in [
        (Stage::Deny, OnError::Deny),
        (Stage::Route, OnError::Continue),
        (Stage::Mutate, OnError::Continue),
    ] {
        let mut settings = ChainSettings {
            stage,
            ..ChainSettings::new("a")
        };
        assert_eq!(settings.effective_on_error(), default);
        for on_error in [OnError::Deny, OnError::Continue] {
            settings.on_error = Some(on_error);
            assert_eq!(settings.effective_on_error(), on_error);
        }
    }
}

#[test]
fn defaults_are_as_documented() {
    let settings = ChainSettings::new("a");
    assert_eq!(settings.stage, Stage::Route);
    assert_eq!(settings.timeout, Duration::from_secs(1));
    assert_eq!(settings.mode, Mode::Enforce);
    assert_eq!(settings.override_policy, OverridePolicy::Any);
    assert_eq!(settings.max_concurrency.get(), 256);
    assert_eq!(settings.max_queue, 1024);
    let breaker = settings.breaker.unwrap();
    assert_eq!(breaker.failures.get(), 5);
    assert_eq!(breaker.cool_down, Duration::from_secs(5));
    assert_eq!(breaker.connect_grace, Duration::from_secs(3));
}
