use std::future::pending;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, sleep};

use super::{BatchLimits, Batches, Queue};

const AGE: Duration = Duration::from_secs(1);

fn limits(room: usize, most: usize) -> BatchLimits {
    BatchLimits {
        room,
        most,
        age: AGE,
    }
}

/// Returns a queue, and a receiver of its batches with their times from now on.
fn open(limits: BatchLimits) -> (Queue<u32>, mpsc::Receiver<(Duration, Vec<u32>)>) {
    let began = Instant::now();
    let (sender, sent) = mpsc::channel(100);
    let work = |mut batches: Batches<u32>| async move {
        while let Some(batch) = batches.next().await {
            batches.tally().sent(u64::try_from(batch.len()).unwrap());
            sender.send((began.elapsed(), batch)).await.unwrap();
        }
    };
    (Queue::open(limits, &Handle::current(), work), sent)
}

/// Returns a queue whose first batch is never finished, and a receiver of that batch.
fn stalled(limits: BatchLimits) -> (Queue<u32>, oneshot::Receiver<Vec<u32>>) {
    let (sender, first) = oneshot::channel();
    let work = |mut batches: Batches<u32>| async move {
        sender.send(batches.next().await.unwrap()).unwrap();
        pending::<()>().await;
    };
    (Queue::open(limits, &Handle::current(), work), first)
}

fn record(queue: &Queue<u32>, items: impl IntoIterator<Item = u32>) {
    for item in items {
        queue.record(1, || item);
    }
}

/// Returns the numbers of sent, lost and failed items.
fn counts(queue: &Queue<u32>) -> (u64, u64, u64) {
    let counts = queue.counts();
    (counts.sent, counts.lost, counts.failed)
}

#[tokio::test(start_paused = true)]
async fn a_full_batch_goes_at_once() {
    let (queue, mut sent) = open(limits(10, 3));
    record(&queue, 1..=7);
    assert_eq!(sent.recv().await, Some((Duration::ZERO, vec![1, 2, 3])));
    assert_eq!(sent.recv().await, Some((Duration::ZERO, vec![4, 5, 6])));
    assert_eq!(sent.recv().await, Some((AGE, vec![7])));
}

#[tokio::test(start_paused = true)]
async fn the_age_of_a_batch_is_that_of_its_first() {
    let (queue, mut sent) = open(limits(10, 3));
    sleep(AGE * 5).await;
    record(&queue, [1]);
    sleep(AGE * 9 / 10).await;
    record(&queue, [2]);
    assert_eq!(sent.recv().await, Some((AGE * 6, vec![1, 2])));
    sleep(AGE * 5).await;
    assert!(sent.try_recv().is_err(), "no empty batch is sent");
}

#[tokio::test(start_paused = true)]
async fn a_full_queue_makes_and_accepts_no_item() {
    let (queue, first) = stalled(limits(2, 1));
    record(&queue, [1]);
    assert_eq!(first.await.unwrap(), [1]);
    record(&queue, [2, 3]);
    queue.record(7, || unreachable!("the queue is full"));
    assert_eq!(counts(&queue), (0, 7, 0));
}

#[tokio::test(start_paused = true)]
async fn waiting_items_are_sent_at_once_on_close() {
    let (queue, mut sent) = open(limits(10, 3));
    record(&queue, 1..=5);
    assert!(queue.close(AGE / 2).await);
    record(&queue, [6]);
    assert_eq!(counts(&queue), (5, 1, 0));
    assert!(queue.close(AGE).await, "closed before");
    assert_eq!(counts(&queue), (5, 1, 0));
    assert_eq!(sent.recv().await, Some((Duration::ZERO, vec![1, 2, 3])));
    assert_eq!(sent.recv().await, Some((Duration::ZERO, vec![4, 5])));
    assert_eq!(sent.recv().await, None);
}

#[tokio::test(start_paused = true)]
async fn a_batch_that_is_waiting_goes_at_the_end() {
    let (queue, mut sent) = open(limits(10, 3));
    record(&queue, [1]);
    sleep(AGE / 2).await;
    assert!(queue.close(AGE / 4).await);
    assert_eq!(sent.recv().await, Some((AGE / 2, vec![1])));
}

#[tokio::test(start_paused = true)]
async fn items_that_are_not_sent_before_the_deadline_of_a_close_are_lost() {
    let (queue, first) = stalled(limits(10, 2));
    record(&queue, 1..=4);
    queue.record(7, || 5);
    assert_eq!(first.await.unwrap(), [1, 2]);
    let began = Instant::now();
    assert!(!queue.close(AGE * 2).await);
    assert_eq!(began.elapsed(), AGE * 2);
    assert_eq!(counts(&queue), (0, 11, 0));
    record(&queue, [6]);
    assert!(queue.close(AGE).await, "closed before");
    assert_eq!(counts(&queue), (0, 12, 0));
}

#[tokio::test(start_paused = true)]
async fn a_queue_that_is_dropped_sends_what_waits() {
    let (queue, mut sent) = open(limits(10, 3));
    record(&queue, 1..=4);
    drop(queue);
    assert_eq!(sent.recv().await, Some((Duration::ZERO, vec![1, 2, 3])));
    assert_eq!(sent.recv().await, Some((Duration::ZERO, vec![4])));
    assert_eq!(sent.recv().await, None);
}

#[tokio::test(start_paused = true)]
async fn a_task_that_ends_by_itself_is_seen() {
    let (queue, _sent) = open(limits(10, 3));
    assert!(queue.is_running());
    assert!(queue.close(AGE).await);
    assert!(queue.is_running(), "it was told to end");

    // Ends as if by a panic, after its first batch.
    let (ended, end) = oneshot::channel();
    let work = |mut batches: Batches<u32>| async move {
        batches.next().await;
        drop(batches);
        ended.send(()).unwrap();
    };
    let queue = Queue::open(limits(10, 1), &Handle::current(), work);
    assert!(queue.is_running());
    record(&queue, [1]);
    end.await.unwrap();
    assert!(!queue.is_running());
}

#[tokio::test(start_paused = true)]
async fn any_limits_will_do() {
    for (number, age) in [(0, Duration::ZERO), (usize::MAX, Duration::MAX)] {
        let limits = BatchLimits {
            room: number,
            most: number,
            age,
        };
        let (queue, mut sent) = open(limits);
        record(&queue, [1]);
        sleep(AGE).await;
        assert!(queue.close(AGE).await);
        let (_, batch) = sent.recv().await.unwrap();
        assert_eq!((batch, counts(&queue)), (vec![1], (1, 0, 0)));
    }
}
