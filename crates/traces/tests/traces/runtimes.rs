//! Connections are traced from threads that have no runtime, or another one.

use hyrouter_traces::{Tracer, TracerOptions};

use crate::collector::Collector;
use crate::{SECOND, counts, open, record};

#[tokio::test]
async fn threads_without_a_runtime_record_and_one_thread_sends() {
    let collector = Collector::new([]).await;
    let tracer = open(&TracerOptions::new(collector.url()));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| record(&tracer, 0..100));
        }
    });
    assert!(tracer.shutdown(SECOND * 30).await);
    assert_eq!(counts(&tracer), (800, 0, 0));
    let spans = collector.requests();
    let spans = spans.iter().map(|request| request.spans().len());
    assert_eq!(spans.sum::<usize>(), 800);
}

#[test]
fn a_tracer_is_opened_from_outside_of_its_runtime() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let collector = runtime.block_on(Collector::new([]));
    let options = TracerOptions::new(collector.url());
    let tracer = Tracer::open(&options, runtime.handle()).unwrap();
    record(&tracer, [1]);
    assert!(runtime.block_on(tracer.shutdown(SECOND * 30)));
    assert_eq!(counts(&tracer), (2, 0, 0));
}
