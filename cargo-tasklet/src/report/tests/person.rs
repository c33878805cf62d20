//! What a person reads.

use expect_test::expect_file;

use super::{Scene, dropped, frame, plain, proof, std_frame};
use crate::proof::{Cause, Finding, Proof};
use crate::report::{Options, Verdict, human};

const POST: &str = "\
async fn post(age: String) -> Result<usize, ParseIntError> {
    let profile = put(\"profile\");
    let age: usize = age.parse()?;
    Ok(age + profile.await)
}
";

#[test]
fn a_question_mark_that_may_return_first() {
    let scene = Scene::new(POST);
    let finding = dropped(scene.main(3, 33));
    scene.check(finding, &expect_file!["a_question_mark_that_may_return_first.txt"]);
}

#[test]
fn the_end_of_a_scope_is_shown_with_its_beginning() {
    let scene = Scene::new(POST);
    let finding = dropped(scene.main(5, 1));
    scene.check(finding, &expect_file!["the_end_of_a_scope_is_shown_with_its_beginning.txt"]);
}

#[test]
fn of_a_generic_function_the_one_at_fault_is_named() {
    let scene = Scene::new("fn log<T>(_value: T) {\n    println!(\"stored\");\n}\n");
    let function = "guestbook::log::<TaskletFuture<usize>>".to_owned();
    let finding = Finding { function, ..dropped(scene.main(3, 1)) };
    scene.check(finding, &expect_file!["of_a_generic_function_the_one_at_fault_is_named.txt"]);
}

#[test]
fn a_value_that_nobody_takes_is_dropped_at_the_end_of_its_statement() {
    let scene = Scene::new("fn main() {\n    put(\"profile\");\n}\n");
    let text = scene.person(&proof([dropped(scene.main(2, 19))]));
    assert!(text.contains(" ^ dropped at the end of this statement\n"), "{text}");
}

#[test]
fn a_function_of_std_that_drops_is_named_at_the_call() {
    let scene = Scene::new("fn main() {\n    drop(put(\"profile\"));\n}\n");
    let via = vec![std_frame("core::mem::drop::<TaskletFuture<usize>>")];
    let finding = Finding { via, ..dropped(scene.main(2, 5)) };
    scene.check(finding, &expect_file!["a_function_of_std_that_drops_is_named_at_the_call.txt"]);
}

#[test]
fn a_long_way_down_to_the_drop_is_told_call_by_call() {
    let scene = Scene::new("fn main() {\n    let n = helpers::count(ids.map(put));\n}\n");
    let via = vec![
        frame("helpers::count::<TaskletFuture<usize>>", scene.dependency(1, 1)),
        std_frame("<core::iter::Map<I, fn(u32) -> F> as core::iter::Iterator>::count::<usize>"),
        std_frame("<core::iter::Map<I, F> as core::iter::Iterator>::fold::<usize>"),
        std_frame("core::iter::adapters::map::map_fold::<u32, usize>::{closure#0}"),
        std_frame("core::ops::FnMut::call_mut"),
        frame("helpers::sink::<TaskletFuture<usize>>", scene.dependency(2, 5)),
    ];
    let dropped_type = "alloc::vec::Vec<TaskletFuture<usize>>".to_owned();
    let finding = Finding { via, dropped: dropped_type, ..dropped(scene.main(2, 13)) };
    scene.check(finding, &expect_file!["a_long_way_down_to_the_drop_is_told_call_by_call.txt"]);
}

#[test]
fn a_future_that_is_held_is_shown_with_the_owner_of_its_holder() {
    let scene = Scene::new(
        "async fn load() -> usize {
    let user = put(\"user\");
    sleep(SECOND).await;
    user.await
}

async fn get() -> Option<usize> {
    timeout(SECOND, load()).await.ok()
}
",
    );
    let via = vec![frame("guestbook::get", Some(scene.main(8, 29)))];
    let function = "guestbook::load".to_owned();
    let finding = Finding { via, cause: Cause::Held, function, ..dropped(scene.main(3, 19)) };
    scene.check(
        finding,
        &expect_file!["a_future_that_is_held_is_shown_with_the_owner_of_its_holder.txt"],
    );
}

#[test]
fn a_future_that_is_held_may_have_an_owner_that_nobody_knows() {
    let scene = Scene::new("async fn load() {\n    let user = put(1);\n    sleep().await;\n}\n");
    let finding = Finding { cause: Cause::Held, ..dropped(scene.main(3, 13)) };
    scene.check(
        finding,
        &expect_file!["a_future_that_is_held_may_have_an_owner_that_nobody_knows.txt"],
    );
}

#[test]
fn what_is_held_up_to_the_end_of_a_scope_was_held_across_an_await() {
    let scene = Scene::new("async fn load() {\n    let user = put(1);\n    sleep().await;\n}\n");
    let via = vec![
        frame("guestbook::get", Some(scene.main(1, 1))),
        frame("helpers::timeout", scene.dependency(2, 5)),
    ];
    let finding = Finding { via, cause: Cause::Held, ..dropped(scene.main(4, 1)) };
    let text = scene.person(&proof([finding]));
    let label =
        "held up to here, across an await; `guestbook::get` may drop this function's future";
    assert!(text.contains(label), "{text}");
}

