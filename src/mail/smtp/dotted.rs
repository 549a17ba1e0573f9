//! A message as it travels after `354`: lines that begin with a dot get another one, and a dot alone ends it. Printed in one
//! piece, so that it leaves in one write.

use std::fmt;

/// Prints a message of CRLF lines with its dots doubled and the final dot.
pub(super) struct Dotted<'a>(pub(super) &'a str);

impl fmt::Display for Dotted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in self.0.split_inclusive('\n') {
            if line.starts_with('.') {
                f.write_str(".")?;
            }
            f.write_str(line)?;
        }
        if !self.0.is_empty() && !self.0.ends_with("\r\n") {
            f.write_str("\r\n")?;
        }
        f.write_str(".\r\n")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// As a server takes it apart (RFC 5321, 4.5.2).
    fn received(wire: &str) -> Option<String> {
        let mut message = String::new();
        for line in wire.split_inclusive("\r\n") {
            if line == ".\r\n" {
                return Some(message);
            }
            message.push_str(line.strip_prefix('.').unwrap_or(line));
        }
        None
    }

    #[test]
    fn dots_are_doubled_at_the_beginning_of_lines_only() {
        assert_eq!(Dotted("a.b\r\n.c\r\n..\r\n").to_string(), "a.b\r\n..c\r\n...\r\n.\r\n");
        assert_eq!(Dotted("no end").to_string(), "no end\r\n.\r\n");
    }

    proptest! {
        #[test]
        fn what_a_server_takes_apart_is_the_message(lines in prop::collection::vec("[.a\\-]{0,4}", 0..8)) {
            let message = lines.iter().fold(String::new(), |message, line| message + line + "\r\n");
            let wire = Dotted(&message).to_string();
            prop_assert_eq!(received(&wire), Some(message));
            prop_assert_eq!(wire.matches("\r\n.\r\n").count() + usize::from(wire.starts_with(".\r\n")), 1);
        }
    }
}
