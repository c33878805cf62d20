//! Which types owe an await, as the attributes ask for it: the answers of types, not the findings.

use std::any::type_name;
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap, HashSet, LinkedList, VecDeque};
use std::marker::PhantomData;
use std::ops::ControlFlow;
use std::pin::Pin;
use std::rc::{Rc, Weak};
use std::sync::{Arc, Mutex, RwLock};
use std::task::Poll;

use tasklet_core::__private::{Ask, Deep, Fine, Itself, Keep, Mask, Skip, open, verdict};
use tasklet_core::{
    Awaiting, AwaitingShared, BoundedProducer, Completer, GetQ, JoinAll, LocalAwaiting,
    LocalTaskletFuture, MultiFuture, MustAwait, Producer, PutQ, QueueFuture, ReducingFuture,
    SerialQueueFuture, SharedFuture, TaskletFuture, TimedOut, Timeout, TryJoinAll, TryPutError,
    WaitAll, WaitAny,
};

type Handle = TaskletFuture<u32>;
type Fallible = TaskletFuture<Result<u32, String>>;
type Pair = (Handle, u32);

/// The answer to the question `Q`. `A`, which the cast leaves open, is what decides.
///
/// For a type that owes in two ways `P` stays open, which is an error here; in an expansion it is
/// an error in any case, and the other one is the one to read.
fn owes<Q, T, A, P>(_: PhantomData<(Q, T)>, _: *const A) -> bool
where
    T: Ask<Q, A, P>,
{
    type_name::<T::Verdict>() != type_name::<Fine>()
}

macro_rules! assert_answers {
    ($question:ty: $answer:literal; $($ty:ty),+ $(,)?) => {
        $({
            let owes = owes(PhantomData::<($question, $ty)>, open() as *const _);
            assert_eq!(owes, $answer, stringify!($ty));
        })+
    };
}

#[test]
fn handles_owe() {
    assert_answers! { Deep: true;
        Handle,
        LocalTaskletFuture<Rc<u32>>,
        SharedFuture<u32>,
        Awaiting<u32>,
        LocalAwaiting<u32>,
        AwaitingShared<u32>,
        Timeout<Handle>,
        TimedOut<SharedFuture<u32>>,
        WaitAny<Handle>,
        <Vec<Handle> as JoinAll>::Join,
        <[Handle; 2] as JoinAll>::Join,
        <(Handle, SharedFuture<u8>) as JoinAll>::Join,
        <Vec<Fallible> as TryJoinAll>::TryJoin,
        <(Fallible, Fallible) as TryJoinAll>::TryJoin,
    }
}

#[test]
fn futures_of_many_owe_what_was_added_and_their_other_sides_do_not() {
    assert_answers! { Deep: true;
        MultiFuture<u32>,
        <MultiFuture<u32> as JoinAll>::Join,
        <MultiFuture<Result<u32, String>> as TryJoinAll>::TryJoin,
        QueueFuture<u32>,
        SerialQueueFuture<u32>,
        ReducingFuture<Option<u32>>,
        Option<Arc<QueueFuture<u32>>>,
        PutQ<'_, u32, Handle>,
        TryPutError<Handle>,
        Result<(), TryPutError<Handle>>,
    }
    // What a getter leaves is for the next one, and a producer has handed on what it was given.
    assert_answers! { Deep: false;
        Producer<u32>,
        BoundedProducer<u32>,
        GetQ<u32>,
        PutQ<'_, u32, u32>,
        Result<(), TryPutError<u32>>,
    }
}

#[test]
fn what_holds_a_handle_owes() {
    assert_answers! { Deep: true;
        Option<Handle>,
        Result<Handle, String>,
        Result<u32, TimedOut<Handle>>,
        Poll<Handle>,
        ControlFlow<Handle>,
        ControlFlow<(), Handle>,
        Box<Handle>,
        Box<[Handle]>,
        Pin<Box<Awaiting<u32>>>,
        Rc<Handle>,
        Arc<Mutex<Vec<Handle>>>,
        Arc<RwLock<Option<Handle>>>,
        Cell<Option<Handle>>,
        RefCell<Vec<Handle>>,
        [Handle; 3],
        Vec<Handle>,
        VecDeque<Handle>,
        LinkedList<Handle>,
        BTreeMap<u32, Handle>,
        HashMap<u32, Handle>,
        HashMap<u32, Handle, u8>,
        Pair,
        (u32, Handle),
        (u8, u8, u8, u8, u8, u8, u8, u8, u8, u8, u8, Handle),
        HashMap<String, Vec<(u32, Option<Box<Handle>>)>>,
    }
}

#[test]
fn iterators_over_handles_owe() {
    assert_answers! { Deep: true;
        std::vec::IntoIter<Handle>,
        std::vec::Drain<'_, Pair>,
        std::array::IntoIter<Handle, 2>,
        std::option::IntoIter<Handle>,
        std::collections::vec_deque::Drain<'_, Handle>,
        std::collections::hash_map::IntoIter<u32, Handle>,
        std::collections::hash_map::Drain<'_, u32, Handle>,
        std::collections::btree_map::IntoValues<u32, Handle>,
        std::iter::Enumerate<std::vec::IntoIter<Handle>>,
        std::iter::Map<std::vec::IntoIter<Handle>, fn(Handle) -> u32>,
        std::iter::Peekable<std::iter::Rev<std::vec::IntoIter<Handle>>>,
        std::iter::Zip<std::ops::Range<u32>, std::vec::IntoIter<Handle>>,
        std::iter::Chain<std::iter::Once<Handle>, std::iter::Empty<Handle>>,
        std::iter::Flatten<std::vec::IntoIter<Option<Handle>>>,
    }
    // These start one at a time, or look at what others own.
    assert_answers! { Deep: false;
        std::iter::Map<std::ops::Range<u32>, fn(u32) -> Handle>,
        std::slice::Iter<'_, Handle>,
        std::iter::Enumerate<std::slice::IterMut<'_, Handle>>,
    }
}

