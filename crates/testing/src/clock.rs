//! A paused clock that a test moves, while sockets work in real time.

use std::sync::mpsc::{SyncSender, sync_channel};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{spawn_blocking, yield_now};
use tokio::time::advance;

/// Limit that ends a test that hangs; far longer than any test takes.
const PATIENCE: Duration = Duration::from_secs(30);

/// Holds the paused clock of a test. Otherwise it would jump to the next timer as soon as all tasks wait for sockets.
pub struct Clock {
    /// Dropped to end the blocking task that holds the clock.
    _held: SyncSender<()>,
    echo: TcpListener,
}

impl Clock {
    /// Holds the clock of the current runtime, which must be paused.
    pub async fn hold() -> Self {
        let (held, released) = sync_channel(0);
        spawn_blocking(move || released.recv());
        Self {
            _held: held,
            echo: TcpListener::bind("127.0.0.1:0").await.unwrap(),
        }
    }

    /// Moves the clock in one step, then settles.
    pub async fn pass(&self, time: Duration) {
        advance(time).await;
        self.settle().await;
    }

    /// Waits until requests in flight have arrived, without moving the clock: three round trips of this thread to its
    /// own sockets.
    pub async fn settle(&self) {
        for _ in 0..3 {
            let mut near = TcpStream::connect(self.echo.local_addr().unwrap())
                .await
                .unwrap();
            let (mut far, _) = self.echo.accept().await.unwrap();
            near.write_all(b"?").await.unwrap();
            far.read_u8().await.unwrap();
            far.write_all(b"!").await.unwrap();
            near.read_u8().await.unwrap();
        }
    }
}

/// Waits until a condition is true, at most 30 s of real time, without moving the clock.
pub async fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let began = std::time::Instant::now();
    while !is_so() {
        assert!(began.elapsed() < PATIENCE, "timed out: {what}");
        yield_now().await;
    }
}
