//! The inbox: what others send arrives once, in order, with all that the sender has done before.

use loom::thread;

use std::panic::Location;
use std::sync::Arc;

use crate::context::{Root, Shared};
use crate::error::{Info, Origin};
use crate::event_loop::clock::Clock;
use crate::sync::{Cell, Mutex, explore};
use crate::task::{Affinity, Drive, HomeRef, Message};

static MODEL: Info = Info::new("model", module_path!());

fn home() -> Arc<Shared> {
    let origin = Origin { info: &MODEL, place: Location::caller() };
    Shared::new(origin, Affinity::Free, Root::Anyone, Clock::System)
}

/// Two threads send two messages each, while the driver reads, and once more when they have ended.
///
/// Interrupted anywhere, three times at most: between the load and the exchange of a push, between
/// two pushes, before and after the driver's swap.
#[test]
fn messages_of_two_threads_arrive_once_and_in_order() {
    explore(3, || {
        let home = home();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let senders = [10, 20].map(|sender| {
            let (home, seen) = (Arc::clone(&home), Arc::clone(&seen));
            thread::spawn(move || {
                for number in [sender, sender + 1] {
                    // Not atomic: the driver may read it only if the push has published it.
                    let written = Cell::new(number);
                    let seen = Arc::clone(&seen);
                    home.scheduler.inbox.push(Message::Do(Box::new(move |_| {
                        seen.lock().expect("unpoisoned").push(written.get());
                    })));
                }
            })
        });
        let drive = Drive::begin(HomeRef::from(&home)).expect("nobody else drives");
        drive.driving().read_inbox();
        for sender in senders {
            sender.join().expect("no panic");
        }
        drive.driving().read_inbox();
        let seen = std::mem::take(&mut *seen.lock().expect("unpoisoned"));
        for sender in [10, 20] {
            let of_one: Vec<_> = seen.iter().filter(|&&n| n / 10 * 10 == sender).collect();
            assert_eq!(of_one, [&sender, &(sender + 1)], "all: {seen:?}");
        }
    });
}

/// A message that nobody reads is dropped with the inbox, once.
#[test]
fn messages_that_were_not_read_are_dropped() {
    explore(3, || {
        let (home, held) = (home(), Arc::new(()));
        let sender = {
            let (home, held) = (Arc::clone(&home), Arc::clone(&held));
            thread::spawn(move || {
                home.scheduler.inbox.push(Message::Do(Box::new(move |_| drop(held))));
            })
        };
        let taken = home.scheduler.inbox.take();
        sender.join().expect("no panic");
        drop(taken);
        drop(home);
        assert_eq!(Arc::strong_count(&held), 1);
    });
}
