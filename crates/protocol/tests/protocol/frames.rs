//! Headers, the writer, and the incremental reader.

use hyrouter_protocol::{
    EncodeError, FrameError, FrameHeader, FrameReader, HEADER_LEN, MAX_CONNECT_PAYLOAD,
    MAX_PAYLOAD, write_frame,
};
use proptest::prelude::*;

type Owned = (i32, Vec<u8>);

fn header(len: i32, id: i32) -> [u8; HEADER_LEN] {
    let mut bytes = [0; HEADER_LEN];
    bytes[..4].copy_from_slice(&len.to_le_bytes());
    bytes[4..].copy_from_slice(&id.to_le_bytes());
    bytes
}

fn frame(id: i32, payload: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    write_frame(&mut out, id, |out| {
        out.extend_from_slice(payload);
        Ok(())
    })
    .unwrap();
    out
}

/// All frames of a stream given in pieces, and how it ended.
fn read(mut reader: FrameReader, pieces: &[&[u8]]) -> (Vec<Owned>, Result<usize, FrameError>) {
    let mut frames = Vec::new();
    for piece in pieces {
        reader.push(piece);
        loop {
            match reader.next_frame() {
                Ok(Some(frame)) => frames.push((frame.packet_id, frame.payload.to_vec())),
                Ok(None) => break,
                Err(error) => return (frames, Err(error)),
            }
        }
    }
    (frames, Ok(reader.buffered()))
}

#[test]
fn headers() {
    let max = i32::try_from(MAX_PAYLOAD).unwrap();
    for (len, id, expected) in [
        (0, 0, Ok(())),
        (120, 18, Ok(())),
        (max, i32::MAX, Ok(())),
        (
            max + 1,
            0,
            Err(FrameError::TooLong {
                len: MAX_PAYLOAD + 1,
                limit: MAX_PAYLOAD,
            }),
        ),
        (-1, 0, Err(FrameError::NegativeLength(-1))),
        (i32::MIN, 0, Err(FrameError::NegativeLength(i32::MIN))),
        (0, -1, Err(FrameError::NegativeId(-1))),
    ] {
        let bytes = header(len, id);
        let decoded = FrameHeader::decode(&bytes);
        assert_eq!(decoded.map(|_| ()), expected, "{len} {id}");
        if let Ok(decoded) = decoded {
            assert_eq!(decoded.encode(), Ok(bytes));
        }
    }
    let too_long = FrameHeader {
        payload_len: MAX_PAYLOAD + 1,
        packet_id: 0,
    };
    assert_eq!(
        too_long.encode(),
        Err(EncodeError::FrameTooLong {
            len: MAX_PAYLOAD + 1
        })
    );
    assert_eq!(
        FrameHeader {
            payload_len: 0,
            packet_id: -7
        }
        .encode(),
        Err(EncodeError::NegativeId(-7))
    );
}

#[test]
fn a_failed_write_leaves_the_buffer_as_it_was() {
    let mut out = vec![1, 2, 3];
    let error = EncodeError::BadHash;
    let result = write_frame(&mut out, 5, |out| {
        out.extend([4, 5]);
        Err(error)
    });
    assert_eq!((result, &out), (Err(error), &vec![1, 2, 3]));
    assert_eq!(
        write_frame(&mut out, -1, |_| Ok(())),
        Err(EncodeError::NegativeId(-1))
    );
    assert_eq!(out, [1, 2, 3]);
}

#[test]
fn the_header_is_judged_before_any_payload() {
    let over = i32::try_from(MAX_CONNECT_PAYLOAD).unwrap() + 1;
    for (len, id, error) in [
        (
            over,
            0,
            FrameError::TooLong {
                len: MAX_CONNECT_PAYLOAD + 1,
                limit: MAX_CONNECT_PAYLOAD,
            },
        ),
        (-5, 0, FrameError::NegativeLength(-5)),
        (10, 1, FrameError::NotConnect(1)),
        (10, -1, FrameError::NegativeId(-1)),
    ] {
        let mut reader = FrameReader::first_connect();
        let bytes = header(len, id);
        reader.push(&bytes[..7]);
        assert_eq!(reader.next_frame(), Ok(None));
        reader.push(&[&bytes[7..], &[0; 1000]].concat());
        assert_eq!(reader.buffered(), 0, "nothing of a refused frame is kept");
        assert_eq!(reader.next_frame(), Err(error));
        reader.push(&frame(0, b"late"));
        assert_eq!(reader.next_frame(), Err(error));
        assert_eq!(reader.buffered(), 0);
    }
}

#[test]
fn a_connect_of_the_full_length_passes_and_other_packets_may_follow() {
    let stream = [frame(0, &vec![7; MAX_CONNECT_PAYLOAD]), frame(1, &[0, 0])].concat();
    let (frames, end) = read(FrameReader::first_connect(), &[&stream]);
    assert_eq!(frames, [(0, vec![7; MAX_CONNECT_PAYLOAD]), (1, vec![0, 0])]);
    assert_eq!(end, Ok(0));
}

#[test]
fn only_the_first_frame_has_the_limit_of_connect() {
    let long = vec![0; MAX_CONNECT_PAYLOAD + 1];
    let reader = || FrameReader::new(MAX_PAYLOAD).connect_first();
    let (frames, end) = read(reader(), &[&frame(0, b""), &frame(9, &long)]);
    assert_eq!((frames.len(), end), (2, Ok(0)));
    let (frames, end) = read(reader(), &[&frame(0, &long)]);
    assert_eq!((frames.len(), end.is_err()), (0, true));
}

#[test]
fn held_bytes_are_bounded_by_limit_and_push() {
    const LIMIT: usize = 100;
    let stream = frame(3, &[1; LIMIT]).repeat(50);
    for push in [1, 7, 64, 108, 500] {
        let mut reader = FrameReader::new(LIMIT);
        let mut frames = 0;
        for piece in stream.chunks(push) {
            reader.push(piece);
            assert!(reader.buffered() < HEADER_LEN + LIMIT + push);
            while reader.next_frame().unwrap().is_some() {
                frames += 1;
            }
            assert!(reader.buffered() < HEADER_LEN + LIMIT);
        }
        assert_eq!((frames, reader.buffered()), (50, 0));
    }
}

#[test]
fn debug_output_is_without_payload() {
    let mut reader = FrameReader::new(10);
    reader.push(&frame(0, b"secret"));
    let text = format!("{:?}", reader.next_frame());
    assert_eq!(text, "Ok(Some(Frame { packet_id: 0, payload_len: 6 }))");
}

proptest! {
    #[test]
    fn the_split_does_not_matter(
        frames in prop::collection::vec((0..400i32, prop::collection::vec(any::<u8>(), 0..60)), 0..8),
        tail in prop::collection::vec(any::<u8>(), 0..20),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..20),
    ) {
        let mut stream: Vec<u8> = frames.iter().flat_map(|(id, payload)| frame(*id, payload)).collect();
        stream.extend(tail);
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(stream.len() + 1)).collect();
        cuts.extend([0, stream.len()]);
        cuts.sort_unstable();
        let pieces: Vec<&[u8]> = cuts.windows(2).map(|cut| &stream[cut[0]..cut[1]]).collect();

        let whole = read(FrameReader::new(59), &[&stream]);
        let split = read(FrameReader::new(59), &pieces);
        prop_assert_eq!(&whole, &split);
        prop_assert!(whole.0.starts_with(&frames));
    }
}
