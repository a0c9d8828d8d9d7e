//! Archives, and the compressor beneath them.

pub mod deflate;
pub mod iso;
pub mod zip;
