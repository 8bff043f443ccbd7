//! Files that come with a sidecar, or with what should have been one.

use super::*;

fn with_sidecars(path: &Path) -> DirectoryConfig {
    DirectoryConfig { sidecar: Some(".meta".to_owned()), ..directory(path) }
}

#[tokio::test]
async fn a_sidecar_says_what_its_file_leaves_out() {
    let folder = tempfile::tempdir().unwrap();
    let spool = folder.path().join("spool");
    std::fs::create_dir(&spool).unwrap();
    std::fs::write(spool.join("a.ninjs"), "{\"headline\": \"Ferry late\", \"urgency\": 4}")
        .unwrap();
    std::fs::write(
        spool.join("a.meta"),
        r#"{"provider": "Fjord Wire", "urgency": 1, "language": "no", "slugline": "ferry",
            "subject": [{"code": "medtop:04000000"}]}"#,
    )
    .unwrap();
    let bench = taken(folder.path(), with_sidecars(&spool)).await;
    let records = bench.records();
    let item = records[0].as_ref().unwrap();
    assert_eq!((item.publisher.as_deref(), item.urgency), (Some("Fjord Wire"), Some(4)));
    assert_eq!((item.slugline.as_deref(), item.subjects.len()), (Some("ferry"), 1));
    assert!(item.language.is_some());
    assert_eq!(names(&spool.join("done")), ["a.meta", "a.ninjs"]);
}

#[tokio::test]
async fn what_comes_with_a_sidecar_that_cannot_be_read_does_not_go_out_without_it() {
    for sidecar in ["cut", "empty", "two objects", "a link", "a folder's link"] {
        let folder = tempfile::tempdir().unwrap();
        let spool = folder.path().join("spool");
        std::fs::create_dir(&spool).unwrap();
        std::fs::write(spool.join("a.ninjs"), "{\"headline\": \"Ferry late\"}").unwrap();
        let meta = spool.join("a.ninjs.meta");
        let outside = folder.path().join("outside");
        match sidecar {
            "cut" => std::fs::write(&meta, "{\"embargoed\": \"2030-01-01T00:00:00Z\"").unwrap(),
            "empty" => std::fs::write(&meta, "").unwrap(),
            "two objects" => std::fs::write(&meta, "{\"urgency\": 1}\n{\"urgency\": 2}").unwrap(),
            kind => {
                if kind == "a link" {
                    std::fs::write(&outside, "{\"urgency\": 1}").unwrap();
                } else {
                    std::fs::create_dir(&outside).unwrap();
                }
                std::os::unix::fs::symlink(&outside, &meta).unwrap();
            }
        }
        let bench = taken(folder.path(), with_sidecars(&spool)).await;
        let [Err(reject)] = &bench.records()[..] else {
            panic!("{sidecar}: {:?}", bench.records())
        };
        assert!(reject.reason.contains("a.ninjs.meta"), "{sidecar}: {}", reject.reason);
        assert_eq!(names(&spool.join("rejected")), ["a.ninjs", "a.ninjs.meta"], "{sidecar}");
        assert!(names(&spool.join("done")).is_empty(), "{sidecar}");
    }
}

#[test]
fn a_sidecar_whose_file_is_not_there_is_told_of_once_it_was_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let mut watch = Watch::new(with_sidecars(folder.path()));
    let meta = folder.path().join("late.xml.meta");
    std::fs::write(&meta, "{}").unwrap();
    std::fs::write(folder.path().join("a.meta"), "{}").unwrap();
    std::fs::write(folder.path().join("a.xml"), "x").unwrap();
    let mut alone = |second| watch.look(at(second)).unwrap().alone;
    assert!(alone(0).is_empty(), "its file may be on its way");
    assert!(alone(59).is_empty());
    assert_eq!(alone(60), [meta]);
    std::fs::write(folder.path().join("late.xml"), "x").unwrap();
    assert!(alone(61).is_empty());
}

/// A picture and its text.
#[tokio::test]
async fn a_sidecar_of_two_files_goes_with_the_last_of_them() {
    for (sidecar, taken_in) in [("{\"urgency\": 1}", 1), ("{\"embargoed\": \"2030-01-01", 0)] {
        let folder = tempfile::tempdir().unwrap();
        let spool = folder.path().join("spool");
        std::fs::create_dir(&spool).unwrap();
        std::fs::write(spool.join("a.jpg"), b"\xFF\xD8\xFF\xE0\0\x10JFIF\0").unwrap();
        std::fs::write(spool.join("a.ninjs"), "{\"headline\": \"Ferry late\"}").unwrap();
        std::fs::write(spool.join("a.meta"), sidecar).unwrap();
        let bench = taken(folder.path(), with_sidecars(&spool)).await;
        let records = bench.records();
        let items: Vec<_> = records.iter().flatten().collect();
        assert_eq!((records.len(), items.len()), (2, taken_in), "{records:?}");
        assert!(items.iter().all(|item| item.urgency == Some(1)));
        let left = names(&spool).into_iter().filter(|name| name.starts_with("a."));
        assert_eq!(left.count(), 0);
        let with = if taken_in == 1 { "done" } else { "rejected" };
        assert!(names(&spool.join(with)).contains(&"a.meta".to_owned()));
    }
}

#[tokio::test]
async fn a_sidecar_goes_with_its_file_where_a_trigger_is_there_too() {
    let folder = tempfile::tempdir().unwrap();
    let spool = folder.path().join("spool");
    std::fs::create_dir(&spool).unwrap();
    std::fs::write(spool.join("a.ninjs"), "{\"headline\": \"Ferry late\"}").unwrap();
    std::fs::write(spool.join("a.ninjs.meta"), "{\"urgency\": 1}").unwrap();
    std::fs::write(spool.join("a.ninjs.done"), "").unwrap();
    let config = DirectoryConfig { trigger: Some(".done".to_owned()), ..with_sidecars(&spool) };
    let bench = taken(folder.path(), config).await;
    assert_eq!(bench.records().len(), 1);
    assert_eq!(names(&spool.join("done")), ["a.ninjs", "a.ninjs.done", "a.ninjs.meta"]);
}
