//! Accounts put down one behind the other in a single text: a million of them in two allocations, and a handle of two words for
//! each. It does not look anything up; `observed` does.
//!
//! An account is a character of flags, the lengths of its five texts, when it was signed in to and its marker where it has them,
//! then the texts. Numbers are written in characters of six bits, so that all of it is one valid text.

use jiff::Timestamp;

use super::account::{Account, AccountView, SignIn, SignInMethod};
use super::ids::ActivationKey;

const DISABLED: u8 = 1;
const STAFF: u8 = 2;
const OTHER: u8 = 4;
const HAS_ID: u8 = 8;
const SIGNED_IN: u8 = 16;
const MARKED: u8 = 32;
/// Makes a letter or a sign of six bits.
const PLAIN: u8 = 0x40;

/// Accounts, in the order in which they were added.
#[derive(Debug, Default)]
pub(super) struct Packed {
    text: String,
    starts: Vec<usize>,
}

/// An account of an observation.
#[derive(Clone, Copy)]
pub struct Seen<'a> {
    packed: &'a Packed,
    at: u32,
}

impl Packed {
    /// More than 32 bits can count would not fit into memory.
    pub(super) fn len(&self) -> u32 {
        u32::try_from(self.starts.len()).unwrap_or(u32::MAX)
    }

    pub(super) fn push(&mut self, account: &AccountView<'_>) {
        self.starts.push(self.text.len());
        let flag = |is_set: bool, flag: u8| if is_set { flag } else { 0 };
        let flags = flag(account.is_disabled, DISABLED)
            | flag(account.is_staff, STAFF)
            | flag(account.method == SignInMethod::Other, OTHER)
            | flag(account.caregiver.is_some(), HAS_ID)
            | flag(account.sign_in != SignIn::Never, SIGNED_IN)
            | flag(account.marker.is_some(), MARKED);
        self.text.push(char::from(PLAIN | flags));
        let texts = account.texts();
        for text in texts {
            self.number(text.len() as u64);
        }
        match account.sign_in {
            SignIn::Never => {}
            SignIn::Unknown => self.number(0),
            SignIn::At(at) => {
                self.number(1);
                self.number(at.as_second().cast_unsigned());
                self.number(u64::from(at.subsec_nanosecond().cast_unsigned()));
            }
        }
        if let Some(ActivationKey(key)) = account.marker {
            for half in [key >> 64, key & u128::from(u64::MAX)] {
                self.number(u64::try_from(half).unwrap_or_default());
            }
        }
        self.text.extend(texts);
    }

    pub(super) fn shrink(&mut self) {
        self.text.shrink_to_fit();
        self.starts.shrink_to_fit();
    }

    pub(super) fn get(&self, at: u32) -> Seen<'_> {
        Seen { packed: self, at }
    }

    /// Five bits a character, the lowest first; the sixth says that more come.
    fn number(&mut self, mut number: u64) {
        loop {
            let low = u8::try_from(number & 31).unwrap_or_default();
            number >>= 5;
            let more = if number == 0 { 0 } else { 32 };
            self.text.push(char::from(PLAIN | more | low));
            if number == 0 {
                return;
            }
        }
    }
}

impl<'a> AccountView<'a> {
    fn texts(&self) -> [&'a str; 5] {
        [self.caregiver.unwrap_or_default(), self.username, self.email, self.first_name, self.last_name]
    }
}

/// Reads what stands before the texts.
struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl Cursor<'_> {
    #[inline]
    fn byte(&mut self) -> u8 {
        let byte = self.text.as_bytes()[self.at];
        self.at += 1;
        byte
    }

    #[inline]
    fn number(&mut self) -> u64 {
        let (mut number, mut shift) = (0, 0);
        loop {
            let byte = self.byte();
            number |= u64::from(byte & 31) << shift;
            shift += 5;
            if byte & 32 == 0 {
                return number;
            }
        }
    }

    /// A length was one in memory before it was written here.
    fn length(&mut self) -> usize {
        usize::try_from(self.number()).unwrap_or_default()
    }

    fn sign_in(&mut self) -> SignIn {
        if self.number() == 0 {
            return SignIn::Unknown;
        }
        let second = self.number().cast_signed();
        let nanosecond = i32::try_from(self.number()).unwrap_or_default();
        Timestamp::new(second, nanosecond).map_or(SignIn::Unknown, SignIn::At)
    }

    fn marker(&mut self) -> ActivationKey {
        let (high, low) = (self.number(), self.number());
        ActivationKey(u128::from(high) << 64 | u128::from(low))
    }
}

