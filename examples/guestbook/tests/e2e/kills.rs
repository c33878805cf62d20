//! The program killed under load, and what the next one finds.

use rustix::process::Signal;
use tokio::task::JoinSet;

use crate::support::{Book, Db, raw_post};

/// Together they stay below what the page shows, so that it can be compared with what was said.
const CLIENTS: usize = 4;
const SIGNATURES_PER_CLIENT: usize = 25;
/// The kill comes after this many answers, while the other clients are being served.
const ANSWERS_BEFORE_KILL: usize = 30;

crate::on_both!(
    a_kill_under_load_loses_no_acknowledged_entry,
    a_kill_between_the_two_writes_leaves_nothing,
);

async fn a_kill_under_load_loses_no_acknowledged_entry(db: Db) {
    let book = Book::open(&db).await;
    let (sender, mut answers) = tokio::sync::mpsc::unbounded_channel();
    let mut clients = JoinSet::new();
    for client in 0..CLIENTS {
        let signings: Vec<_> = (0..SIGNATURES_PER_CLIENT)
            .map(|index| format!("c{client}s{index}"))
            .map(|name| (book.try_sign(&name), name))
            .collect();
        let sender = sender.clone();
        clients.spawn(async move {
            for (signing, name) in signings {
                match signing.await {
                    Ok(signing) if signing.status == 201 => sender.send(name).expect("a test"),
                    Ok(signing) => panic!("{name}: {}: {}", signing.status, signing.answer),
                    // The program is gone.
                    Err(_) => break,
                }
            }
        });
    }
    drop(sender);

    let mut acknowledged = Vec::new();
    while let Some(name) = answers.recv().await {
        acknowledged.push(name);
        if acknowledged.len() == ANSWERS_BEFORE_KILL {
            book.signal(Signal::KILL);
        }
    }
    clients.join_all().await;
    assert!(ANSWERS_BEFORE_KILL <= acknowledged.len());
    assert!(acknowledged.len() < CLIENTS * SIGNATURES_PER_CLIENT, "it was killed under load");
    book.ended().await;

    let book = Book::open(&db).await;
    let shown = book.names().await;
    for name in &acknowledged {
        assert!(shown.contains(name), "{name} was acknowledged and is not shown");
    }
    db.is_not_torn().await;
}

async fn a_kill_between_the_two_writes_leaves_nothing(db: Db) {
    let book = Book::open(&db).await;
    assert_eq!(book.sign("whole").await.number(), 1);
    let stall = db.stall_profiles().await;
    let _stream = raw_post(book.address, "half", "hello").await;
    book.says("the user is written", 2).await;
    assert_eq!(book.names().await, ["whole"], "half an entry is never shown");
    book.signal(Signal::KILL);
    book.ended().await;
    db.end_stall_of_the_dead(stall).await;
    db.is_not_torn().await;

    let book = Book::open(&db).await;
    assert_eq!(book.names().await, ["whole"]);
    assert_eq!(book.sign("after").await.number(), 2);
}
