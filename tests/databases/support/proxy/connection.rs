//! One connection through the proxy: both directions, and where it stops.

use std::collections::VecDeque;
use std::io;
use std::sync::{Mutex, PoisonError};

use tokio::io::{AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};

use super::message::{Message, Prepared, read_first};
use super::plan::{Plans, Point};

type Reader = BufReader<OwnedReadHalf>;

/// Carries messages until either side is gone, or a plan cuts the connection. Either way both
/// sockets are closed when it returns.
pub(super) async fn carry(client: TcpStream, server: TcpStream, plans: &Plans) -> io::Result<()> {
    let cut = plans.cut_of_all();
    let (from_client, mut to_client) = client.into_split();
    let (from_server, mut to_server) = server.into_split();
    let (mut from_client, mut from_server) =
        (BufReader::new(from_client), BufReader::new(from_server));
    let carried = async {
        introduce(&mut from_client, &mut to_client, &mut from_server, &mut to_server).await?;
        let asked = Asked::default();
        tokio::select! {
            there = pass_statements(&mut from_client, &mut to_server, &asked, plans) => there,
            back = pass_answers(&mut from_server, &mut to_client, &asked, plans) => back,
        }
    };
    tokio::select! {
        carried = carried => carried,
        () = cut => Ok(()),
    }
}

/// What comes before the first message with a tag.
async fn introduce(
    from_client: &mut Reader,
    to_client: &mut OwnedWriteHalf,
    from_server: &mut Reader,
    to_server: &mut OwnedWriteHalf,
) -> io::Result<()> {
    loop {
        let (message, is_answered_by_letter) = read_first(from_client).await?;
        to_server.write_all(&message).await?;
        if !is_answered_by_letter {
            return Ok(());
        }
        // Our server has no certificate, so that it always declines.
        let letter = from_server.read_u8().await?;
        to_client.write_u8(letter).await?;
    }
}

/// The statements that are not answered yet, each with the number of its answer.
#[derive(Default)]
struct Asked(Mutex<VecDeque<(u64, String)>>);

impl Asked {
    fn add(&self, answer: u64, statement: String) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push_back((answer, statement));
    }

    /// The statement that this answer is for.
    fn take(&self, answer: u64) -> Option<String> {
        let mut asked = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_it = asked.front().is_some_and(|(number, _)| *number == answer);
        asked.pop_front_if(|_| is_it).map(|(_, statement)| statement)
    }
}

async fn pass_statements(
    client: &mut Reader,
    server: &mut OwnedWriteHalf,
    asked: &Asked,
    plans: &Plans,
) -> io::Result<()> {
    let (mut prepared, mut answers) = (Prepared::default(), 0);
    loop {
        let message = Message::read(client).await?;
        let statement = prepared.statement(&message);
        // That of an extended query is for the message that ends it, which comes later.
        let answer = answers + 1;
        answers += u64::from(message.is_answered());
        let Some(statement) = statement else {
            server.write_all(message.bytes()).await?;
            continue;
        };
        plans.note(&statement);
        plans.stop(&statement, Point::Asked).await?;
        asked.add(answer, statement.clone());
        server.write_all(message.bytes()).await?;
        plans.stop(&statement, Point::Sent).await?;
    }
}

async fn pass_answers(
    server: &mut Reader,
    client: &mut (impl AsyncWrite + Unpin),
    asked: &Asked,
    plans: &Plans,
) -> io::Result<()> {
    // The first one is for the introduction.
    let mut answer = 0;
    loop {
        let (mut statement, mut stop, mut kept) = (None, None, Vec::new());
        loop {
            let message = Message::read(server).await?;
            // A notice may come before anything was asked.
            if statement.is_none() {
                statement = asked.take(answer);
                let take = |text: &String| plans.take(text, Point::Answered);
                stop = statement.as_ref().and_then(take);
            }
            kept.extend(message.bytes());
            if message.is_ready() {
                break;
            }
            // If it stops, then when all of the answer is here, and nothing of it there.
            if stop.is_none() {
                client.write_all(&kept).await?;
                kept.clear();
            }
        }
        if let Some(stop) = stop {
            stop.make().await?;
        }
        client.write_all(&kept).await?;
        answer += 1;
        if let Some(statement) = statement {
            plans.stop(&statement, Point::Delivered).await?;
        }
    }
}
