//! `FormattedMessage`: text for the screen of a player, inside of `ServerDisconnect`.

use crate::error::{DecodeError, EncodeError};
use crate::field_slots::FieldSlots;
use crate::reader::Reader;
use crate::writer::{VarField, check_len, write_fields};

/// Maximum length of the text of a message or of a reason in bytes of UTF-8.
pub const MAX_TEXT: usize = 4_096_000;

const HEAD: &str = "head of message";
const RAW_TEXT: &str = "raw_text";
const MESSAGE_ID: &str = "message_id";
/// Fields behind the two above, in the order of their slots.
const OTHERS: [&str; 6] = [
    "children",
    "params",
    "message_params",
    "color",
    "link",
    "image",
];
/// Slots of all layouts.
const SLOTS: usize = 2 + OTHERS.len();

/// Layout of a message, by the length of its head in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FormattedLayout {
    /// Seen in builds 51 and 53.
    Fm38,
    /// Seen in builds 77 to 101.
    Fm39,
    /// Builds from 208 on.
    Fm40,
}

impl FormattedLayout {
    /// Returns the number of bytes of null bits.
    const fn null_len(self) -> usize {
        match self {
            Self::Fm38 => 1,
            Self::Fm39 | Self::Fm40 => 2,
        }
    }

    /// Returns the number of bytes before the slots: null bits, then one byte each for bold, italic, mono, underlined,
    /// in fm40 strikethrough, and markup. All zero is plain text.
    const fn fixed_len(self) -> usize {
        match self {
            Self::Fm38 => 6,
            Self::Fm39 => 7,
            Self::Fm40 => 8,
        }
    }

    /// Returns the null bit of the first slot, the raw text; those of the other slots follow it. Lower bits are for
    /// styles, which in fm38 have a value of their own for null.
    const fn first_bit(self) -> u32 {
        match self {
            Self::Fm38 => 0,
            Self::Fm39 => 4,
            Self::Fm40 => 5,
        }
    }

    const fn head_len(self) -> usize {
        self.fixed_len() + SLOTS * size_of::<i32>()
    }
}

/// Message: text, or the name of a text that the client has in its language.
///
/// The other fields of a message (styles, children, parameters, color, link, image) are not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FormattedMessage<'a> {
    /// Text to show as it is, at most [`MAX_TEXT`] bytes.
    pub raw_text: Option<&'a str>,
    /// Key of a translated text, at most [`MAX_TEXT`] bytes.
    pub message_id: Option<&'a str>,
}

impl<'a> FormattedMessage<'a> {
    /// Makes a message of plain text.
    #[must_use]
    pub const fn text(text: &'a str) -> Self {
        Self {
            raw_text: Some(text),
            message_id: None,
        }
    }

    /// Reads a message that is the rest of a payload. Fields that are not kept must lie inside of it.
    ///
    /// # Errors
    /// The message is too short, or a field is not allowed.
    pub fn decode(bytes: &'a [u8], layout: FormattedLayout) -> Result<Self, DecodeError> {
        let mut slots = FieldSlots::new(HEAD, bytes, layout.head_len(), false)?;
        let nulls = match layout.null_len() {
            1 => u16::from(slots.head.u8(HEAD)?),
            _ => slots.head.u16(HEAD)?,
        };
        slots
            .head
            .take(HEAD, layout.fixed_len() - layout.null_len())?;
        let mut present = nulls >> layout.first_bit();
        let mut next = || {
            let bit = present & 1 != 0;
            present >>= 1;
            bit
        };
        let text = |reader: &mut Reader<'a>, field| reader.utf8(field, MAX_TEXT);
        let raw_text = slots.optional(RAW_TEXT, next(), text)?;
        let message_id = slots.optional(MESSAGE_ID, next(), text)?;
        for field in OTHERS {
            slots.optional(field, next(), |_, _| Ok(()))?;
        }
        Ok(Self {
            raw_text,
            message_id,
        })
    }

    /// Appends the message with no style set. On an error `out` is unchanged.
    ///
    /// # Errors
    /// [`EncodeError::TooLong`] if a text has more than [`MAX_TEXT`] bytes.
    pub fn encode(&self, layout: FormattedLayout, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        self.check()?;
        let present =
            u16::from(self.raw_text.is_some()) | u16::from(self.message_id.is_some()) << 1;
        let nulls = (present << layout.first_bit()).to_le_bytes();
        let fixed_end = out.len() + layout.fixed_len();
        out.extend(nulls.into_iter().take(layout.null_len()));
        out.resize(fixed_end, 0);
        let mut fields = [None; SLOTS];
        let [raw_text, message_id, ..] = &mut fields;
        *raw_text = self.raw_text.map(VarField::text);
        *message_id = self.message_id.map(VarField::text);
        write_fields(out, &fields);
        Ok(())
    }

    pub(crate) fn check(&self) -> Result<(), EncodeError> {
        check_len(RAW_TEXT, self.raw_text.map_or(0, str::len), MAX_TEXT)?;
        check_len(MESSAGE_ID, self.message_id.map_or(0, str::len), MAX_TEXT)
    }
}
