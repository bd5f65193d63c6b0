//! Who has the UDP port that is wanted here.

use std::fmt::Write as _;

/// A guess for people at which process has that UDP port: its name and id where the system tells,
/// else what to type to find out.
pub(crate) fn guess(port: u16) -> String {
    if let Some((pid, name)) = holder(port) {
        return format!("UDP port {port} is held by {name} (process {pid})");
    }
    let mut text = format!(
        "UDP port {port} is held by another process, perhaps a game server or another hyrouter"
    );
    if cfg!(target_os = "linux") {
        let _ = write!(
            text,
            "; `ss -ulpn 'sport = :{port}'` tells which, run as root"
        );
    }
    text
}

#[cfg(target_os = "linux")]
fn holder(port: u16) -> Option<(u32, String)> {
    use std::fs;

    let inodes: Vec<String> = ["/proc/net/udp", "/proc/net/udp6"]
        .iter()
        .filter_map(|table| fs::read_to_string(table).ok())
        .flat_map(|table| inodes(&table, port))
        .map(|inode| format!("socket:[{inode}]"))
        .collect();
    if inodes.is_empty() {
        return None;
    }
    for process in fs::read_dir("/proc").ok()?.flatten() {
        let Some(pid) = process
            .file_name()
            .to_str()
            .and_then(|name| name.parse().ok())
        else {
            continue;
        };
        // Only the owner of a process and root may look at its files.
        let Ok(files) = fs::read_dir(process.path().join("fd")) else {
            continue;
        };
        let has_it = files.flatten().any(|file| {
            fs::read_link(file.path()).is_ok_and(|target| {
                inodes
                    .iter()
                    .any(|inode| target.as_os_str() == inode.as_str())
            })
        });
        if has_it {
            let name = fs::read_to_string(process.path().join("comm")).ok()?;
            return Some((pid, name.trim().to_owned()));
        }
    }
    None
}

#[cfg(not(target_os = "linux"))]
fn holder(_port: u16) -> Option<(u32, String)> {
    None
}

/// The inodes of the sockets bound to `port` in a table of `/proc/net`, whose second column is
/// `ADDRESS:PORT` in hexadecimal and whose tenth is the inode.
#[cfg(target_os = "linux")]
fn inodes(table: &str, port: u16) -> Vec<String> {
    let suffix = format!(":{port:04X}");
    table
        .lines()
        .skip(1)
        .filter_map(|line| {
            let mut columns = line.split_whitespace();
            let local = columns.nth(1)?;
            local
                .ends_with(&suffix)
                .then(|| columns.nth(7))
                .flatten()
                .map(str::to_owned)
        })
        .collect()
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn finds_this_very_process() {
        let socket = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
        let port = socket.local_addr().unwrap().port();
        assert_eq!(holder(port).unwrap().0, std::process::id());
        drop(socket);
        assert_eq!(holder(port), None);
    }

    #[test]
    fn reads_the_kernels_table() {
        let table = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops\n\
            77: 0100007F:1590 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 12345 2 0000 0\n\
            78: 0100007F:1591 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 12346 2 0000 0\n";
        assert_eq!(inodes(table, 5520), ["12345"]);
        assert!(inodes(table, 5522).is_empty());
    }
}
