//! A server made up of versions, suites and groups. It answers one hello, as real ones do, and no more.

use crate::tls::names::{Auth, Exchange, Version, suite};
use crate::tls::survey::End;
use crate::tls::wire::{Bytes, put_u16, put_vec8, put_vec16, put_vec24};
use std::collections::BTreeMap;

/// How a hello that is not wanted is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    Alert(u8),
    Close,
    Reset,
}

#[derive(Debug, Clone)]
pub(super) struct Model {
    /// Suites of each version, most wanted first; of SSLv2 the low 16 bits of nothing: see `kinds`.
    pub(super) suites: BTreeMap<Version, Vec<u16>>,
    pub(super) kinds: Vec<u32>,
    pub(super) server_order: bool,
    /// Groups of TLS 1.2 and before, and of TLS 1.3.
    pub(super) groups: Vec<u16>,
    pub(super) groups13: Vec<u16>,
    pub(super) refusal: Refusal,
    /// The curve of the ECDSA certificate: without it in the hello, no ECDSA suite.
    pub(super) curve: Option<u16>,
    /// Extensions answered when offered.
    pub(super) extensions: Vec<u16>,
    pub(super) compression: u8,
    pub(super) scsv: bool,
    pub(super) alpn: Vec<&'static str>,
    /// Bytes of handshake in one record.
    pub(super) record_bytes: usize,
    /// Aborts with 47 when a hello names a group or more suites than it can bear.
    pub(super) knows_groups_only: Option<Vec<u16>>,
    pub(super) suites_max: usize,
    pub(super) bears_extensions: bool,
    pub(super) sentinel: bool,
}

impl Model {
    pub(super) fn new(suites: &[(Version, &[u16])]) -> Self {
        Self {
            suites: suites.iter().map(|(version, ids)| (*version, ids.to_vec())).collect(),
            kinds: Vec::new(),
            server_order: true,
            groups: vec![0x1D, 0x17, 0x18],
            groups13: vec![0x11EC, 0x1D, 0x17],
            refusal: Refusal::Alert(40),
            curve: Some(0x17),
            extensions: vec![23, 0xFF01, 35],
            compression: 0,
            scsv: true,
            alpn: vec!["h2", "http/1.1"],
            record_bytes: 1 << 14,
            knows_groups_only: None,
            suites_max: usize::MAX,
            bears_extensions: true,
            sentinel: true,
        }
    }

    /// Answers what a client sent first.
    pub(super) fn answer(&self, bytes: &[u8]) -> (Vec<u8>, Option<End>) {
        if bytes[0] & 0x80 != 0 {
            return self.answer_v2();
        }
        let hello = ClientHello::read(bytes);
        self.choose(&hello).unwrap_or_else(|refusal| self.refuse(&hello, refusal))
    }

    fn refuse(&self, hello: &ClientHello, refusal: Refusal) -> (Vec<u8>, Option<End>) {
        match refusal {
            Refusal::Close => (Vec::new(), Some(End::Closed)),
            Refusal::Reset => (Vec::new(), Some(End::Reset)),
            Refusal::Alert(code) => {
                let version = hello.legacy.min(0x0303).to_be_bytes();
                (vec![21, version[0], version[1], 0, 2, 2, code], Some(End::Closed))
            }
        }
    }

    fn answer_v2(&self) -> (Vec<u8>, Option<End>) {
        if self.kinds.is_empty() {
            return (Vec::new(), Some(End::Closed));
        }
        let mut body = vec![4, 0, 1, 0, 2, 0, 3];
        put_u16(&mut body, u16::try_from(self.kinds.len() * 3).unwrap());
        body.extend([0, 16, 1, 2, 3]);
        self.kinds.iter().for_each(|kind| body.extend(&kind.to_be_bytes()[1..]));
        body.extend([9; 16]);
        let mut out = Vec::new();
        put_u16(&mut out, 0x8000 | u16::try_from(body.len()).unwrap());
        out.extend(body);
        (out, None)
    }

