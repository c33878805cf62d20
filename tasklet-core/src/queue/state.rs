//! What a queue holds and who waits for it: transitions without locks, wakers or users' code.
//!
//! An *entry* is an item that nobody has taken yet: a value, or a future, finished or not. It is
//! *offered* when its place in the order of delivery is known: in a serial queue when it is added,
//! in others when it has finished. Then the first *getter* in line has it, or else it stands in
//! line itself: of the two lines at least one is empty, as in NDB.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::task::Waker;

use super::homes::{Address, Homes};
use super::item::Content;
use super::room::Room;
use super::slab::{Key, Slab};
use super::waiters::{Standing, Waiters, Wakes};
use crate::context::Shared;
use crate::future::handle::Handle;
use crate::task::Kept;

/// Which of the four it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Multi,
    Queue,
    Serial,
    Reducing,
}

impl Kind {
    pub(super) fn name(self) -> &'static str {
        match self {
            Kind::Multi => "MultiFuture",
            Kind::Queue => "QueueFuture",
            Kind::Serial => "SerialQueueFuture",
            Kind::Reducing => "ReducingFuture",
        }
    }

    /// Whether items are delivered in the order in which they were added.
    fn is_serial(self) -> bool {
        matches!(self, Kind::Multi | Kind::Serial)
    }

    /// Whether `set_exception` comes before what is in the queue already.
    fn fails_at_once(self) -> bool {
        matches!(self, Kind::Multi | Kind::Reducing)
    }
}

/// How it stands with the producers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// There are some.
    Open,
    /// Each has said that it was all, or one has set an exception.
    Complete,
    /// One has gone without a word.
    Abandoned,
}

/// What a getter gets.
#[derive(Debug)]
pub(super) enum Taken<T> {
    Item(Content<T>),
    End,
    Abandoned,
}

#[derive(Debug)]
pub(super) struct Entry<T> {
    slot: Slot<T>,
    /// Its place in the order of delivery, once it is offered.
    seq: u64,
    /// Whose it is.
    getter: Option<Key>,
    /// Where it is pending.
    home: Option<Address>,
}

#[derive(Debug)]
enum Slot<T> {
    /// The future is on its way into the entry.
    Reserved,
    Pending(Handle<T>),
    Finished(Content<T>),
}

#[derive(Debug)]
pub(super) struct State<T> {
    kind: Kind,
    entries: Slab<Entry<T>>,
    /// Offered, and nobody's yet, in the order of delivery.
    line: VecDeque<Key>,
    /// What getters have given back that went away: it comes before the line.
    returned: BTreeMap<u64, Key>,
    getters: Waiters<Key>,
    room: Room,
    /// Futures among the entries that have not finished.
    pending: usize,
    next_seq: u64,
    producers: usize,
    left_without_a_word: bool,
    end: End,
    /// What comes after everything else: an exception that was set.
    last: Option<Kept<T>>,
    consumers: usize,
    /// Who takes from the line without standing in one: a stream.
    watcher: Option<Waker>,
    /// Who waits for the end.
    enders: Waiters<()>,
    homes: Homes,
}

impl<T> State<T> {
    /// With one producer and one consumer.
    pub(super) fn new(kind: Kind, capacity: usize) -> State<T> {
        State {
            kind,
            entries: Slab::new(),
            line: VecDeque::new(),
            returned: BTreeMap::new(),
            getters: Waiters::new(),
            room: Room::new(capacity),
            pending: 0,
            next_seq: 0,
            producers: 1,
            left_without_a_word: false,
            end: End::Open,
            last: None,
            consumers: 1,
            watcher: None,
            enders: Waiters::new(),
            homes: Homes::new(),
        }
    }

    pub(super) fn pending(&self) -> usize {
        self.pending
    }

    /// Items that are there, and were not taken.
    pub(super) fn finished(&self) -> usize {
        self.entries.len() - self.pending
    }

    pub(super) fn pending_futures(&self) -> impl Iterator<Item = &Handle<T>> {
        self.entries.iter().filter_map(|entry| match &entry.slot {
            Slot::Pending(future) => Some(future),
            Slot::Reserved | Slot::Finished(_) => None,
        })
    }

    /// Whether producers may add, and somebody will take it.
    pub(super) fn is_open(&self) -> bool {
        self.end == End::Open && self.has_consumer()
    }

    pub(super) fn has_consumer(&self) -> bool {
        0 < self.consumers
    }

    /// Whether nothing will be offered any more.
    fn offers_no_more(&self) -> bool {
        self.end != End::Open && self.last.is_none() && (self.kind.is_serial() || self.pending == 0)
    }

    /// Whether all has been added, and all of it has finished.
    pub(super) fn has_ended(&self) -> bool {
        self.end != End::Open && self.last.is_none() && self.pending == 0
    }

    // Producers.

    pub(super) fn add_producer(&mut self) {
        self.producers += 1;
    }

