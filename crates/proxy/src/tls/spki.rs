//! Reader of the public key in a certificate.
//!
//! Certificate libraries refuse a certificate with an unknown critical extension. That is right if trust comes from the
//! certificate. Here trust comes from the fingerprint alone, and a player must not be refused for an unused field.

/// DER tags (X.690, section 8.1.2) of the fields before the public key.
const SEQUENCE: u8 = 0x30;
const INTEGER: u8 = 0x02;
const EXPLICIT_VERSION: u8 = 0xa0;

/// Returns the `SubjectPublicKeyInfo` of a certificate (RFC 5280, section 4.1) with its tag and length; `None` if the
/// bytes are not a certificate.
pub(super) fn of_certificate(der: &[u8]) -> Option<&[u8]> {
    let (certificate, []) = element(der, SEQUENCE)? else {
        return None;
    };
    let (mut rest, _) = element(certificate.body, SEQUENCE).map(|(tbs, rest)| (tbs.body, rest))?;
    if rest.first() == Some(&EXPLICIT_VERSION) {
        (_, rest) = element(rest, EXPLICIT_VERSION)?;
    }
    (_, rest) = element(rest, INTEGER)?; // serial number
    for _signature_issuer_validity_subject in 0..4 {
        (_, rest) = element(rest, SEQUENCE)?;
    }
    let (key, _) = element(rest, SEQUENCE)?;
    Some(key.whole)
}

struct Element<'a> {
    whole: &'a [u8],
    body: &'a [u8],
}

/// Splits the first element of `der` from what follows it.
fn element(der: &[u8], tag: u8) -> Option<(Element<'_>, &[u8])> {
    let (&found, after_tag) = der.split_first()?;
    let (&first, after_length) = after_tag.split_first()?;
    if found != tag {
        return None;
    }
    let (length, body) = match first {
        0..=0x7f => (usize::from(first), after_length),
        // Up to three bytes of length: 16 MiB, more than a handshake message can carry.
        0x81..=0x83 => {
            let (bytes, body) = after_length.split_at_checked(usize::from(first & 0x0f))?;
            (bytes.iter().fold(0, |n, b| n << 8 | usize::from(*b)), body)
        }
        _ => return None,
    };
    let (body, rest) = body.split_at_checked(length)?;
    let whole = der.get(..der.len() - rest.len())?;
    Some((Element { whole, body }, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn certificate(alg: &'static rcgen::SignatureAlgorithm) -> (Vec<u8>, Vec<u8>) {
        let key = rcgen::KeyPair::generate_for(alg).unwrap();
        let cert = rcgen::CertificateParams::new(["a.example".to_owned()])
            .unwrap()
            .self_signed(&key)
            .unwrap();
        (
            cert.der().to_vec(),
            rcgen::PublicKeyData::subject_public_key_info(&key),
        )
    }

    #[test]
    fn finds_the_key_of_every_kind() {
        for alg in [
            &rcgen::PKCS_ECDSA_P256_SHA256,
            &rcgen::PKCS_ED25519,
            &rcgen::PKCS_ECDSA_P384_SHA384,
        ] {
            let (der, spki) = certificate(alg);
            assert_eq!(of_certificate(&der), Some(&spki[..]));
        }
    }

    #[test]
    fn truncations_and_noise_are_no_certificate() {
        let (der, _) = certificate(&rcgen::PKCS_ECDSA_P256_SHA256);
        for end in 0..der.len() {
            assert_eq!(of_certificate(&der[..end]), None, "cut at {end}");
        }
        for at in 0..der.len() {
            let mut bent = der.clone();
            bent[at] ^= 0xff;
            let _ = of_certificate(&bent);
        }
        assert_eq!(of_certificate(&[0x30, 0x84, 0xff, 0xff, 0xff, 0xff]), None);
    }
}
