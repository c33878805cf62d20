//! What a program reads.

use expect_test::expect_file;
use serde_json::Value;

use super::{Scene, dropped, frame, proof, std_frame};
use crate::proof::{Finding, Proof};

#[test]
fn an_object_for_each_finding_and_one_for_all() {
    let scene = Scene::new("fn main() {\n    helpers::sink(vec![put(1)]);\n}\n");
    let via = vec![
        frame("helpers::sink::<TaskletFuture<usize>>", scene.dependency(2, 5)),
        std_frame("core::mem::drop::<TaskletFuture<usize>>"),
        frame("helpers::lost", None),
    ];
    let finding = Finding { via, ..dropped(scene.main(2, 5)) };
    let findings = [dropped(scene.main(3, 0)), finding];
    let unknown = vec!["it is not known\nask somebody".to_owned()];
    let text = scene.program(&Proof { unknown, ..proof(findings) });
    expect_file!["an_object_for_each_finding_and_one_for_all.txt"].assert_eq(&text);
}

#[test]
fn a_proof_is_one_line() {
    let text = Scene::new("").program(&proof([]));
    assert_eq!(text.lines().count(), 1);
    let line: Value = serde_json::from_str(&text).expect("it is JSON");
    assert_eq!(line["verdict"], "proved");
}
