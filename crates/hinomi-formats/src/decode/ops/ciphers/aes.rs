//! AES Decrypt: the arguments, and what the modes in `modes` make of them.

use super::modes::{Block, Mode, Sealed, open};
use super::{argument, byte_string};
use crate::decode::args::Args;
use crate::decode::bake::Oven;
use crate::decode::dish::{Dish, latin1_to_text, str_to_text};
use crate::decode::error::Fault;
use crate::decode::ops::Baked;
use aes::cipher::{BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};
use aes::{Aes128, Aes192, Aes256};

/// A block cipher, by the length of its key.
pub(super) enum Aes {
    Short(Aes128),
    Middle(Aes192),
    Long(Box<Aes256>),
}

impl Aes {
    fn new(key: &[u8]) -> Result<Self, Fault> {
        let wrong = |_| Fault::refused("the key does not fit the cipher");
        match key.len() {
            16 => Aes128::new_from_slice(key).map(Self::Short).map_err(wrong),
            24 => Aes192::new_from_slice(key).map(Self::Middle).map_err(wrong),
            32 => Aes256::new_from_slice(key).map(|cipher| Self::Long(Box::new(cipher))).map_err(wrong),
            length => Err(Fault::refused(format!("a key of {length} bytes: AES takes 16, 24 or 32"))),
        }
    }

    pub(super) fn encrypt(&self, block: Block) -> Block {
        let mut block = block.into();
        match self {
            Self::Short(cipher) => cipher.encrypt_block(&mut block),
            Self::Middle(cipher) => cipher.encrypt_block(&mut block),
            Self::Long(cipher) => cipher.encrypt_block(&mut block),
        }
        block.into()
    }

    pub(super) fn decrypt(&self, block: Block) -> Block {
        let mut block = block.into();
        match self {
            Self::Short(cipher) => cipher.decrypt_block(&mut block),
            Self::Middle(cipher) => cipher.decrypt_block(&mut block),
            Self::Long(cipher) => cipher.decrypt_block(&mut block),
        }
        block.into()
    }
}

pub(super) fn decrypt(input: &[u16], args: &Args, oven: &mut Oven) -> Baked {
    // Its bytes, what they come to, and that as text and in hexadecimal, are held at once.
    oven.room(input.len().saturating_mul(8))?;
    let key = argument(args, 0)?;
    let cipher = Aes::new(&packed(&key))?;
    let input = byte_string(args.choice(4), input)?;
    let (mode, padded) = match args.choice(3) {
        "CBC" => (Mode::Cbc, true),
        "CFB" => (Mode::Cfb, false),
        "OFB" => (Mode::Ofb, false),
        "CTR" => (Mode::Ctr, false),
        "GCM" => (Mode::Gcm, false),
        "CBC/NoPadding" => (Mode::Cbc, false),
        "ECB/NoPadding" => (Mode::Ecb, false),
        _ => (Mode::Ecb, true),
    };
    let (iv, data) = parted(args, &input)?;
    oven.work(data.len().saturating_mul(if mode == Mode::Gcm { 8 } else { 2 }))?;
    let sealed = Sealed {
        cipher: &cipher,
        mode,
        padded,
        iv: packed(&iv),
        iv_units: iv.len(),
        data: packed(data),
        tag: if mode == Mode::Gcm { argument(args, 6)? } else { Vec::new() },
        beside: if mode == Mode::Gcm { packed(&argument(args, 7)?) } else { Vec::new() },
    };
    let plain = open(&sealed)?;
    Ok(Dish::Text(if args.choice(5) == "Hex" {
        let digits: String = plain.iter().map(|byte| format!("{byte:02x}")).collect();
        str_to_text(&digits)
    } else {
        latin1_to_text(&plain)
    }))
}

/// The initialisation vector, an argument or one end of the input, and the rest of the input.
fn parted<'i>(args: &Args, input: &'i [u16]) -> Result<(Vec<u16>, &'i [u16]), Fault> {
    let side = args.choice(8);
    if side == "Off" {
        return Ok((argument(args, 1)?, input));
    }
    let length = args.number(2);
    if input.len() as f64 <= length {
        return Err(Fault::refused(format!("the input is too short to hold an IV of {length} bytes")));
    }
    // A negative length takes nothing, and from the start leaves so much of the end, as `substr` does.
    if length < 0.0 && side == "From start" {
        let kept = input.len().saturating_sub(length.abs() as usize);
        return Ok((Vec::new(), input.get(kept..).unwrap_or_default()));
    }
    // Below the length of the input; fractions are cut off.
    let length = length.max(0.0) as usize;
    let (iv, data) = if side == "From start" {
        input.split_at_checked(length).unwrap_or((&[], input))
    } else {
        let (data, iv) = input.split_at_checked(input.len().saturating_sub(length)).unwrap_or((input, &[]));
        (iv, data)
    };
    Ok((iv.to_vec(), data))
}

/// Units as the page packs them into words of 32 bits: one above 255 spills into its neighbour.
fn packed(units: &[u16]) -> Vec<u8> {
    if units.iter().all(|unit| *unit <= 0xff) {
        return units.iter().map(|unit| u8::try_from(*unit).unwrap_or(0)).collect();
    }
    let words = units.chunks(4).flat_map(|four| {
        let shifted = four.iter().zip([24, 16, 8, 0]).map(|(unit, by)| u32::from(*unit) << by);
        shifted.fold(0, |word, part| word ^ part).to_be_bytes()
    });
    words.take(units.len()).collect()
}
