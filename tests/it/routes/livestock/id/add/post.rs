use crate::routes::livestock::herd::{add, happens, send, standing};
use crate::routes::support::TestApp;

#[tokio::test]
async fn more_of_them_come() {
    let (app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    let path = add(&mut browser, tank, "Guppy", "5", "2026-11-10T10:00").await;
    happens(&mut browser, &format!("{path}/add"), &[("quantity", "20"), ("note", "born")]).await;
    browser.get(&path).await.says("20 more came").says("25 in all").says("born");
    assert_eq!(standing(&app).await, ["Guppy 25 Reef by the window"]);
    let early = [("quantity", "1"), ("occurred_at", "2026-11-10T09:59")];
    let answer = send(&mut browser, &format!("{path}/add"), &early).await;
    assert_eq!(answer.is(422).problems(), ["They had not come yet at that time."]);
    for _ in 0..9 {
        happens(&mut browser, &format!("{path}/add"), &[("quantity", "100000")]).await;
    }
    let answer = send(&mut browser, &format!("{path}/add"), &[("quantity", "100000")]).await;
    assert_eq!(answer.is(422).problems(), ["That would be more than 1000000."]);
}
