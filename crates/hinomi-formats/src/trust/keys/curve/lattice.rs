//! Public keys of ML-KEM (FIPS 203) and ML-DSA (FIPS 204) from their seeds.

use ml_dsa::{MlDsa44, MlDsa65, MlDsa87, MlDsaParams, SigningKey};
use ml_kem::{DecapsulationKey, KeyExport, MlKem512, MlKem768, MlKem1024};

/// The public key of a seed: of 64 bytes for ML-KEM, of 32 for ML-DSA. None for other algorithms and lengths.
pub(in crate::trust::keys) fn of_seed(name: &str, seed: &[u8]) -> Option<Vec<u8>> {
    let long = || <[u8; 64]>::try_from(seed).ok();
    let key = match name {
        "ml-kem-512" => bytes(DecapsulationKey::<MlKem512>::from_seed(long()?.into()).encapsulation_key()),
        "ml-kem-768" => bytes(DecapsulationKey::<MlKem768>::from_seed(long()?.into()).encapsulation_key()),
        "ml-kem-1024" => bytes(DecapsulationKey::<MlKem1024>::from_seed(long()?.into()).encapsulation_key()),
        "ml-dsa-44" => signing::<MlDsa44>(seed)?,
        "ml-dsa-65" => signing::<MlDsa65>(seed)?,
        "ml-dsa-87" => signing::<MlDsa87>(seed)?,
        _ => return None,
    };
    Some(key)
}

fn bytes(key: &impl KeyExport) -> Vec<u8> {
    key.to_bytes().to_vec()
}

fn signing<P: MlDsaParams>(seed: &[u8]) -> Option<Vec<u8>> {
    let seed: [u8; 32] = seed.try_into().ok()?;
    let key = SigningKey::<P>::from_seed(&seed.into());
    Some(key.expanded_key().verifying_key().encode().to_vec())
}
