//! Files that carry an attack and are no macro document: links, scripts, notebooks, RTF, PDF, messages, fields, XLM.

pub mod batch;
pub mod dropper;
pub mod fields;
pub mod link;
pub mod onenote;
pub mod outlook;
pub mod pdf;
pub mod rich;
pub mod smuggle;
pub mod xlm;