    /// A producer leaves. What comes back is to be dropped.
    pub(super) fn remove_producer(
        &mut self,
        is_complete: bool,
        wakes: &mut Wakes,
    ) -> Vec<Entry<T>> {
        self.producers -= 1;
        self.left_without_a_word |= !is_complete;
        if 0 < self.producers || self.end != End::Open {
            return Vec::new();
        }
        if !self.left_without_a_word {
            self.end = End::Complete;
            self.settle(wakes);
            return Vec::new();
        }
        self.fail(End::Abandoned, None, wakes)
    }

    /// The end, with this as the last item; `Err` if the end is there already.
    pub(super) fn set_last(
        &mut self,
        last: Kept<T>,
        wakes: &mut Wakes,
    ) -> Result<Vec<Entry<T>>, Kept<T>> {
        if !self.is_open() {
            return Err(last);
        }
        Ok(self.fail(End::Complete, Some(last), wakes))
    }

    fn fail(&mut self, end: End, last: Option<Kept<T>>, wakes: &mut Wakes) -> Vec<Entry<T>> {
        self.end = end;
        self.last = last;
        let lost = if self.kind.fails_at_once() { self.take_entries() } else { Vec::new() };
        self.room.take_wakers(wakes);
        self.settle(wakes);
        lost
    }

    // Items.

    fn insert(&mut self, slot: Slot<T>) -> Key {
        self.entries.insert(Entry { slot, seq: 0, getter: None, home: None })
    }

    /// Adds an item that is there.
    pub(super) fn put(&mut self, content: Content<T>, wakes: &mut Wakes) {
        let key = self.insert(Slot::Finished(content));
        self.offer(key, wakes);
    }

    /// Makes an entry for a future, which cannot be asked for its waker under the lock.
    pub(super) fn reserve(&mut self, wakes: &mut Wakes) -> Key {
        let key = self.insert(Slot::Reserved);
        self.pending += 1;
        if self.kind.is_serial() {
            self.offer(key, wakes);
        }
        key
    }

    /// Puts the future into its entry. Gives it back if nobody wants it any more.
    pub(super) fn fill(
        &mut self,
        key: Key,
        future: Handle<T>,
        home: Option<&Arc<Shared>>,
        wakes: &mut Wakes,
    ) -> Option<Handle<T>> {
        let Some(entry) = self.entries.get_mut(key) else { return Some(future) };
        // Its waker may have come while it was on its way.
        let is_done = future.is_done();
        entry.slot = Slot::Pending(future);
        if is_done {
            self.finish(key, wakes);
        } else if let Some((home, is_new)) = home.and_then(|home| self.homes.add(home)) {
            entry.home = Some(home);
            if is_new {
                // Whoever waits must drive it.
                self.getters.take_wakers(wakes);
                self.wake_watchers(wakes);
            }
        }
        None
    }

    pub(super) fn undriven_homes(&self) -> Vec<Arc<Shared>> {
        self.homes.undriven()
    }

    /// The future in this entry was woken.
    pub(super) fn finish(&mut self, key: Key, wakes: &mut Wakes) {
        let Some(entry) = self.entries.get_mut(key) else { return };
        entry.slot = match std::mem::replace(&mut entry.slot, Slot::Reserved) {
            Slot::Pending(future) if future.is_done() => Slot::Finished(Content::Future(future)),
            other => {
                entry.slot = other;
                return;
            }
        };
        if let Some(home) = entry.home.take() {
            self.homes.remove(home);
        }
        self.pending -= 1;
        if self.kind.is_serial() {
            self.tell(key, wakes);
        } else {
            self.offer(key, wakes);
        }
        if self.pending == 0 {
            self.settle(wakes);
        }
    }

    /// Gives an entry its place in the order of delivery.
    fn offer(&mut self, key: Key, wakes: &mut Wakes) {
        let seq = self.next_seq;
        self.next_seq += 1;
        if let Some(entry) = self.entries.get_mut(key) {
            entry.seq = seq;
        }
        if !self.serve(key, wakes) {
            self.line.push_back(key);
            self.tell(key, wakes);
        }
    }

    /// Gives an entry to the first getter in line.
    fn serve(&mut self, key: Key, wakes: &mut Wakes) -> bool {
        let Some(getter) = self.getters.serve(key) else { return false };
        if let Some(entry) = self.entries.get_mut(key) {
            entry.getter = Some(getter);
        }
        self.tell(key, wakes);
        true
    }

    /// Wakes who waits for this entry, if it has finished.
    fn tell(&mut self, key: Key, wakes: &mut Wakes) {
        let Some(Entry { slot: Slot::Finished(_), getter, .. }) = self.entries.get_mut(key) else {
            return;
        };
        match *getter {
            Some(getter) => wakes.add(self.getters.take_waker(getter)),
            None => wakes.add(self.watcher.take()),
        }
    }

    fn is_finished(&mut self, key: Key) -> bool {
        let entry = self.entries.get_mut(key);
        entry.is_some_and(|entry| matches!(entry.slot, Slot::Finished(_)))
    }

    /// Takes an entry out, if it has finished, and makes room for the next.
    fn take(&mut self, key: Key, wakes: &mut Wakes) -> Option<Content<T>> {
        if !self.is_finished(key) {
            return None;
        }
        let entry = self.entries.remove(key)?;
        self.room.grant(self.entries.len(), wakes);
        match entry.slot {
            Slot::Finished(content) => Some(content),
            Slot::Reserved | Slot::Pending(_) => None,
        }
    }

