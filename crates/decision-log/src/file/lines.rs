//! Writing of complete lines after incomplete ones.

use std::io::{self, Write};

/// Writes lines to an output that may fail at any byte.
#[derive(Debug, Default)]
pub(super) struct LineWriter {
    /// `true` if the last write broke off within a line.
    is_torn: bool,
}

/// Result of writing some lines.
pub(super) struct LinesWritten {
    /// Number of complete lines.
    pub(super) lines: u64,
    /// Error that kept the other lines from being written.
    pub(super) error: Option<io::Error>,
}

impl LineWriter {
    /// Writes lines. Ends an incomplete line of the write before first, so that it does not damage the next one.
    pub(super) fn write(&mut self, to: &mut impl Write, lines: &[u8]) -> LinesWritten {
        let (written, error) = self.write_some(to, lines);
        let ends = lines.iter().take(written).filter(|&&byte| byte == b'\n');
        LinesWritten {
            lines: u64::try_from(ends.count()).unwrap_or(u64::MAX),
            error: error.or_else(|| to.flush().err()),
        }
    }

    /// Returns the number of bytes written, and the error that stopped the write.
    fn write_some(&mut self, to: &mut impl Write, lines: &[u8]) -> (usize, Option<io::Error>) {
        if self.is_torn {
            let (ended, error) = write_all(to, b"\n");
            self.is_torn = ended == 0;
            if error.is_some() {
                return (0, error);
            }
        }
        let (written, error) = write_all(to, lines);
        let last = written.checked_sub(1).and_then(|last| lines.get(last));
        self.is_torn = last.is_some_and(|&byte| byte != b'\n');
        (written, error)
    }
}

/// Works like [`Write::write_all`], and returns the number of bytes written.
fn write_all(to: &mut impl Write, bytes: &[u8]) -> (usize, Option<io::Error>) {
    let mut written = 0;
    while let Some(rest) = bytes.get(written..).filter(|rest| !rest.is_empty()) {
        match to.write(rest) {
            Ok(0) => return (written, Some(io::ErrorKind::WriteZero.into())),
            Ok(more) => written += more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return (written, Some(error)),
        }
    }
    (written, None)
}

#[cfg(test)]
mod tests {
    use std::io::{self, Write};

    use super::LineWriter;

    /// A disk with room for this number of bytes.
    struct Disk {
        room: usize,
        content: Vec<u8>,
        interrupt: bool,
    }

    impl Write for Disk {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.interrupt = !self.interrupt;
            if self.interrupt {
                return Err(io::ErrorKind::Interrupted.into());
            }
            if self.room == 0 {
                return Err(io::ErrorKind::StorageFull.into());
            }
            let taken = bytes.len().min(self.room).min(3);
            self.room -= taken;
            self.content.extend_from_slice(&bytes[..taken]);
            Ok(taken)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn an_incomplete_line_does_not_damage_the_next() {
        for room in 0..=12 {
            let mut disk = Disk {
                room,
                content: Vec::new(),
                interrupt: false,
            };
            let mut lines = LineWriter::default();
            let first = lines.write(&mut disk, b"aaa\nbbb\nccc\n");
            assert_eq!(first.lines, u64::try_from(room / 4).unwrap());
            assert_eq!(first.error.is_some(), room < 12);
            let full = lines.write(&mut disk, b"lost\n");
            assert_eq!((full.lines, full.error.is_some()), (0, true));

            disk.room = 100;
            let last = lines.write(&mut disk, b"ddd\n");
            assert_eq!((last.lines, last.error.is_none()), (1, true));
            let content = String::from_utf8(disk.content).unwrap();
            let whole: Vec<_> = content.lines().filter(|line| line.len() == 3).collect();
            let kept = ["aaa", "bbb", "ccc"].iter().take((room + 1) / 4);
            let wanted: Vec<_> = kept.chain(["ddd"].iter()).copied().collect();
            assert_eq!(whole, wanted, "{room}: {content:?}");
        }
    }
}