    fn choose(&self, hello: &ClientHello) -> Result<(Vec<u8>, Option<End>), Refusal> {
        let alien = |groups: &Vec<u16>| hello.groups.iter().any(|group| !groups.contains(group));
        if self.knows_groups_only.as_ref().is_some_and(alien) || hello.suites.len() > self.suites_max {
            return Err(Refusal::Alert(47));
        }
        if !self.bears_extensions && hello.extensions.keys().any(|number| *number != 0) {
            return Err(self.refusal);
        }
        let offered = hello.versions();
        let version = *self
            .suites
            .iter()
            .rev()
            .find(|(version, ids)| !ids.is_empty() && offered.contains(&version.id()))
            .ok_or(if matches!(self.refusal, Refusal::Alert(_)) { Refusal::Alert(70) } else { self.refusal })?
            .0;
        let best = self.suites.keys().next_back();
        if self.scsv && hello.suites.contains(&0x5600) && best.is_some_and(|best| version < *best) {
            return Err(Refusal::Alert(86));
        }
        let groups = if version == Version::Tls13 { &self.groups13 } else { &self.groups };
        let group = self.pick(groups, &hello.groups).or_else(|| {
            // a hello without the extension bears any
            (!hello.extensions.contains_key(&10) && version > Version::SslV3)
                .then(|| groups.first().copied())
                .flatten()
        });
        let fits = |id: &u16| {
            let suite = suite(*id).expect("models are made of known suites");
            let needs = suite.exchange == Exchange::Ecdhe || suite.is_tls13();
            let curve = suite.auth != Auth::Ecdsa
                || !hello.extensions.contains_key(&10)
                || self.curve.is_none_or(|curve| hello.groups.contains(&curve));
            (!needs || group.is_some() || version == Version::SslV3) && curve
        };
        let own: Vec<u16> = self.suites[&version].iter().copied().filter(fits).collect();
        let id = self.pick(&own, &hello.suites).ok_or(self.refusal)?;
        Ok((self.flight(hello, version, id, group), None))
    }

    fn pick(&self, own: &[u16], theirs: &[u16]) -> Option<u16> {
        let (first, second) = if self.server_order { (own, theirs) } else { (theirs, own) };
        first.iter().copied().find(|id| second.contains(id))
    }

    fn flight(&self, hello: &ClientHello, version: Version, id: u16, group: Option<u16>) -> Vec<u8> {
        let (messages, at) = if version == Version::Tls13 {
            (vec![(2, retry(id, group.expect("TLS 1.3 agrees to a group")))], 0x0303)
        } else {
            (self.messages(hello, version, id, group), version.id())
        };
        let mut handshake = Vec::new();
        for (kind, body) in messages {
            handshake.push(kind);
            put_vec24(&mut handshake, &body);
        }
        let mut out = Vec::new();
        for piece in handshake.chunks(self.record_bytes) {
            out.push(22);
            put_u16(&mut out, at);
            put_vec16(&mut out, piece);
        }
        out
    }

    fn messages(
        &self,
        hello: &ClientHello,
        version: Version,
        id: u16,
        group: Option<u16>,
    ) -> Vec<(u8, Vec<u8>)> {
        let suite = suite(id).expect("known");
        let mut messages = vec![(2, self.server_hello(hello, version, id))];
        if suite.auth != Auth::Anon {
            let mut list = Vec::new();
            put_vec24(&mut list, &self.certificate(suite.auth));
            let mut body = Vec::new();
            put_vec24(&mut body, &list);
            messages.push((11, body));
        }
        match suite.exchange {
            Exchange::Ecdhe => {
                let mut body = vec![3];
                put_u16(&mut body, group.unwrap_or(0x17));
                put_vec8(&mut body, &[4; 65]);
                messages.push((12, body));
            }
            Exchange::Dhe => {
                let mut body = Vec::new();
                put_vec16(&mut body, &[0xFF; 128]);
                put_vec16(&mut body, &[2]);
                put_vec16(&mut body, &[7; 128]);
                messages.push((12, body));
            }
            _ => {}
        }
        messages.push((14, Vec::new()));
        messages
    }

    fn certificate(&self, auth: Auth) -> Vec<u8> {
        let mut der = vec![0x30, 0x82, auth as u8];
        if auth == Auth::Ecdsa && self.curve == Some(0x17) {
            der.extend([0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01]);
            der.extend([0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07]);
        }
        der
    }