    fn take_entries(&mut self) -> Vec<Entry<T>> {
        self.line.clear();
        self.returned.clear();
        self.homes.clear();
        self.pending = 0;
        self.entries.take_all()
    }

    /// All has been added, or all of it has finished: the last item, and then the end.
    fn settle(&mut self, wakes: &mut Wakes) {
        if self.end == End::Open {
            return;
        }
        if (self.kind.is_serial() || self.pending == 0)
            && let Some(last) = self.last.take()
        {
            self.put(Content::Value(last), wakes);
        }
        if self.offers_no_more() {
            self.getters.take_wakers(wakes);
        }
        self.wake_watchers(wakes);
    }

    fn wake_watchers(&mut self, wakes: &mut Wakes) {
        wakes.add(self.watcher.take());
        self.enders.take_wakers(wakes);
    }

    // Consumers.

    fn front(&self) -> Option<Key> {
        let returned = self.returned.first_key_value().map(|(_, &key)| key);
        returned.or_else(|| self.line.front().copied())
    }

    fn pop_front(&mut self) -> Option<Key> {
        let returned = self.returned.pop_first().map(|(_, key)| key);
        returned.or_else(|| self.line.pop_front())
    }

    /// A new getter: it has the first item in line, or stands in line itself.
    pub(super) fn add_getter(&mut self) -> Key {
        self.consumers += 1;
        let Some(key) = self.pop_front() else { return self.getters.join() };
        let getter = self.getters.join_served(key);
        if let Some(entry) = self.entries.get_mut(key) {
            entry.getter = Some(getter);
        }
        getter
    }

    /// What a getter gets, if it is there. Then the getter is gone.
    pub(super) fn take_for(&mut self, getter: Key, wakes: &mut Wakes) -> Option<Taken<T>> {
        let taken = match self.getters.standing(getter) {
            Standing::Served(key) if self.entries.get_mut(key).is_none() => self.take_end(),
            Standing::Served(key) => Taken::Item(self.take(key, wakes)?),
            Standing::Waiting if self.offers_no_more() => self.take_end(),
            Standing::Waiting => return None,
        };
        self.getters.leave(getter);
        Some(taken)
    }

    fn take_end(&self) -> Taken<T> {
        if self.end == End::Abandoned { Taken::Abandoned } else { Taken::End }
    }

    pub(super) fn set_getters_waker(&mut self, getter: Key, waker: Waker) -> Option<Waker> {
        self.getters.set_waker(getter, waker)
    }

    /// A getter goes away. What it would have got is given to the next one, or stands in line
    /// again, in its old place.
    pub(super) fn remove_getter(&mut self, getter: Key, wakes: &mut Wakes) -> Option<Waker> {
        let (served, waker) = self.getters.leave(getter);
        if let Some(key) = served
            && let Some(entry) = self.entries.get_mut(key)
        {
            entry.getter = None;
            let seq = entry.seq;
            if !self.serve(key, wakes) {
                self.returned.insert(seq, key);
                self.tell(key, wakes);
            }
        }
        waker
    }

    /// The first item in line, for those who do not stand in it.
    pub(super) fn take_first(&mut self, wakes: &mut Wakes) -> Option<Taken<T>> {
        let Some(key) = self.front() else {
            return self.offers_no_more().then(|| self.take_end());
        };
        let content = self.take(key, wakes)?;
        self.pop_front();
        Some(Taken::Item(content))
    }

    pub(super) fn set_watcher(&mut self, waker: Waker) -> Option<Waker> {
        self.watcher.replace(waker)
    }

    pub(super) fn enders(&mut self) -> &mut Waiters<()> {
        &mut self.enders
    }

    /// A consumer leaves. If it was the last, nobody will take what comes back.
    pub(super) fn remove_consumer(&mut self, wakes: &mut Wakes) -> Vec<Entry<T>> {
        self.consumers -= 1;
        if 0 < self.consumers {
            return Vec::new();
        }
        self.room.take_wakers(wakes);
        // Their wakers are not to stay here until the producers go, too.
        self.wake_watchers(wakes);
        self.take_entries()
    }

    /// Takes out everything, as the consumer wishes.
    pub(super) fn clear(&mut self, wakes: &mut Wakes) -> Vec<Entry<T>> {
        let entries = self.take_entries();
        self.getters.take_wakers(wakes);
        self.settle(wakes);
        self.room.grant(0, wakes);
        entries
    }

    // Room.

    /// The room in the queue, and how much of it is in use.
    pub(super) fn room(&mut self) -> (&mut Room, usize) {
        (&mut self.room, self.entries.len())
    }
}

impl<T> Entry<T> {
    /// The future in it, if there is one.
    pub(super) fn into_future(self) -> Option<Handle<T>> {
        match self.slot {
            Slot::Pending(future) | Slot::Finished(Content::Future(future)) => Some(future),
            Slot::Reserved | Slot::Finished(Content::Value(_)) => None,
        }
    }
}