#[test]
fn a_pointer_to_a_trait_is_told_where_it_is_made() {
    let scene = Scene::new("fn main() {\n    let any: Box<dyn Any> = Box::new(put(1));\n}\n");
    let finding = Finding { cause: Cause::Erased, ..dropped(scene.main(2, 29)) };
    scene.check(finding, &expect_file!["a_pointer_to_a_trait_is_told_where_it_is_made.txt"]);
}

#[test]
fn the_loser_of_a_race_is_kept_by_wait_any() {
    let scene = Scene::new("fn main() {\n    tokio::select! { _ = a => 1, _ = b => 2 };\n}\n");
    let finding =
        Finding { future: "LocalAwaiting<usize>".to_owned(), ..dropped(scene.main(2, 5)) };
    scene.check(finding, &expect_file!["the_loser_of_a_race_is_kept_by_wait_any.txt"]);
}

#[test]
fn a_file_that_cannot_be_read_is_named_all_the_same() {
    let scene = Scene::new("");
    let mut place = scene.main(7, 13);
    place.file.set_file_name("generated.rs");
    scene.check(
        dropped(place),
        &expect_file!["a_file_that_cannot_be_read_is_named_all_the_same.txt"],
    );
}

#[test]
fn a_line_that_is_not_there_is_named_all_the_same() {
    let scene = Scene::new("fn main() {}\n");
    scene.check(
        dropped(scene.main(9, 0)),
        &expect_file!["a_line_that_is_not_there_is_named_all_the_same.txt"],
    );
}

#[test]
fn what_could_not_be_told_comes_with_what_to_do() {
    let unknown = vec![
        "the body of `helpers::sink` is nowhere to be found".to_owned(),
        "no drop of the canary is found\nuse a compiler between 1.95 and 1.97".to_owned(),
    ];
    let proof = Proof { unknown, ..proof([]) };
    expect_file!["what_could_not_be_told_comes_with_what_to_do.txt"]
        .assert_eq(&Scene::new("").person(&proof));
}

/// The last line, of so many findings, functions, crates and open questions.
fn summary(findings: usize, functions: usize, crates: usize, unknown: usize) -> String {
    let scene = Scene::new("");
    let findings = vec![dropped(scene.main(1, 1)); findings];
    let unknown = vec!["it is not known".to_owned(); unknown];
    let text = scene.person(&Proof { findings, functions, crates, unknown });
    text.lines().last().unwrap_or_default().to_owned()
}

#[test]
fn the_last_line_says_what_all_of_it_comes_to() {
    assert_eq!(summary(0, 214, 3, 0), "proved: 214 functions, 3 crates, 0 drops");
    assert_eq!(
        summary(2, 214, 3, 0),
        "error: 2 places may drop a tasklet future (214 functions, 3 crates)",
    );
    assert_eq!(
        summary(1, 1, 1, 0),
        "error: 1 place may drop a tasklet future (1 function, 1 crate)",
    );
    assert_eq!(
        summary(1, 2, 1, 3),
        "error: 1 place may drop a tasklet future, and 3 things could not be told \
         (2 functions, 1 crate)",
    );
    assert_eq!(
        summary(0, 2, 1, 1),
        "error: not proved: 1 thing could not be told (2 functions, 1 crate, 0 drops)",
    );
}

#[test]
fn who_wants_quiet_hears_of_findings_alone() {
    let scene = Scene::new(POST);
    let options = Options { quiet: true, ..scene.options() };
    assert_eq!(human::report(&proof([]), &options, None), "");
    let found = plain(&human::report(&proof([dropped(scene.main(5, 1))]), &options, None));
    assert!(found.contains("src/main.rs:5:1") && !found.contains("214"), "{found}");
}

#[test]
fn a_narrow_terminal_cuts_long_lines() {
    let line = format!("    let {} = put(1); drop(it);\n", "x".repeat(200));
    let scene = Scene::new(&line);
    let proof = proof([dropped(scene.main(1, 221))]);
    let text = plain(&human::report(&proof, &scene.options(), Some(60)));
    let excerpt = text.lines().find(|line| line.starts_with("1 |")).expect("there is a line");
    assert!(excerpt.chars().count() <= 60, "{excerpt}");
    assert!(excerpt.contains("drop(it)"), "{excerpt}");
}

#[test]
fn a_finding_is_worse_than_an_open_question() {
    let scene = Scene::new("");
    let unknown = vec!["it is not known".to_owned()];
    let both = Proof { unknown: unknown.clone(), ..proof([dropped(scene.main(1, 1))]) };
    assert_eq!(Verdict::of(&both).code(), 1);
    assert_eq!(Verdict::of(&Proof { unknown, ..proof([]) }).code(), 2);
    assert_eq!(Verdict::of(&proof([])).code(), 0);
}
