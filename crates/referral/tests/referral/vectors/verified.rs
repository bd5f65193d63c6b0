//! Players whom the sealer has verified, and players who are what the client claimed.

use super::file::{Expect, Stated, Vector};
use super::make::{T, bytes_of, ed25519, exactly, opens, referral, refuses, ticket};

pub(crate) fn vectors() -> Vec<Vector> {
    [opened(), claimed(), changed(), vec![without_player()]].concat()
}

/// The same with a player whom the sealer has verified.
fn verified(stated: Stated) -> Stated {
    Stated {
        verified: true,
        ..stated
    }
}

fn without_certificate(stated: Stated) -> Stated {
    Stated {
        certificate: None,
        ..stated
    }
}

fn opened() -> Vec<Vector> {
    let same = |name, why, stated: Stated| {
        let expect = exactly(&stated);
        opens(name, why, stated, T, expect)
    };
    let claimed = exactly(&referral());
    let any_player = Expect {
        player: None,
        ..claimed.clone()
    };
    vec![
        same(
            "verified_referral",
            "The router has verified the player, as is demanded.",
            verified(referral()),
        ),
        same(
            "verified_ticket",
            "The backend has verified the player, as is demanded.",
            ed25519(verified(ticket())),
        ),
        same(
            "verified_without_certificate",
            "Flag 2 does not need flag 1.",
            without_certificate(verified(referral())),
        ),
        opens(
            "verified_not_demanded",
            "The player is verified, and claimed is enough.",
            verified(referral()),
            T,
            claimed,
        ),
        opens(
            "verified_any_player",
            "The player is verified and not checked.",
            verified(referral()),
            T,
            any_player,
        ),
    ]
}

fn claimed() -> Vec<Vector> {
    let at = |name, why, stated: Stated| {
        let envelope = bytes_of(&stated);
        let demanded = exactly(&verified(stated));
        refuses("unverified", name, why, &envelope, T, demanded)
    };
    vec![
        at(
            "claimed_player",
            "A verified player is demanded, and the router had the word of the client alone.",
            referral(),
        ),
        at(
            "claimed_player_of_ticket",
            "A verified player is demanded, and the backend had the word of the client alone.",
            ticket(),
        ),
        at(
            "claimed_player_without_certificate",
            "A verified player is demanded; neither flag 1 nor flag 2 is set.",
            without_certificate(referral()),
        ),
    ]
}

/// Flag 2 changed after sealing.
fn changed() -> Vec<Vector> {
    let at = |name, why, stated: Stated| {
        let mut envelope = bytes_of(&stated);
        envelope[6] ^= 0x04;
        refuses("signature", name, why, &envelope, T, exactly(&referral()))
    };
    vec![
        at(
            "verified_set",
            "The player says that they were verified.",
            referral(),
        ),
        at(
            "verified_cleared",
            "Somebody says that the player was not verified.",
            verified(referral()),
        ),
    ]
}

/// A verified flag without a player is malformed, even with a valid signature and no expectation about the player.
fn without_player() -> Vector {
    let stated = Stated {
        player: None,
        ..verified(referral())
    };
    let expect = Expect {
        verified: false,
        ..exactly(&stated)
    };
    refuses(
        "malformed",
        "verified_without_player",
        "A player is verified, and none is known.",
        &bytes_of(&stated),
        T,
        expect,
    )
}
