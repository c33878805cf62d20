//! Tokio's clients and runtimes: what is polled has the runtime it was entered on, and nothing
//! blocks a thread that everything else needs.

use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::mpsc;
use std::thread::{self, ThreadId};

use tasklet_core::{Context, TaskletFuture, tasklet, toplevel};
use tests::{Log, gate, panic_of, poll_now, within, yield_now};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;
use tokio::task::LocalSet;

fn multi_thread() -> Runtime {
    let mut builder = Builder::new_multi_thread();
    builder.worker_threads(2).enable_io().build().expect("a runtime")
}

fn current_thread() -> Runtime {
    Builder::new_current_thread().enable_io().build().expect("a runtime")
}

/// A server that echoes one byte a connection; its address.
async fn echo() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let byte = stream.read_u8().await.expect("a byte");
            stream.write_u8(byte).await.expect("written");
        }
    });
    address
}

#[tasklet]
async fn ask(server: SocketAddr, byte: u8) -> std::io::Result<u8> {
    let mut stream = TcpStream::connect(server).await?;
    stream.write_u8(byte).await?;
    stream.read_u8().await
}

#[tasklet]
async fn pass(gate: TaskletFuture<()>, result: u32) -> u32 {
    gate.await;
    yield_now().await;
    result
}

#[test]
fn a_blocking_handler_uses_a_tokio_client() {
    #[toplevel]
    fn handler(server: SocketAddr) -> u8 {
        let two = ask(server, 2);
        ask(server, 1).get_result().expect("echoed") + two.get_result().expect("echoed")
    }
    within(|| {
        let runtime = multi_thread();
        let server = runtime.block_on(echo());
        // On a worker's own thread, on one for blocking, and on a foreign one that has entered.
        let worker = runtime.spawn(async move { handler(server) });
        assert_eq!(runtime.block_on(worker).expect("no panic"), 3);
        let blocking = runtime.spawn_blocking(move || handler(server));
        assert_eq!(runtime.block_on(blocking).expect("no panic"), 3);
        let _entered = runtime.enter();
        assert_eq!(handler(server), 3);
    });
}

#[test]
fn a_context_takes_its_runtime_along_to_a_thread_that_has_none() {
    within(|| {
        let runtime = multi_thread();
        let (server, context) = runtime.block_on(async { (echo().await, Context::new()) });
        let there = thread::spawn(move || context.block_on(async move { ask(server, 42).await }));
        assert_eq!(there.join().expect("no panic").expect("echoed"), 42);
    });
}

#[test]
fn an_async_handler_uses_a_tokio_client_on_each_kind_of_runtime() {
    #[toplevel]
    async fn handler(server: SocketAddr) -> u8 {
        let (one, two) = tasklet_core::join!(ask(server, 1), ask(server, 2));
        ask(server, 3).defer();
        one.expect("echoed") + two.expect("echoed")
    }
    within(|| {
        for runtime in [multi_thread(), current_thread()] {
            let sum = runtime.block_on(async {
                let server = echo().await;
                tokio::spawn(handler(server)).await.expect("no panic") + handler(server).await
            });
            assert_eq!(sum, 6);
        }
    });
}

#[test]
fn get_result_inside_a_multi_thread_worker_works() {
    within(|| {
        let runtime = multi_thread();
        let sum = runtime.block_on(async {
            let (opener, closed) = gate();
            let blocked = tokio::spawn(async { pass(closed, 42).get_result() });
            opener.set_result(());
            blocked.await.expect("no panic")
        });
        assert_eq!(sum, 42);
    });
}

#[test]
fn blocking_a_current_thread_runtime_is_a_clear_panic_and_no_hang() {
    let clear = "`.await` the tasklet, or call from `tokio::task::spawn_blocking`";
    within(move || {
        current_thread().block_on(async {
            let (opener, closed) = gate();
            let future = pass(closed, 42);
            let message = panic_of(|| future.get_result());
            assert!(message.contains("current-thread runtime"), "{message}");
            assert!(message.contains(clear), "{message}");
            opener.set_result(());
        });
        let (opener, closed) = gate();
        multi_thread().block_on(LocalSet::new().run_until(async {
            let message = panic_of(|| pass(closed, 42).get_result());
            assert!(message.contains(clear), "{message}");
        }));
        opener.set_result(());
    });
}

#[test]
fn where_nothing_has_to_block_get_result_is_fine_in_a_current_thread_runtime() {
    within(|| {
        current_thread().block_on(async {
            assert_eq!(pass(TaskletFuture::ready(()), 42).get_result(), 42);
        });
    });
}

#[test]
fn futures_of_one_context_are_awaited_by_many_workers() {
    within(|| {
        let runtime = multi_thread();
        let context = Context::new();
        runtime.block_on(async {
            for round in 0..20 {
                let (openers, gates): (Vec<_>, Vec<_>) = (0..20).map(|_| gate()).unzip();
                let start = |gate| context.enter(|| pass(gate, round));
                let waiting: Vec<_> =
                    gates.into_iter().map(|gate| tokio::spawn(start(gate).into_future())).collect();
                openers.into_iter().for_each(|opener| opener.set_result(()));
                for one in waiting {
                    assert_eq!(one.await.expect("no panic"), round);
                }
            }
        });
    });
}

#[test]
fn a_busy_context_lets_the_runtime_that_hosts_it_have_its_turn() {
    #[toplevel]
    async fn handler(mut stop: oneshot::Receiver<()>) {
        while stop.try_recv().is_err() {
            yield_now().await;
        }
    }
    #[tasklet]
    async fn spin(mut stop: oneshot::Receiver<()>) {
        while stop.try_recv().is_err() {
            yield_now().await;
        }
    }
    within(|| {
        current_thread().block_on(async {
            let (stop, stopped) = oneshot::channel();
            let busy = tokio::spawn(handler(stopped));
            tokio::spawn(async move { stop.send(()) }).await.expect("no panic").expect("heard");
            busy.await.expect("no panic");
            let (stop, stopped) = oneshot::channel();
            let busy = tokio::spawn(async { spin(stopped).await });
            tokio::spawn(async move { stop.send(()) }).await.expect("no panic").expect("heard");
            busy.await.expect("no panic");
        });
    });
}

