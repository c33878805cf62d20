//! The messages of PostgreSQL's protocol, as far as a proxy has to know them.

use std::collections::HashMap;
use std::io;

use tokio::io::{AsyncRead, AsyncReadExt};

/// The first message of a client has no tag; the version in it says what it wants.
const STARTUP: u32 = 3 << 16;
const WANTS_TLS: u32 = 80_877_103;
const WANTS_GSS: u32 = 80_877_104;

/// No message of a test is longer; what seems to be has been misread.
const LENGTH_MAX: u32 = 1 << 28;

/// A whole message: tag, length, and the rest.
pub(super) struct Message(Vec<u8>);

impl Message {
    /// The next message; an error at the end of the stream.
    pub(super) async fn read(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<Message> {
        let tag = stream.read_u8().await?;
        let mut message = vec![tag];
        read_rest(stream, &mut message).await?;
        Ok(Message(message))
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// Whether it is the server's word that an answer is complete.
    pub(super) fn is_ready(&self) -> bool {
        self.tag() == b'Z'
    }

    /// Whether the server answers it with a word that it is ready: a simple query, or the end of
    /// the messages of an extended one.
    pub(super) fn is_answered(&self) -> bool {
        matches!(self.tag(), b'Q' | b'S' | b'F')
    }

    fn tag(&self) -> u8 {
        self.0[0]
    }

    /// The texts in it, each ended by a zero.
    fn texts(&self) -> impl Iterator<Item = String> {
        let body = self.0.get(5..).unwrap_or_default();
        body.split(|byte| *byte == 0).map(|text| String::from_utf8_lossy(text).into_owned())
    }
}

/// The first message of a client, and whether the server answers it with no more than a letter.
pub(super) async fn read_first(
    stream: &mut (impl AsyncRead + Unpin),
) -> io::Result<(Vec<u8>, bool)> {
    let mut message = Vec::new();
    read_rest(stream, &mut message).await?;
    let version = message.get(4..8).and_then(|bytes| bytes.try_into().ok()).map(u32::from_be_bytes);
    match version {
        Some(STARTUP) => Ok((message, false)),
        Some(WANTS_TLS | WANTS_GSS) => Ok((message, true)),
        _ => Err(io::Error::other("a first message of no known kind")),
    }
}

async fn read_rest(stream: &mut (impl AsyncRead + Unpin), message: &mut Vec<u8>) -> io::Result<()> {
    let length = stream.read_u32().await?;
    if !(4..LENGTH_MAX).contains(&length) {
        return Err(io::Error::other("a message of an impossible length"));
    }
    message.extend(length.to_be_bytes());
    let begin = message.len();
    message.resize(begin + length as usize - 4, 0);
    stream.read_exact(&mut message[begin..]).await.map(drop)
}

/// The statements that a client has prepared, by their names.
#[derive(Default)]
pub(super) struct Prepared(HashMap<String, String>);

impl Prepared {
    /// The statement that a message of the client runs, if it runs one. Of an extended query it is
    /// the message that names the prepared statement and brings its parameters.
    pub(super) fn statement(&mut self, message: &Message) -> Option<String> {
        let mut texts = message.texts();
        match message.tag() {
            b'Q' => texts.next(),
            b'P' => {
                let (name, statement) = (texts.next()?, texts.next()?);
                self.0.insert(name, statement);
                None
            }
            b'B' => {
                let name = texts.nth(1)?;
                self.0.get(&name).cloned()
            }
            _ => None,
        }
    }
}
