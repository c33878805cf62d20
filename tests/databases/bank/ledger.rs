//! The books at the end: is there an order in which all transfers have happened one after another?

use std::collections::HashMap;

use databases::Store;

use crate::BALANCE;

/// A line of the ledger: a transfer, and what it saw of its two accounts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Line {
    pub(crate) transfer: i64,
    amount: i64,
    source: Seen,
    target: Seen,
}

/// An account, as a transfer saw it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Seen {
    account: i64,
    balance: i64,
    version: i64,
}

pub(crate) async fn read(store: &Store) -> Vec<Line> {
    let sql = "SELECT transfer, amount, source, source_balance, source_version,
                      target, target_balance, target_version FROM ledger";
    let rows = store.rows(sql, &[]).await.expect("a ledger");
    let line = |row: &Vec<i64>| match *row.as_slice() {
        [transfer, amount, source, source_balance, source_version, target, balance, version] => {
            let source = Seen { account: source, balance: source_balance, version: source_version };
            Line { transfer, amount, source, target: Seen { account: target, balance, version } }
        }
        _ => unreachable!("the query has eight columns"),
    };
    rows.iter().map(line).collect()
}

/// The balance and the version of each account.
pub(crate) async fn balances(store: &Store) -> Vec<(i64, i64)> {
    let sql = "SELECT balance, version FROM accounts ORDER BY id";
    let rows = store.rows(sql, &[]).await.expect("accounts");
    rows.iter().map(|row| (row[0], row[1])).collect()
}

/// Makes all transfers once more, one after another, each as soon as both its accounts are as it
/// saw them.
///
/// Each version of an account was seen by one transfer. So what a transfer has to wait for is
/// settled: if there is an order at all, this finds one.
pub(crate) fn replay(ledger: &[Line], accounts: i64, balances: &[(i64, i64)]) {
    let mut seen: HashMap<(i64, i64), &Line> = HashMap::new();
    for line in ledger {
        for Seen { account, version, .. } in [line.source, line.target] {
            let other = seen.insert((account, version), line);
            assert!(
                other.is_none(),
                "two have read version {version} of account {account}: {line:?} and {other:?}"
            );
        }
    }
    let mut state: Vec<_> =
        (0..accounts).map(|account| Seen { account, balance: BALANCE, version: 0 }).collect();
    let at = |account: i64| usize::try_from(account).expect("an account");
    let mut made = 0;
    // The accounts whose next transfer may be possible now.
    let mut next: Vec<i64> = (0..accounts).collect();
    while let Some(account) = next.pop() {
        let Some(line) = seen.get(&(account, state[at(account)].version)) else { continue };
        let Line { source, target, amount, .. } = **line;
        let now = [state[at(source.account)], state[at(target.account)]];
        if [source.version, target.version] != now.map(|seen| seen.version) {
            continue;
        }
        assert_eq!([source, target], now, "it saw what never was: {line:?}");
        assert!(amount <= source.balance, "there was not so much: {line:?}");
        for (seen, change) in [(source, -amount), (target, amount)] {
            let changed = &mut state[at(seen.account)];
            changed.balance += change;
            changed.version += 1;
            next.push(seen.account);
        }
        made += 1;
    }
    assert_eq!(made, ledger.len(), "the others have no order: they have seen each other's past");
    let state: Vec<_> = state.iter().map(|seen| (seen.balance, seen.version)).collect();
    assert_eq!(state, balances, "the accounts are not what the ledger says");
}
