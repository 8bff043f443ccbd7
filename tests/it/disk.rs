//! A small disk of its own, in memory, which only root can make.

use std::path::{Path, PathBuf};
use std::process::Command;

/// A file system of its own under the log; taken off when dropped.
pub(crate) struct Disk(PathBuf);

impl Disk {
    /// `None` where this process may not mount one, which is said.
    pub(crate) fn mount(path: &Path, size: &str) -> Option<Disk> {
        std::fs::create_dir_all(path).unwrap();
        let options = format!("size={size},mode=700");
        let mounted =
            Command::new("mount").args(["-t", "tmpfs", "-o", &options, "tmpfs"]).arg(path).output();
        let disk =
            mounted.is_ok_and(|output| output.status.success()).then(|| Disk(path.to_owned()));
        if disk.is_none() {
            wirefold::terminal::note("skipped: only root can mount a small disk");
        }
        disk
    }

    pub(crate) fn grow(&self, size: &str) {
        self.remount(&format!("size={size}"));
    }

    /// Nobody may have a file open for writing.
    pub(crate) fn read_only(&self) {
        self.remount("ro");
    }

    /// It may be written again.
    pub(crate) fn writable(&self) {
        self.remount("rw");
    }

    fn remount(&self, option: &str) {
        let options = format!("remount,{option}");
        let mut mount = Command::new("mount");
        assert!(mount.args(["-o", &options]).arg(&self.0).status().unwrap().success());
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Lazily: a daemon that a failed test leaves behind may still have files open.
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}
