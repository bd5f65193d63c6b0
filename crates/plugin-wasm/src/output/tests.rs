use super::*;

#[derive(Default)]
struct Lines(Mutex<Vec<(OutputLevel, String)>>);

impl OutputSink for Lines {
    fn line(&self, plugin: &str, level: OutputLevel, line: &str) {
        assert_eq!(plugin, "p");
        self.0.lock().unwrap().push((level, line.to_owned()));
    }
}

fn output() -> (Arc<Lines>, GuestOutput) {
    let lines = Arc::new(Lines::default());
    let output = GuestOutput::new("p".into(), Arc::<Lines>::clone(&lines));
    (lines, output)
}

fn texts(lines: &Lines) -> Vec<String> {
    let lines = lines.0.lock().unwrap();
    lines.iter().map(|(_, text)| text.clone()).collect()
}

#[test]
fn lines_are_put_together_from_parts() {
    let (lines, output) = output();
    let mut buffer = LineBuffer::new(OutputLevel::Warn);
    for part in ["he", "llo\r\nwor", "ld\n\n\n", "rest"] {
        buffer.write(part.as_bytes(), &output);
    }
    assert_eq!(texts(&lines), ["hello", "world"]);
    buffer.flush(&output);
    buffer.flush(&output);
    assert_eq!(texts(&lines), ["hello", "world", "rest"]);
    assert!(
        lines
            .0
            .lock()
            .unwrap()
            .iter()
            .all(|(level, _)| *level == OutputLevel::Warn)
    );
}

#[test]
fn a_line_without_end_takes_no_more_memory_than_one() {
    let (lines, output) = output();
    let mut buffer = LineBuffer::new(OutputLevel::Info);
    for _ in 0..1000 {
        buffer.write(&[b'x'; 1000], &output);
    }
    assert!(buffer.pending.len() <= MAX_LINE + 1);
    buffer.flush(&output);
    assert_eq!(texts(&lines), [format!("{}…", "x".repeat(MAX_LINE))]);
}

#[test]
fn control_characters_and_invalid_utf8_are_replaced() {
    let (lines, output) = output();
    output.text(OutputLevel::Info, b"a\x1b[2Jb\tc\0\n\xff\xfe");
    assert_eq!(
        texts(&lines),
        ["a\u{fffd}[2Jb\tc\u{fffd}", "\u{fffd}\u{fffd}"]
    );
}

#[test]
fn a_flood_is_cut_and_told_of() {
    let (lines, output) = output();
    let start = Instant::now();
    let admitted = (0..1000).filter(|_| output.admit(start).is_some()).count();
    assert_eq!(admitted, 100);
    assert_eq!(output.admit(start + Duration::from_secs(2)), Some(900));
    assert_eq!(output.admit(start + Duration::from_secs(2)), Some(0));
    assert!(texts(&lines).is_empty());

    let (lines, output) = self::output();
    for _ in 0..200 {
        output.line(OutputLevel::Info, b"x");
    }
    output.rate.lock().unwrap().second -= Duration::from_secs(2);
    output.line(OutputLevel::Info, b"last");
    let texts = texts(&lines);
    assert!(
        texts
            .iter()
            .any(|text| text.contains("lines of this plugin were left out"))
    );
    assert_eq!(texts.last().unwrap(), "last");
}
