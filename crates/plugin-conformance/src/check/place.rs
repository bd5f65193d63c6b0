/// An object of a request that gets unknown fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum UnknownPlace {
    Request,
    Event,
    Identity,
    Referral,
    ReferralSource,
    Candidate,
    Backend,
}

impl UnknownPlace {
    /// Returns the name of the check.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Request => "unknown fields in the request",
            Self::Event => "unknown fields in event",
            Self::Identity => "unknown fields in identity",
            Self::Referral => "unknown fields in referral",
            Self::ReferralSource => "unknown fields in referral_source",
            Self::Candidate => "unknown fields in candidates",
            Self::Backend => "unknown fields in backend",
        }
    }

    /// Returns the JSON pointer of the object.
    pub(super) const fn pointer(self) -> &'static str {
        match self {
            Self::Request => "",
            Self::Event => "/event",
            Self::Identity => "/event/identity",
            Self::Referral => "/event/referral",
            Self::ReferralSource => "/event/referral_source",
            Self::Candidate => "/candidates/0",
            Self::Backend => "/backend",
        }
    }
}