#[test]
fn anything_else_owes_nothing() {
    assert_answers! { Deep: false;
        u32,
        i32,
        f64,
        (),
        String,
        &Handle,
        &mut Vec<Handle>,
        &[Handle],
        *const Handle,
        Option<&Handle>,
        Vec<&mut Handle>,
        Weak<Handle>,
        PhantomData<Handle>,
        fn(Handle) -> Handle,
        Box<dyn Fn() -> Handle>,
        Box<dyn Future<Output = Handle>>,
        Completer<u32>,
        WaitAll<'_, Handle>,
        std::vec::IntoIter<u32>,
        HashMap<u32, Vec<String>>,
        HashSet<u32>,
        (u32, String, (u8, [f32; 3])),
        Rc<dyn std::any::Any>,
        std::future::Ready<u32>,
        Result<(), Box<dyn std::error::Error>>,
    }
}

#[test]
fn a_container_is_not_a_handle_itself() {
    assert_answers! { Itself: true; Handle, SharedFuture<u32>, Awaiting<u32> }
    assert_answers! { Itself: false; Option<Handle>, Vec<Handle>, Pair, &Handle, u32, Derived }
}

#[test]
fn a_mask_leaves_positions_out() {
    type Second = Mask<(Skip, Keep, Skip, Skip, Skip, Skip, Skip, Skip, Skip, Skip, Skip, Skip)>;
    type NotFirst = Mask<(Skip, Keep, Keep, Keep, Keep, Keep, Keep, Keep, Keep, Keep, Keep, Keep)>;

    assert_answers! { Second: true; (u32, Handle), (Handle, Vec<Pair>, Handle) }
    assert_answers! { Second: false;
        Pair,
        (Handle,),
        (Handle, &Handle, Handle),
        Handle,
        Vec<(u32, Handle)>,
        Derived,
    }
    assert_answers! { NotFirst: true; (u32, u32, Handle), (Handle, Handle) }
    assert_answers! { NotFirst: false; Pair, (Handle, u32, String), u32 }
}

#[derive(MustAwait)]
#[expect(dead_code, reason = "its type alone is asked")]
struct Derived {
    name: String,
    handles: Vec<Handle>,
}

#[derive(MustAwait)]
#[expect(dead_code, reason = "its type alone is asked")]
enum Either<'a, A, B: ?Sized, const N: usize>
where
    A: Clone,
{
    Left(&'a A, [u8; N]),
    Right { all: [Option<A>; N], boxed: Box<B> },
    Neither,
}

/// Each has the other.
#[derive(MustAwait)]
#[expect(dead_code, reason = "its type alone is asked")]
struct Tree<T> {
    branches: Vec<Branch<T>>,
}

#[derive(MustAwait)]
#[expect(dead_code, reason = "its type alone is asked")]
struct Branch<T>(Option<Box<Tree<T>>>, Option<Box<Self>>, T);

#[derive(MustAwait)]
struct Unit;

#[test]
fn a_derived_type_owes_what_its_fields_owe() {
    assert_answers! { Deep: true;
        Derived,
        Option<(u32, Derived)>,
        Either<'_, SharedFuture<u32>, u32, 1>,
        Either<'_, u32, Handle, 1>,
    }
    assert_answers! { Deep: false;
        Either<'_, u32, str, 1>,
        Either<'_, &Handle, dyn Fn() -> Handle, 1>,
        Tree<u32>,
        Branch<String>,
        Vec<Tree<Branch<String>>>,
        Unit,
    }
}

/// A trait that an integer literal picks the impl of when nothing else does.
trait Convert {
    type Into;

    fn convert(self) -> Self::Into;
}

struct Converted;

impl Convert for i32 {
    type Into = Converted;

    fn convert(self) -> Converted {
        Converted
    }
}

impl Convert for u8 {
    type Into = Handle;

    fn convert(self) -> Handle {
        Handle::ready(self.into())
    }
}

#[test]
fn a_type_may_be_known_late() {
    fn is_fine<T: ?Sized>(_: PhantomData<T>) -> bool {
        type_name::<T>() == type_name::<Fine>()
    }

    // By what is done with the value further down.
    let (mut empty, mut owing) = (Vec::new(), Vec::new());
    assert!(is_fine(verdict(&empty, open() as *const _)));
    assert!(!is_fine(verdict(&owing, open() as *const _)));
    empty.push(1_u8);
    owing.push(Some(Handle::ready(1)));
    owing.into_iter().flatten().for_each(TaskletFuture::defer);

    // By what the compiler falls back to.
    let converted = 1.convert();
    assert!(is_fine(verdict(&converted, open() as *const _)));
    let Converted = converted;
    let several = vec![(Convert::convert(1), String::new())];
    assert!(is_fine(verdict(&several, open() as *const _)));

    // By the target of a cast, which is looked at later still.
    let target: *const Converted = &Converted;
    let read = Some(target as *const _).map(|pointer: *const _| (PhantomData, pointer));
    let Some((marker, pointer)) = read else { return };
    assert!(is_fine(verdict(&marker, open() as *const _)));
    let _: (PhantomData<Converted>, *const Converted) = (marker, pointer);
}
