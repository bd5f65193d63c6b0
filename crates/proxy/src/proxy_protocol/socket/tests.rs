use std::task::Waker;
use std::time::Duration;

use super::super::flows::Flows;
use super::*;
use crate::{ProxiedStatus, ProxyProtocol};

const BALANCER: &str = "10.0.0.1:999";
const STRANGER: &str = "192.0.2.66:999";
/// A header of a balancer's own datagram.
const LOCAL: &[u8] = b"\r\n\r\n\0\r\nQUIT\n\x20\0\0\0";
const CLIENT: &str = "198.51.100.7:4000";

/// Socket with made-up datagrams that records the destinations of sent ones.
#[derive(Debug, Default)]
struct Scripted {
    /// Source, length of the pieces, and bytes.
    received: Mutex<VecDeque<(SocketAddr, usize, Vec<u8>)>>,
    sent: Mutex<Vec<SocketAddr>>,
}

impl AsyncUdpSocket for Scripted {
    fn create_io_poller(self: Arc<Self>) -> Pin<Box<dyn UdpPoller>> {
        panic!("nothing waits to send")
    }

    fn try_send(&self, transmit: &Transmit<'_>) -> io::Result<()> {
        self.sent.lock().unwrap().push(transmit.destination);
        Ok(())
    }

    fn poll_recv(
        &self,
        _cx: &mut Context<'_>,
        bufs: &mut [IoSliceMut<'_>],
        metas: &mut [RecvMeta],
    ) -> Poll<io::Result<usize>> {
        let mut received = self.received.lock().unwrap();
        let mut count = 0;
        for (buf, meta) in bufs.iter_mut().zip(metas) {
            let Some((addr, stride, bytes)) = received.pop_front() else {
                break;
            };
            buf[..bytes.len()].copy_from_slice(&bytes);
            let len = bytes.len();
            *meta = RecvMeta {
                addr,
                len,
                stride,
                ..RecvMeta::default()
            };
            count += 1;
        }
        if count == 0 {
            return Poll::Pending;
        }
        Poll::Ready(Ok(count))
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(address("127.0.0.1:5520"))
    }
}

fn address(text: &str) -> SocketAddr {
    text.parse().unwrap()
}

fn header(client: &str) -> Vec<u8> {
    let SocketAddr::V4(client) = address(client) else {
        panic!("these tests use IPv4");
    };
    let mut bytes = b"\r\n\r\n\0\r\nQUIT\n\x21\x12\0\x0c".to_vec();
    bytes.extend(client.ip().octets());
    bytes.extend([10, 0, 0, 2]);
    bytes.extend(client.port().to_be_bytes());
    bytes.extend(5520_u16.to_be_bytes());
    bytes
}

fn socket() -> (Arc<Scripted>, ProxiedSocket) {
    behind(ProxyProtocol::first)
}

fn behind(settings: fn(Vec<ipnet::IpNet>) -> ProxyProtocol) -> (Arc<Scripted>, ProxiedSocket) {
    let trusted = vec!["10.0.0.0/24".parse().unwrap()];
    endpoint(&Arc::new(Balancers::of(&settings(trusted), 1).unwrap()))
}

fn endpoint(balancers: &Arc<Balancers>) -> (Arc<Scripted>, ProxiedSocket) {
    let inner = Arc::new(Scripted::default());
    let socket = ProxiedSocket::new(Arc::clone(&inner) as _, Arc::clone(balancers));
    (inner, socket)
}

fn answer(socket: &ProxiedSocket, destination: &str) {
    let transmit = Transmit {
        destination: address(destination),
        ecn: None,
        contents: b"answer",
        segment_size: None,
        src_ip: None,
    };
    socket.try_send(&transmit).unwrap();
}

/// Returns all datagrams that QUIC receives, with the source address that it sees.
fn seen(socket: &ProxiedSocket) -> Vec<(SocketAddr, Vec<u8>)> {
    let mut seen = Vec::new();
    let mut memory = vec![vec![0; 4096]; 2];
    let mut cx = Context::from_waker(Waker::noop());
    loop {
        let mut bufs: Vec<_> = memory.iter_mut().map(|buf| IoSliceMut::new(buf)).collect();
        let mut metas = [RecvMeta::default(); 2];
        let Poll::Ready(count) = socket.poll_recv(&mut cx, &mut bufs, &mut metas) else {
            return seen;
        };
        for (buf, meta) in bufs.iter().zip(&metas).take(count.unwrap()) {
            let received = &buf[..meta.len];
            seen.extend(
                received
                    .chunks(meta.stride.max(1))
                    .map(|datagram| (meta.addr, datagram.to_vec())),
            );
        }
    }
}

impl Scripted {
    fn receive(&self, from: &str, stride: usize, bytes: Vec<u8>) {
        let mut received = self.received.lock().unwrap();
        received.push_back((address(from), stride, bytes));
    }

