//! MD5, SHA-1 and SHA-2. The page can also run them with fewer or more rounds than the standards have; that
//! makes no digest anybody compares, and is refused here by name.

use crate::decode::args::{Args, Kind};
use crate::decode::bake::Oven;
use crate::decode::dish::{Dish, str_to_text};
use crate::decode::error::Fault;
use crate::decode::ops::{Baked, Op, Takes, arg};
use md5::Md5;
use sha1::{Digest, Sha1};
use sha2::{Sha224, Sha256, Sha384, Sha512, Sha512_224, Sha512_256};

pub(in crate::decode) static OPS: &[Op] = &[
    Op { name: "MD5", args: &[], run: Takes::Bytes(md5) },
    Op { name: "SHA1", args: &[arg("Rounds", Kind::NumberFrom(80.0, 16.0))], run: Takes::Bytes(sha1) },
    Op {
        name: "SHA2",
        args: &[
            arg("Size", Kind::Choice(&["512", "384", "256", "224", "512/256", "512/224"], 0)),
            arg("Rounds", Kind::NumberFrom(64.0, 16.0)),
            arg("Rounds", Kind::NumberFrom(160.0, 32.0)),
        ],
        run: Takes::Bytes(sha2),
    },
];

fn hex(digest: &[u8]) -> Dish {
    let digits: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    Dish::Text(str_to_text(&digits))
}

fn full(rounds: f64, standard: f64) -> Result<(), Fault> {
    if rounds == standard {
        return Ok(());
    }
    Err(Fault::refused(format!("this version makes the digest of the standard, with {standard} rounds")))
}

fn md5(input: &[u8], _: &Args, _: &mut Oven) -> Baked {
    Ok(hex(&Md5::digest(input)))
}

fn sha1(input: &[u8], args: &Args, _: &mut Oven) -> Baked {
    full(args.number(0), 80.0)?;
    Ok(hex(&Sha1::digest(input)))
}

fn sha2(input: &[u8], args: &Args, _: &mut Oven) -> Baked {
    let size = args.choice(0);
    if matches!(size, "256" | "224") {
        full(args.number(1), 64.0)?;
    } else {
        full(args.number(2), 160.0)?;
    }
    Ok(match size {
        "512" => hex(&Sha512::digest(input)),
        "384" => hex(&Sha384::digest(input)),
        "256" => hex(&Sha256::digest(input)),
        "224" => hex(&Sha224::digest(input)),
        "512/256" => hex(&Sha512_256::digest(input)),
        _ => hex(&Sha512_224::digest(input)),
    })
}
