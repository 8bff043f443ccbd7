//! A machine that can be made to fail: its clock jumps, its disk is slow or turns read-only. The
//! faults are between the unchanged binary and the kernel, in a library that a C compiler makes.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::support::{Daemon, Desk};

/// The faults of one desk's machine.
pub(crate) struct Machine {
    library: PathBuf,
    folder: PathBuf,
}

impl Machine {
    /// `None` where there is no C compiler, or no Linux; that is said, and with `CI` set in the
    /// environment it is a failure.
    pub(crate) fn of(desk: &Desk) -> Option<Machine> {
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/machine/faults.c");
        let library = desk.path("faults.so");
        let made = cfg!(target_os = "linux").then(|| {
            Command::new("cc")
                .args(["-O1", "-shared", "-fPIC", "-o"])
                .args([library.as_os_str(), source.as_ref()])
                .stdin(Stdio::null())
                .output()
        });
        match made {
            Some(Ok(output)) => {
                let said = String::from_utf8_lossy(&output.stderr).into_owned();
                assert!(output.status.success(), "the library of faults is not C: {said}");
            }
            Some(Err(_)) | None => {
                assert!(std::env::var_os("CI").is_none(), "no C compiler, and CI is set");
                wirefold::terminal::note("skipped: faults of the machine need `cc` on Linux");
                return None;
            }
        }
        desk.write("faults/.keep", "");
        Some(Machine { library, folder: desk.path("faults") })
    }

    /// Starts the desk's daemon on this machine.
    pub(crate) fn daemon(&self, desk: &Desk) -> Daemon {
        desk.daemon_with(|command| {
            command.env("LD_PRELOAD", &self.library).env("MACHINE_FAULTS", &self.folder);
        })
    }

    /// Sets a fault to a number; 0 ends it.
    pub(crate) fn set(&self, fault: &str, value: i64) {
        // In one step: the daemon must not read half a number.
        let aside = self.folder.join("aside");
        std::fs::write(&aside, value.to_string()).unwrap();
        std::fs::rename(aside, self.folder.join(fault)).unwrap();
    }
}
