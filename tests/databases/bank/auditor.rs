//! The auditor adds up the money while the bank is open: in each transaction that only reads, it is
//! all there, and the accounts have been written as often as the ledger has lines.

use std::time::Duration;

use databases::{Result, Store, run_in_runtime, runtime};
use tasklet_core::{Context, sleep, transaction_async};

use crate::Bank;

/// Between two audits, lest the bank does nothing else.
const PAUSE: Duration = Duration::from_millis(20);

/// What an audit sees.
struct Books {
    money: i64,
    writes: i64,
    lines: i64,
}

/// Audits until the tellers go home, and returns how often.
pub(crate) fn audit_while_open(bank: &Bank) -> u64 {
    // It is in nobody's way, and nobody cuts its connection; but its server may be killed.
    let store = run_in_runtime(Store::open(bank.branch.direct_url(), 1));
    let _in = runtime().enter();
    let mut audits = 0;
    Context::new().block_on(async {
        while bank.is_open() {
            if let Ok(books) = audit(&store).await {
                assert_eq!(books.money, bank.total(), "money was lost, or made");
                assert_eq!(books.writes, 2 * books.lines, "a transfer is torn");
                audits += 1;
            }
            sleep(PAUSE).await;
        }
    });
    audits
}

async fn audit(store: &Store) -> Result<Books> {
    let options = store.transaction().read_only().retries(100);
    let store = store.clone();
    transaction_async(options, move || {
        let store = store.clone();
        async move {
            let money = "SELECT CAST(SUM(balance) AS BIGINT) FROM accounts";
            let writes = "SELECT CAST(SUM(version) AS BIGINT) FROM accounts";
            let money = store.number(money, &[]).await?;
            let lines = store.number("SELECT COUNT(*) FROM ledger", &[]).await?;
            // Last, so that two states would show.
            let writes = store.number(writes, &[]).await?;
            Result::Ok(Books { money, writes, lines })
        }
    })
    .await
}
