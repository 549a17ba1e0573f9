//! apply

pub mod password;
pub mod seal;
