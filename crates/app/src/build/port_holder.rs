//! The process that has a wanted port.

use std::fmt::Write as _;

/// The protocol of a port.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Transport {
    #[cfg_attr(
        not(feature = "admin"),
        expect(dead_code, reason = "only the admin server listens on TCP")
    )]
    Tcp,
    Udp,
}

impl Transport {
    fn name(self) -> &'static str {
        match self {
            Self::Tcp => "TCP",
            Self::Udp => "UDP",
        }
    }

    /// The option of `ss` that lists its sockets.
    fn option(self) -> char {
        match self {
            Self::Tcp => 't',
            Self::Udp => 'u',
        }
    }
}

/// Describes the process that has this port: its name and id if the system shows them, otherwise the command that finds
/// it.
pub(crate) fn guess(transport: Transport, port: u16) -> String {
    let protocol = transport.name();
    if let Some((pid, name)) = holder(transport, port) {
        return format!("{protocol} port {port} is held by {name} (process {pid})");
    }
    let likely = match transport {
        Transport::Tcp => "perhaps another hyrouter",
        Transport::Udp => "perhaps a game server or another hyrouter",
    };
    let mut text = format!("{protocol} port {port} is held by another process, {likely}");
    if cfg!(target_os = "linux") {
        let option = transport.option();
        let _ = write!(
            text,
            "; run `ss -{option}lpn 'sport = :{port}'` as root to find it"
        );
    }
    text
}

#[cfg(target_os = "linux")]
fn holder(transport: Transport, port: u16) -> Option<(u32, String)> {
    use std::fs;

    let tables = match transport {
        Transport::Tcp => ["/proc/net/tcp", "/proc/net/tcp6"],
        Transport::Udp => ["/proc/net/udp", "/proc/net/udp6"],
    };
    let inodes: Vec<String> = tables
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
fn holder(_transport: Transport, _port: u16) -> Option<(u32, String)> {
    None
}

/// Returns the inodes of the sockets that are bound to `port` in a table of `/proc/net`. Its second column is
/// `ADDRESS:PORT` in hexadecimal, the third the address of the peer, the tenth the inode. Connections have a peer; they
/// do not hold the port.
#[cfg(target_os = "linux")]
fn inodes(table: &str, port: u16) -> Vec<String> {
    let suffix = format!(":{port:04X}");
    table
        .lines()
        .skip(1)
        .filter_map(|line| {
            let columns: Vec<_> = line.split_whitespace().collect();
            let [_, local, peer, _, _, _, _, _, _, inode, ..] = columns[..] else {
                return None;
            };
            (local.ends_with(&suffix) && peer.ends_with(":0000")).then(|| inode.to_owned())
        })
        .collect()
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn finds_this_very_process() {
        let udp = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
        let tcp = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let ports = [
            (Transport::Udp, udp.local_addr().unwrap().port()),
            (Transport::Tcp, tcp.local_addr().unwrap().port()),
        ];
        for (transport, port) in ports {
            assert_eq!(holder(transport, port).unwrap().0, std::process::id());
        }
        drop((udp, tcp));
        for (transport, port) in ports {
            assert_eq!(holder(transport, port), None);
        }
    }

    #[test]
    fn reads_the_kernels_table() {
        let table = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops\n\
            77: 0100007F:1590 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 12345 2 0000 0\n\
            78: 0100007F:1591 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 12346 2 0000 0\n\
            79: 0100007F:1590 0100007F:8BBA 01 00000000:00000000 00:00000000 00000000     0        0 12347 2 0000 0\n";
        assert_eq!(inodes(table, 5520), ["12345"]);
        assert!(inodes(table, 5522).is_empty());
    }
}
