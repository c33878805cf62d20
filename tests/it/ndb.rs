//! NDB's own tests, ported: what each of them asserts, asserted here through our interface.
//!
//! They are numbered 1 to 150; `12a` and `12b` are parts of one. A test's name is that of its
//! original, and its comment says where that stands (`legacy` is App Engine's NDB, `modern` is
//! google-cloud-ndb), what it asserts, and what differs here, if anything does: where the two
//! differ or are wrong, the answer is the one that the page `docs/NDB.md` gives. What stands for a
//! datastore is `store`. What NDB's users complain about, and is none of these, is asked in
//! `complaints`.
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
//! | 101b | Test_lookup.test_it_with_transaction | comes with transactions |
//! | 108 | testContext_NamespaceBonanza, testMemcacheLocking, testCorruptMemcache and other tests of the memcache | there is no memcache beside a datastore: comes with that |
//! | 112 | testContext_TransactionFailed | comes with transactions |
//! | 113 | testContext_TransactionException | comes with transactions |
//! | 114 | testContext_TransactionRollback | comes with transactions |
//! | 115 | testContext_TransactionRollbackException | comes with transactions |
//! | 116 | testContext_TransactionCallBackTasklet | comes with transactions |
//! | 117 | testTransaction_OnCommit | comes with transactions |
//! | 118 | testAsyncInTransaction | comes with transactions; what it rests upon is 147 |
//! | 119 | testDatastoreConnectionIsRestored | comes with transactions; what it rests upon is 43 |
//! | 120 | testTransactionalDecorator, its kin, testNonTransactionalDecorator, testNoNestedTransactions | comes with transactions |
//! | 121 | test_success, test_success_w_callbacks, test_failure_w_callbacks | comes with transactions |
//! | 122 | test_run_inner_loop | comes with transactions |
//! | 123 | test_transient_error, test_too_many_transient_errors | comes with transactions |
//! | 124 | Test_retry, Test_is_transient_error | comes with transactions, which retry |
//! | 125 | test_commit_allocating_ids | comes with transactions |
//! | 126 | test_parallel_transactions | comes with transactions |
//! | 127 | test_rollback_with_context_cache | comes with transactions |
//! | 128 | test_insert_entity_in_transaction_without_preallocating_id | comes with transactions |
//! | 129 | test_non_transactional_means_no_transaction | comes with transactions |
//! | 130 | test_delete_entity_in_transaction, test_get_or_insert_in_transaction, test_transactional_composable | comes with transactions |
//! | 131 | new: a call that nobody looked at and that has failed fails the commit | comes with transactions |
//! | 132 | new: calls on commit run outside of the transaction | comes with transactions |
//! | 133 | new: get_or_insert reads again inside of the transaction | comes with transactions |
//! | 134 | new: no order of attributes leaves a body that never runs | comes with transactions and their attributes |
//! | 137b | testCountDisjunction, testCountLarge | how a datastore skips rows: comes with it |
//! | 139 | testCursors, testProbablyHasNext | cursors are a datastore's: comes with it |
//! | 140c | testHugeOffset, testHugeOffsetRunToQueue | how a datastore skips rows: comes with it |
//! | 144 | test_uncommitted_deletes | comes with transactions |
//! | 145b | testGetOrInsertHooksCalled, testPreHooksCannotCancelRPC, testNoDefaultPutCallback, hooks of keys | there are no models whose methods could be hooks: comes with them |
//! | 146 | testGetOrInsertAsync | comes with transactions |
//! | 147a | testCallHooks | there is no layer of RPCs to hook into; spans tell when a tasklet begins and ends, `tests/it/tracing_spans.rs` |

#![expect(
    clippy::doc_lazy_continuation,
    reason = "a comment begins with the number of its case, which Markdown takes for a list"
)]

mod batching;
mod cache;
mod cancel;
mod complaints;
mod contexts;
mod driver;
mod event_loop;
mod future;
mod iteration;
mod multi;
mod namespaces;
mod queue;
mod reducing;
mod serial;
mod store;
mod tasklet;
mod threads;
#[cfg(feature = "fetch")]
mod urlfetch;
mod waiting;