    fn receive_one(&self, from: &str, bytes: Vec<u8>) {
        self.receive(from, bytes.len(), bytes);
    }
}

#[test]
fn the_first_header_names_the_client_of_a_flow_and_answers_go_back() {
    let (inner, socket) = socket();
    inner.receive_one(BALANCER, [header(CLIENT), b"first".to_vec()].concat());
    inner.receive_one(BALANCER, b"second".to_vec());
    let client = address(CLIENT);
    let expected = [(client, b"first".to_vec()), (client, b"second".to_vec())];
    assert_eq!(seen(&socket), expected);

    answer(&socket, CLIENT);
    assert_eq!(*inner.sent.lock().unwrap(), [address(BALANCER)]);
}

#[test]
fn answers_whose_way_is_not_known_are_dropped_and_counted() {
    let (inner, socket) = socket();
    answer(&socket, STRANGER);
    inner.receive_one(BALANCER, header(CLIENT));
    inner.receive_one(STRANGER, b"plain".to_vec());
    seen(&socket);
    answer(&socket, STRANGER);
    answer(&socket, CLIENT);
    let mut expected = vec![address(STRANGER), address(BALANCER)];
    assert_eq!(*inner.sent.lock().unwrap(), expected);
    assert_eq!(socket.balancers.status().unanswerable, 1);

    // The client's flow is forgotten, as by time or by many others.
    *socket.balancers.flows() = Flows::new(1, Instant::now());
    answer(&socket, CLIENT);
    answer(&socket, STRANGER);
    expected.push(address(STRANGER));
    assert_eq!(*inner.sent.lock().unwrap(), expected);
    assert_eq!(socket.balancers.status().unanswerable, 2);
}

#[test]
fn one_who_sends_from_a_clients_address_does_not_get_its_answers() {
    let (inner, socket) = socket();
    inner.receive_one(BALANCER, header(CLIENT));
    inner.receive_one(CLIENT, b"from elsewhere".to_vec());
    seen(&socket);
    answer(&socket, CLIENT);
    assert_eq!(*inner.sent.lock().unwrap(), [address(BALANCER)]);
}

#[test]
fn answers_that_let_a_generation_go_are_seen_in_the_count() {
    let (inner, socket) = socket();
    inner.receive_one(BALANCER, header(CLIENT));
    seen(&socket);
    assert_eq!(socket.balancers.status().flows, 1);
    let later = Instant::now() + Duration::from_mins(3);
    assert_eq!(socket.way_back(address(CLIENT), later), None);
    assert_eq!(socket.balancers.status().flows, 0);
}

#[test]
fn strangers_are_not_believed_and_not_dropped() {
    let (inner, socket) = socket();
    let forged = [header(CLIENT), b"forged".to_vec()].concat();
    inner.receive_one(STRANGER, forged.clone());
    inner.receive_one(STRANGER, b"plain".to_vec());
    let stranger = address(STRANGER);
    let expected = [(stranger, forged), (stranger, b"plain".to_vec())];
    assert_eq!(seen(&socket), expected);
    assert_eq!(socket.balancers.status(), ProxiedStatus::default());

    // Nor where balancers put one in front of all.
    let (inner, socket) = behind(ProxyProtocol::every);
    inner.receive_one(STRANGER, b"plain".to_vec());
    assert_eq!(seen(&socket), [(stranger, b"plain".to_vec())]);
}

#[test]
fn unknown_flows_and_malformed_headers_are_dropped_and_counted() {
    let (inner, socket) = socket();
    inner.receive_one(BALANCER, b"whose?".to_vec());
    let mut version_3 = header(CLIENT);
    version_3[12] = 0x31;
    inner.receive_one(BALANCER, version_3);
    inner.receive_one(BALANCER, header(CLIENT)[..20].to_vec());
    assert_eq!(seen(&socket), []);
    let status = socket.balancers.status();
    assert_eq!((status.flows, status.unknown, status.malformed), (0, 1, 2));

    inner.receive_one(BALANCER, header(CLIENT));
    assert_eq!(seen(&socket), [], "a header alone is nothing for QUIC");
    inner.receive_one(BALANCER, b"known".to_vec());
    assert_eq!(seen(&socket), [(address(CLIENT), b"known".to_vec())]);
    assert_eq!(socket.balancers.status().flows, 1);
}

#[test]
fn the_balancers_own_datagrams_are_its_own() {
    for settings in [ProxyProtocol::first, ProxyProtocol::every] {
        let (inner, socket) = behind(settings);
        inner.receive_one(BALANCER, [LOCAL, b"ping".as_slice()].concat());
        assert_eq!(seen(&socket), [(address(BALANCER), b"ping".to_vec())]);
        answer(&socket, BALANCER);
        assert_eq!(*inner.sent.lock().unwrap(), [address(BALANCER)]);
    }
}

#[test]
fn a_clients_second_datagram_does_not_say_who_it_is() {
    let victim = "203.0.113.5:4000";
    let (inner, socket) = socket();
    inner.receive_one("10.0.0.1:1000", [header(victim), b"v".to_vec()].concat());
    inner.receive_one(BALANCER, [header(CLIENT), b"first".to_vec()].concat());
    // Somebody else, somebody who is connected, and the balancer itself.
    for forged in [&header("192.0.2.1:1"), &header(victim), LOCAL] {
        inner.receive_one(BALANCER, [forged, b"forged".as_slice()].concat());
    }
    inner.receive_one(BALANCER, b"second".to_vec());
    let client = address(CLIENT);
    let expected = [
        (address(victim), b"v".to_vec()),
        (client, b"first".to_vec()),
        (client, b"second".to_vec()),
    ];
    assert_eq!(seen(&socket), expected);
    let status = socket.balancers.status();
    assert_eq!((status.flows, status.unknown, status.malformed), (2, 0, 3));
    answer(&socket, victim);
    answer(&socket, "192.0.2.1:1");
    assert_eq!(*inner.sent.lock().unwrap(), [address("10.0.0.1:1000")]);
}

#[test]
fn a_new_flow_does_not_take_a_client_of_one_that_was_just_heard_of() {
    let (inner, socket) = socket();
    inner.receive_one(BALANCER, [header(CLIENT), b"first".to_vec()].concat());
    let other = "10.0.0.1:1000";
    inner.receive_one(other, [header(CLIENT), b"forged".to_vec()].concat());
    inner.receive_one(other, b"whose?".to_vec());
    assert_eq!(seen(&socket), [(address(CLIENT), b"first".to_vec())]);
    let status = socket.balancers.status();
    assert_eq!((status.flows, status.unknown, status.malformed), (1, 1, 1));
    answer(&socket, CLIENT);
    assert_eq!(*inner.sent.lock().unwrap(), [address(BALANCER)]);
}

/// The system hands another flow to another endpoint.
#[test]
fn a_flow_that_one_endpoint_knows_is_known_to_all() {
    let (inner, socket) = socket();
    inner.receive_one(BALANCER, [header(CLIENT), b"first".to_vec()].concat());
    assert_eq!(seen(&socket), [(address(CLIENT), b"first".to_vec())]);
    let (other_inner, other) = endpoint(&socket.balancers);
    let forged = [header(CLIENT), b"forged".to_vec()].concat();
    other_inner.receive_one("10.0.0.1:1000", forged);
    assert_eq!(seen(&other), []);
    let status = socket.balancers.status();
    assert_eq!((status.flows, status.unknown, status.malformed), (1, 0, 1));
    answer(&other, CLIENT);
    assert_eq!(*other_inner.sent.lock().unwrap(), [address(BALANCER)]);
}

#[test]
fn a_flow_is_learned_anew_after_a_silence() {
    let (_, socket) = socket();
    let (balancer, other) = (address(BALANCER), "203.0.113.5:4000");
    let judge = |client: &str, now| socket.judge(balancer, &header(client), now);
    let mut now = Instant::now();
    assert_eq!(judge(CLIENT, now), Some((address(CLIENT), 28)));
    now += Duration::from_millis(9_999);
    assert_eq!(judge(other, now), None);
    now += Duration::from_millis(1);
    assert_eq!(judge(other, now), Some((address(other), 28)));
}

#[test]
fn where_every_datagram_has_a_header_what_stands_behind_it_is_not_read() {
    let (inner, socket) = behind(ProxyProtocol::every);
    let forged = header("192.0.2.1:1");
    inner.receive_one(BALANCER, [header(CLIENT), b"first".to_vec()].concat());
    inner.receive_one(BALANCER, [header(CLIENT), forged.clone()].concat());
    inner.receive_one(BALANCER, b"without".to_vec());
    let client = address(CLIENT);
    let expected = [(client, b"first".to_vec()), (client, forged)];
    assert_eq!(seen(&socket), expected);
    let status = socket.balancers.status();
    assert_eq!((status.flows, status.unknown, status.malformed), (1, 1, 0));
}

#[test]
fn datagrams_in_one_buffer_are_told_apart() {
    let (inner, socket) = socket();
    // A header in front of the first alone: 32 bytes each but for the last.
    let first = [header(CLIENT), b"aaaa".to_vec()].concat();
    let buffer = [first, vec![b'b'; 32], vec![b'c'; 7]].concat();
    inner.receive(BALANCER, 32, buffer);
    let client = address(CLIENT);
    let expected = [
        (client, b"aaaa".to_vec()),
        (client, vec![b'b'; 32]),
        (client, vec![b'c'; 7]),
    ];
    assert_eq!(seen(&socket), expected);
}

#[test]
fn headers_of_datagrams_in_one_buffer_are_all_believed_where_every_one_has_one() {
    let (inner, socket) = behind(ProxyProtocol::every);
    let other = "203.0.113.5:4000";
    let first = [header(CLIENT), b"aaaa".to_vec()].concat();
    let second = [header(other), b"bbbb".to_vec()].concat();
    inner.receive(BALANCER, 32, [first, second].concat());
    let expected = [
        (address(CLIENT), b"aaaa".to_vec()),
        (address(other), b"bbbb".to_vec()),
    ];
    assert_eq!(seen(&socket), expected);
}

#[test]
fn more_datagrams_than_buffers_all_arrive_in_order() {
    let (inner, socket) = socket();
    inner.receive_one(BALANCER, header(CLIENT));
    inner.receive(BALANCER, 1, (0..100).collect());
    let seen = seen(&socket);
    let bytes: Vec<u8> = seen.iter().map(|(_, datagram)| datagram[0]).collect();
    assert_eq!(bytes, (0..100).collect::<Vec<u8>>());
}
