//! RSA keys from names, and signatures with them (RFC 8017), of any size: TLS libraries refuse the small ones that the
//! demo is about.

use super::certificate::Hash;
use super::der::{self, oid};
use dashu_int::UBig;
use dashu_int::fast_div::ConstDivisor;
use sha2::{Digest, Sha256};

/// What a key follows from: hashes of its name, and how far above them its two primes are.
pub(in super::super) struct Seed {
    pub(in super::super) name: &'static str,
    pub(in super::super) bits: usize,
    pub(in super::super) steps: [u32; 2],
}

/// A key.
pub(in super::super) struct RsaKey {
    modulus: UBig,
    public: UBig,
    private: UBig,
    primes: [UBig; 2],
}

impl RsaKey {
    pub(in super::super) fn new(seed: &Seed) -> Self {
        let [p, q] =
            ["p", "q"].map(|half| expand(&format!("hinomi demo {} {half}", seed.name), seed.bits / 2));
        let primes = [p + seed.steps[0], q + seed.steps[1]];
        let [p, q] = &primes;
        let public = UBig::from(65_537_u32);
        let order = ConstDivisor::new((p - 1_u8) * (q - 1_u8));
        let private = order.reduce(public.clone()).inv().expect("the primes were chosen so").residue();
        Self { modulus: p * q, public, private, primes }
    }

    /// Big-endian.
    pub(in super::super) fn modulus(&self) -> Vec<u8> {
        self.modulus.to_be_bytes().to_vec()
    }

    #[cfg(test)]
    pub(super) fn primes(&self) -> &[UBig; 2] {
        &self.primes
    }

    /// SubjectPublicKeyInfo.
    pub(super) fn public_info(&self) -> Vec<u8> {
        let key = der::sequence(&[der::integer(&self.modulus), der::integer(&self.public)]);
        der::sequence(&[algorithm(), der::bits(&key)])
    }

    /// RSAPrivateKey of PKCS#1.
    pub(super) fn pkcs1(&self) -> Vec<u8> {
        let [p, q] = &self.primes;
        let inverse = ConstDivisor::new(p.clone()).reduce(q.clone()).inv().expect("two primes").residue();
        let numbers = [
            &UBig::ZERO,
            &self.modulus,
            &self.public,
            &self.private,
            p,
            q,
            &(&self.private % (p - 1_u8)),
            &(&self.private % (q - 1_u8)),
            &inverse,
        ];
        der::sequence(&numbers.map(der::integer))
    }

    /// PrivateKeyInfo of PKCS#8.
    pub(in super::super) fn pkcs8(&self) -> Vec<u8> {
        der::sequence(&[der::integer(&UBig::ZERO), algorithm(), der::octets(&self.pkcs1())])
    }

    /// RSASSA-PKCS1-v1_5: the same signature each time.
    pub(in super::super) fn sign(&self, hash: Hash, message: &[u8]) -> Vec<u8> {
        let info = der::sequence(&[
            der::sequence(&[der::identifier(hash.oid()), der::null()]),
            der::octets(&hash.of(message)),
        ]);
        let length = self.modulus().len();
        let filling = length - info.len() - 3;
        let block = [&[0, 1], vec![0xff; filling].as_slice(), &[0], &info].concat();
        let ring = ConstDivisor::new(self.modulus.clone());
        let signature = ring.reduce(UBig::from_be_bytes(&block)).pow(&self.private).residue();
        let digits = signature.to_be_bytes();
        [vec![0; length - digits.len()], digits.to_vec()].concat()
    }
}

fn algorithm() -> Vec<u8> {
    der::sequence(&[der::identifier(oid::RSA), der::null()])
}

/// An odd number of so many bits, the two highest set.
fn expand(name: &str, bits: usize) -> UBig {
    let hashes = (0..bits.div_ceil(256)).flat_map(|at| Sha256::digest(format!("{name}/{at}")));
    let mut bytes: Vec<u8> = hashes.take(bits / 8).collect();
    if let Some(first) = bytes.first_mut() {
        *first |= 0xc0;
    }
    if let Some(last) = bytes.last_mut() {
        *last |= 1;
    }
    UBig::from_be_bytes(&bytes)
}
