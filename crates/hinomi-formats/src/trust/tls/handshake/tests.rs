//! Against the vectors of the RFCs and of NIST; whole handshakes are tried against real servers in the lab.

use super::*;

#[track_caller]
fn hex(text: &str) -> Vec<u8> {
    let digit = |at: u8| u8::try_from(char::from(at).to_digit(16).expect("a digit")).unwrap();
    let plain: Vec<u8> = text.bytes().filter(|at| !at.is_ascii_whitespace()).collect();
    plain.chunks(2).map(|pair| digit(pair[0]) << 4 | digit(pair[1])).collect()
}

#[test]
fn galois_counter_mode_agrees_with_the_specification() {
    // The GCM specification's test case 4, and case 16 for 256 bits.
    let plain = hex(
        "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525\
                     b16aedf5aa0de657ba637b39",
    );
    let about = hex("feedfacedeadbeeffeedfacedeadbeefabaddad2");
    let iv = hex("cafebabefacedbaddecaf888");
    let short = Seal::new(&hex("feffe9928665731c6d6a8f9467308308"), &iv).unwrap();
    let expected = hex(
        "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466931c7d8f6a5aac84aa05\
                        1ba30b396a0aac973d58e0915bc94fbc3221a5db94fae95ae7121a47",
    );
    let nonce = short.nonce13(0);
    assert_eq!(short.close(&nonce, &about, &plain), expected);
    assert_eq!(short.open(&nonce, &about, &expected), Some(plain.clone()));
    assert_eq!(short.open(&nonce, b"other", &expected), None);
    let long =
        Seal::new(&hex("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308"), &iv).unwrap();
    let expected = hex(
        "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838\
                        c5f61e6393ba7a0abcc9f66276fc6ece0f4e1768cddf8853bb2d551b",
    );
    assert_eq!(long.close(&nonce, &about, &plain), expected);
}

#[test]
fn keys_of_tls13_are_derived_as_in_rfc_8448() {
    // RFC 8448 section 3: the early secret, its derived secret, and the handshake secret.
    let hash = Hash::Sha256;
    let zeros = vec![0; 32];
    let early = hash.extract(&zeros, &zeros);
    assert_eq!(early, hex("33ad0a1c607ec03b09e6cd9893680ce210adf300aa1f2660e1b22e10f170f92a"));
    let derived = hash.derive(&early, "derived", &hash.of(&[]));
    assert_eq!(derived, hex("6f2615a108c702c5678f54fc9dbab69716c076189c48250cebeac3576c3611ba"));
    let shared = hex("8bd4054fb55b9d63fdfbacf9f04b9f0d35e6d63f537563efd46272900f89492d");
    let secret = hash.extract(&derived, &shared);
    assert_eq!(secret, hex("1dc826e93606aa6fdc0aadc12f741b01046aa6b99f691ed221a9f0ca043fbeac"));
    // and the key and salt of the server's handshake records
    let server = hex("b67b7d690cc16c4e75e54213cb2d37b4e9c912bcded9105d42befd59d391ad38");
    assert_eq!(hash.expand(&server, "key", &[], 16), hex("3fce516009c21727d0f2e4e86ee403bc"));
    assert_eq!(hash.expand(&server, "iv", &[], 12), hex("5d313eb2671276ee13000b30"));
}

#[test]
fn shares_are_as_long_as_their_groups_say() {
    for group in [0x1F, 0x22, 0x6399, 0] {
        assert_eq!(public_one(group), None);
    }
    let curves = [(0x17, 65), (0x18, 97), (0x19, 133), (0x1D, 32), (0x1E, 56), (0x100, 256), (0x104, 1024)];
    let kems = [(0x200, 800), (0x201, 1184), (0x202, 1568), (0x11EB, 1249), (0x11EC, 1216), (0x11ED, 1665)];
    for (group, length) in curves.into_iter().chain(kems) {
        assert_eq!(public_one(group).map(|share| share.len()), Some(length), "{group:04x}");
    }
}

#[test]
fn sha3_agrees_with_fips_202() {
    let long = [b'a'; 200];
    for (message, short) in [
        (&b""[..], "a7ffc6f8bf1ed76651c14756a061d662f580ff4de43b49fa82d80a4b80f8434a"),
        (b"abc", "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532"),
        (&long, "cce34485baf2bf2aca99b94833892a4f52896d3d153f7b840cc4f9fe695f1387"),
    ] {
        assert_eq!(keccak::sha3_256(message), hex(short));
    }
    assert_eq!(
        keccak::sha3_512(b"abc"),
        hex("b751850b1a57168a5693cd924b6b096e08f621827444f70d884f5d0240d2712e\
             10e116e9192af3c91a7ec57647e3934057340b4cf408d5a56592f8274eec53f0")
    );
}

#[test]
fn the_secret_is_the_public_value_of_the_other_side() {
    assert_eq!(shared(0x1D, &[7; 32]), Some(vec![7; 32]));
    let point = [&[4][..], &[1; 32], &[2; 32]].concat();
    assert_eq!(shared(0x17, &point), Some(vec![1; 32]));
    assert_eq!(shared(0x17, &[2; 33]), None, "a compressed point");
    assert_eq!(shared(0x100, &[1; 3]), None);
}

#[test]
fn a_secret_under_a_key_of_zeros_is_read_off_the_ciphertext() {
    // The numbers of v, 4 bits each: a one is 8 give or take the noise, a zero is 0 or 15.
    let mut ciphertext = vec![0x33; 960];
    ciphertext.extend([0x89; 64]);
    ciphertext.extend([0x0F; 64]);
    let secret = shared(0x201, &ciphertext).unwrap();
    let mut message = [[0xFF; 16], [0; 16]].concat();
    message.extend(keccak::sha3_256(&public_one(0x201).unwrap()));
    assert_eq!(secret, keccak::sha3_512(&message)[..32]);
    assert_eq!(shared(0x201, &ciphertext[1..]), None);
    // hybrids: the KEM first with X25519, last with P-256
    let point = [&[4][..], &[1; 32], &[2; 32]].concat();
    assert_eq!(shared(0x11EC, &[&ciphertext[..], &[7; 32]].concat()), Some([&secret[..], &[7; 32]].concat()));
    assert_eq!(shared(0x11EB, &[&point, &ciphertext[..]].concat()), Some([&[1; 32], &secret[..]].concat()));
    assert_eq!(shared(0x11EB, &[4; 20]), None);
}
