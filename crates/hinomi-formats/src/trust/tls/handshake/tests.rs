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
fn one_is_no_private_number_where_there_is_a_kem() {
    for group in [0x11EC, 0x11EB, 0x200, 0x201, 0x1F, 0] {
        assert_eq!(public_one(group), None);
    }
    for (group, length) in
        [(0x17, 65), (0x18, 97), (0x19, 133), (0x1D, 32), (0x1E, 56), (0x100, 256), (0x104, 1024)]
    {
        assert_eq!(public_one(group).map(|share| share.len()), Some(length));
    }
}

#[test]
fn the_secret_is_the_public_value_of_the_other_side() {
    assert_eq!(shared(0x1D, &[7; 32]), Some(vec![7; 32]));
    let point = [&[4][..], &[1; 32], &[2; 32]].concat();
    assert_eq!(shared(0x17, &point), Some(vec![1; 32]));
    assert_eq!(shared(0x17, &[2; 33]), None, "a compressed point");
    assert_eq!(shared(0x100, &[1; 3]), None);
}
