use crate::error::DecodeError;
use crate::reader::Reader;

/// Slot of an absent field.
pub(crate) const ABSENT: i32 = -1;

/// Payload of the common form: a head of fixed length that ends in slots, and behind it a block into which the slots
/// are offsets.
#[derive(Debug)]
pub(crate) struct FieldSlots<'a> {
    /// Position in the head; each field read moves it over one slot.
    pub(crate) head: Reader<'a>,
    block: &'a [u8],
    /// Fields must follow one another in the order of their slots, without gaps.
    strict: bool,
    /// End of the last field read in the block.
    end: usize,
}

impl<'a> FieldSlots<'a> {
    /// Splits off a head of `head_len` bytes, which must all be there.
    pub(crate) fn new(
        head: &'static str,
        payload: &'a [u8],
        head_len: usize,
        strict: bool,
    ) -> Result<Self, DecodeError> {
        let Some((fixed, block)) = payload.split_at_checked(head_len) else {
            return Err(DecodeError::Truncated {
                field: head,
                needed: head_len,
                have: payload.len(),
            });
        };
        Ok(Self {
            head: Reader::new(fixed, strict),
            block,
            strict,
            end: 0,
        })
    }

    /// Reads the field of the next slot if its null bit says that there is one.
    pub(crate) fn optional<T>(
        &mut self,
        field: &'static str,
        present: bool,
        read: impl FnOnce(&mut Reader<'a>, &'static str) -> Result<T, DecodeError>,
    ) -> Result<Option<T>, DecodeError> {
        if present {
            return self.required(field, read).map(Some);
        }
        let offset = self.head.i32(field)?;
        if self.strict && offset != ABSENT {
            return Err(DecodeError::NotCanonical {
                field,
                offset,
                expected: ABSENT,
            });
        }
        Ok(None)
    }

    /// Reads the field of the next slot.
    pub(crate) fn required<T>(
        &mut self,
        field: &'static str,
        read: impl FnOnce(&mut Reader<'a>, &'static str) -> Result<T, DecodeError>,
    ) -> Result<T, DecodeError> {
        let offset = self.head.i32(field)?;
        let out_of_range = DecodeError::OffsetOutOfRange {
            field,
            offset,
            len: self.block.len(),
        };
        let bytes = usize::try_from(offset)
            .ok()
            .and_then(|start| self.block.get(start..))
            .ok_or(out_of_range)?;
        if self.strict {
            let expected = i32::try_from(self.end).map_err(|_| out_of_range)?;
            if offset != expected {
                return Err(DecodeError::NotCanonical {
                    field,
                    offset,
                    expected,
                });
            }
        }
        let mut reader = Reader::new(bytes, self.strict);
        let value = read(&mut reader, field)?;
        self.end = self.block.len() - reader.rest().len();
        Ok(value)
    }
}
