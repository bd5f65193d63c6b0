//! A UDP socket that removes PROXY headers and sends answers back through the balancer.

use std::collections::VecDeque;
use std::io::{self, IoSliceMut};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Instant;

use quinn::udp::{RecvMeta, Transmit};
use quinn::{AsyncUdpSocket, UdpPoller};

use super::direct::Direct;
use super::{Balancers, ProxyHeaders, header};

/// One endpoint's socket. QUIC sees the client's address if a trusted balancer sent it.
#[derive(Debug)]
pub(crate) struct ProxiedSocket {
    inner: Arc<dyn AsyncUdpSocket>,
    balancers: Arc<Balancers>,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    direct: Direct,
    /// Datagrams that arrived in one buffer (GRO) and differ in length without their headers. Bounded by the datagrams
    /// of one system call.
    apart: VecDeque<(RecvMeta, Vec<u8>)>,
}

impl ProxiedSocket {
    pub(crate) fn new(inner: Arc<dyn AsyncUdpSocket>, balancers: Arc<Balancers>) -> Self {
        let now = Instant::now();
        let state = Mutex::new(State {
            direct: Direct::new(now),
            apart: VecDeque::new(),
        });
        Self {
            inner,
            balancers,
            state,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Consistent after every statement under the lock, so a poisoned lock is usable.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Removes the headers of the datagrams in one buffer and replaces the source by the client's address. Empties the
    /// buffer if all its datagrams are dropped.
    fn unwrap(&self, state: &mut State, buffer: &mut [u8], meta: &mut RecvMeta, now: Instant) {
        if !self.balancers.trusts(meta.addr.ip()) {
            state.direct.hear(meta.addr, now);
            return;
        }
        let Some(received) = buffer.get_mut(..meta.len) else {
            return;
        };
        if meta.len <= meta.stride {
            meta.len = 0;
            if let Some((from, kept)) = self.judge(meta.addr, received, now) {
                received.copy_within(kept.., 0);
                meta.addr = from;
                meta.len = received.len() - kept;
                meta.stride = meta.len;
            }
            return;
        }
        // GRO: the kernel put several datagrams of one flow into one buffer. Without their headers they differ in
        // length, so each is delivered separately.
        let whole = RecvMeta { len: 0, ..*meta };
        for datagram in received.chunks(meta.stride.max(1)) {
            if let Some((addr, kept)) = self.judge(whole.addr, datagram, now) {
                let datagram = datagram.get(kept..).unwrap_or_default().to_vec();
                let (len, stride) = (datagram.len(), datagram.len());
                let meta = RecvMeta {
                    addr,
                    len,
                    stride,
                    ..whole
                };
                state.apart.push_back((meta, datagram));
            }
        }
        meta.len = 0;
    }

    /// Returns the client of a datagram and the length of its header, or `None` if it must be dropped.
    fn judge(
        &self,
        balancer: SocketAddr,
        datagram: &[u8],
        now: Instant,
    ) -> Option<(SocketAddr, usize)> {
        let judged = match header::read(datagram) {
            Ok(Some(header)) => {
                let client = header.client.unwrap_or(balancer);
                let believed = match self.balancers.headers {
                    ProxyHeaders::First => {
                        let mut flows = self.balancers.flows();
                        flows.learn_unless_fresh(balancer, client, now)
                    }
                    ProxyHeaders::Every => {
                        self.balancers.flows().learn(balancer, client, now);
                        true
                    }
                };
                let judged = believed.then_some((client, header.len));
                judged.ok_or(&self.balancers.malformed)
            }
            Ok(None) => {
                let client = match self.balancers.headers {
                    ProxyHeaders::First => self.balancers.flows().client_of(balancer, now),
                    ProxyHeaders::Every => None,
                };
                let judged = client.map(|client| (client, 0));
                judged.ok_or(&self.balancers.unknown)
            }
            Err(header::MalformedHeader) => Err(&self.balancers.malformed),
        };
        judged
            .inspect_err(|dropped| {
                dropped.fetch_add(1, Ordering::Relaxed);
            })
            .ok()
    }

    /// Returns the destination of an answer for `client`. `None`: drop the answer, since it would reveal the server's
    /// own address to a client that connected through a balancer.
    fn way_back(&self, client: SocketAddr, now: Instant) -> Option<SocketAddr> {
        let balancer = self.balancers.flows().balancer_of(client, now);
        balancer.or_else(|| self.state().direct.knows(client, now).then_some(client))
    }
}

impl State {
    /// Delivers the separated datagrams, one per buffer.
    fn hand_out(&mut self, bufs: &mut [IoSliceMut<'_>], metas: &mut [RecvMeta]) -> usize {
        let mut count = 0;
        for (buf, meta) in bufs.iter_mut().zip(metas) {
            let Some((kept, datagram)) = self.apart.pop_front() else {
                break;
            };
            *meta = kept;
            // Fits: the datagram arrived in a buffer of the same size.
            meta.len = datagram.len().min(buf.len());
            for (to, from) in buf.iter_mut().zip(datagram) {
                *to = from;
            }
            count += 1;
        }
        count
    }
}

impl AsyncUdpSocket for ProxiedSocket {
    fn create_io_poller(self: Arc<Self>) -> Pin<Box<dyn UdpPoller>> {
        Arc::clone(&self.inner).create_io_poller()
    }

    fn try_send(&self, transmit: &Transmit<'_>) -> io::Result<()> {
        let Some(destination) = self.way_back(transmit.destination, Instant::now()) else {
            self.balancers.unanswerable.fetch_add(1, Ordering::Relaxed);
            // QUIC treats it as lost, like any datagram that the network drops.
            return Ok(());
        };
        self.inner.try_send(&Transmit {
            destination,
            ..transmit.clone()
        })
    }

    fn poll_recv(
        &self,
        cx: &mut Context<'_>,
        bufs: &mut [IoSliceMut<'_>],
        metas: &mut [RecvMeta],
    ) -> Poll<io::Result<usize>> {
        let mut state = self.state();
        let kept = state.hand_out(bufs, metas);
        if kept > 0 {
            return Poll::Ready(Ok(kept));
        }
        let count = match self.inner.poll_recv(cx, bufs, metas) {
            Poll::Ready(Ok(count)) => count,
            other => return other,
        };
        let now = Instant::now();
        for (buffer, meta) in bufs.iter_mut().zip(metas).take(count) {
            self.unwrap(&mut state, buffer, meta, now);
        }
        Poll::Ready(Ok(count))
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.inner.local_addr()
    }

    fn may_fragment(&self) -> bool {
        self.inner.may_fragment()
    }

    fn max_transmit_segments(&self) -> usize {
        self.inner.max_transmit_segments()
    }

    /// Returns the number of datagrams per buffer. A second one leaves room for the header of the first.
    fn max_receive_segments(&self) -> usize {
        self.inner.max_receive_segments().max(2)
    }
}

#[cfg(test)]
mod tests;