    fn server_hello(&self, hello: &ClientHello, version: Version, id: u16) -> Vec<u8> {
        let mut body = Vec::new();
        put_u16(&mut body, version.id());
        let mut random = [5; 32];
        if self.sentinel && self.suites.contains_key(&Version::Tls13) {
            random[24..].copy_from_slice(b"DOWNGRD\x01");
        }
        body.extend(random);
        put_vec8(&mut body, &[6; 32]);
        put_u16(&mut body, id);
        body.push(if hello.compressions.contains(&self.compression) { self.compression } else { 0 });
        let mut list = Vec::new();
        for number in self.extensions.iter().filter(|number| hello.extensions.contains_key(number)) {
            put_u16(&mut list, *number);
            put_vec16(&mut list, if *number == 0xFF01 { &[0] } else { &[] });
        }
        if let Some(protocol) = self.alpn.iter().find(|own| hello.alpn().iter().any(|theirs| theirs == *own))
        {
            let (mut content, mut name) = (Vec::new(), Vec::new());
            put_vec8(&mut name, protocol.as_bytes());
            put_vec16(&mut content, &name);
            put_u16(&mut list, 16);
            put_vec16(&mut list, &content);
        }
        if !list.is_empty() {
            put_vec16(&mut body, &list);
        }
        body
    }
}

fn retry(id: u16, group: u16) -> Vec<u8> {
    let mut body = vec![3, 3];
    body.extend(crate::tls::wire::RETRY);
    put_vec8(&mut body, &[]);
    put_u16(&mut body, id);
    body.push(0);
    let mut list = vec![0, 43, 0, 2, 3, 4, 0, 51, 0, 2];
    put_u16(&mut list, group);
    put_vec16(&mut body, &list);
    body
}

/// A hello of ours, read back.
pub(super) struct ClientHello {
    legacy: u16,
    suites: Vec<u16>,
    compressions: Vec<u8>,
    groups: Vec<u16>,
    pub(super) extensions: BTreeMap<u16, Vec<u8>>,
}

impl ClientHello {
    pub(super) fn read(bytes: &[u8]) -> Self {
        let mut at = Bytes::new(bytes);
        assert_eq!(at.u8(), Some(22), "a handshake record");
        at.u16().unwrap();
        let mut at = Bytes::new(at.vec16().expect("one record"));
        assert_eq!(at.u8(), Some(1), "a client hello");
        let mut at = Bytes::new(at.vec24().unwrap());
        let legacy = at.u16().unwrap();
        at.take(32).unwrap();
        at.vec8().unwrap();
        let suites = numbers(at.vec16().unwrap());
        let compressions = at.vec8().unwrap().to_vec();
        let mut extensions = BTreeMap::new();
        if !at.is_empty() {
            let mut list = Bytes::new(at.vec16().unwrap());
            while !list.is_empty() {
                let number = list.u16().unwrap();
                let twice = extensions.insert(number, list.vec16().unwrap().to_vec());
                assert!(twice.is_none(), "an extension comes once");
            }
        }
        assert!(at.is_empty());
        let groups = extensions.get(&10).map(|content| numbers(&content[2..])).unwrap_or_default();
        assert!(legacy != 0x0300 || extensions.is_empty(), "SSLv3 knows no extensions");
        Self { legacy, suites, compressions, groups, extensions }
    }

    /// The versions that this hello can be answered with.
    fn versions(&self) -> Vec<u16> {
        match self.extensions.get(&43) {
            Some(content) => numbers(&content[1..]),
            None => (0x0300..=self.legacy).collect(),
        }
    }

    fn alpn(&self) -> Vec<String> {
        let Some(content) = self.extensions.get(&16) else { return Vec::new() };
        let mut list = Bytes::new(&content[2..]);
        std::iter::from_fn(|| list.vec8().map(|name| String::from_utf8_lossy(name).into_owned())).collect()
    }
}

fn numbers(bytes: &[u8]) -> Vec<u16> {
    bytes.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect()
}
