//! NDB's own tests, ported: what each of them asserts, asserted here through our interface.
//!
//! They are numbered 1 to 150; `12a` and `12b` are parts of one. A test's name is that of its
//! original, and its comment says where that stands (`legacy` is App Engine's NDB, `modern` is
//! google-cloud-ndb), what it asserts, and what differs here, if anything does: where the two
//! differ or are wrong, the answer is the one that the page `docs/NDB.md` gives. What stands for a
//! datastore is `store`, and with transactions `tests::kv`. What NDB's users complain about, and is
//! none of these, is asked in `complaints`.
//!
//! Those that are no tests here, and why:
//!
//! | number | original | why |
//! |---|---|---|
//! | 6b | test_set_result_already_done | does not compile, since a completer is used up: `ui-tests/fail/ndb/set_result_already_done.rs` |
//! | 7 | test_set_exception_already_done | does not compile: `ui-tests/fail/ndb/set_exception_already_done.rs` |
//! | 31 | testTasklet_YieldTupleTypeError | does not compile: `ui-tests/fail/ndb/yield_tuple_type_error.rs` |
//! | 34 | testYieldError, test__advance_tasklet_bad_yield | does not compile: `ui-tests/fail/ndb/yield_error.rs` |
//! | 50b | testAddFlowException | what is no type of errors does not compile: `ui-tests/fail/ndb/add_flow_exception.rs` |
//! | 108 | testContext_NamespaceBonanza, testMemcacheLocking, testCorruptMemcache and other tests of the memcache | there is no memcache beside a datastore: comes with that |
//! | 125 | test_commit_allocating_ids | the datastore gives out ids: comes with that |
//! | 128 | test_insert_entity_in_transaction_without_preallocating_id | the datastore gives out ids: comes with that |
//! | 134a | new: no order of attributes leaves a body that never runs | those that do not go together do not compile: `ui-tests/fail/transaction/together.rs` |
//! | 137b | testCountDisjunction, testCountLarge | how a datastore skips rows: comes with it |
//! | 139 | testCursors, testProbablyHasNext | cursors are a datastore's: comes with it |
//! | 140c | testHugeOffset, testHugeOffsetRunToQueue | how a datastore skips rows: comes with it |
//! | 145b | testGetOrInsertHooksCalled, testPreHooksCannotCancelRPC, testNoDefaultPutCallback, hooks of keys | there are no models whose methods could be hooks: comes with them |
//! | 147a | testCallHooks | there is no layer of RPCs to hook into; spans tell when a tasklet begins and ends, `tests/it/tracing_spans.rs` |

#![expect(
    clippy::doc_lazy_continuation,
    reason = "a comment begins with the number of its case, which Markdown takes for a list"
)]

mod bank;
mod batching;
mod cache;
mod cancel;
mod complaints;
mod contexts;
mod decorators;
mod driver;
mod event_loop;
mod future;
mod iteration;
mod multi;
mod namespaces;
mod propagation;
mod queue;
mod reducing;
mod retry;
mod serial;
mod store;
mod tasklet;
mod threads;
mod transaction_cache;
mod transactions;
#[cfg(feature = "fetch")]
mod urlfetch;
mod waiting;
