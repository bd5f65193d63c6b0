//! Writing a Connect, as clients do. Routers need this for their tools and tests only.

use super::{
    Connect, HASH_WIDTH, MAX_IDENTITY_TOKEN, MAX_REFERRAL_DATA, MAX_USERNAME, Protocol,
    VERSION_WIDTH, field,
};
use crate::builds::{ClientRules, Generation};
use crate::error::EncodeError;
use crate::writer::{VarField, check_ascii, check_len, write_fields, write_fixed};

impl Connect<'_> {
    /// Appends the payload in its canonical form: fields in the order of their slots, no gaps, -1 in the slots of
    /// absent fields. Every generation reads this form.
    ///
    /// # Errors
    /// [`decode`](Self::decode) would not return the same packet: a field is over its limit, the generation does not
    /// have a field or lacks one, or the build does not belong to the generation. `out` is unchanged then.
    pub fn encode(&self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        self.check()?;
        out.push(self.null_bits());
        match self.protocol {
            Protocol::Hash(hash) => write_fixed(out, hash, HASH_WIDTH),
            Protocol::Build {
                crc,
                number,
                client_version,
            } => {
                out.extend_from_slice(&crc.to_le_bytes());
                out.extend_from_slice(&number.to_le_bytes());
                write_fixed(out, client_version, VERSION_WIDTH);
            }
        }
        out.push(self.client_type.number());
        if let Some(uuid) = self.uuid {
            out.extend_from_slice(uuid.as_bytes());
        }
        let username = self.username.map(VarField::text);
        let language = self.language.map(VarField::text);
        let identity_token = self.identity_token.map(VarField::text);
        let referral_data = self.referral_data.map(VarField::Bytes);
        let referral_source = self.referral_source.map(VarField::Host);
        match self.generation {
            Generation::G1 => {
                write_fields(
                    out,
                    &[
                        language,
                        identity_token,
                        username,
                        referral_data,
                        referral_source,
                    ],
                );
            }
            Generation::G2 => {
                write_fields(
                    out,
                    &[
                        username,
                        identity_token,
                        language,
                        referral_data,
                        referral_source,
                    ],
                );
            }
            Generation::G3 | Generation::G4 => {
                write_fields(
                    out,
                    &[identity_token, language, referral_data, referral_source],
                );
            }
        }
        Ok(())
    }

    /// One bit for each optional field that is there, in the order of the slots.
    fn null_bits(&self) -> u8 {
        let since_g2 = u8::from(self.identity_token.is_some())
            | u8::from(self.referral_data.is_some()) << 1
            | u8::from(self.referral_source.is_some()) << 2;
        match self.generation {
            Generation::G1 => since_g2 << 1 | u8::from(self.language.is_some()),
            _ => since_g2,
        }
    }

    fn check(&self) -> Result<(), EncodeError> {
        let rules = self.check_protocol()?;
        self.check_presence()?;
        if let Some(username) = self.username {
            check_ascii(field::USERNAME, username, MAX_USERNAME)?;
        }
        if let Some(language) = self.language {
            check_ascii(field::LANGUAGE, language, rules.language_limit)?;
        }
        if let Some(token) = self.identity_token {
            check_len(field::IDENTITY_TOKEN, token.len(), MAX_IDENTITY_TOKEN)?;
        }
        if let Some(data) = self.referral_data {
            check_len(field::REFERRAL_DATA, data.len(), MAX_REFERRAL_DATA)?;
        }
        if let Some(source) = self.referral_source {
            source.check(field::REFERRAL_SOURCE)?;
        }
        Ok(())
    }

    fn check_protocol(&self) -> Result<&'static ClientRules, EncodeError> {
        let Self {
            generation,
            protocol,
            ..
        } = *self;
        match protocol {
            Protocol::Hash(hash) => {
                check_len(field::PROTOCOL_HASH, hash.len(), HASH_WIDTH)?;
                if hash.is_empty() || !hash.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                    return Err(EncodeError::BadHash);
                }
            }
            Protocol::Build { client_version, .. } => {
                check_ascii(field::CLIENT_VERSION, client_version, VERSION_WIDTH)?;
                if client_version.contains('\0') {
                    return Err(EncodeError::NotAscii {
                        field: field::CLIENT_VERSION,
                    });
                }
            }
        }
        self.build()
            .rules()
            .filter(|rules| rules.generation == generation || rules.alternative == Some(generation))
            .ok_or(EncodeError::WrongGeneration {
                generation,
                build: self.build(),
            })
    }

    fn check_presence(&self) -> Result<(), EncodeError> {
        let generation = self.generation;
        for (field, present) in [
            (field::UUID, self.uuid.is_some()),
            (field::USERNAME, self.username.is_some()),
        ] {
            match (generation.has_player(), present) {
                (true, false) => return Err(EncodeError::Missing { field, generation }),
                (false, true) => return Err(EncodeError::Unexpected { field, generation }),
                _ => {}
            }
        }
        if generation != Generation::G1 && self.language.is_none() {
            return Err(EncodeError::Missing {
                field: field::LANGUAGE,
                generation,
            });
        }
        Ok(())
    }
}
