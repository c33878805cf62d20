//! Lists: NDB's testMultiFuture and its kin.

use tasklet_core::prelude::*;
use tests::{gate, panic_of, panic_of_future, poll_now, run, within};

use super::{after, fails_after, panics_after, succeeds_after};

#[test]
fn results_come_in_the_order_of_addition_also_of_what_was_added_twice() {
    run(async || {
        let (producer, list) = MultiFuture::new();
        let twice = after(2).shared();
        producer.add_dependent(after(3));
        producer.add_dependent(twice.clone());
        producer.putq(7);
        producer.putq(after(1));
        producer.add_dependent(twice);
        producer.complete();
        assert_eq!(list.await, [3, 2, 7, 1, 2]);
    });
}

#[test]
fn what_has_finished_before_it_is_added_is_a_dependent_too() {
    run(async || {
        let (producer, list) = MultiFuture::new();
        let (early, late) = (TaskletFuture::ready(1), TaskletFuture::ready(2));
        assert!(early.done());
        producer.add_dependent(early);
        producer.add_dependent(late);
        assert!(!list.done(), "it is not complete");
        producer.complete();
        assert!(list.done());
        assert_eq!(list.await, [1, 2]);
    });
}

#[test]
fn an_empty_list_is_ready_when_it_is_complete() {
    run(async || {
        let (producer, list) = MultiFuture::<u64>::new();
        let mut list = list.into_future();
        assert!(poll_now(&mut list).is_pending());
        producer.complete();
        assert!(list.await.is_empty());
    });
}

#[test]
fn it_waits_for_all_and_then_the_first_error_by_position_is_the_result() {
    run(async || {
        let (producer, list) = MultiFuture::new();
        let (opener, closed) = gate();
        producer.add_dependent(closed.map(|()| Ok(1)));
        producer.add_dependent(fails_after(3));
        producer.add_dependent(fails_after(1));
        producer.complete();
        let mut list = list.try_join_all();
        after(5).await;
        assert!(poll_now(&mut list).is_pending(), "one is still running");
        opener.set_result(());
        assert_eq!(list.await, Err("failed after 3".to_owned()));
    });
}

#[test]
fn an_item_that_fails_is_seen_only_when_the_list_is_complete() {
    run(async || {
        let (producer, list) = MultiFuture::new();
        producer.add_dependent(fails_after(1));
        let mut list = list.try_join_all();
        after(5).await;
        assert!(poll_now(&mut list).is_pending(), "there may be more");
        producer.complete();
        assert_eq!(list.await, Err("failed after 1".to_owned()));
    });
}

#[test]
fn without_try_the_errors_are_items() {
    run(async || {
        let (producer, list) = MultiFuture::new();
        producer.add_dependent(fails_after(2));
        producer.add_dependent(succeeds_after(1));
        producer.complete();
        assert_eq!(list.await, [Err("failed after 2".to_owned()), Ok(1)]);
    });
}

#[test]
fn a_panic_is_the_first_failure_by_position_and_further_ones_are_reported() {
    run(async || {
        let (producer, list) = MultiFuture::new();
        producer.add_dependent(after(3));
        producer.add_dependent(panics_after(2));
        producer.add_dependent(panics_after(1));
        producer.complete();
        assert_eq!(panic_of_future(list).await, "panicked after 2");
        let errors = Context::current().take_errors();
        assert_eq!(errors.len(), 1);
        assert_eq!((errors[0].name(), errors[0].message()), ("panics_after", "panicked after 1"));
    });
}

#[test]
fn an_exception_that_is_set_ends_it_at_once_and_the_rest_is_left_to_the_context() {
    run(async || {
        let (producer, list) = MultiFuture::new();
        let other = producer.clone();
        let (opener, closed) = gate();
        producer.add_dependent(closed.map(|()| Ok(1)));
        producer.add_dependent(fails_after(1));
        assert!(producer.set_exception("enough".to_owned()));
        assert!(list.done());
        assert_eq!(list.try_join_all().await, Err("enough".to_owned()));
        assert!(!other.putq(Ok(2)), "after an exception nothing is added");
        assert!(other.is_closed());
        assert!(!other.set_exception("more".to_owned()), "there is one already");
        opener.set_result(());
        let context = Context::current();
        context.run();
        assert_eq!(context.take_errors()[0].message(), "failed after 1");
    });
}

#[test]
fn without_try_an_exception_that_is_set_is_alone_in_the_list() {
    run(async || {
        let (producer, list) = MultiFuture::new();
        producer.putq(Ok(1));
        producer.set_exception("enough");
        assert_eq!(list.await, [Err("enough")]);
    });
}

#[test]
fn debug_tells_what_it_waits_for() {
    run(async || {
        let (producer, list) = MultiFuture::new();
        producer.add_dependent(after(1));
        producer.add_dependent(panics_after(2));
        producer.putq(3);
        for text in [format!("{list:?}"), format!("{producer:?}")] {
            assert!(text.contains("pending: 2, finished: 1"), "{text}");
            assert!(text.contains("waiting_for: [tasklet `after` (started at "), "{text}");
            assert!(text.contains("tasklet `panics_after`"), "{text}");
            assert!(text.contains(file!()), "{text}");
        }
        producer.complete();
        list.cancel();
    });
}

#[test]
fn a_list_of_lists_is_a_future_of_a_list_as_a_dependent() {
    run(async || {
        let (producer, list) = MultiFuture::new();
        let inner = vec![after(2), after(1)].join_all();
        producer.add_dependent(Context::current().spawn(inner));
        producer.putq(vec![3]);
        producer.complete();
        assert_eq!(list.await, [vec![2, 1], vec![3]]);
    });
}

#[test]
fn get_result_blocks_until_all_have_finished() {
    within(|| {
        Context::builder().virtual_time().build().enter(|| {
            let (producer, list) = MultiFuture::new();
            producer.add_dependent(after(2));
            producer.add_dependent(after(1));
            producer.complete();
            assert_eq!(list.get_result(), [2, 1]);
        });
    });
}

#[test]
fn cancel_stops_what_has_not_finished() {
    run(async || {
        let (producer, list) = MultiFuture::new();
        producer.add_dependent(after(1));
        producer.add_dependent(after(1000));
        producer.complete();
        after(2).await;
        list.cancel();
        let context = Context::current();
        context.run();
        assert_eq!(context.pending(), 0);
    });
}

#[test]
fn a_context_that_is_blocked_on_a_list_in_a_tasklet_gets_it() {
    #[synctasklet]
    async fn sum() -> u64 {
        let (producer, list) = MultiFuture::new();
        producer.add_dependent(TaskletFuture::ready(1));
        producer.complete();
        list.await.iter().sum()
    }
    within(|| assert_eq!(sum(), 1));
}

#[test]
fn the_panic_of_a_list_at_a_blocked_thread_is_the_tasklets_own() {
    within(|| {
        Context::builder().virtual_time().build().enter(|| {
            let (producer, list) = MultiFuture::new();
            producer.add_dependent(panics_after(1));
            producer.complete();
            assert_eq!(panic_of(|| list.get_result()), "panicked after 1");
        });
    });
}
