//! Mail: who it says it is from, and what it carries.

pub(crate) mod deceptive_file_name;
pub(crate) mod look_alike_domain;
pub(crate) mod observe;
pub(crate) mod own_account_sends;
pub(crate) mod password_beside_archive;
pub(crate) mod program_in_archive;
pub(crate) mod reply_type;
pub(crate) mod scatter_type;
pub(crate) mod subject;
