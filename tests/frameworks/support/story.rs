//! The stories that every framework has to live through. A handler `sign` puts `user NAME` and
//! `profile NAME` at once, waits for both, and leaves `note NAME` to its toplevel.

use std::net::SocketAddr;

use super::client::{Answer, Asked};
use super::desk::{Clerk, Question};
use super::leaving::Porter;

/// What a handler answers when it was refused.
const CONFLICT: u16 = 409;

/// All goes well, and all goes wrong.
pub(crate) async fn sign(server: SocketAddr, path: &str, clerk: &mut Clerk) {
    is_answered_after_all_is_written(server, path, clerk).await;
    is_refused_after_the_other_is_written(server, path, clerk).await;
}

async fn is_answered_after_all_is_written(server: SocketAddr, path: &str, clerk: &mut Clerk) {
    let asked = Asked::post(server, path, "ada").await;
    let (user, profile) = both_questions(clerk, "ada").await;
    profile.approve();
    user.approve();
    clerk.question("note ada").await.approve();

    let answer = asked.answer().await;
    assert_eq!(answer, Answer { status: 200, body: "user ada, profile ada".to_owned() });
    assert_eq!(clerk.written(), ["note ada", "profile ada", "user ada"]);
}

async fn is_refused_after_the_other_is_written(server: SocketAddr, path: &str, clerk: &mut Clerk) {
    let asked = Asked::post(server, path, "bob").await;
    let (user, profile) = both_questions(clerk, "bob").await;
    user.refuse();
    profile.approve();

    assert_eq!(asked.answer().await.status, CONFLICT);
    assert_eq!(clerk.written(), ["profile bob"]);
}

/// The client leaves while both tasklets wait; its handler is `on_drop = "finish"`.
pub(crate) async fn leave_and_be_finished(
    server: SocketAddr,
    path: &str,
    clerk: &mut Clerk,
    porter: &mut Porter,
) {
    let (user, profile) = leave(server, path, clerk, porter).await;
    profile.approve();
    user.approve();
    // Asked for by the body itself, which has gone on.
    clerk.question("note ada").await.approve();
    assert_eq!(clerk.wait_for_written(3).await, ["note ada", "profile ada", "user ada"]);
}

/// The client leaves while both tasklets wait; returns what they ask, when the server has dropped
/// the handler.
pub(crate) async fn leave(
    server: SocketAddr,
    path: &str,
    clerk: &mut Clerk,
    porter: &mut Porter,
) -> (Question, Question) {
    let asked = Asked::post(server, path, "ada").await;
    let questions = both_questions(clerk, "ada").await;
    drop(asked);
    porter.left().await;
    questions
}

/// Two questions, and none of them answered: both tasklets are suspended at the same time.
async fn both_questions(clerk: &mut Clerk, name: &str) -> (Question, Question) {
    let user = clerk.question(&format!("user {name}")).await;
    let profile = clerk.question(&format!("profile {name}")).await;
    (user, profile)
}
