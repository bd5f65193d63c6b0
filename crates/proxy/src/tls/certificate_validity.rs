//! Validity of a certificate.

use std::time::{Duration, SystemTime};

use rustls::CertificateError;
use x509_parser::prelude::{FromDer as _, X509Certificate};
use x509_parser::time::ASN1Time;

/// Validity period of a certificate (RFC 5280, section 4.1.2.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CertificateValidity {
    /// The first second in which it is valid.
    pub not_before: SystemTime,
    /// The last second in which it is valid.
    pub not_after: SystemTime,
}

impl CertificateValidity {
    /// Reads the validity of a certificate in DER.
    pub(super) fn of(der: &[u8]) -> Result<Self, rustls::Error> {
        let unreadable = || rustls::Error::from(CertificateError::BadEncoding);
        let (_, certificate) = X509Certificate::from_der(der).map_err(|_| unreadable())?;
        let validity = certificate.validity();
        let read = |time| moment(time).ok_or_else(unreadable);
        Ok(Self {
            not_before: read(validity.not_before)?,
            not_after: read(validity.not_after)?,
        })
    }
}

fn moment(time: ASN1Time) -> Option<SystemTime> {
    let seconds = time.timestamp();
    let distance = Duration::from_secs(seconds.unsigned_abs());
    if seconds < 0 {
        SystemTime::UNIX_EPOCH.checked_sub(distance)
    } else {
        SystemTime::UNIX_EPOCH.checked_add(distance)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_both_ends() {
        let key = rcgen::KeyPair::generate().unwrap();
        let mut params = rcgen::CertificateParams::new(["a.example.com".to_owned()]).unwrap();
        params.not_before = rcgen::date_time_ymd(1969, 12, 31);
        params.not_after = rcgen::date_time_ymd(2050, 1, 1);
        let certificate = params.self_signed(&key).unwrap();
        let validity = CertificateValidity::of(certificate.der()).unwrap();
        let day = Duration::from_hours(24);
        assert_eq!(validity.not_before, SystemTime::UNIX_EPOCH - day);
        let until = SystemTime::UNIX_EPOCH + Duration::from_hours(701_280);
        assert_eq!(validity.not_after, until);
        assert!(CertificateValidity::of(b"no certificate").is_err());
    }
}
