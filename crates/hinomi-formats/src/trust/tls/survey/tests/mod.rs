//! Surveys of servers made up in memory: what is found equals what they were made of.

mod bad;
mod model;
mod net;
mod peers;
mod sets;
