//! One transfer: two accounts are read, two are written, and a line of the ledger says what was
//! seen.

use databases::{Error, Result, Store};
use tasklet_core::{Transaction, tasklet, try_join};

use crate::fate::{Fate, Injected};

/// What is to be transferred.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Transfer {
    pub(crate) number: i64,
    pub(crate) source: i64,
    pub(crate) target: i64,
    pub(crate) amount: i64,
}

/// An account, as it was read.
#[derive(Clone, Copy, Debug)]
struct Account {
    id: i64,
    balance: i64,
    version: i64,
}

#[tasklet]
async fn read(store: Store, id: i64) -> Result<Account> {
    let sql = "SELECT balance, version FROM accounts WHERE id = $1";
    match store.rows(sql, &[id]).await?.first().map(Vec::as_slice) {
        Some(&[balance, version]) => Ok(Account { id, balance, version }),
        _ => Err(Error::Missing),
    }
}

/// Writes what was computed of what was read: whatever came in between would be lost.
#[tasklet]
async fn write(store: Store, account: Account, balance: i64) -> Result<u64> {
    let sql = "UPDATE accounts SET balance = $2, version = $3 WHERE id = $1";
    store.run(sql, &[account.id, balance, account.version + 1]).await
}

#[tasklet]
async fn note(store: Store, transfer: Transfer, source: Account, target: Account) -> Result<u64> {
    let sql = "INSERT INTO ledger (transfer, amount, source, source_balance, source_version,
                                   target, target_balance, target_version)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    let Transfer { number, amount, .. } = transfer;
    let [source, target] = [source, target].map(|seen| [seen.id, seen.balance, seen.version]);
    let line = [[number, amount].as_slice(), &source, &target].concat();
    store.run(sql, &line).await
}

#[tasklet]
async fn fail(store: Store) -> Result<()> {
    store.number("SELECT COUNT(*) FROM accounts", &[]).await?;
    Err(Error::Refused)
}

#[tasklet]
async fn panic(store: Store) -> Result<()> {
    store.number("SELECT COUNT(*) FROM accounts", &[]).await?;
    std::panic::panic_any(Injected);
}

/// The body of a transaction. It returns which attempt it was.
#[tasklet]
pub(crate) async fn transfer(store: Store, transfer: Transfer, fate: Fate) -> Result<u32> {
    let source = read(store.clone(), transfer.source);
    let target = read(store.clone(), transfer.target);
    let (source, target) = try_join!(source, target)?;
    if source.balance < transfer.amount {
        return Err(Error::Refused);
    }
    match fate {
        Fate::FailUnseen => fail(store.clone()).defer(),
        Fate::PanicUnseen => panic(store.clone()).defer(),
        _ => {}
    }
    let paid = write(store.clone(), source, source.balance - transfer.amount);
    let got = write(store.clone(), target, target.balance + transfer.amount);
    let noted = note(store, transfer, source, target);
    if fate == Fate::Forget {
        paid.defer();
        got.defer();
        noted.defer();
    } else {
        try_join!(paid, got, noted)?;
    }
    match fate {
        Fate::Refuse => Err(Error::Refused),
        Fate::Panic => std::panic::panic_any(Injected),
        _ => Ok(Transaction::current().map_or(0, |transaction| transaction.attempt())),
    }
}