impl<'a> Seen<'a> {
    /// All of it.
    #[inline]
    pub fn view(self) -> AccountView<'a> {
        let mut cursor = self.cursor();
        let flags = cursor.byte();
        let mut lengths = [0; 5];
        for length in &mut lengths {
            *length = cursor.length();
        }
        let sign_in = if flags & SIGNED_IN == 0 { SignIn::Never } else { cursor.sign_in() };
        let marker = (flags & MARKED != 0).then(|| cursor.marker());
        let mut at = cursor.at;
        let mut texts = [""; 5];
        for (text, length) in texts.iter_mut().zip(lengths) {
            *text = &self.packed.text[at..at + length];
            at += length;
        }
        let [caregiver, username, email, first_name, last_name] = texts;
        AccountView {
            caregiver: (flags & HAS_ID != 0).then_some(caregiver),
            username,
            first_name,
            last_name,
            email,
            is_disabled: flags & DISABLED != 0,
            is_staff: flags & STAFF != 0,
            method: if flags & OTHER != 0 { SignInMethod::Other } else { SignInMethod::Password },
            sign_in,
            marker,
        }
    }

    /// The same, to keep.
    pub fn to_account(self) -> Account {
        self.view().into()
    }

    /// Whether it is a staff account.
    pub fn is_staff(self) -> bool {
        self.flags() & STAFF != 0
    }

    /// Whether it carries a marker.
    pub fn has_marker(self) -> bool {
        self.flags() & MARKED != 0
    }

    fn flags(self) -> u8 {
        self.cursor().byte()
    }

    fn cursor(self) -> Cursor<'a> {
        Cursor { text: &self.packed.text, at: self.packed.starts[self.at as usize] }
    }
}

impl std::fmt::Debug for Seen<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.view().fmt(f)
    }
}

impl PartialEq for Seen<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.view() == other.view()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::ids::Username;

    fn accounts() -> impl Strategy<Value = Vec<Account>> {
        let text = || prop_oneof!["[a-zā]{0,9}", "\\PC{0,40}", "[x-z]{31,70}"];
        let sign_in = prop_oneof![
            Just(SignIn::Never),
            Just(SignIn::Unknown),
            (-4_000_000_000_i64..4_000_000_000, 0..1_000_000_000_i32)
                .prop_map(|(second, nano)| SignIn::At(Timestamp::new(second.abs(), nano).unwrap())),
            (-4_000_000_000_i64..0).prop_map(|second| SignIn::At(Timestamp::new(second, 0).unwrap())),
        ];
        let flags = (any::<bool>(), any::<bool>(), any::<bool>());
        let marker = proptest::option::of(any::<u128>());
        let one = (proptest::option::of(text()), [text(), text(), text(), text()], flags, sign_in, marker);
        let account =
            one.prop_map(|(id, [username, first, last, email], (disabled, staff, other), sign_in, marker)| Account {
                caregiver: id.map(|id| id.as_str().into()),
                username: Username::new(username),
                first_name: first.into(),
                last_name: last.into(),
                email: email.into(),
                is_disabled: disabled,
                is_staff: staff,
                method: if other { SignInMethod::Other } else { SignInMethod::Password },
                sign_in,
                marker: marker.map(ActivationKey),
            });
        proptest::collection::vec(account, 0..20)
    }

    proptest! {
        #[test]
        fn what_was_packed_comes_out_as_it_was(accounts in accounts()) {
            let mut packed = Packed::default();
            for account in &accounts {
                packed.push(&account.view());
            }
            packed.shrink();
            let seen: Vec<Account> = (0..packed.len()).map(|at| packed.get(at).to_account()).collect();
            let staff: Vec<bool> = (0..packed.len()).map(|at| packed.get(at).is_staff()).collect();
            prop_assert_eq!(staff, accounts.iter().map(|account| account.is_staff).collect::<Vec<_>>());
            prop_assert_eq!(seen, accounts);
        }
    }
}
