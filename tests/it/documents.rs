//! What the documentation repeats of the code.

use std::path::Path;

use safeharbor::settings::variable;

#[test]
fn the_settings_are_those_of_the_code() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/settings.md");
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(
        text.contains(&variable::markdown()),
        "the table in docs/settings.md should be:\n{}",
        variable::markdown()
    );
}
