//! The table of builds at the edges of its ranges.

use hyrouter_protocol::DisconnectForm::{self, Bare, Formatted, Plain};
use hyrouter_protocol::FormattedLayout::{Fm38, Fm39, Fm40};
use hyrouter_protocol::Generation::{self, G1, G2, G3, G4};
use hyrouter_protocol::builds::{
    BUILD_RULES, HASH_RULES, KNOWN_BUILDS, NEWEST_BUILD, is_known, known_build, rules_of,
};
use hyrouter_protocol::{ClientBuild, Protocol};

#[test]
fn edges_of_the_ranges() {
    for (number, generation, alternative, language_limit, disconnect, alpn_version) in [
        (i32::MIN, G2, None, 16, Plain, 2),
        (-1, G2, None, 16, Plain, 2),
        (0, G2, None, 16, Plain, 2),
        (1, G2, None, 16, Plain, 2),
        (2, G2, None, 16, Plain, 2),
        (20, G2, None, 16, Plain, 2),
        (21, G2, None, 16, Plain, 2),
        (28, G2, None, 16, Plain, 2),
        (29, G2, None, 16, Formatted(Fm38), 2),
        (63, G2, None, 16, Formatted(Fm38), 2),
        (64, G2, Some(G3), 16, Bare, 2),
        (76, G2, Some(G3), 16, Bare, 2),
        (77, G3, None, 16, Formatted(Fm39), 2),
        (100, G3, None, 16, Formatted(Fm39), 2),
        (101, G3, None, 16, Formatted(Fm39), 3),
        (117, G3, None, 16, Formatted(Fm39), 3),
        (118, G3, None, 16, Bare, 3),
        (207, G3, None, 16, Bare, 3),
        (208, G4, None, 16, Formatted(Fm40), 3),
        (226, G4, None, 16, Formatted(Fm40), 3),
        (227, G4, None, 100, Formatted(Fm40), 3),
        (242, G4, None, 100, Formatted(Fm40), 3),
        (243, G4, None, 100, Formatted(Fm40), 3),
        (i32::MAX, G4, None, 100, Formatted(Fm40), 3),
    ] {
        let rules = rules_of(number);
        assert_eq!(
            (rules.generation, rules.alternative),
            (generation, alternative),
            "{number}"
        );
        assert_eq!(rules.strict, generation == G4, "{number}");
        assert_eq!(rules.language_limit, language_limit, "{number}");
        assert_eq!(
            (rules.disconnect, rules.alpn_version),
            (disconnect, alpn_version),
            "{number}"
        );
        for alpn in [None, Some(&b"hytale/1"[..]), Some(b"hytale/3")] {
            // A build number that is known leaves nothing for the ALPN to decide.
            assert_eq!(
                DisconnectForm::for_client(alpn, ClientBuild::Number(number)),
                disconnect,
                "{number}"
            );
        }
    }
}

#[test]
fn clients_without_a_build_number() {
    for (alpn, build, form) in [
        (Some("hytale/1"), ClientBuild::Hash, Plain),
        (Some("hytale/3"), ClientBuild::Hash, Plain),
        (None, ClientBuild::Hash, Plain),
        (Some("hytale/1"), ClientBuild::Unknown, Plain),
        (Some("hytale/2"), ClientBuild::Unknown, Bare),
        (Some("hytale/3"), ClientBuild::Unknown, Bare),
        (Some("hytale/99"), ClientBuild::Unknown, Bare),
        (Some("hytale/01"), ClientBuild::Unknown, Bare),
        (Some("h3"), ClientBuild::Unknown, Bare),
        (None, ClientBuild::Unknown, Bare),
    ] {
        assert_eq!(
            DisconnectForm::for_client(alpn.map(str::as_bytes), build),
            form,
            "{alpn:?} {build}"
        );
    }
    assert_eq!(
        (
            HASH_RULES.generation,
            HASH_RULES.language_limit,
            HASH_RULES.strict
        ),
        (G1, 128, false)
    );
}

#[test]
fn newer_than_known() {
    assert!(is_known(NEWEST_BUILD) && !is_known(NEWEST_BUILD + 1));
    for (build, newer) in [
        (ClientBuild::Number(242), false),
        (ClientBuild::Number(243), true),
        (ClientBuild::Number(i32::MAX), true),
        // Never seen, but there are rules for it.
        (ClientBuild::Number(150), false),
        (ClientBuild::Number(-5), false),
        (ClientBuild::Hash, false),
        (ClientBuild::Unknown, false),
    ] {
        assert_eq!(build.is_newer_than_known(), newer, "{build}");
    }
}

#[test]
fn tables_ascend_and_end_where_knowledge_ends() {
    assert!(BUILD_RULES.is_sorted_by(|a, b| a.first < b.first));
    assert!(KNOWN_BUILDS.is_sorted_by(|a, b| a.number < b.number));
    assert_eq!(
        KNOWN_BUILDS.last().map(|build| build.number),
        Some(NEWEST_BUILD)
    );
}

#[test]
fn each_generation_has_a_build_to_pose_as() {
    for generation in Generation::ALL {
        assert_eq!(generation.as_str().parse(), Ok(generation));
        let build = generation.representative();
        assert_eq!(
            build.rules().map(|rules| rules.generation),
            Some(generation)
        );
        match (Protocol::of(build), build) {
            (Protocol::Hash(hash), ClientBuild::Hash) => assert_eq!(hash.len(), 64),
            (
                Protocol::Build {
                    crc,
                    number,
                    client_version,
                },
                ClientBuild::Number(expected),
            ) => {
                assert_eq!(
                    (number, Some(crc)),
                    (expected, known_build(expected).map(|known| known.crc))
                );
                assert!((1..=20).contains(&client_version.len()), "{generation}");
            }
            (protocol, build) => panic!("{build} gave {protocol:?}"),
        }
    }
    assert!("g5".parse::<Generation>().is_err());
    let unseen = Protocol::Build {
        crc: 0,
        number: 300,
        client_version: "",
    };
    assert_eq!(Protocol::of(ClientBuild::Number(300)), unseen);
}
