use super::{Answer, MAX_INFORMATIONAL};

const CONTINUE: &str = "HTTP/1.1 100 Continue\r\n\r\n";
const HINTS: &str = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n";
const OK: &str = "HTTP/1.1 200 OK\r\n\r\n";

/// Passes a text in pieces of this number of bytes.
fn see(answer: &mut Answer, text: &str, piece: usize) -> Result<(), String> {
    let mut pieces = text.as_bytes().chunks(piece);
    pieces.try_for_each(|piece| answer.see(piece).map_err(|error| error.to_string()))
}

#[test]
fn informational_responses_are_counted_up_to_the_final_one() {
    for piece in [1, 2, 7, 1000] {
        for one in [CONTINUE, HINTS, "HTTP/1.1 100 \n\n"] {
            let many = one.repeat(MAX_INFORMATIONAL as usize);
            let mut answer = Answer::default();
            see(&mut answer, &many, piece).unwrap();
            assert!(!answer.is_final());
            see(&mut answer, OK, piece).unwrap();
            assert!(answer.is_final());
            // A body may look like a response, and each response has its own count.
            see(&mut answer, &many, piece).unwrap();
            answer.begin_exchange();
            see(&mut answer, &many, piece).unwrap();
            let error = see(&mut answer, one, piece).unwrap_err();
            assert!(error.starts_with("more than 16 informational"), "{error}");
        }
    }
}

#[test]
fn other_protocols_pass_uninspected() {
    let mut answer = Answer::default();
    see(&mut answer, "SSH-2.0-OpenSSH_9.9\r\n", 3).unwrap();
    assert!(answer.is_final());
}
