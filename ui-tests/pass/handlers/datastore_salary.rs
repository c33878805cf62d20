//! The asynchronous datastore's example: a lookup and a write in parallel, then a second write.
#![forbid(warnings)]

use tasklet_core::prelude::*;

#[derive(Debug, Default)]
struct Employee {
    salary: u32,
}

#[tasklet]
async fn get(key: u32) -> Option<Employee> {
    sleep(std::time::Duration::from_millis(1)).await;
    (key != 0).then(Employee::default)
}

#[tasklet]
async fn put<T: Send + std::fmt::Debug + 'static>(entity: T) -> usize {
    std::future::ready(()).await;
    format!("{entity:?}").len()
}

/// A transaction waits for all that was started in it, so does a toplevel.
#[toplevel]
fn adjust_salary(key: u32, raise: u32) -> Option<u32> {
    let employee_future = get(key);
    // In parallel with the lookup; the commit waits for it.
    put(("adjustment", raise)).defer();

    let mut employee = employee_future.get_result()?;
    employee.salary += raise;
    let salary = employee.salary;
    put(employee).defer();
    Some(salary)
}

#[must_await]
fn simple_operations(key: u32) -> Option<usize> {
    let get_future = get(key);
    let put_future = put(Employee { salary: 1 });
    let delete_future = get(0);
    let allocate_ids_future = put([key; 10]);

    let entity = get_future.get_result();
    let size = put_future.get_result();
    let range = allocate_ids_future.get_result();
    delete_future.get_result();
    entity.map(|employee| employee.salary as usize + size + range)
}

fn render(employee: &Employee, history: &[usize]) -> String {
    format!("{employee:?} {history:?}")
}

#[toplevel]
async fn page(key: u32) -> Result<String, &'static str> {
    let employee_future = get(key);
    let history_future: Vec<_> = (0..3).map(put).collect();

    let (employee, history) = (employee_future.await, history_future.join_all().await);
    let employee = employee.ok_or("nobody")?;
    Ok(render(&employee, &history))
}

#[synctasklet]
async fn main() {
    assert_eq!(simple_operations(1), Some(52));
    assert_eq!(page(1).await.as_deref(), Ok("Employee { salary: 0 } [1, 1, 1]"));
    assert_eq!(page(0).await, Err("nobody"));
    std::thread::scope(|scope| {
        let handler = scope.spawn(|| adjust_salary(1, 5));
        assert!(matches!(handler.join(), Ok(Some(5))));
    });
}
