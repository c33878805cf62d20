//! Who goes away too early: consumers do not hang, and what was added is finished.

use tasklet_core::prelude::*;
use tests::{Log, gate, panic_of, panic_of_future, run, within, yield_now};

use super::{after, fails_after, panics_after, waker_fn};

#[test]
fn a_queue_whose_producer_is_dropped_gives_its_items_and_then_panics_with_the_place() {
    run(async || {
        let place = format!("{}:{}:", file!(), line!() + 1);
        let (producer, queue) = QueueFuture::new();
        producer.add_dependent(after(1));
        producer.putq(0);
        drop(producer);
        assert_eq!(queue.getq().await, Some(0));
        assert_eq!(queue.getq().await, Some(1));
        for _ in 0..2 {
            let message = panic_of_future(queue.getq()).await;
            assert!(message.contains(&place), "{message}");
            assert!(message.ends_with("was dropped without `complete()`"), "{message}");
        }
        queue.defer();
    });
}

#[test]
fn all_who_wait_are_told_that_the_producer_was_dropped() {
    run(async || {
        let (producer, queue) = SerialQueueFuture::<u64>::new();
        let getters: Vec<_> = (0..3).map(|_| Context::current().spawn(queue.getq())).collect();
        drop(producer);
        for getter in getters {
            assert!(panic_of_future(getter).await.contains("SerialQueueFuture"));
        }
        queue.defer();
    });
}

#[test]
fn a_list_whose_producer_is_dropped_panics_and_its_futures_go_on() {
    run(async || {
        let log = Log::new();
        let (producer, list) = MultiFuture::new();
        let seen = log.clone();
        producer.add_dependent(after(5).map(move |_| seen.add("finished")));
        drop(producer);
        assert!(panic_of_future(list).await.contains("MultiFuture"));
        Context::current().run();
        assert_eq!(log.take(), ["finished"]);
    });
}

#[test]
fn a_reduction_whose_producer_is_dropped_panics() {
    run(async || {
        let (producer, total) = ReducingFuture::new(|v: Vec<u64>| v.into_iter().sum::<u64>());
        producer.putq(1);
        drop(producer);
        assert!(panic_of_future(total).await.contains("ReducingFuture"));
    });
}

#[test]
fn the_others_may_go_on_when_one_producer_is_dropped() {
    run(async || {
        let (producer, queue) = QueueFuture::new();
        drop(producer.clone());
        assert!(producer.putq(1));
        producer.complete();
        assert_eq!(queue.getq().await, Some(1));
        assert!(panic_of_future(queue.getq()).await.contains("was dropped"));
        queue.defer();
    });
}

#[test]
fn a_producer_that_dies_in_a_panic_strands_nobody() {
    #[tasklet]
    async fn produce(producer: Producer<u64>) {
        producer.putq(1);
        yield_now().await;
        assert!(producer.is_closed(), "it broke");
        producer.complete();
    }
    run(async || {
        let (producer, queue) = QueueFuture::new();
        let producing = produce(producer);
        assert_eq!(queue.getq().await, Some(1));
        assert!(panic_of_future(queue.getq()).await.contains("was dropped"));
        assert!(panic_of_future(producing).await.contains("it broke"));
        queue.defer();
    });
}

#[test]
fn a_dropped_producer_on_another_thread_wakes_who_is_blocked() {
    within(|| {
        for _ in 0..200 {
            let (producer, queue) = QueueFuture::<u64>::new();
            let dropper = std::thread::spawn(move || drop(producer));
            let message = panic_of(|| queue.getq().get_result());
            assert!(message.contains("was dropped"), "{message}");
            dropper.join().expect("no panic");
            queue.defer();
        }
    });
}

