//! What a report looks like.

use std::sync::{Arc, Mutex};

use super::*;

#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Vec<u8>>>);

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

async fn written(format: Format) -> (String, u8) {
    let out = Shared::default();
    let mut report = Report::to(format, Box::new(out.clone()));
    report.check("one", "R1", async { Ok(Finding::pass("good").because("unseen")) }).await;
    report.check("two", "", async { anyhow::bail!("broken\x1b\npipe") }).await;
    let finding = Finding::fail("bad").because("a cause").then("a command");
    report.check("three", "R2", async { Ok(finding) }).await;
    report.check("four", "R3", async { Ok(Finding::skip("not root")) }).await;
    let code = report.finish();
    let bytes = out.0.lock().unwrap().clone();
    (String::from_utf8(bytes).unwrap(), code)
}

#[tokio::test]
async fn text_has_a_line_a_probe_and_a_table() {
    let (text, code) = written(Format::Text { colour: false }).await;
    insta::assert_snapshot!(text, @"
    PASS  one                          good [R1]
    FAIL  two                          broken  pipe
    FAIL  three                        bad [R2]
          cause: a cause
          next:  a command
    SKIP  four                         not root [R3]

      passed    1
      warned    0
      failed    2
      skipped   1

    Failed: two, three
    ");
    assert_eq!(code, 1);
}

#[tokio::test]
async fn json_has_an_object_a_line_and_the_totals_last() {
    let (text, _) = written(Format::Json).await;
    insta::assert_snapshot!(text, @r#"
    {"id":"one","rule":"R1","verdict":"PASS","seen":"good"}
    {"id":"two","rule":"","verdict":"FAIL","seen":"broken  pipe"}
    {"id":"three","rule":"R2","verdict":"FAIL","seen":"bad"}
    {"id":"four","rule":"R3","verdict":"SKIP","seen":"not root"}
    {"pass":1,"warn":0,"fail":2,"skip":1,"verdict":"FAIL"}
    "#);
}
