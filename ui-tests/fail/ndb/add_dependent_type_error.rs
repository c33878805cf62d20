//! NDB's `add_dependent(42)`, where it is a `TypeError: Expected Future, received ..`; and its `putq`,
//! where a list takes things of any type.

use tasklet_core::MultiFuture;

fn main() {
    let (producer, numbers) = MultiFuture::<u32>::new();
    producer.add_dependent(42);
    producer.putq("forty-two");
    producer.complete();
    numbers.defer();
}