#[test]
fn what_a_dropped_queue_holds_is_finished_and_its_failures_are_reported() {
    #[synctasklet]
    async fn forget(log: Log) {
        let (producer, queue) = QueueFuture::new();
        producer.add_dependent(fails_after(1));
        producer.add_dependent(fails_after(2).map(move |result| {
            log.add("finished");
            result
        }));
        producer.complete();
        queue.defer();
    }
    within(|| {
        let log = Log::new();
        let context = Context::builder().virtual_time().build();
        context.enter(|| forget(log.clone()));
        assert!(log.peek().is_empty());
        context.run();
        assert_eq!(log.take(), ["finished"]);
        let errors = context.take_errors();
        assert_eq!(errors.len(), 1);
        assert_eq!((errors[0].name(), errors[0].message()), ("fails_after", "failed after 1"));
    });
}

#[test]
fn results_that_nobody_took_are_looked_at_when_the_queue_goes() {
    run(async || {
        let (producer, queue) = SerialQueueFuture::new();
        producer.add_dependent(panics_after(1));
        producer.add_dependent(panics_after(2));
        producer.complete();
        queue.finished().await;
        drop(queue);
        let errors = Context::current().take_errors();
        let messages: Vec<_> = errors.iter().map(|error| error.message()).collect();
        assert_eq!(messages, ["panicked after 1", "panicked after 2"]);
    });
}

#[test]
fn a_list_that_is_dropped_half_way_is_finished_by_its_context() {
    run(async || {
        let (producer, list) = MultiFuture::new();
        producer.add_dependent(fails_after(1));
        let mut list = list.try_join_all();
        assert!(tests::poll_now(&mut list).is_pending());
        drop(list);
        assert!(producer.is_closed());
        assert!(!producer.add_dependent(fails_after(2)), "it is left to the context");
        producer.complete();
        let context = Context::current();
        context.run();
        assert_eq!(context.take_errors().len(), 2);
    });
}

#[test]
fn values_are_dropped_with_the_queue_and_may_use_it_then() {
    struct Uses(Option<Producer<Uses>>, Log);
    impl Drop for Uses {
        fn drop(&mut self) {
            let Some(producer) = self.0.take() else { return };
            self.1.add(format!("closed: {}", producer.is_closed()));
            producer.complete();
        }
    }
    within(|| {
        let log = Log::new();
        let (producer, queue) = QueueFuture::new();
        producer.putq(Uses(Some(producer.clone()), log.clone()));
        producer.complete();
        drop(queue);
        assert_eq!(log.take(), ["closed: true"]);
    });
}

#[test]
fn a_future_that_outlives_its_queue_wakes_nobody() {
    run(async || {
        let (opener, closed) = gate();
        let (producer, queue) = QueueFuture::new();
        producer.add_dependent(closed);
        producer.complete();
        queue.cancel();
        opener.set_result(());
    });
}

#[test]
fn a_queue_may_be_dropped_by_the_tasklet_that_it_waits_for() {
    #[tasklet]
    async fn holds(queue: TaskletFuture<QueueFuture<()>>) {
        queue.await.defer();
    }
    run(async || {
        let (completer, promised) = TaskletFuture::promise();
        let (producer, queue) = QueueFuture::new();
        producer.add_dependent(holds(promised));
        completer.set_result(queue);
        Context::current().run();
        assert!(producer.is_closed());
        producer.complete();
    });
}

#[test]
fn many_who_wait_for_the_end_and_go_away_leave_nothing_behind() {
    within(|| {
        let held = std::sync::Arc::new(());
        let (producer, queue) = QueueFuture::<u32>::new();
        for _ in 0..1000 {
            // Each is another waker.
            let held = std::sync::Arc::clone(&held);
            let waker = waker_fn(move || drop(held.clone()));
            let mut cx = std::task::Context::from_waker(&waker);
            let mut finished = std::pin::pin!(queue.finished());
            assert!(finished.as_mut().poll(&mut cx).is_pending());
            let mut getter = std::pin::pin!(queue.getq());
            assert!(getter.as_mut().poll(&mut cx).is_pending());
        }
        assert_eq!(std::sync::Arc::strong_count(&held), 1);
        producer.complete();
        queue.defer();
    });
}
