//! `GET /tasks/{id}/edit`: a task's form as it is.

use axum::response::Response;

use super::fields::TaskFields;
use super::new::TaskFormPage;
use super::{AtTask, home, href, zone_in_words};
use crate::db::task::Task;
use crate::http::error::Error;
use crate::pages::parts::Link;
use crate::pages::visit::Visit;

/// The fields of a task as it is.
pub(super) fn fields(visit: &Visit, task: &Task) -> TaskFields {
    TaskFields::of(task, &zone_in_words(visit, task.zone(&home(&visit.app))))
}

/// The page of a task with this form.
pub(super) fn page(visit: &Visit, task: &Task, form: TaskFields) -> TaskFormPage {
    TaskFormPage {
        shell: visit.shell("tasks"),
        title: format!("Change “{}”", task.title),
        crumb: Link { href: href(task.id), label: task.title.clone() },
        action: format!("{}/edit", href(task.id)),
        form_id: String::new(),
        form,
        button: "Save the change",
    }
}

/// Shows the form.
///
/// # Errors
/// When there is no such task, or the database does not answer.
pub async fn handle(visit: Visit, at: AtTask) -> Result<Response, Error> {
    let task = at.find(&mut *visit.app.connection().await?).await?;
    let form = fields(&visit, &task);
    visit.page(&page(&visit, &task, form))
}