#[test]
fn a_dropped_handler_is_finished_on_the_runtime_it_was_entered_on() {
    #[toplevel]
    async fn handler(gate: TaskletFuture<()>, server: SocketAddr, done: oneshot::Sender<u8>) {
        gate.await;
        done.send(ask(server, 42).await.expect("echoed")).expect("the test listens");
    }
    within(|| {
        for runtime in [multi_thread(), current_thread()] {
            let (opener, closed) = gate();
            let (done, finished) = oneshot::channel();
            let answer = runtime.block_on(async {
                let server = echo().await;
                let mut handler = Box::pin(handler(closed, server, done));
                assert!(poll_now(&mut handler).is_pending());
                drop(handler);
                opener.set_result(());
                finished.await
            });
            assert_eq!(answer, Ok(42));
        }
    });
}

#[test]
fn an_aborted_task_loses_nothing_of_its_handler() {
    #[toplevel]
    async fn handler(started: oneshot::Sender<()>, gate: TaskletFuture<()>, log: Log) {
        started.send(()).expect("the test listens");
        pass(gate, 0).await;
        log.add("the body has ended");
    }
    within(|| {
        let runtime = multi_thread();
        let log = Log::new();
        runtime.block_on(async {
            let (started, starts) = oneshot::channel();
            let (opener, closed) = gate();
            let (last, everything) = oneshot::channel();
            let held = Tell(Some(last), log.clone());
            let task = tokio::spawn(async move {
                let held = held;
                handler(started, closed, held.1.clone()).await;
            });
            starts.await.expect("it starts");
            task.abort();
            assert!(task.await.expect_err("aborted").is_cancelled());
            everything.await.expect("the task is dropped");
            assert!(log.take().is_empty());
            opener.set_result(());
        });
        while log.peek().is_empty() {
            thread::yield_now();
        }
        assert_eq!(log.take(), ["the body has ended"]);
    });

    /// Tells when the task is dropped.
    struct Tell(Option<oneshot::Sender<()>>, Log);
    impl Drop for Tell {
        fn drop(&mut self) {
            let sender = self.0.take().expect("dropped once");
            sender.send(()).expect("the test listens");
        }
    }
}

#[test]
fn a_dropped_thread_bound_handler_is_finished_on_its_local_set() {
    #[tasklet(?Send)]
    async fn save(gate: TaskletFuture<()>, log: Rc<Log>) {
        gate.await;
        yield_now().await;
        log.add("saved");
    }
    #[toplevel(?Send)]
    async fn handler(gates: [TaskletFuture<()>; 2], log: Rc<Log>, done: oneshot::Sender<()>) {
        let [body, tasklet] = gates;
        save(tasklet, Rc::clone(&log)).defer();
        body.await;
        log.add("the body goes on");
        save(TaskletFuture::ready(()), log).await;
        done.send(()).expect("the test listens");
    }
    within(|| {
        let log = Log::new();
        let ((open_body, body), (open_tasklet, tasklet)) = (gate(), gate());
        let (done, finished) = oneshot::channel();
        let local = LocalSet::new();
        current_thread().block_on(local.run_until(async {
            let mut handler = Box::pin(handler([body, tasklet], log.clone().into(), done));
            assert!(poll_now(&mut handler).is_pending());
            drop(handler);
            open_body.set_result(());
            finished.await.expect("it goes on");
            open_tasklet.set_result(());
            while log.peek().len() < 3 {
                tokio::task::yield_now().await;
            }
        }));
        assert_eq!(log.take(), ["the body goes on", "saved", "saved"]);
    });
}

#[test]
fn a_context_that_is_dropped_in_a_runtime_is_finished_there() {
    within(|| {
        let runtime = current_thread();
        let (sender, receiver) = mpsc::channel();
        let (opener, closed) = gate();
        runtime.block_on(async {
            let context = Context::new();
            context.enter(|| {
                let tell = move |_| sender.send(thread::current().id()).expect("heard");
                pass(closed, 0).map(tell).defer();
            });
        });
        opener.set_result(());
        let here = thread::current().id();
        runtime.block_on(async {
            loop {
                match receiver.try_recv() {
                    Ok(thread) => return assert_eq!(thread, here),
                    Err(_) => tokio::task::yield_now().await,
                }
            }
        });
    });
}

#[test]
fn a_tasklet_goes_on_on_the_worker_that_polls_its_handler_next() {
    #[tasklet]
    async fn workers(gate: TaskletFuture<()>) -> [ThreadId; 2] {
        let before = thread::current().id();
        gate.await;
        [before, thread::current().id()]
    }
    #[toplevel]
    async fn handler() -> [ThreadId; 2] {
        let (opener, closed) = gate();
        let workers = workers(closed);
        let before = thread::current().id();
        let (release, blocked) = mpsc::channel::<()>();
        // Takes this worker as soon as the handler gives it up; another one steals the handler.
        tokio::spawn(async move { blocked.recv().is_ok() });
        while thread::current().id() == before {
            yield_now().await;
        }
        drop(release);
        opener.set_result(());
        workers.await
    }
    within(|| {
        let runtime = multi_thread();
        let [before, after] =
            runtime.block_on(async { tokio::spawn(handler()).await }).expect("no panic");
        assert_ne!(before, after);
    });
}
