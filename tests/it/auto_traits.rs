//! What may go to other threads, and what must not: pinned at compile time.

use std::cell::Cell;
use std::rc::Rc;

use static_assertions::{assert_impl_all, assert_not_impl_any};
use tasklet_core::{
    Awaiting, AwaitingShared, BatchError, Batcher, BoundedProducer, Completer, Context, GetQ,
    JoinAll, LocalAwaiting, LocalScope, LocalTaskletFuture, MapStream, MultiFuture, Producer, PutQ,
    QueueFuture, ReducingFuture, SerialQueueFuture, SharedFuture, TaskletError, TaskletFuture,
    TaskletLocal, TimedOut, Timeout, TryPutError, Unfinished, tasklet, toplevel,
};
use tests::backend::Squares;

assert_impl_all!(Context: Send, Sync, Clone, Unpin);
assert_impl_all!(TaskletError: Send, Sync, std::error::Error);
assert_impl_all!(Unfinished: Send, Sync, std::error::Error);

// A scope is what its future is.
assert_impl_all!(TaskletLocal<String>: Send, Sync);
assert_impl_all!(LocalScope<std::future::Ready<u32>>: Send, Unpin, Future);
assert_not_impl_any!(LocalScope<std::future::Ready<Rc<u32>>>: Send);

// A batcher goes into a static or a server's state.
assert_impl_all!(Batcher<Squares>: Send, Sync, Clone, Unpin);
assert_impl_all!(BatchError<std::io::Error>: Send, Sync, Clone, std::error::Error);
assert_impl_all!(MapStream<Cell<u32>>: Send, Unpin);

// Handles are `Send` and `Sync` if what they carry is `Send`.
assert_impl_all!(TaskletFuture<Cell<u32>>: Send, Unpin, IntoFuture);
assert_impl_all!(Awaiting<Cell<u32>>: Send, Unpin, Future);
assert_impl_all!(TaskletFuture<u32>: Sync);
assert_impl_all!(Completer<Cell<u32>>: Send, Sync, Unpin);
assert_impl_all!(Timeout<TaskletFuture<u32>>: Send, Unpin, Future);
assert_impl_all!(TimedOut<TaskletFuture<u32>>: Send, Sync, std::error::Error);
assert_not_impl_any!(TaskletFuture<Rc<u32>>: Send, Sync);
assert_not_impl_any!(Completer<Rc<u32>>: Send, Sync);

// What one awaits is the handle, what one polls is not: a handle must be used up.
assert_not_impl_any!(TaskletFuture<u32>: Future, Clone);
assert_not_impl_any!(LocalTaskletFuture<u32>: Future, Clone);

// Clones of the result go to many threads at once.
assert_impl_all!(SharedFuture<u32>: Send, Sync, Clone, IntoFuture);
assert_impl_all!(AwaitingShared<u32>: Send, Sync, Unpin, Future);
assert_not_impl_any!(SharedFuture<Cell<u32>>: Send, Sync);
assert_not_impl_any!(AwaitingShared<Cell<u32>>: Send, Sync);

// Both sides of a queue go anywhere, and may be used by many at once, if its items may go.
assert_impl_all!(Producer<Cell<u32>>: Send, Sync, Clone, Unpin);
assert_impl_all!(BoundedProducer<Cell<u32>>: Send, Sync, Clone, Unpin);
assert_impl_all!(PutQ<'_, Cell<u32>, Cell<u32>>: Send, Unpin, Future);
assert_impl_all!(QueueFuture<Cell<u32>>: Send, Sync, Unpin, futures_lite::Stream);
assert_impl_all!(SerialQueueFuture<Cell<u32>>: Send, Sync, Unpin, futures_lite::Stream);
assert_impl_all!(GetQ<Cell<u32>>: Send, Sync, Unpin, Future);
assert_impl_all!(MultiFuture<Cell<u32>>: Send, Sync, Unpin, IntoFuture);
assert_impl_all!(<MultiFuture<Cell<u32>> as JoinAll>::Join: Send, Unpin, Future);
assert_impl_all!(ReducingFuture<Option<Cell<u32>>>: Send, Sync, Unpin, IntoFuture);
assert_impl_all!(TryPutError<u32>: Send, Sync, std::error::Error);
assert_not_impl_any!(Producer<Rc<u32>>: Send, Sync);
assert_not_impl_any!(QueueFuture<Rc<u32>>: Send, Sync, Clone);
assert_not_impl_any!(MultiFuture<u32>: Clone, Future);

// A thread-bound tasklet's handle stays, whatever it carries.
assert_not_impl_any!(LocalTaskletFuture<u32>: Send, Sync);
assert_not_impl_any!(LocalAwaiting<u32>: Send, Sync);
assert_not_impl_any!(Timeout<LocalTaskletFuture<u32>>: Send, Sync);
assert_impl_all!(LocalAwaiting<Rc<u32>>: Unpin, Future);

#[tasklet]
async fn answer() -> u32 {
    std::future::ready(42).await
}

#[toplevel]
async fn moves() -> u32 {
    answer().await
}

#[toplevel(on_drop = "cancel")]
async fn borrows(x: &u32) -> u32 {
    answer().await + x
}

#[toplevel(on_drop = "cancel")]
async fn borrows_locally(x: &Rc<u32>) -> u32 {
    answer().await + **x
}

#[toplevel(?Send)]
async fn stays(x: Rc<u32>) -> u32 {
    answer().await + *x
}

/// Asks for `Sync` without demanding it: the inherent constant wins where its bound holds.
struct Asked<T>(std::marker::PhantomData<T>);

impl<T: Sync> Asked<T> {
    const IS_SYNC: bool = true;
}

trait Unless {
    const IS_SYNC: bool = false;
}

impl<T> Unless for Asked<T> {}

#[test]
fn a_handle_is_sync_if_its_result_is_send() {
    let asked = [
        Asked::<Cell<u32>>::IS_SYNC,
        Asked::<TaskletFuture<Cell<u32>>>::IS_SYNC,
        Asked::<Awaiting<Cell<u32>>>::IS_SYNC,
        Asked::<Completer<Cell<u32>>>::IS_SYNC,
    ];
    assert_eq!(asked, [false, true, true, true]);
}

#[test]
fn a_handler_is_send_if_its_parts_are() {
    fn is_send<T: Send>(value: T) -> T {
        value
    }
    tests::within(|| {
        assert_eq!(futures_lite::future::block_on(is_send(moves())), 42);
        assert_eq!(futures_lite::future::block_on(is_send(borrows(&1))), 43);
        assert_eq!(futures_lite::future::block_on(borrows_locally(&1.into())), 43);
        assert_eq!(futures_lite::future::block_on(stays(1.into())), 43);
        assert_eq!(std::thread::spawn(|| answer().get_result()).join().expect("no panic"), 42);
    });
}
