use super::*;

#[test]
fn names_read_back() {
    for stage in [Stage::Deny, Stage::Route, Stage::Mutate] {
        assert_eq!(Stage::from_name(stage.as_str()), Some(stage));
    }
    for on_error in [OnError::Deny, OnError::Continue] {
        assert_eq!(OnError::from_name(on_error.as_str()), Some(on_error));
    }
    for mode in [Mode::Enforce, Mode::Shadow] {
        assert_eq!(Mode::from_name(mode.as_str()), Some(mode));
    }
    for policy in [OverridePolicy::Any, OverridePolicy::Candidates] {
        assert_eq!(OverridePolicy::from_name(policy.as_str()), Some(policy));
    }
    assert_eq!(Stage::from_name("Deny"), None);
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
