//! NDB's example of a POST handler: a user and a profile, written in parallel.
#![forbid(warnings)]

use tasklet_core::prelude::*;

#[derive(Clone)]
struct User {
    name: String,
    email: String,
}

struct Profile {
    bio: String,
}

impl User {
    #[tasklet]
    async fn put(self) -> Result<usize, String> {
        std::future::ready(()).await;
        Ok(self.name.len() + self.email.len())
    }
}

impl Profile {
    #[tasklet]
    async fn put(self) -> Result<usize, String> {
        std::future::ready(()).await;
        if self.bio.is_empty() { Err("no bio".to_owned()) } else { Ok(self.bio.len()) }
    }
}

#[tasklet]
async fn create_user_and_profile(
    name: String,
    email: String,
    bio: String,
) -> Result<(usize, usize), String> {
    // Both writes run from here on.
    let user_future = User { name, email }.put();
    let profile_future = Profile { bio }.put();

    let (user_key, profile_key) = try_join!(user_future, profile_future)?;
    Ok((user_key, profile_key))
}

#[synctasklet]
async fn create_user_and_profile_and_wait(name: &str, email: &str, bio: &str) -> Option<usize> {
    let created = create_user_and_profile(name.to_owned(), email.to_owned(), bio.to_owned());
    let (user, profile) = created.await.ok()?;
    Some(user + profile)
}

struct UserProfileHandler {
    status: u16,
    body: String,
}

impl UserProfileHandler {
    #[toplevel]
    fn post(&mut self, name: &str, email: &str, bio: &str) {
        if name.is_empty() || email.is_empty() {
            self.status = 400;
            self.body.push_str("Name and email are required.");
            return;
        }
        match create_user_and_profile(name.into(), email.into(), bio.into()).get_result() {
            Ok((user_key, profile_key)) => {
                self.status = 201;
                self.body = format!("User: {user_key}, Profile: {profile_key} created.");
            }
            Err(error) => {
                self.status = 500;
                self.body = format!("Error: {error}");
            }
        }
    }
}

fn main() {
    let mut handler = UserProfileHandler { status: 0, body: String::new() };
    handler.post("", "", "");
    assert_eq!(handler.status, 400);
    handler.post("Ada", "ada@example.org", "counts");
    assert_eq!((handler.status, handler.body.as_str()), (201, "User: 18, Profile: 6 created."));
    handler.post("Ada", "ada@example.org", "");
    assert_eq!(handler.status, 500);
    assert_eq!(create_user_and_profile_and_wait("a", "b", "c"), Some(3));
}
