//! Things that are found again by a number, which is used for another thing when they are gone.

/// The number of a thing, and the how-manieth with this number it is: whoever comes late with the
/// key of a thing that is gone does not find the next one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Key {
    index: usize,
    generation: u64,
}

#[derive(Debug)]
pub(super) struct Slab<A> {
    slots: Vec<Slot<A>>,
    free: Vec<usize>,
}

#[derive(Debug)]
struct Slot<A> {
    generation: u64,
    thing: Option<A>,
}

impl<A> Slab<A> {
    pub(super) const fn new() -> Slab<A> {
        Slab { slots: Vec::new(), free: Vec::new() }
    }

    pub(super) fn len(&self) -> usize {
        self.slots.len() - self.free.len()
    }

    pub(super) fn insert(&mut self, thing: A) -> Key {
        let Some(index) = self.free.pop() else {
            self.slots.push(Slot { generation: 0, thing: Some(thing) });
            return Key { index: self.slots.len() - 1, generation: 0 };
        };
        let slot = &mut self.slots[index];
        slot.thing = Some(thing);
        Key { index, generation: slot.generation }
    }

    pub(super) fn get_mut(&mut self, key: Key) -> Option<&mut A> {
        let slot = self.slots.get_mut(key.index)?;
        if slot.generation == key.generation { slot.thing.as_mut() } else { None }
    }

    pub(super) fn remove(&mut self, key: Key) -> Option<A> {
        let slot = self.slots.get_mut(key.index)?;
        if slot.generation != key.generation {
            return None;
        }
        let thing = slot.thing.take()?;
        slot.generation += 1;
        self.free.push(key.index);
        Some(thing)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &A> {
        self.slots.iter().filter_map(|slot| slot.thing.as_ref())
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut A> {
        self.slots.iter_mut().filter_map(|slot| slot.thing.as_mut())
    }

    /// Takes all out. Their keys find nothing any more.
    pub(super) fn take_all(&mut self) -> Vec<A> {
        let mut all = Vec::with_capacity(self.len());
        for (index, slot) in self.slots.iter_mut().enumerate() {
            if let Some(thing) = slot.thing.take() {
                slot.generation += 1;
                self.free.push(index);
                all.push(thing);
            }
        }
        all
    }
}
