//! Threads that do small things for tasklets: set results, wake wakers, drop what they are given.

use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use std::thread::{self, JoinHandle};

use crate::dice::Dice;

const HANDS: usize = 3;

type Job = Box<dyn FnOnce() + Send>;

/// How tasklets reach those threads.
#[derive(Clone, Debug)]
pub(crate) struct Hands(Arc<[Sender<Option<Job>>; HANDS]>);

impl Hands {
    /// The threads, and the way to them.
    pub(crate) fn new() -> (Hands, Vec<JoinHandle<()>>) {
        let mut threads = Vec::new();
        let senders = [(); HANDS].map(|()| {
            let (sender, receiver) = channel::<Option<Job>>();
            let work = move || receiver.into_iter().map_while(|job| job).for_each(|job| job());
            let thread = thread::Builder::new().name("hand".to_owned()).spawn(work);
            threads.push(thread.expect("a thread"));
            sender
        });
        (Hands(Arc::new(senders)), threads)
    }

    /// Has one of them do this.
    pub(crate) fn ask(&self, dice: &mut Dice, job: impl FnOnce() + Send + 'static) {
        let asked = dice.pick(&*self.0).send(Some(Box::new(job)));
        assert!(asked.is_ok(), "the hands work until all tasklets have ended");
    }

    /// They end when they have done what they were asked for.
    pub(crate) fn stop(&self, threads: Vec<JoinHandle<()>>) {
        for sender in &*self.0 {
            assert!(sender.send(None).is_ok(), "stopped once");
        }
        for thread in threads {
            thread.join().expect("what hands do does not panic");
        }
    }
}
