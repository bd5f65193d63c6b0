//! Bound on the acknowledgement delay that a client may claim.

use quinn::Side;
use quinn_proto::TransportError;
use quinn_proto::transport_parameters::TransportParameters;

/// Maximum `max_ack_delay` of a client, in milliseconds. Implementations use 25. The protocol allows 16,383, and QUIC
/// remembers a closed connection for three times as long (RFC 9000, sections 10.2 and 18.2).
const MAX_ACK_DELAY: u8 = 100;
/// Id of the transport parameter.
const MAX_ACK_DELAY_ID: u64 = 0x0b;

/// Returns the parameters with `max_ack_delay` lowered to [`MAX_ACK_DELAY`], or `None` if they already comply. quinn
/// cannot change a single parameter, so all are written, changed and read again.
pub(super) fn prompt(
    parameters: &TransportParameters,
) -> Result<Option<TransportParameters>, TransportError> {
    let mut written = Vec::with_capacity(256);
    parameters.write(&mut written);
    if cap(&mut written).is_none() {
        return Ok(None);
    }
    Ok(Some(TransportParameters::read(
        Side::Server,
        &mut &*written,
    )?))
}

/// Lowers `max_ack_delay` in encoded parameters (RFC 9000, section 18). `None` if it is low enough or absent; the
/// default is 25 ms.
fn cap(mut rest: &mut [u8]) -> Option<()> {
    loop {
        let (id, after_id) = varint(rest)?;
        let (len, body) = varint(after_id)?;
        let (header, len) = (rest.len() - body.len(), usize::try_from(len).ok()?);
        let (_, body) = rest.split_at_mut_checked(header)?;
        let (value, next) = body.split_at_mut_checked(len)?;
        if id == MAX_ACK_DELAY_ID {
            // A value over 100 takes two bytes: one byte holds at most 63, and the protocol's bound is 2^14. So the
            // replacement has the same length; a two-byte integer begins with the bits 01.
            return match value {
                [high, low] if (*high, *low) > (0x40, MAX_ACK_DELAY) => {
                    (*high, *low) = (0x40, MAX_ACK_DELAY);
                    Some(())
                }
                _ => None,
            };
        }
        rest = next;
    }
}

/// A variable-length integer (RFC 9000, section 16), and what follows it.
fn varint(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let (whole, rest) = bytes.split_at_checked(1 << (bytes.first()? >> 6))?;
    let bits = whole
        .iter()
        .fold(0, |value, byte| value << 8 | u64::from(*byte));
    Some((bits & (u64::MAX >> (66 - 8 * whole.len())), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Parameters as a client of quinn writes them, with that `max_ack_delay`.
    fn parameters(max_ack_delay: &[u8]) -> Vec<u8> {
        let mut written = vec![0x01, 0x02, 0x67, 0x10, 0x04, 0x04, 0x80, 0x00, 0xff, 0xff];
        if !max_ack_delay.is_empty() {
            written.extend([0x0b, u8::try_from(max_ack_delay.len()).unwrap()]);
            written.extend(max_ack_delay);
        }
        written.extend([0x0e, 0x01, 0x05, 0x0f, 0x03, 1, 2, 3]);
        written
    }

    #[test]
    fn max_ack_delay_is_capped_and_other_parameters_stay() {
        for (claimed, made) in [
            (&[][..], &[][..]),
            (&[0], &[0]),
            (&[63], &[63]),
            (&[0x40, 100], &[0x40, 100]),
            (&[0x40, 101], &[0x40, 100]),
            (&[0x41, 0], &[0x40, 100]),
            (&[0x7f, 0xff], &[0x40, 100]),
        ] {
            let mut written = parameters(claimed);
            let capped = cap(&mut written).is_some();
            assert_eq!(written, parameters(made), "{claimed:?}");
            assert_eq!(capped, claimed != made);
            let read = |bytes: Vec<u8>| TransportParameters::read(Side::Server, &mut &*bytes);
            let prompted = prompt(&read(parameters(claimed)).unwrap()).unwrap();
            let wanted = capped.then(|| read(parameters(made)).unwrap());
            assert_eq!(prompted, wanted, "{claimed:?}");
        }
    }

    #[test]
    fn cut_parameters_are_left_alone() {
        let whole = parameters(&[0x7f, 0xff]);
        for end in 0..13 {
            let mut cut = whole.get(..end).unwrap().to_vec();
            assert_eq!(cap(&mut cut), None);
            assert_eq!(cut, whole.get(..end).unwrap());
        }
    }
}
